import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { haveBuild, zynqnetd } from '../support/daemon-process.js';
import { haveMosquitto } from '../support/mosquitto.js';

// Each starts programs, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), 'zynqnetd-tools-'));
const model = 'daemon/model/default/roadsigns.zqn';

describe.skipIf(!haveBuild)('the commands for a PC', () => {
  it('model inspect shows every layer, and the sums of what they cost', async () => {
    const { code, stdout } = await zynqnetd('model', 'inspect', '--json', model);
    expect(code).toBe(0);
    const { layers, totals, fileBytes, header } = JSON.parse(stdout);
    expect(fileBytes).toBe(statSync(model).size);
    const sum = (name: string) =>
      layers.reduce((total: number, layer: Record<string, number>) => total + (layer[name] ?? 0), 0);
    expect(totals).toMatchObject({ macs: sum('macs'), parameters: sum('parameters'), weights: sum('weights') });
    const text = (await zynqnetd('model', 'inspect', model)).stdout;
    expect(text).toContain(`${header.labels.length} classes`);
    for (const { name } of layers) expect(text).toContain(name);
  });

  it('model inspect compares topologies, and names those that there are', async () => {
    const { stdout } = await zynqnetd('model', 'inspect', '--compare', 'zynqnet', 'squeezenet-v1.1');
    expect(stdout).toMatch(/convolutions +26 +26\n/);
    const json = await zynqnetd('model', 'inspect', '--json', '--compare', 'zynqnet', 'squeezenet-v1.0');
    expect(JSON.parse(json.stdout)).toBeTruthy();
    const wrong = await zynqnetd('model', 'inspect', '--compare', 'nonsense');
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('squeezenet-v1.1') });
    expect((await zynqnetd('model', 'inspect')).code).toBe(2);
  });

  it('scene dump writes frames of the size asked for, with their truth, alike for the same seed', async () => {
    const dump = async (name: string, ...more: string[]) => {
      const out = join(folder, name);
      const ended = await zynqnetd('scene', 'dump', '--out', out, '--count', '4', '--size', '16', ...more);
      expect(ended).toMatchObject({ code: 0 });
      return out;
    };
    const [first, second] = [await dump('first'), await dump('second')];
    const frames = readFileSync(join(first, 'frames.u8'));
    expect(frames).toHaveLength(4 * 3 * 16 * 16);
    expect(frames.equals(readFileSync(join(second, 'frames.u8')))).toBe(true);
    expect(readFileSync(join(first, 'truth.csv'), 'utf8').trim().split('\n')).toHaveLength(1 + 4);
    const other = await dump('other', '--seed', '2');
    expect(frames.equals(readFileSync(join(other, 'frames.u8')))).toBe(false);
    const pictures = await dump('pictures', '--jpeg');
    expect(readdirSync(pictures).filter((name) => name.endsWith('.jpg'))).toHaveLength(4);
  });

  it.skipIf(!haveMosquitto)('bench pipeline takes the frames asked for through a broker', async () => {
    const args = ['bench', 'pipeline', '--small', '--frames', '60', '--engine-ms', '0'];
    const { code, stdout } = await zynqnetd(...args, '--json');
    expect(code).toBe(0);
    const figures = JSON.parse(stdout);
    expect(figures.frames).toBe(60);
    expect(figures.published).toBeGreaterThan(0);
    expect((await zynqnetd(...args)).stdout).toMatch(/^frames +60\nframesPerSecond +[\d.]+\n/);
  });
});
