import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { boards } from '../../support/boards.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const program = path.join(root, 'deploy/generate/boards.mjs');
const generate = (...args: string[]) => spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
/** Plain JavaScript without declarations. */
const { outputs }: { outputs: (checkout: string) => Record<string, string> } = await import(
  path.join(root, 'deploy/generate/outputs.mjs')
);

test('everything generated from boards and presets is up to date', () => {
  const { status, stderr } = generate('--check');
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('the bundle names every board when asked for another', () => {
  const bundle = path.join(root, 'deploy/bundle/bundle.mjs');
  const { status, stderr } = spawnSync(process.execPath, [bundle, '--board', 'no-such-board'], { encoding: 'utf8' });
  expect(status).toBe(2);
  const [, names = ''] = /expected --board as (.*)/.exec(stderr) ?? [];
  expect(names.split(', ').sort()).toEqual(boards.map(({ name }) => name).sort());
});

describe('a checkout', () => {
  let checkout: string;
  const text = (file: string) => readFileSync(path.join(checkout, file), 'utf8');
  const put = (file: string, content: string) => writeFileSync(path.join(checkout, file), content);
  const check = () => generate('--check', '--root', checkout);
  const inputs = ['boards', 'firmware', 'docs/boards', 'README.md', 'deploy/install.sh'];

  beforeEach(() => {
    checkout = mkdtempSync(path.join(tmpdir(), 'zynqnetd-boards-'));
    for (const input of inputs) cpSync(path.join(root, input), path.join(checkout, input), { recursive: true });
  });
  afterEach(() => rmSync(checkout, { recursive: true, force: true }));

  /** Writes one board's file with something else in it. */
  function change(board: string, edit: (json: ReturnType<typeof JSON.parse>) => void) {
    const file = `boards/${board}/board.json`;
    const json = JSON.parse(text(file));
    edit(json);
    put(file, JSON.stringify(json));
  }

  test('with a stale file is refused, and the file is named', () => {
    put('firmware/vivado/boards.tcl', `${text('firmware/vivado/boards.tcl')}#`);
    put('boards/zc706/zynqnetd-board.dtsi', '');
    const { status, stderr } = check();
    expect(status).toBe(1);
    expect(stderr).toContain('firmware/vivado/boards.tcl is out of date: run npm run generate\n');
    expect(stderr).toContain('boards/zc706/zynqnetd-board.dtsi is out of date: run npm run generate\n');
  });

  test('gets a board that shares a preset by one folder', () => {
    cpSync(path.join(checkout, 'boards/zybo-z7-20'), path.join(checkout, 'boards/other'), { recursive: true });
    change('other', (board) => {
      board.title = 'Other';
      board.crystalHz = 50_000_000;
    });
    put('boards/other/extra.dtsi', '&usb0 {\n\tdr_mode = "host";\n};\n');
    expect(generate('--root', checkout).status).toBe(0);
    expect(check().status).toBe(0);
    expect(text('firmware/vivado/boards.tcl')).toContain(
      'other {part xc7z020clg400-1 clockMHz 150 ports 4 top zynqnet_zybo_z7_20 ',
    );
    expect(text('deploy/install.sh')).toContain('"other 3727093"');
    expect(text('README.md')).toContain('| [Other](docs/boards/other.md) | XC7Z020 | 384 at 150 MHz |');
    expect(text('docs/boards/README.md')).toContain('| [Other](other.md) |');
    expect(text('docs/boards/other.md')).toContain('npm run bundle -- --board other --node');
    const tree = text('boards/other/zynqnetd-board.dtsi');
    expect(tree).toContain('ps-clk-frequency = <50000000>;');
    expect(tree).toContain('&usb0 {\n\tdr_mode = "host";\n};\n');
  });

  test('loses what was generated for a board and a preset that are gone', () => {
    put('docs/boards/gone.md', text('docs/boards/zybo.md'));
    put('docs/boards/of-people.md', 'What people have written.');
    put('firmware/rtl/presets/zynqnet_gone.sv', text('firmware/rtl/presets/zynqnet_zybo.sv'));
    const { status, stderr } = check();
    expect(status).toBe(1);
    expect(stderr).toContain('docs/boards/gone.md belongs to no board');
    expect(stderr).toContain('firmware/rtl/presets/zynqnet_gone.sv belongs to no board');
    expect(generate('--root', checkout).status).toBe(0);
    expect(check()).toMatchObject({ status: 0, stderr: '' });
    expect(text('docs/boards/of-people.md')).toBe('What people have written.');
  });

  /** What is written into the board's file, and what is said of it. */
  const mistakes: [string, (board: ReturnType<typeof JSON.parse>) => void, string][] = [
    ['lacks a key', (b) => delete b.part, 'part: this key is missing'],
    ['lacks a key of a part', (b) => delete b.page.power, 'page.power: this key is missing'],
    ['has a key that nothing reads', (b) => Object.assign(b, { colour: 'red' }), 'Unrecognized key: "colour"'],
    ['has a number as text', (b) => Object.assign(b.memory, { megabytes: '512' }), 'memory.megabytes: Invalid input'],
    ['has a part as Vivado writes it', (b) => Object.assign(b, { part: 'xc7z010clg400-1' }), 'part: expected the chip'],
    ['names no preset', (b) => Object.assign(b, { preset: 'zed' }), "preset: there is no 'zed'; there are "],
    [
      'names no chip',
      (b) => Object.assign(b, { part: 'XC7Z099-1CLG400C' }),
      'part: firmware/chips.json has no xc7z099',
    ],
    [
      'has a preset too large',
      (b) => Object.assign(b, { preset: 'zybo-z7-20' }),
      'part: too small for preset zybo-z7-20: has 17600 of 53200 luts, 80 of 220 dsps, 60 of 140 brams',
    ],
    [
      'is too slow',
      (b) => Object.assign(b, { part: 'XC7Z045-1FFG900C', preset: 'zc706' }),
      'part: speed grade 1, preset zc706 needs 2',
    ],
    ['has too little memory', (b) => Object.assign(b.memory, { megabytes: 256 }), 'memory.megabytes: less than'],
  ];

  /** What is said of a checkout that is refused, line by line. */
  function problems(): string[] {
    try {
      outputs(checkout);
    } catch (error) {
      return error instanceof Error ? error.message.split('\n') : [];
    }
    return [];
  }

  test.each(mistakes)('with a board that %s is refused, and file and key are named', (_, edit, message) => {
    change('zybo', edit);
    expect(problems()).toEqual([expect.stringContaining(`boards/zybo/board.json: ${message}`)]);
  });

  test('with mistakes in several files has all of them named', () => {
    change('zybo', (board) => delete board.title);
    change('zc706', (board) => delete board.crystalHz);
    rmSync(path.join(checkout, 'boards/zc706/zynqnetd.yaml'));
    put('firmware/presets/zybo.json', text('firmware/presets/zybo.json').replace('"ports": 1', '"ports": 5'));
    expect(problems().sort()).toEqual([
      'boards/zc706/board.json: crystalHz: this key is missing',
      'boards/zc706/zynqnetd.yaml: this file is missing',
      'boards/zybo/board.json: title: this key is missing',
      expect.stringMatching(/^firmware\/presets\/zybo\.json: ports: /),
    ]);
    const { status, stderr } = check();
    expect(status).toBe(1);
    expect(stderr).toContain('boards/zybo/board.json: title: this key is missing\n');
  });

  test('with a folder that has no board.json, or one that is not JSON, is refused', () => {
    put('boards/zc706/board.json', '{');
    expect(problems()).toEqual([expect.stringMatching(/^boards\/zc706\/board\.json: /)]);
    rmSync(path.join(checkout, 'boards/zc706/board.json'));
    expect(problems()).toEqual(['boards/zc706/board.json: this file is missing']);
  });

  test('whose installer or page has lost the place for generated text is refused', () => {
    put('deploy/install.sh', text('deploy/install.sh').replace('end of bitstreams', ''));
    expect(problems()).toEqual([expect.stringContaining("deploy/install.sh: expected lines 'generated: bitstreams'")]);
  });
});
