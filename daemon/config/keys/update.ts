import { z } from 'zod';
import { key, path, section } from '../define.js';

const mebi = 1_048_576;

export const update = section('Models that are installed by message.', {
  keysFolder: key(path.nullable(), {
    default: null,
    applies: 'nothing',
    remote: false,
    doc: 'Folder of Ed25519 public keys (*.pem, from `zynqnetd model keygen`); a model must be signed by one of them. null: none is taken.',
  }),
  maxModelBytes: key(
    z
      .int()
      .min(1024)
      .max(64 * mebi),
    { default: 16 * mebi, applies: 'nothing', remote: false, doc: 'Larger models are refused.' },
  ),
  maxFolderBytes: key(
    z
      .int()
      .min(1024)
      .max(4096 * mebi),
    {
      default: 64 * mebi,
      applies: 'nothing',
      remote: false,
      doc: 'Room for installed models; the oldest that is neither in use nor the one before goes first.',
    },
  ),
  keepFreeBytes: key(
    z
      .int()
      .min(0)
      .max(4096 * mebi),
    {
      default: 32 * mebi,
      applies: 'nothing',
      remote: false,
      doc: 'Nothing is received that would leave less than this free on the disk.',
    },
  ),
  hosts: key(z.array(z.string().min(1).max(253)).max(32), {
    default: ['*'],
    applies: 'nothing',
    remote: false,
    doc: 'Host names that models may be fetched from by HTTPS, redirects included; * stands for anything.',
  }),
  caFile: key(path.nullable(), {
    default: null,
    applies: 'nothing',
    remote: false,
    doc: "PEM file of authorities to trust for that; null: Node's own list.",
  }),
  fetchSeconds: key(z.int().min(1).max(86_400), {
    default: 900,
    applies: 'nothing',
    remote: false,
    doc: 'Time limit of a fetch, with all its retries.',
  }),
});
