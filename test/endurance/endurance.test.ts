import { describe, expect, it } from 'vitest';
import { haveBuild } from '../integration/support/daemon-process.js';
import { haveMosquitto } from '../integration/support/mosquitto.js';
import { type Fault, faults } from './faults.js';
import { growth, type Row, table } from './report.js';
import { framesPerSecond, pause, Rig } from './rig.js';

// `npm run test:endurance -- --minutes N`; without it each fault strikes once.
const minutes = Number(process.env.ZYNQNETD_ENDURANCE_MINUTES ?? 0);
const long = minutes > 0;
const holdMs = long ? 6000 : 2000;
const restMs = long ? 4000 : 500;
/** For shorter runs memory still settles. */
const leastMinutesForMemory = 5;
const mostGrowthMiB = 10;

/** Seconds until service was back; Infinity when that took far too long. */
async function strike(fault: Fault, rig: Rig): Promise<number> {
  rig.takeLongestGapMs();
  await fault.strike(rig, holdMs);
  const endMs = performance.now();
  const endUtcMs = Date.now();
  const { back } = fault;
  if (back === 'longest gap') return rig.takeLongestGapMs() / 1000;
  const patience = pause(fault.limitSeconds * 3000 + 30_000).then(() => 'too late');
  const isBack =
    back === 'next result'
      ? until(() => rig.capturedAtMs > endUtcMs || !rig.daemonRuns)
      : back(rig).then(() => undefined);
  const outcome = await Promise.race([isBack, patience]);
  return outcome === 'too late' ? Number.POSITIVE_INFINITY : (performance.now() - endMs) / 1000;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(10);
}

describe.skipIf(!haveBuild || !haveMosquitto)('the daemon among faults', () => {
  it('is back within its limit after each, has delivered every event in order, and has not grown', {
    timeout: (minutes + 5) * 60_000,
  }, async () => {
    const rig = await Rig.start();
    const chosen = faults.filter(({ needsDisk }) => !needsDisk || rig.hasDisk);
    const rows: Row[] = chosen.map(({ name, limitSeconds }) => ({ fault: name, limitSeconds, seconds: [] }));
    const rss: number[] = [];
    const files: number[] = [];
    await until(() => rig.ledger.last >= 5);
    const endMs = performance.now() + minutes * 60_000;
    do {
      for (const [index, fault] of chosen.entries()) {
        rows[index]?.seconds.push(await strike(fault, rig));
        if (!rig.daemonRuns) break;
        const before = rig.ledger.last;
        await until(() => rig.ledger.last > before || !rig.daemonRuns);
        await pause(restMs);
        rss.push(rig.rssMiB);
        files.push(rig.openFiles);
      }
      // Lines of a run that is cut short are worth something too.
      if (long) console.log(`${Math.round((endMs - performance.now()) / 1000)} s to go, ${rig.ledger.last} events`);
    } while (performance.now() < endMs && rig.daemonRuns);

    await until(() => rig.alertsUp.size === 0 || !rig.daemonRuns);
    const health = rig.health;
    const code = await rig.stop();
    const { ledger, results } = rig;
    console.log(`${table(rows)}

camera ${framesPerSecond} frames/s, ${health?.frames.classified} classified, ${results} results seen
events ${ledger.last}, missing ${ledger.gaps.length}, delivered again ${ledger.repeats}, dropped ${health?.events.dropped}
RSS ${rss[0]?.toFixed(1)} MiB at first, ${rss.at(-1)?.toFixed(1)} MiB at last, growth ${growth(rss).toFixed(2)} MiB
open files ${files[0]} at first, ${files.at(-1)} at last; connections to the broker ${health?.mqtt.connects}
engine ${JSON.stringify(health?.engine)}
alerts raised and cleared: ${[...rig.alertsSeen].sort().join(', ')}${rig.hasDisk ? '' : '\ndisk full: skipped, no small disk can be mounted here'}
`);
    for (const { fault, limitSeconds, seconds } of rows) {
      // How soon is for the long run to judge: beside other tests a machine may be slow.
      expect(Math.max(...seconds), fault).toBeLessThanOrEqual(long ? limitSeconds : Number.MAX_VALUE);
    }
    expect(ledger.gaps).toEqual([]);
    expect(ledger.wrongChains).toEqual([]);
    expect(health?.events.dropped).toBe(0);
    expect([...rig.alertsSeen]).toEqual(expect.arrayContaining(['camera', 'engine']));
    expect(code).toBe(0);
    if (minutes >= leastMinutesForMemory) {
      expect(growth(rss)).toBeLessThan(mostGrowthMiB);
      expect(growth(files)).toBeLessThan(2);
    }
  });
});
