/** Every error code and what it means. A code is never reused. Native code throws the same codes. */
export const errorCodes = {
  MODEL_MAGIC: 'the file is not a .zqn model',
  MODEL_VERSION: 'the model file has a version that this program does not know',
  MODEL_TRUNCATED: 'the model file ends early, or its lengths do not add up',
  MODEL_DIGEST: "the model file's SHA-256 does not match its contents",
  MODEL_HEADER: "the model's JSON header is damaged or breaks the schema",
  MODEL_GRAPH: "the model's graph is inconsistent or cannot run on the accelerator",
  MODEL_SECTION: 'a weight section is damaged',
  MODEL_RANGE: "the model's numbers leave the proven range of the integer arithmetic",
  CONFIG_INVALID: 'the configuration has mistakes; each is listed with its key',
  CONFIG_FILE: 'a file that the configuration names cannot be read or written',
} as const;

export type ErrorCode = keyof typeof errorCodes;
