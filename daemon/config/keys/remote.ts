import { z } from 'zod';
import { key, section } from '../define.js';

export const remote = section('Changes and commands by message.', {
  enabled: key(z.boolean(), {
    default: true,
    applies: 'process',
    remote: false,
    doc: 'Obey messages at all; false: results only.',
  }),
  messagesPerSecond: key(z.number().min(0.1).max(100_000), {
    default: 10,
    applies: 'nothing',
    remote: false,
    doc: 'Config messages and commands beyond this rate (and a burst of twice as many) are refused.',
  }),
  chunksPerSecond: key(z.number().min(1).max(100_000), {
    default: 200,
    applies: 'nothing',
    remote: false,
    doc: 'Parts of a model beyond this rate are dropped; they are asked for again.',
  }),
  maxPayloadBytes: key(z.int().min(1024).max(400_000), {
    default: 131_072,
    applies: 'process',
    remote: false,
    doc: 'Longer messages are refused without being looked at.',
  }),
  trialSeconds: key(z.number().min(1).max(600), {
    default: 30,
    applies: 'nothing',
    doc: 'Time that a change has to produce healthy frames; without them it is rolled back.',
  }),
  trialFrames: key(z.int().min(1).max(1000), {
    default: 3,
    applies: 'nothing',
    doc: 'Healthy frames that confirm a change.',
  }),
});
