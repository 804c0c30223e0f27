import { describe, expect, it } from 'vitest';
import { type ActiveSpan, isActive, isTimeZone, weekdays } from '../../../../daemon/util/active-hours.js';

const working: ActiveSpan = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '06:00', to: '22:00' };
const nights: ActiveSpan = { days: ['fri', 'sat'], from: '20:30', to: '04:00' };

describe('active hours', () => {
  // 2026-11-23 is a Monday; Berlin is an hour ahead of UTC in winter, two in summer.
  it.each([
    ['2026-11-23T04:59:00Z', false],
    ['2026-11-23T05:00:00Z', true],
    ['2026-11-23T20:59:59Z', true],
    ['2026-11-23T21:00:00Z', false],
    ['2026-11-28T12:00:00Z', false],
    ['2026-07-20T04:00:00Z', true],
    ['2026-07-20T03:59:00Z', false],
  ])('of working days in Berlin, at %s: %s', (at, active) => {
    expect(isActive([working], 'Europe/Berlin', new Date(at))).toBe(active);
  });

  it.each([
    ['2026-11-27T20:29:00Z', false],
    ['2026-11-27T20:30:00Z', true],
    ['2026-11-28T03:59:00Z', true],
    ['2026-11-28T04:00:00Z', false],
    ['2026-11-29T03:00:00Z', true],
    ['2026-11-30T03:00:00Z', false],
  ])('over midnight, at %s: %s', (at, active) => {
    expect(isActive([nights], 'UTC', new Date(at))).toBe(active);
  });

  it('are always without spans, and never with an empty list', () => {
    expect(isActive(null, null, new Date())).toBe(true);
    expect(isActive([], null, new Date())).toBe(false);
  });

  it('of a whole day end at 24:00', () => {
    const span: ActiveSpan = { days: [...weekdays], from: '00:00', to: '24:00' };
    for (let hour = 0; hour < 24; hour += 1) {
      expect(isActive([span], 'Asia/Kathmandu', new Date(Date.UTC(2026, 0, 1, hour, 59)))).toBe(true);
    }
  });

  it('know real time zones only', () => {
    expect(['Europe/Berlin', 'UTC', 'Nowhere/Land', '../etc'].map(isTimeZone)).toEqual([true, true, false, false]);
  });
});
