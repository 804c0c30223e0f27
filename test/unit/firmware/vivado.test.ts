import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { boards, presetOf, vivadoPart } from '../../support/boards.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const noTclsh = spawnSync('tclsh', { input: '' }).error !== undefined;
const folder = mkdtempSync(join(tmpdir(), 'zynqnet-vivado-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const build = (board: string) =>
  spawnSync('tclsh', [join(root, 'firmware/vivado/check.tcl'), board, join(folder, board)], { encoding: 'utf8' });

describe.skipIf(noTclsh)('Vivado scripts, run by tclsh with Vivado left out', () => {
  for (const board of boards) {
    const { name } = board;
    test(`${name}: part, clock, ports and files are those of the board and of its preset`, () => {
      const part = vivadoPart(board.part);
      const { clockMHz, ports, name: preset } = presetOf(board);
      const { status, stdout, stderr } = build(name);
      expect(stderr).toBe('');
      expect(status).toBe(0);
      expect(stdout).toContain(`create_project -force -part ${part} package`);
      expect(stdout).toContain(`create_project -force -part ${part} system`);
      expect(stdout).toContain(`PCW_FPGA0_PERIPHERAL_FREQMHZ ${clockMHz} `);
      expect(stdout.match(/S_AXI_HP\d_DATA_WIDTH 64/g)).toHaveLength(ports);
      for (let port = 0; port < ports; port += 1) {
        expect(stdout).toContain(`connect_bd_intf_net accelerator/m${port}_axi memory${port}/S_AXI`);
        expect(stdout).toContain(`connect_bd_intf_net memory${port}/M_AXI ps7/S_AXI_HP${port}`);
      }
      expect(stdout).toContain('connect_bd_net accelerator/irq_o ps7/IRQ_F2P');
      const [, files = ''] = /^add_files -norecurse (.*)$/m.exec(stdout) ?? [];
      expect(files).toContain(`presets/zynqnet_${preset.replace(/-/g, '_')}.sv`);
      expect(files.split(' ').filter((file) => !existsSync(file))).toEqual([]);
      expect(stdout).toMatch(/write_bitstream -force .*\.bit\n/);
      expect(stdout).toMatch(/write_hw_platform .*\.xsa\n/);
      expect(stdout).toMatch(/exec bootgen -arch zynq -image .*\.bif -process_bitstream bin/);
    });
  }

  test('the registers lie where the device tree says', () => {
    const dts = readFileSync(join(root, 'firmware/dts/zynqnetd.dtsi'), 'utf8');
    const [, address] = /zynqnetd_pl: zynqnetd@([0-9a-f]+)/.exec(dts) ?? [];
    for (const { name } of boards) {
      expect(build(name).stdout.toLowerCase()).toContain(`assign_bd_address -offset 0x${address} -range 64k`);
    }
  });

  test('an unknown board ends with the names of those there are', () => {
    const { status, stderr } = build('no-such-board');
    expect(status).toBe(2);
    const [, names = ''] = /unknown board 'no-such-board'; there are (.*)/.exec(stderr) ?? [];
    expect(names.split(', ').sort()).toEqual(boards.map(({ name }) => name).sort());
  });
});
