import { describe, expect, it } from 'vitest';
import { DutyCycle } from '../../../../../daemon/camera/schedule/duty-cycle.js';

const rules = { saving: true, afterSeconds: 10, framesPerSecond: 1 };

/** Ten frames a second from `fromMs` on, all showing one class; how many were looked at. */
function run(duty: DutyCycle, fromMs: number, seconds: number, best: number, given = rules): number {
  let looked = 0;
  for (let ms = fromMs; ms < fromMs + seconds * 1000; ms += 100) {
    if (!duty.wants(given, ms)) continue;
    looked += 1;
    duty.saw(best, ms);
  }
  return looked;
}

describe('the duty cycle', () => {
  it('looks at all frames for a while, then at few, and at all again when something changes', () => {
    const duty = new DutyCycle(0);
    expect(run(duty, 0, 10, 1)).toBe(100);
    const saving = run(duty, 10_000, 20, 1);
    expect(saving).toBeGreaterThanOrEqual(19);
    expect(saving).toBeLessThanOrEqual(21);
    expect(duty.skipped).toBe(200 - saving);
    // another class is noticed within a second, and brings back the full rate
    expect(run(duty, 30_000, 5, 2)).toBeGreaterThanOrEqual(40);
    expect(duty.saving(rules, 36_000)).toBe(false);
  });

  it('skips nothing when it is off', () => {
    expect(run(new DutyCycle(0), 0, 100, 1, { ...rules, saving: false })).toBe(1000);
  });
});
