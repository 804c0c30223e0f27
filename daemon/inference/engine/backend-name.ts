/** Backends that simulate an accelerator; each takes a preset: `rtl-zc706`. Alone they are a zybo-z7-20. */
export const SIMULATORS: readonly string[] = ['functional-sim', 'rtl'];

/** Names that configurations and scripts of earlier releases may hold: `functional-sim` was `model`. */
const renamed = new Map([['model', 'functional-sim']]);

/** The name that a backend has now: `functional-sim-zybo` for `model-zybo`; any other name unchanged. */
export function currentBackendName(name: string): string {
  for (const [old, now] of renamed) {
    if (name === old || name.startsWith(`${old}-`)) return now + name.slice(old.length);
  }
  return name;
}

export interface NamedBackend {
  /** As the addon knows it. */
  readonly backend: string;
  /** The build that a simulator is to be. */
  readonly preset?: string;
}

/** `functional-sim-zybo` is the backend `functional-sim` with the preset `zybo`. */
export function parseBackend(name: string): NamedBackend {
  const current = currentBackendName(name);
  const simulator = SIMULATORS.find((known) => current.startsWith(`${known}-`));
  if (simulator === undefined) return { backend: current };
  return { backend: simulator, preset: current.slice(simulator.length + 1) };
}

export function isSimulated(name: string): boolean {
  return SIMULATORS.includes(parseBackend(name).backend);
}
