/** What a check has found. `failed`: it does not work; `warning`: it works, but not as it should; `skipped`: not looked at. */
export type State = 'ok' | 'warning' | 'failed' | 'skipped';

export interface Finding {
  readonly state: State;
  /** What was found, in words and figures; of a skipped check the reason. */
  readonly found: string;
  /** The command (or the one thing to do) that remedies it. */
  readonly remedy?: string;
  /**
   * Whether checks that need this one may run. Default: unless it failed or was skipped. False beside `warning` means
   * that it is not certain enough to touch hardware on the strength of it.
   */
  readonly holds?: boolean;
}

export const ok = (found: string): Finding => ({ state: 'ok', found });
export const warning = (found: string, remedy: string): Finding => ({ state: 'warning', found, remedy });
export const failed = (found: string, remedy: string): Finding => ({ state: 'failed', found, remedy });
export const skipped = (reason: string): Finding => ({ state: 'skipped', found: reason });

/** A warning on which nothing may build. */
export const uncertain = (found: string, remedy: string): Finding => ({
  state: 'warning',
  found,
  remedy,
  holds: false,
});

export function holds(finding: Finding): boolean {
  return finding.holds ?? (finding.state === 'ok' || finding.state === 'warning');
}

/** A finding under the name of its check. */
export interface Result extends Finding {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  readonly durationMs: number;
}
