// The table: one row a claim, in the order they are proven; a row that fails does not hide the ones after it.

export class Report {
  #rows = [];
  #started = performance.now();

  /** Runs `prove`; what it resolves to is shown beside the claim. A failed row's `needs` are skipped. */
  async row(claim, prove, { needs = [] } = {}) {
    const broken = needs.find((name) => this.#rows.find((row) => row.claim === name)?.state !== 'ok');
    if (broken !== undefined) return this.#add({ claim, state: 'skipped', shown: `needs "${broken}"`, seconds: 0 });
    const began = performance.now();
    try {
      const shown = (await prove()) ?? '';
      return this.#add({ claim, state: 'ok', shown: String(shown), seconds: (performance.now() - began) / 1000 });
    } catch (error) {
      const shown = error instanceof Error ? error.message : String(error);
      return this.#add({ claim, state: 'FAILED', shown, seconds: (performance.now() - began) / 1000 });
    }
  }

  #add(row) {
    this.#rows.push(row);
    const time = row.seconds < 0.05 ? '' : `${row.seconds.toFixed(1)} s`;
    process.stdout.write(`${row.state.padEnd(8)}${time.padStart(8)}  ${row.claim}\n`);
    for (const line of row.shown.split('\n').filter(Boolean).slice(0, 40))
      process.stdout.write(`${' '.repeat(18)}${line}\n`);
    return row.state === 'ok';
  }

  /** Prints the sums and returns them; no row at all is a failure. */
  finish() {
    const count = (state) => this.#rows.filter((row) => row.state === state).length;
    const [passed, failed, skipped] = [count('ok'), count('FAILED'), count('skipped')];
    const minutes = ((performance.now() - this.#started) / 60_000).toFixed(1);
    process.stdout.write(
      `\n${minutes} minutes\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
    );
    return { passed, failed: this.#rows.length > 0 ? failed : 1, skipped };
  }
}
