import { z } from 'zod';
import { key, localKey, path, section } from './keys.js';

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
    z.int().min(1024).max(400_000),
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

const mebi = 1_048_576;

export const update = section('Models that are installed by message.', {
  keysFolder: localKey(
    path.nullable(),
    null,
    'live',
    'Folder of Ed25519 public keys (*.pem, from `zynqnetd model keygen`); a model must be signed by one of them. null: none is taken.',
  ),
  maxModelBytes: localKey(
    z
      .int()
      .min(1024)
      .max(64 * mebi),
    16 * mebi,
    'live',
    'Larger models are refused.',
  ),
  maxFolderBytes: localKey(
    z
      .int()
      .min(1024)
      .max(4096 * mebi),
    64 * mebi,
    'live',
    'Room for installed models; the oldest that is neither in use nor the one before goes first.',
  ),
  keepFreeBytes: localKey(
    z
      .int()
      .min(0)
      .max(4096 * mebi),
    32 * mebi,
    'live',
    'Nothing is received that would leave less than this free on the disk.',
  ),
  hosts: localKey(
    z.array(z.string().min(1).max(253)).max(32),
    ['*'],
    'live',
    'Host names that models may be fetched from by HTTPS, redirects included; * stands for anything.',
  ),
  caFile: localKey(path.nullable(), null, 'live', "PEM file of authorities to trust for that; null: Node's own list."),
  fetchSeconds: localKey(z.int().min(1).max(86_400), 900, 'live', 'Time limit of a fetch, with all its retries.'),
});
