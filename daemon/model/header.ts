/**
 * The JSON header of a `.zqn` file, typed. The native parser is the judge of a whole model (graph, proofs);
 * this schema gives its text a type. docs/model-format.md describes every key.
 */

import { z } from 'zod';
import { messageOf } from '../util/error.js';

const size = z.int().min(1).max(4096);
const text = z.string().min(1);

const viewSchema = z.strictObject({ tensor: z.int().min(0), offset: z.int().min(0), channels: size });
const logitsSchema = z.strictObject({ logits: z.literal(true), offset: z.int().min(0), channels: size });
const destinationSchema = z.union([viewSchema, logitsSchema]);
const kernelSchema = z.tuple([z.int().min(1).max(7), z.int().min(1).max(7)]);
const paddingSchema = z.tuple([z.int().min(0), z.int().min(0), z.int().min(0), z.int().min(0)]);

const convSchema = z.strictObject({
  op: z.literal('conv'),
  name: text,
  input: viewSchema,
  output: destinationSchema,
  /** height, width */
  kernel: kernelSchema,
  stride: z.int().min(1).max(2),
  /** top, left, bottom, right */
  pad: paddingSchema,
  relu: z.boolean(),
  /** int8 models only */
  preShift: z.int().min(0).max(7).optional(),
  weights: z.int().min(0),
});

const maxpoolSchema = z.strictObject({
  op: z.literal('maxpool'),
  name: text,
  input: viewSchema,
  output: viewSchema,
  kernel: kernelSchema,
  stride: z.int().min(1).max(2),
  pad: paddingSchema,
  ceil: z.boolean(),
});

const gapSchema = z.strictObject({ op: z.literal('gap'), name: text, input: viewSchema, output: logitsSchema });

const channelValues = z.array(z.number()).min(1).max(4);

const inputSchema = z.strictObject({
  channels: z.int().min(1).max(4),
  height: size,
  width: size,
  order: z.enum(['rgb', 'bgr']),
  /** real = (pixel - mean) * scale, per channel in the model's order */
  mean: channelValues,
  scale: channelValues,
  /** int8 models only */
  zeroPoint: z.array(z.int().min(0).max(255)).min(1).max(4).optional(),
});

const preprocessingSchema = z.strictObject({
  mode: z.enum(['squash', 'cover', 'contain']),
  /** width, height before the crop; null: straight to the input's size */
  resize: z.tuple([size, size]).nullable(),
  crop: z.boolean(),
});

const headerSchema = z.strictObject({
  name: text,
  arithmetic: z.enum(['int8', 'float32']),
  input: inputSchema,
  preprocessing: preprocessingSchema,
  labels: z.array(text).min(1).max(4096),
  tensors: z.array(
    z.strictObject({
      name: text,
      channels: size,
      height: size,
      width: size,
      scale: z.number().positive().optional(),
      zeroPoint: z.int().min(0).max(255).optional(),
    }),
  ),
  ops: z.array(z.discriminatedUnion('op', [convSchema, maxpoolSchema, gapSchema])).min(1),
  /** free: where the model came from, recipe, accuracy card */
  provenance: z.record(z.string(), z.unknown()),
});

export type ModelHeader = z.infer<typeof headerSchema>;
export type ModelInput = z.infer<typeof inputSchema>;
export type Preprocessing = z.infer<typeof preprocessingSchema>;
export type HeaderOp = ModelHeader['ops'][number];
export type ConvOp = z.infer<typeof convSchema>;
export type View = z.infer<typeof viewSchema>;

/** Parses a header's text. Throws `MODEL_HEADER` paths and reasons through `describe`. */
export function parseHeaderJson(json: string): { header: ModelHeader } | { problems: string[] } {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return { problems: [messageOf(error)] };
  }
  const result = headerSchema.safeParse(value);
  if (result.success) return { header: result.data };
  return { problems: result.error.issues.map((issue) => `${issue.path.join('.') || 'header'}: ${issue.message}`) };
}
