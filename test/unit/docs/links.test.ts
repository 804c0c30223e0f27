import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { boards } from '../../support/boards.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const pages = [
  'README.md',
  'boards/README.md',
  'deploy/meta-zynqnetd/README.md',
  ...readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** As GitHub makes it from a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

const anchors = (file: string) => [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));

test.each(pages)('%s: its links lead somewhere', (page) => {
  for (const [, link = ''] of read(page).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)) {
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? page : path.join(path.dirname(page), file);
    expect(existsSync(path.join(root, target)), link).toBe(true);
    if (anchor !== undefined) expect(anchors(target), link).toContain(anchor);
  }
});

test.each(pages)('%s: npm scripts that it names exist', (page) => {
  const { scripts } = JSON.parse(read('package.json'));
  for (const [, name = ''] of read(page).matchAll(/npm run ([\w:-]+)/g)) expect(scripts[name], name).toBeDefined();
});

describe.each(boards.map(({ name }) => name))('the page of %s', (board) => {
  const page = read(`docs/boards/${board}.md`);

  test('builds, packs and installs for this board and no other', () => {
    expect(page).toContain(`build.tcl -tclargs ${board}\n`);
    expect(page).toContain(`ZYNQNETD_BOARD = "${board}"`);
    expect(page).toContain(`npm run bundle -- --board ${board} --node`);
    expect(page).toContain(`--bitstream build/vivado/${board}/${board}.bit.bin`);
  });

  test("uses options that the installer has, and the crystal's frequency of the device tree", () => {
    const installer = read('deploy/install.sh');
    const options = [...page.matchAll(/deploy\/install\.sh .*/g)].flatMap(([line]) => line.match(/--[a-z-]+/g) ?? []);
    expect(options.length).toBeGreaterThan(4);
    for (const option of options) expect(installer).toContain(option);
    const [, hertz] = /ps-clk-frequency = <(\d+)>/.exec(read(`boards/${board}/zynqnetd-board.dtsi`)) ?? [];
    expect(page).toContain(`${Math.round(Number(hertz) / 10_000) / 100} MHz`);
  });
});
