/**
 * What a configuration key is. Every key is defined with this, in keys/ or beside what it configures (the kinds of
 * camera): so nothing else of config is imported here.
 */
import { z } from 'zod';

/** What a change of a key costs: nothing, a restart of camera and engine, or a restart of the process. */
export type Effect = 'live' | 'pipeline' | 'process';

interface TargetFacts {
  readonly effect: Effect;
  /** Frames go through it: the frames that follow a change show whether it works. */
  readonly frames: boolean;
  /** It must be called to take up a change; otherwise it reads its keys when it next uses them. */
  readonly called: boolean;
}

/**
 * Everything that takes up the changed value of a key, in the order in which it does so. A key names one or more of
 * these as `applies`; what a change of the key costs follows from them.
 */
export const targets = {
  /** The value is read each time that it is used: nothing has to be re-applied. */
  nothing: { effect: 'live', frames: false, called: false },
  /** The recovery of an engine, which reads its keys at each step. */
  recovery: { effect: 'live', frames: true, called: false },
  /** The level of the log. */
  log: { effect: 'live', frames: false, called: true },
  /** When the camera is open, and which of its frames are used. */
  schedule: { effect: 'live', frames: false, called: true },
  /** The model is loaded, and the engine opened, again. */
  model: { effect: 'pipeline', frames: true, called: true },
  /** How a frame becomes the input of the network. */
  view: { effect: 'live', frames: true, called: true },
  /** The names of the classes. */
  labels: { effect: 'live', frames: true, called: true },
  /** The camera is opened again. */
  camera: { effect: 'pipeline', frames: true, called: true },
  /** Read once, at the start of the daemon: it restarts. */
  process: { effect: 'process', frames: false, called: false },
} as const satisfies Record<string, TargetFacts>;

export type Target = keyof typeof targets;

/** A target that must be called to take up a change. */
export type CalledTarget = { [T in Target]: (typeof targets)[T]['called'] extends true ? T : never }[Target];

/** In the order in which they are called. */
export const calledTargets = (Object.keys(targets) as Target[]).filter(
  (name): name is CalledTarget => targets[name].called,
);

const strength: readonly Effect[] = ['live', 'pipeline', 'process'];

/** The effect of a change that all these targets take up: the strongest of theirs. */
export function effectOfTargets(names: Iterable<Target>): Effect {
  const strongest = Math.max(0, ...Array.from(names, (name) => strength.indexOf(targets[name].effect)));
  return strength[strongest] ?? 'process';
}

/** The part of the local file that decides what messages may set. */
export interface LocalSettings {
  readonly device: { readonly stateFolder: string | null; readonly allowedDevices: readonly string[] };
  readonly model: { readonly folder: string | null };
}

/** Whether the frames that follow a change show that it works. */
export function showInFrames(names: Iterable<Target>): boolean {
  return Array.from(names).some((name) => targets[name].frames);
}

/** What a message may set a key to, where that is less than the local file may. */
export interface RemoteRule {
  /** The rule in words, for people who read the schema. */
  readonly words: string;
  /** Says what is wrong with a value that a message gives, or nothing. `local` is the local file alone. */
  readonly check: (value: unknown, local: LocalSettings) => string | undefined;
  /** The same, for what is only asked when the change is made and not again at each start. */
  readonly checkAtChange?: (value: unknown, local: LocalSettings) => string | undefined;
}

interface KeyOptions<T extends z.ZodType> {
  readonly default: z.output<T>;
  /** What takes up a changed value. */
  readonly applies: Target | readonly Target[];
  /** One or two sentences for people. */
  readonly doc: string;
  /**
   * False: only the local file may set it, never a message (addresses, paths, credentials, commands). A rule: messages
   * may set what the rule allows. Left out: messages may set what the local file may.
   */
  readonly remote?: false | RemoteRule;
}

/** What a key says about itself besides its type and default. */
export interface KeyDefinition {
  readonly doc: string;
  readonly applies: readonly Target[];
  readonly effect: Effect;
  readonly remote: boolean;
  readonly rule: RemoteRule | undefined;
}

const definitions = new WeakMap<z.ZodType, KeyDefinition>();
const groups = new WeakMap<z.ZodType, z.ZodRawShape>();

/** A configuration key: everything that is known about it. */
export function key<T extends z.ZodType>(schema: T, options: KeyOptions<T>) {
  const { doc, remote = true } = options;
  const applies = [options.applies].flat();
  const rule = typeof remote === 'object' ? remote : undefined;
  const definition = { doc, applies, effect: effectOfTargets(applies), remote: remote !== false, rule };
  // What the JSON Schema shows, too.
  const meta = { description: doc, effect: definition.effect, remote: definition.remote };
  const made = schema.default(options.default as never).meta(rule ? { ...meta, remoteRule: rule.words } : meta);
  definitions.set(made, definition);
  return made;
}

/** A group of keys; leaving the group out means all its defaults, a key that it does not know is an error. */
export function section<Shape extends z.ZodRawShape>(doc: string, shape: Shape) {
  const made = z
    .strictObject(shape)
    .prefault({} as never)
    .meta({ description: doc });
  groups.set(made, shape);
  return made;
}

/** What a key of the schema says about itself; undefined for anything that is not a key. */
export function definitionOf(schema: z.ZodType): KeyDefinition | undefined {
  return definitions.get(schema);
}

/** The keys and groups of a group of the schema; undefined for anything else. */
export function membersOf(schema: z.ZodType): z.ZodRawShape | undefined {
  return groups.get(schema);
}

/** A path of the local file system. */
export const path = z.string().min(1).max(4096);

export const port = z.int().min(1).max(65_535);
