/** What an imported network may ask for at most: the format's own limits (native/core/limits.hpp; a test compares them). */
export const limits = {
  ops: 1024,
  tensors: 1024,
  dimension: 4096,
  classes: 4096,
  nameBytes: 128,
  labelBytes: 256,
  tensorElements: 64 * 2 ** 20,
  floatWeights: 16 * 2 ** 20,
} as const;

/** Limits of the source files: far above the networks that fit, far below what hurts the machine. */
export const sourceLimits = {
  /** bytes of a weight file */
  fileBytes: 256 * 2 ** 20,
  /** bytes of a prototxt or label list */
  textBytes: 4 * 2 ** 20,
  /** protobuf fields, packed integers and nested messages in one file, not counting packed floats */
  protobufItems: 500_000,
  protobufDepth: 32,
} as const;
