import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { doctor, FakeBoard, interrupts } from '../support/board.js';

let board: FakeBoard;
beforeEach(() => {
  board = new FakeBoard();
});
afterEach(() => board.dispose());

const touching = ['build', 'copy', 'answer'];

test('a healthy board: everything is ok', async () => {
  let count = 17;
  const found = await doctor(board, {
    answers: {
      answer: () => {
        count += 2;
        board.write('/proc/interrupts', interrupts(count));
        return { ...goodAnswer };
      },
    },
  });
  expect(found.results.filter(({ state }) => state !== 'ok' && state !== 'skipped')).toEqual([]);
  expect(found.results.filter(({ state }) => state === 'skipped').map(({ id }) => id)).toEqual(['tls']);
  expect(found.of('board').found).toBe('Digilent Zybo Z7 board, Linux 6.1.30-xilinx');
  expect(found.of('uio').found).toBe("uio1 'zynqnetd', 64 KiB at 0x43c00000, 17 interrupts so far");
  expect(found.of('memory').found).toBe('32 MiB at 0x1c000000 (udmabuf-zynqnetd)');
  expect(found.of('ports').found).toBe('HP0, HP1, HP2, HP3: 64 bits');
  expect(found.of('answer').found).toContain("all 44 outputs equal neon's, 1 ms");
});

const goodAnswer = {
  ...{ model: 'roadsigns', backend: 'fpga', reference: 'neon', equal: true, outputs: 44, differing: 0 },
  ...{ cycles: 150_000, clockMHz: 150, lostInterrupts: 0 },
};

describe('before an address of the FPGA is touched', () => {
  const stoppers: readonly [string, string, (board: FakeBoard) => void, Record<string, unknown>?][] = [
    ['the FPGA is not configured', 'fpga', (it) => it.write('/sys/class/fpga_manager/fpga0/state', 'power off\n')],
    ['there is no FPGA manager', 'fpga', (it) => it.remove('/sys/class/fpga_manager')],
    ['there is no UIO device of our name', 'uio', (it) => it.remove('/sys/class/uio/uio1')],
    ['the window is too small', 'uio', (it) => it.write('/sys/class/uio/uio1/maps/map0/size', '0x800')],
  ];
  for (const [name, check, spoil] of stoppers) {
    for (const backend of ['auto', 'fpga', 'cpu']) {
      test(`${name}, backend ${backend}: nothing is touched`, async () => {
        spoil(board);
        const asked: string[] = [];
        const found = await doctor(board, { asked, config: { engine: { backend } } });
        expect(asked.filter((call) => touching.includes(call))).toEqual([]);
        expect(found.of(check).state).toMatch(backend === 'fpga' ? /^failed$/ : /^(warning|failed)$/);
        expect(found.of(check).remedy).toBeTruthy();
        expect(found.of('bitstream')).toMatchObject({ state: 'skipped' });
        expect(found.of('copy').found).toBe(found.of('bitstream').found);
      });
    }
  }

  test('a stopped clock, closed level shifters and a held reset each stop it', async () => {
    const good = { clockMHz: 150, clockRuns: true, levelShifters: true, inReset: false, ports: [] };
    for (const [bad, text] of [
      [{ clockRuns: false }, 'FCLK0 at 150 MHz is stopped'],
      [{ levelShifters: false }, 'level shifters'],
      [{ inReset: true }, 'held in reset'],
    ] as const) {
      const asked: string[] = [];
      const found = await doctor(board, { asked, answers: { processingSystem: () => ({ ...good, ...bad }) } });
      expect(found.of('clock')).toMatchObject({ state: 'failed', found: expect.stringContaining(text) });
      expect(found.of('bitstream').found).toBe("'Fabric clock' has failed");
      expect(asked.filter((call) => touching.includes(call))).toEqual([]);
    }
  });

  test('a clock of which nothing is known stops it too', async () => {
    const asked: string[] = [];
    const processingSystem = () => {
      throw new Error('no /dev/mem');
    };
    const found = await doctor(board, { asked, answers: { processingSystem } });
    expect(found.of('clock')).toMatchObject({ state: 'warning', found: expect.stringContaining('no /dev/mem') });
    expect(found.of('bitstream')).toMatchObject({ state: 'skipped', found: "'Fabric clock' is not certain" });
    expect(asked.filter((call) => touching.includes(call))).toEqual([]);

    board.write('/sys/kernel/debug/clk/fclk0/clk_rate', '150000000\n');
    board.write('/sys/kernel/debug/clk/fclk0/clk_enable_count', '1\n');
    expect((await doctor(board, { answers: { processingSystem } })).of('clock').state).toBe('ok');
    board.write('/sys/kernel/debug/clk/fclk0/clk_enable_count', '0\n');
    expect((await doctor(board, { answers: { processingSystem } })).of('clock').state).toBe('failed');

    board.remove('/sys/kernel/debug');
    board.write('/proc/device-tree/axi/slcr@f8000000/clkc@100/fclk-enable', Buffer.from([0, 0, 0, 1]));
    expect((await doctor(board, { answers: { processingSystem } })).of('clock').state).toBe('ok');
    board.write('/proc/device-tree/axi/slcr@f8000000/clkc@100/fclk-enable', Buffer.from([0, 0, 0, 2]));
    expect((await doctor(board, { answers: { processingSystem } })).of('clock').state).toBe('warning');
  });

  test('a running daemon is not disturbed, but its bitstream may be read', async () => {
    board.process(312, 'node /opt/zynqnetd/current/app/dist/daemon/cli/main.js run -c x', '/dev/uio1');
    const asked: string[] = [];
    const found = await doctor(board, { asked });
    expect(found.of('free').found).toBe('in use by process 312 (zynqnetd run), which is not disturbed');
    expect(found.of('free').remedy).toBe('/etc/init.d/zynqnetd stop; zynqnetd doctor');
    expect(found.of('copy')).toMatchObject({ state: 'skipped', found: found.of('free').found });
    expect(asked).toContain('build');
    expect(asked).not.toContain('copy');
    expect(asked).not.toContain('answer');
    board.write('/run/systemd/system/x', '');
    expect((await doctor(board)).of('free').remedy).toBe('systemctl stop zynqnetd; zynqnetd doctor');
  });
});

