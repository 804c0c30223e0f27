/** The numeric kernels of `model compress` (native/compress) as TypeScript sees them. All work synchronously on the caller's arrays. */
import { loadAddon } from '../../daemon/native/load.js';

/** What a convolution reads: a view of a [height][width][tensorChannels] tensor through a window. */
export interface Window {
  readonly height: number;
  readonly width: number;
  readonly tensorChannels: number;
  readonly channelOffset: number;
  readonly channels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly stride: number;
  readonly padTop: number;
  readonly padLeft: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
}

interface MomentsArguments extends Window {
  readonly tensor: Float32Array | Uint8Array;
  /** real = (value - zero[channel]) * scale[channel], one entry per channel of the view; padding is real zero */
  readonly zero: Float32Array;
  readonly scale: Float32Array;
  /** output positions that count, y * outputWidth + x */
  readonly positions: Uint32Array;
  /** taps x taps, lower triangle, added to; empty: only `sum` is wanted */
  readonly gram: Float32Array;
  /** one entry per tap, added to */
  readonly sum: Float64Array;
  readonly threads: number;
}

interface LayerArguments extends Window {
  /** [output][tap] */
  readonly weights: Float32Array;
  readonly threads: number;
}

interface RoundingArguments {
  /** [output][tap] */
  readonly weights: Float32Array;
  readonly outputs: number;
  readonly taps: number;
  /** result of `factorMoments`; empty: every tap counts alike and nothing is compensated */
  readonly factor: Float32Array;
  /** real value of integer weight 1, per output */
  readonly units: Float32Array;
  /** the integer weights that may be used: ascending, with a zero, at most 255 */
  readonly codebook: Int8Array;
  /** cost of each codebook entry in bits */
  readonly bits: Float32Array;
  /** per weight, 1: stays zero; empty: every weight is free */
  readonly keepZero: Uint8Array;
  /** squared output error that a bit is worth */
  readonly bitPrice: number;
  readonly threads: number;
}

/** Rate-distortion rounding with error compensation. */
interface RoundingResult {
  /** [output][tap], entries of the codebook */
  readonly weights: Int8Array;
  /** where each codebook entry would best lie, in units */
  readonly centroids: Float32Array;
  /** how often each codebook entry is used */
  readonly counts: Uint32Array;
  /** expected squared error at an output position, over all outputs */
  readonly distortion: number;
}

export interface CompressKernels {
  /** Adds one image to the first and second moments of a convolution's input. */
  addMoments(moments: MomentsArguments): void;
  /** gradient += d(loss)/d(input) of a convolution. */
  addInputGradient(
    problem: LayerArguments & {
      /** [position][output], before the activation */
      readonly outputGradient: Float32Array;
      /** [height][width][tensorChannels], added to */
      readonly gradient: Float32Array;
    },
  ): void;
  /** [position][output] before the activation. */
  convolve(problem: LayerArguments & { readonly tensor: Float32Array; readonly bias: Float32Array }): Float32Array;
  /** Cholesky factor of gram / rows + damping * mean diagonal, in place (lower triangle). Returns the damping that was enough. */
  factorMoments(problem: {
    readonly gram: Float32Array;
    /** per tap: the mean is taken out first; empty: it stays */
    readonly sum: Float64Array;
    readonly taps: number;
    readonly rows: number;
    readonly damping: number;
    readonly threads: number;
  }): number;
  roundLayer(problem: RoundingArguments): RoundingResult;
  /** Thin SVD, row-major: matrix = u * diag(s) * v', s descending. */
  svd(problem: { readonly matrix: Float32Array; readonly rows: number; readonly columns: number }): {
    u: Float32Array;
    s: Float32Array;
    v: Float32Array;
  };
}

/** The kernels in the addon. Throws NATIVE_MISSING where there is none. */
export const compressKernels = (): CompressKernels => loadAddon().compress as CompressKernels;
