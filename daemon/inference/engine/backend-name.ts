import { renewValue } from '../../config/renamed.js';

/** Backends that simulate an accelerator; each takes a preset: `rtl-zc706`. Alone they have `DEFAULT_PRESET`. */
export const SIMULATORS: readonly string[] = ['functional-sim', 'rtl'];

/** The name that a backend has now: `functional-sim-zybo` for `model-zybo`; any other name unchanged. */
export function currentBackendName(name: string): string {
  return renewValue('engine.backend', name);
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
