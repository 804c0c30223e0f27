/** Everything that can be wrong. */
export const alertIds = [
  'model',
  'camera',
  'preprocess',
  'inference',
  'delivery',
  'engine',
  'progress',
  'disk',
  'config',
  'metrics',
] as const;

export type AlertId = (typeof alertIds)[number];

/** One thing that is wrong now. Retained under `alert/<id>`; an empty message there means that it is over. */
export interface Alert {
  readonly id: string;
  readonly severity: 'warning' | 'error';
  readonly message: string;
  readonly since: string;
}

/** The alerts that are up. `changed` is called when one goes up or down, not when it is raised again the same. */
export class Alerts {
  readonly #up = new Map<AlertId, Alert>();
  readonly #changed: (id: AlertId, alert: Alert | null) => void;

  constructor(changed: (id: AlertId, alert: Alert | null) => void) {
    this.#changed = changed;
  }

  get current(): readonly Alert[] {
    return [...this.#up.values()];
  }

  raise(id: AlertId, severity: Alert['severity'], message: string): void {
    const before = this.#up.get(id);
    if (before?.message === message && before.severity === severity) return;
    const alert = { id, severity, message, since: before?.since ?? new Date().toISOString() };
    this.#up.set(id, alert);
    this.#changed(id, alert);
  }

  clear(id: AlertId): void {
    if (this.#up.delete(id)) this.#changed(id, null);
  }
}