describe('the remedy', () => {
  const remedyOf = async (id: string) => (await doctor(board)).of(id).remedy;

  test('an FPGA without a bitstream: by the kernel, by the installer, by BOOT.BIN', async () => {
    board.write('/sys/class/fpga_manager/fpga0/state', 'unknown');
    expect(await remedyOf('fpga')).toBe(
      'echo 0 > /sys/class/fpga_manager/fpga0/flags; echo zynqnetd.bit.bin > /sys/class/fpga_manager/fpga0/firmware',
    );
    board.remove('/sys/class/fpga_manager/fpga0/firmware');
    expect(await remedyOf('fpga')).toContain('BOOT.BIN');
    board.remove('/lib/firmware');
    expect(await remedyOf('fpga')).toBe('deploy/install.sh root@BOARD --bitstream FILE.bit.bin');
  });

  test('no UIO device: the node, the command line, or the log', async () => {
    board.remove('/sys/class/uio/uio1');
    expect(await remedyOf('uio')).toBe('dmesg | grep -i uio');
    board.write('/proc/cmdline', 'console=ttyPS0');
    expect(await remedyOf('uio')).toContain('uio_pdrv_genirq.of_id=generic-uio');
    board.remove('/proc/device-tree/zynqnetd@43c00000');
    expect(await remedyOf('uio')).toContain('firmware/dts/zynqnetd.dtsi');
    const found = (await doctor(board)).of('uio').found;
    expect(found).toContain("there are 'axi-pmon'");
  });

  test('a node under a bus counts as well', async () => {
    board.remove('/sys/class/uio/uio1').remove('/proc/device-tree/zynqnetd@43c00000');
    board.write('/proc/device-tree/amba_pl/zynqnetd@43c00000/reg', '');
    expect((await doctor(board)).of('uio').found).toContain('though the device tree has its node');
  });

  test('no DMA memory: the node, its cells, the module', async () => {
    board.remove('/sys/class/u-dma-buf');
    expect((await doctor(board)).of('memory')).toMatchObject({ state: 'failed', remedy: 'modprobe u-dma-buf' });
    board.write('/sys/module/u_dma_buf/version', '4.6.1');
    expect(await remedyOf('memory')).toBe('dmesg | grep -i dma-buf');
    board.write('/proc/device-tree/#address-cells', Buffer.from([0, 0, 0, 2]));
    expect((await doctor(board)).of('memory').found).toContain('64-bit addresses');
    board.remove('/proc/device-tree/udmabuf-zynqnetd');
    expect(await remedyOf('memory')).toContain('firmware/dts/zynqnetd.dtsi');
  });
});

