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
  MODEL_FILE: 'a model file cannot be read or written',
  NATIVE_MISSING: 'the native addon is not built, or not for this processor',
  ADDON_FAILED: 'the native addon failed for a reason of its own, such as lack of memory',
  ENGINE_UNKNOWN: 'this build has no such inference backend',
  ENGINE_UNSUPPORTED: 'the backend cannot run this model',
  ENGINE_INPUT: "the frame's size is not the network's input size",
  ENGINE_CLOSED: 'the engine was closed',
  CONFIG_INVALID: 'the configuration has mistakes; each is listed with its key',
  CONFIG_FILE: 'a file that the configuration names cannot be read or written',
  BROKER_OPEN: 'the embedded broker would be open to the network without a password',
  BROKER_PORT: 'the embedded broker cannot listen',
} as const;

export type ErrorCode = keyof typeof errorCodes;
