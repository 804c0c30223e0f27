/** A healthy board in a temporary folder, which each test spoils in its own way. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Config, configSchema } from '../../../../../daemon/config/schema.js';
import type { Network } from '../../../../../daemon/doctor/broker-connection.js';
import type { ConfigSource } from '../../../../../daemon/doctor/check.js';
import { examine } from '../../../../../daemon/doctor/doctor.js';
import { Files } from '../../../../../daemon/doctor/file-system.js';
import type { Result } from '../../../../../daemon/doctor/finding.js';
import { kernelOptions } from '../../../../../daemon/doctor/kernel-options.js';
import type { Machine } from '../../../../../daemon/doctor/machine.js';
import type { Probe, ProbeCalls } from '../../../../../daemon/doctor/probe/call-types.js';

const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

export const interrupts = (count: number): string =>
  `           CPU0       CPU1\n 29:        812        640     GIC-0  29 Edge      twd\n 47:  ${count}          0     GIC-0  61 Level     zynqnetd\n`;

/** Files of a zybo-z7-20 with everything in place. */
const healthy: Record<string, string | Buffer> = {
  '/proc/device-tree/compatible': 'digilent,zynq-zyboz7\0xlnx,zynq-7000\0',
  '/proc/device-tree/model': 'Digilent Zybo Z7 board\0',
  '/proc/device-tree/#address-cells': word(1),
  '/proc/device-tree/zynqnetd@43c00000/compatible': 'generic-uio\0',
  '/proc/device-tree/udmabuf-zynqnetd/compatible': 'ikwzm,u-dma-buf\0',
  '/proc/cpuinfo':
    'processor\t: 0\nFeatures\t: half thumb fastmult vfp edsp neon vfpv3 tls vfpd32\nCPU part\t: 0xc09\n',
  '/proc/cmdline': 'console=ttyPS0,115200 root=/dev/mmcblk0p2 rw uio_pdrv_genirq.of_id=generic-uio',
  '/proc/interrupts': interrupts(17),
  '/proc/mounts': '/dev/mmcblk0p2 / ext4 rw,relatime 0 0\ntmpfs /run tmpfs rw 0 0\n',
  '/proc/config.gz': gzipSync(kernelOptions.map(({ name }) => `${name}=y\n`).join('')),
  '/sys/class/fpga_manager/fpga0/state': 'operating\n',
  '/sys/class/fpga_manager/fpga0/firmware': '',
  '/lib/firmware/zynqnetd.bit.bin': 'x',
  '/sys/class/uio/uio1/name': 'zynqnetd\n',
  '/sys/class/uio/uio1/maps/map0/size': '0x00010000\n',
  '/sys/class/uio/uio1/maps/map0/addr': '0x43c00000\n',
  '/sys/class/uio/uio0/name': 'axi-pmon\n',
  '/dev/uio1': '',
  '/sys/class/u-dma-buf/udmabuf-zynqnetd/phys_addr': '0x1c000000\n',
  '/sys/class/u-dma-buf/udmabuf-zynqnetd/size': '33554432\n',
  '/sys/class/u-dma-buf/udmabuf-zynqnetd/dma_coherent': '0\n',
  '/dev/udmabuf-zynqnetd': '',
  '/sys/class/video4linux/video0/name': 'HD Webcam\n',
  '/run/systemd/timesync/synchronized': '',
  '/var/lib/zynqnetd/overlay.json': '{}',
};

export class FakeBoard {
  readonly root = mkdtempSync(join(tmpdir(), 'zynqnet-doctor-'));

  constructor() {
    for (const [path, content] of Object.entries(healthy)) this.write(path, content);
  }

