import { z } from 'zod';
import { key, localKey, section } from './keys.js';

export const remote = section('Changes and commands by message.', {
  enabled: localKey(z.boolean(), true, 'process', 'Obey messages at all; false: results only.'),
  messagesPerSecond: localKey(
    z.number().min(0.1).max(100_000),
    10,
    'live',
    'Config messages and commands beyond this rate (and a burst of twice as many) are refused.',
  ),
  chunksPerSecond: localKey(
    z.number().min(1).max(100_000),
    200,
    'live',
    'Parts of a model beyond this rate are dropped; they are asked for again.',
  ),
  maxPayloadBytes: localKey(
    z.int().min(1024).max(1_048_576),
    131_072,
    'process',
    'Longer messages are refused without being looked at.',
  ),
  trialSeconds: key(
    z.number().min(1).max(600),
    30,
    'live',
    'Time that a change has to produce healthy frames; without them it is taken back.',
  ),
  trialFrames: key(z.int().min(1).max(1000), 3, 'live', 'Healthy frames that confirm a change.'),
});