describe('DMA memory', () => {
  test('without the module: the second map of the UIO device', async () => {
    board.remove('/sys/class/u-dma-buf/udmabuf-zynqnetd');
    board.write('/sys/class/uio/uio1/maps/map1/addr', '0x1c000000');
    board.write('/sys/class/uio/uio1/maps/map1/size', '0x02000000');
    const { state, found } = (await doctor(board)).of('memory');
    expect([state, found]).toEqual(['ok', '32 MiB at 0x1c000000 (second map of uio1, uncached)']);
  });

  const folder = '/sys/class/u-dma-buf/udmabuf-zynqnetd';
  for (const [name, file, value, state, text] of [
    ['not page-aligned', 'phys_addr', '0x1c000800', 'failed', 'not at the start of a page'],
    ['out of reach', 'phys_addr', '0x3f000000', 'failed', 'beyond the memory'],
    ['coherent', 'dma_coherent', '1', 'failed', 'marked coherent'],
    ['small', 'size', '8388608', 'warning', 'large models may not fit'],
  ] as const) {
    test(name, async () => {
      board.write(`${folder}/${file}`, value);
      expect((await doctor(board)).of('memory')).toMatchObject({ state, found: expect.stringContaining(text) });
    });
  }

  test('the older module names its folder udmabuf', async () => {
    board.write('/sys/class/udmabuf/udmabuf-zynqnetd/phys_addr', '0x1c000000');
    board.write('/sys/class/udmabuf/udmabuf-zynqnetd/size', '33554432');
    board.remove('/sys/class/u-dma-buf');
    expect((await doctor(board)).of('memory').state).toBe('ok');
  });
});

describe('the bitstream', () => {
  const build = {
    ...{ id: 0x5a4e4131, major: 1, minor: 0, preset: 'zybo-z7-20' },
    ...{ clockMHz: 150, multipliers: 384, ports: 4 },
  };
  for (const [name, change, state, text] of [
    ['another one', { id: 0xdeadbeef }, 'failed', '0xdeadbeef answers where'],
    ['another version', { major: 2 }, 'failed', 'version 2.0, but this driver speaks 1.x'],
    ['a newer minor version', { minor: 3 }, 'ok', 'version 1.3'],
    ['too fast a clock', { clockMHz: 125 }, 'failed', 'too fast'],
    ['too slow a clock', { clockMHz: 200 }, 'warning', 'slower than it could be'],
  ] as const) {
    test(name, async () => {
      const asked: string[] = [];
      const found = await doctor(board, { asked, answers: { build: () => ({ ...build, ...change }) } });
      expect(found.of('bitstream')).toMatchObject({ state, found: expect.stringContaining(text) });
      expect(asked.includes('copy')).toBe(state !== 'failed');
    });
  }

  test('on a board that runs the CPU engine a wrong one is a warning, and nothing is started', async () => {
    const asked: string[] = [];
    const answers = { build: () => ({ ...build, id: 1 }) };
    const found = await doctor(board, { asked, answers, config: { engine: { backend: 'cpu' } } });
    expect(found.of('bitstream').state).toBe('warning');
    expect(asked).not.toContain('copy');
  });

  test('a 32-bit port among those in use is a failure, one that is not used is none', async () => {
    const ports = [0, 1, 2, 3].map((port) => ({ port, readBits: port === 2 ? 32 : 64, writeBits: 64 }));
    const system = { clockMHz: 150, clockRuns: true, levelShifters: true, inReset: false, ports };
    const answers = { processingSystem: () => system };
    const found = await doctor(board, { answers });
    expect(found.of('ports')).toMatchObject({
      state: 'failed',
      found: expect.stringContaining('HP2 (32 read, 64 write)'),
    });
    const one = await doctor(board, { answers: { ...answers, build: () => ({ ...build, ports: 1 }) } });
    expect(one.of('ports')).toMatchObject({ state: 'ok', found: 'HP0: 64 bits' });
  });
});