  write(path: string, content: string | Buffer): this {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), content);
    return this;
  }

  remove(path: string): this {
    rmSync(join(this.root, path), { recursive: true, force: true });
    return this;
  }

  /** A process that holds a device open. */
  process(pid: number, command: string, device: string): this {
    this.write(`/proc/${pid}/cmdline`, `${command.replaceAll(' ', '\0')}\0`);
    mkdirSync(join(this.root, `/proc/${pid}/fd`), { recursive: true });
    symlinkSync(device, join(this.root, `/proc/${pid}/fd/19`));
    return this;
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

type Answers = { [Name in keyof ProbeCalls]: (...args: Parameters<ProbeCalls[Name]>) => unknown };

const goodAnswers: Answers = {
  sharp: () => ({ version: '0.35.5', libvips: '8.18.7', works: true }),
  addon: () => ({ version: '0.1.0', features: ['neon', 'scalar'], accelerators: ['fpga', 'functional-sim'] }),
  model: () => ({
    ...{ name: 'roadsigns', file: 'roadsigns.zqn', fileBytes: 193_012, classes: 44, labels: 44 },
    ...{ repeated: [], arithmetic: 'int8', input: '80x80x3' },
  }),
  cameras: (devices) =>
    devices.map((device) => ({ device, card: 'HD Webcam', driver: 'uvcvideo', captures: true, formats: ['MJPG'] })),
  openCamera: () => ({ description: 'MJPG 640x480 at 30 frames/s, HD Webcam', frame: '640x480 jpeg' }),
  processingSystem: () => ({
    ...{ clockMHz: 150, clockRuns: true, levelShifters: true, inReset: false },
    ports: [0, 1, 2, 3].map((port) => ({ port, readBits: 64, writeBits: 64 })),
  }),
  build: () => ({
    ...{ id: 0x5a4e4131, major: 1, minor: 0, preset: 'zybo-z7-20' },
    ...{ clockMHz: 150, multipliers: 384, ports: 4 },
  }),
  copy: () => ({ bytes: 1 << 20 }),
  answer: () => ({
    ...{ model: 'roadsigns', backend: 'fpga-zybo-z7-20', reference: 'neon', equal: true, outputs: 44, differing: 0 },
    ...{ cycles: 150_000, clockMHz: 150, lostInterrupts: 0 },
  }),
};

/** Answers as given; throws become rejections. */
function fakeProbe(answers: Partial<Answers> = {}, asked: string[] = []): Probe {
  const all = { ...goodAnswers, ...answers };
  const calls = Object.entries(all).map(([name, answer]) => [
    name,
    async (_signal: AbortSignal, ...args: never[]) => {
      asked.push(name);
      return (answer as (...given: never[]) => unknown)(...args);
    },
  ]);
  return { ...Object.fromEntries(calls), close: () => {} } as Probe;
}

const armMachine: Machine = {
  arch: 'arm',
  platform: 'linux',
  kernel: '6.1.30-xilinx',
  node: 'v22.11.0',
  glibc: '2.36',
  processors: ['ARMv7 Processor rev 0 (v7l)', 'ARMv7 Processor rev 0 (v7l)'],
  root: true,
  pid: 4000,
  run: async (program) => (program === 'ffmpeg' ? { status: 0, output: 'ffmpeg version 5.1.6 Copyright' } : undefined),
};

const quietNetwork: Network = {
  reach: async () => '192.168.1.10',
  handshake: async () => ({ protocol: 'TLSv1.3', subject: 'broker', validTo: 'Nov 24 00:00:00 2099 GMT' }),
  login: async () => {},
};

export interface Given {
  readonly config?: Record<string, unknown>;
  readonly source?: Partial<ConfigSource>;
  readonly answers?: Partial<Answers>;
  readonly asked?: string[];
  readonly machine?: Partial<Machine>;
  readonly network?: Partial<Network>;
  readonly files?: Files;
  readonly only?: readonly string[];
  readonly patience?: number;
}

export const boardConfig = {
  device: { stateFolder: '/var/lib/zynqnetd' },
  camera: { source: 'v4l2' },
  mqtt: { url: 'mqtt://broker.lan', user: 'board' },
};

export const configOf = (data: Record<string, unknown>): Config => configSchema.parse(data);

export class Examination {
  constructor(readonly results: readonly Result[]) {}

  of(id: string): Result {
    const result = this.results.find((one) => one.id === id);
    if (result === undefined) throw new Error(`no result of ${id}`);
    return result;
  }

  get states(): Record<string, string> {
    return Object.fromEntries(this.results.map(({ id, state }) => [id, state]));
  }
}

export async function doctor(board: FakeBoard, given: Given = {}): Promise<Examination> {
  const options = { only: given.only, patience: given.patience };
  const results = await examine(
    Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    {
      files: given.files ?? new Files(board.root),
      machine: { ...armMachine, ...given.machine },
      network: { ...quietNetwork, ...given.network },
      probe: fakeProbe(given.answers, given.asked),
      loaded: {
        config: configOf({ ...boardConfig, ...given.config }),
        source: { file: '/etc/zynqnetd/zynqnetd.yaml', overlayProblems: [], ...given.source },
      },
    },
  );
  return new Examination(results);
}
