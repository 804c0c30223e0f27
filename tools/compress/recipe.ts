/** What `model compress` shall do: a YAML file, checked strictly, first by itself and then against the network. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import type { ModelHeader } from '../../daemon/model/header.js';
import { messageOf, ZynqnetError } from '../../daemon/util/error.js';
import { convGeometries } from '../zqn/conv-geometry.js';

const sparsity = z.number().min(0).lt(1, 'a layer without weights computes nothing: expected less than 1');
const fraction = z.number().min(0).lt(1, 'a layer without channels computes nothing: expected less than 1');
const bits = z.int().min(2, 'expected 2 to 8').max(8, 'expected 2 to 8');
const perLayer = <T extends z.ZodType>(value: T) => z.record(z.string().min(1), value).default({});

const pruneSchema = z.strictObject({
  /** removes channels that are proven constant, folding them into the next bias: changes no answer */
  deadChannels: z.boolean().default(true),
  weights: z
    .strictObject({
      sparsity: sparsity.default(0),
      /** global: one threshold for all layers, relative to each layer's spread; layer: each its own share */
      scope: z.enum(['global', 'layer']).default('global'),
      layers: perLayer(sparsity),
    })
    .optional(),
  channels: z.strictObject({ fraction: fraction.default(0), layers: perLayer(fraction) }).optional(),
});

const factorizeSchema = z.strictObject({
  layers: z.record(
    z.string().min(1),
    z.union([
      z.strictObject({ rank: z.int().min(1) }),
      z.strictObject({
        energy: z.number().gt(0, 'expected more than 0, up to 1').max(1, 'expected more than 0, up to 1'),
      }),
    ]),
  ),
});

const quantizeSchema = z.strictObject({ biasCorrection: z.boolean().default(true) });

const clusterSchema = z.strictObject({
  /** 2^bits shared values per layer; auto: as many as each layer needs under maxLoss */
  bits: z.union([bits, z.literal('auto')]).default('auto'),
  layers: perLayer(bits),
  /** share of the calibration images whose answer may get worse, estimated by the float network's own probabilities */
  maxLoss: z.number().gt(0).max(0.5).default(0.01),
});

const recipeSchema = z.strictObject({
  prune: pruneSchema.nullable().default(pruneSchema.parse({})),
  factorize: factorizeSchema.nullable().default(null),
  quantize: quantizeSchema.nullable().default(quantizeSchema.parse({})),
  cluster: clusterSchema.nullable().default(clusterSchema.parse({})),
});

export type Recipe = z.infer<typeof recipeSchema>;
export type PruneRecipe = z.infer<typeof pruneSchema>;
export type ClusterRecipe = z.infer<typeof clusterSchema>;

export const defaultRecipe: Recipe = recipeSchema.parse({});

/** Parses a recipe's YAML text. Throws RECIPE_INVALID listing every mistake with its key. */
export function parseRecipe(text: string, source: string): Recipe {
  let value: unknown;
  try {
    value = parse(text) ?? {};
  } catch (error) {
    throw invalid(source, [messageOf(error)]);
  }
  const result = recipeSchema.safeParse(value);
  if (!result.success) {
    throw invalid(
      source,
      result.error.issues.map((issue) => `${issue.path.join('.') || 'recipe'}: ${issue.message}`),
    );
  }
  const { cluster, quantize } = result.data;
  const asked = (value as { cluster?: { maxLoss?: unknown } }).cluster;
  if (cluster !== null && quantize === null && asked !== undefined) {
    throw invalid(source, ['cluster: shared values are int8 values; it needs the quantize step']);
  }
  if (typeof cluster?.bits === 'number' && asked?.maxLoss !== undefined) {
    throw invalid(source, ['cluster.maxLoss: steers "bits: auto" only; leave one of the two out']);
  }
  return result.data;
}

export async function readRecipe(file: string): Promise<Recipe> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new ZynqnetError('RECIPE_INVALID', `${file}: ${(error as Error).message}`, { cause: error });
  }
  return parseRecipe(text, file);
}

/** Refuses what this network does not have or cannot bear: unknown layers, ranks above the layer's. */
export function checkRecipe(recipe: Recipe, header: ModelHeader, source: string): void {
  const layers = new Map(convGeometries(header).map((conv) => [conv.op.name, conv]));
  const problems: string[] = [];
  const known = (key: string, names: Iterable<string>): void => {
    for (const name of names) {
      if (!layers.has(name)) {
        problems.push(`${key}.${name}: there is no such convolution; there are ${[...layers.keys()].join(', ')}`);
      }
    }
  };
  known('prune.weights.layers', Object.keys(recipe.prune?.weights?.layers ?? {}));
  known('prune.channels.layers', Object.keys(recipe.prune?.channels?.layers ?? {}));
  known('factorize.layers', Object.keys(recipe.factorize?.layers ?? {}));
  known('cluster.layers', Object.keys(recipe.cluster?.layers ?? {}));
  for (const name of Object.keys(recipe.prune?.channels?.layers ?? {})) {
    if (layers.get(name)?.wide) problems.push(`prune.channels.layers.${name}: its channels are the classes`);
  }
  for (const [name, choice] of Object.entries(recipe.factorize?.layers ?? {})) {
    const conv = layers.get(name);
    if (conv === undefined || !('rank' in choice)) continue;
    const max = Math.min(conv.outputs, conv.taps);
    if (choice.rank > max) {
      problems.push(`factorize.layers.${name}.rank: ${choice.rank} is above the layer's own, ${max}`);
    }
  }
  if (problems.length > 0) throw invalid(source, problems);
}

function invalid(source: string, problems: string[]): ZynqnetError {
  return new ZynqnetError(
    'RECIPE_INVALID',
    `${source} is no recipe for this network:\n${problems.map((p) => `  ${p}`).join('\n')}`,
  );
}
