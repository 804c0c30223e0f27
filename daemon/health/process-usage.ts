/** Memory and processor time of this process; CPU since the previous call. */
export class ProcessUsage {
  #cpu = process.cpuUsage();
  #atMs = performance.now();

  sample(): { rssMiB: number; cpuPercent: number } {
    const nowMs = performance.now();
    const { user, system } = process.cpuUsage(this.#cpu);
    const cpuPercent = (user + system) / 10 / Math.max(1, nowMs - this.#atMs);
    this.#cpu = process.cpuUsage();
    this.#atMs = nowMs;
    return {
      rssMiB: Math.round(process.memoryUsage.rss() / 104_857.6) / 10,
      cpuPercent: Math.round(cpuPercent * 10) / 10,
    };
  }
}
