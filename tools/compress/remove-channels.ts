/** Taking channels out of tensors, with everything that reads or writes them. */

import type { HeaderOp, ModelHeader, View } from '../../daemon/model/header.js';
import type { FloatConv } from '../../daemon/native/addon.js';
import { unreachable } from '../../daemon/util/unreachable.js';
import type { FloatNetwork } from './float-network.js';

/** Per tensor and channel: does it stay? */
export type Keep = boolean[][];

export function keepAll(header: ModelHeader): Keep {
  return header.tensors.map((tensor) => new Array<boolean>(tensor.channels).fill(true));
}

/**
 * Removes channels; the outputs of the remaining ones change by what the removed ones contributed, nothing else. A max-pool's
 * channels are tied: one that is removed on either side is removed on both. The input's channels, and the last channel of any
 * view or of what a global pool reads, stay. `keep` is completed in place.
 */
export function removeChannels(network: FloatNetwork, keep: Keep): FloatNetwork {
  settle(network.header, keep);
  const tensors = network.header.tensors.map((tensor, t) => ({ ...tensor, channels: count(keep[t] ?? []) }));
  const convs: FloatConv[] = [...network.convs];
  const ops = network.header.ops.map((op): HeaderOp => {
    const input = moved(op.input, keep);
    switch (op.op) {
      case 'conv': {
        const conv = network.convs[op.weights];
        if (conv === undefined) throw new RangeError(`${op.name}: there is no weight section ${op.weights}`);
        const outputs = 'logits' in op.output ? null : maskOf(op.output, keep);
        convs[op.weights] = selected(conv, outputs, maskOf(op.input, keep), op.kernel[0] * op.kernel[1]);
        return { ...op, input, output: 'logits' in op.output ? op.output : moved(op.output, keep) };
      }
      case 'gap':
        return { ...op, input };
      case 'maxpool':
        return { ...op, input, output: moved(op.output, keep) };
      default:
        return unreachable(op);
    }
  });
  return { header: { ...network.header, tensors, ops }, convs };
}

/** Ties pools, keeps what must stay, until nothing changes. */
export function settle(header: ModelHeader, keep: Keep): void {
  for (let changed = true; changed; ) {
    changed = false;
    const set = (tensor: number, channel: number, value: boolean): void => {
      const flags = keep[tensor];
      if (flags === undefined || flags[channel] === value) return;
      flags[channel] = value;
      changed = true;
    };
    const keepAllOf = (view: View): void => {
      for (let c = 0; c < view.channels; c++) set(view.tensor, view.offset + c, true);
    };
    /** The picture whole, of anything else one channel. */
    const keepSome = (view: View): void => {
      if (view.tensor === 0) keepAllOf(view);
      else if (!maskOf(view, keep).some(Boolean)) set(view.tensor, view.offset, true);
    };
    for (const op of header.ops) {
      switch (op.op) {
        case 'gap':
          keepAllOf(op.input);
          break;
        case 'conv':
          keepSome(op.input);
          if (!('logits' in op.output)) keepSome(op.output);
          break;
        case 'maxpool':
          keepSome(op.input);
          keepSome(op.output);
          // A kept channel wins: it was kept for a reason.
          for (let c = 0; c < op.input.channels; c++) {
            const stays = isKept(keep, op.input, c) || isKept(keep, op.output, c);
            set(op.input.tensor, op.input.offset + c, stays);
            set(op.output.tensor, op.output.offset + c, stays);
          }
          break;
        default:
          unreachable(op);
      }
    }
  }
}

const isKept = (keep: Keep, view: View, channel: number): boolean =>
  keep[view.tensor]?.[view.offset + channel] === true;

function maskOf(view: View, keep: Keep): boolean[] {
  return (keep[view.tensor] ?? []).slice(view.offset, view.offset + view.channels);
}

function moved(view: View, keep: Keep): View {
  const flags = keep[view.tensor] ?? [];
  return { tensor: view.tensor, offset: count(flags.slice(0, view.offset)), channels: count(maskOf(view, keep)) };
}

const count = (flags: readonly boolean[]): number => flags.filter(Boolean).length;

function selected(conv: FloatConv, outputs: boolean[] | null, inputs: boolean[], area: number): FloatConv {
  const rows = conv.bias.length;
  const keptRows = [...Array(rows).keys()].filter((o) => outputs?.[o] ?? true);
  const keptColumns = [...inputs.keys()].filter((i) => inputs[i]);
  if (keptRows.length === rows && keptColumns.length === inputs.length) return conv;
  const weights = new Float32Array(keptRows.length * keptColumns.length * area);
  let at = 0;
  for (const o of keptRows) {
    for (const i of keptColumns) {
      const start = (o * inputs.length + i) * area;
      weights.set(conv.weights.subarray(start, start + area), at);
      at += area;
    }
  }
  return { weights, bias: Float32Array.from(keptRows, (o) => conv.bias[o] ?? 0) };
}