describe('running it', () => {
  test('a copy that came back wrong names the checks that tell why', async () => {
    const copy = () => {
      throw Object.assign(new Error('byte 4 is 0x00, expected 0x17'), { code: 'ACCELERATOR_SELFTEST' });
    };
    const found = await doctor(board, { answers: { copy } });
    expect(found.of('copy')).toMatchObject({ state: 'failed', remedy: 'zynqnetd doctor --only ports,memory' });
    expect(found.of('answer').found).toBe("'DMA copy' has failed");
  });

  test('another process that drives it is no fault', async () => {
    const copy = () => {
      throw Object.assign(new Error('process 312 drives the accelerator'), { code: 'ACCELERATOR_BUSY' });
    };
    const found = await doctor(board, { answers: { copy } });
    expect(found.of('copy')).toMatchObject({ state: 'skipped', remedy: '/etc/init.d/zynqnetd stop; zynqnetd doctor' });
    expect(found.of('answer').found).toBe('process 312 drives the accelerator');
  });

  test('a wrong answer fails; a right one without an interrupt is a warning', async () => {
    const wrong = await doctor(board, { answers: { answer: () => ({ ...goodAnswer, equal: false, differing: 3 }) } });
    expect(wrong.of('answer')).toMatchObject({ state: 'failed', found: expect.stringContaining('3 of 44 outputs') });
    const silent = await doctor(board, { answers: { answer: () => goodAnswer } });
    expect(silent.of('answer')).toMatchObject({ state: 'warning', found: expect.stringContaining('no interrupt') });
    expect(silent.of('answer').remedy).toContain('IRQ_F2P[0]');
  });

  test('without an interrupt line at all the registers say so', async () => {
    board.write('/proc/interrupts', interrupts(1).replace('zynqnetd', 'other'));
    const found = await doctor(board);
    expect(found.of('uio')).toMatchObject({ state: 'warning', found: expect.stringContaining('without an interrupt') });
    expect(found.of('answer').state).toBe('ok');
  });
});

describe('kernel options', () => {
  test('a missing one is named', async () => {
    const { gzipSync } = await import('node:zlib');
    board.write('/proc/config.gz', gzipSync('CONFIG_NEON=y\nCONFIG_UIO=m\n# CONFIG_CMA is not set\n'));
    const found = await doctor(board);
    expect(found.of('kernel')).toMatchObject({ state: 'failed', found: expect.stringContaining('CONFIG_CMA') });
    expect(found.of('kernel').found).not.toContain('CONFIG_UIO,');
    expect(found.of('kernel').remedy).toMatch(/^set .*CONFIG_CMA=y/);
  });

  test('without /proc/config.gz the file in /boot will do; without both it is a warning', async () => {
    board.remove('/proc/config.gz');
    expect((await doctor(board)).of('kernel').state).toBe('warning');
    const { kernelOptions } = await import('../../../../../daemon/doctor/kernel-options.js');
    board.write('/boot/config-6.1.30-xilinx', kernelOptions.map(({ name }) => `${name}=m\n`).join(''));
    expect((await doctor(board)).of('kernel').state).toBe('ok');
    board.write('/proc/config.gz', 'no gzip at all');
    expect((await doctor(board)).of('kernel').state).toBe('warning');
  });
});

describe('elsewhere', () => {
  test('on a laptop the accelerator is skipped, unless the configuration insists', async () => {
    board.remove('/proc/device-tree');
    const laptop = { arch: 'x64', glibc: '2.36' };
    const found = await doctor(board, { machine: laptop });
    for (const id of ['board', 'kernel', 'fpga', 'clock', 'uio', 'memory', 'bitstream', 'copy', 'answer']) {
      expect(found.of(id)).toMatchObject({ state: 'skipped', found: 'no Zynq-7000 here (linux-x64)' });
    }
    const insisting = await doctor(board, { machine: laptop, config: { engine: { backend: 'fpga' } } });
    expect(insisting.of('board')).toMatchObject({ state: 'failed', remedy: 'set engine.backend to auto' });
  });

  test('a simulated accelerator is asked for its answer, and for nothing else', async () => {
    board.remove('/proc/device-tree');
    const found = await doctor(board, { config: { engine: { backend: 'functional-sim-zybo' } } });
    expect(Object.keys(found.states)).not.toContain('fpga');
    expect(found.of('answer').state).toBe('ok');
  });
});
