import { z } from 'zod';
import { isTimeZone, weekdays } from '../../util/active-hours.js';
import { key, section } from '../define.js';

const span = z.strictObject({
  days: z
    .array(z.enum(weekdays))
    .min(1)
    .max(7)
    .default([...weekdays])
    .meta({ description: 'Days on which the span begins.' }),
  from: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .meta({ description: 'Its beginning, e.g. 06:30.' }),
  to: z
    .string()
    .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/)
    .meta({ description: 'Its end; before the beginning: on the next day.' }),
});

export const schedule = section('When the camera is open at all.', {
  activeHours: key(z.array(span).max(32).nullable(), {
    default: null,
    applies: 'schedule',
    doc: 'Spans such as {days: [mon, fri], from: "06:00", to: "22:00"}; null: always. Until the clock has been set: always too.',
  }),
  timeZone: key(z.string().max(64).refine(isTimeZone, 'no such time zone').nullable(), {
    default: null,
    applies: 'schedule',
    doc: "Time zone of these hours, e.g. Europe/Berlin; null: the machine's.",
  }),
});

export const power = section('Fewer frames while nothing changes.', {
  saving: key(z.boolean(), { default: false, applies: 'schedule', doc: 'Save power.' }),
  afterSeconds: key(z.number().min(1).max(86_400), {
    default: 60,
    applies: 'schedule',
    doc: 'Time with the same best class after which frames become fewer.',
  }),
  framesPerSecond: key(z.number().min(0.01).max(100), {
    default: 1,
    applies: 'schedule',
    doc: 'Frames looked at then; the first that shows another class brings all of them back.',
  }),
});
