import { z } from 'zod';
import { key, section } from '../define.js';

const deviceName = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);
/** M_AXI_GP0 and GP1: what the fabric answers at (UG585, table 4-1). */
const fabricAddress = z.int().min(0x4000_0000).max(0xbfff_f000).multipleOf(4096);
/** DRAM above the first mebibyte, as the HP ports see it. */
const memoryAddress = z.int().min(0x0010_0000).max(0x3fff_f000).multipleOf(4096);

/** In the engine's group: where a board's accelerator is. The defaults fit firmware/dts; docs/driver.md explains them. */
export const accelerator = section("Where the board's accelerator is, for the backends fpga and auto.", {
  uio: key(deviceName, {
    default: 'zynqnetd',
    applies: ['process', 'model'],
    remote: false,
    doc: 'Name of its UIO device (the name of its device tree node).',
  }),
  udmabuf: key(deviceName, {
    default: 'udmabuf-zynqnetd',
    applies: ['process', 'model'],
    remote: false,
    doc: 'Name of the u-dma-buf that is its memory.',
  }),
  registerAddress: key(fabricAddress.nullable(), {
    default: null,
    applies: ['process', 'model'],
    remote: false,
    doc: 'Physical address of its registers, through /dev/mem instead of UIO, e.g. 0x43c00000; without an interrupt.',
  }),
  memoryAddress: key(memoryAddress.nullable(), {
    default: null,
    applies: ['process', 'model'],
    remote: false,
    doc: 'Physical address of reserved memory, through /dev/mem instead of u-dma-buf, e.g. 0x1c000000.',
  }),
  memoryBytes: key(z.int().min(0).max(0x4000_0000), {
    default: 0,
    applies: ['process', 'model'],
    remote: false,
    doc: 'Size of that memory in bytes.',
  }),
  bitstream: key(deviceName, {
    default: 'zynqnetd.bit.bin',
    applies: ['process', 'model'],
    remote: false,
    doc: 'File below /lib/firmware that recovery loads into the FPGA when a reset was not enough.',
  }),
  timeoutMs: key(z.int().min(10).max(600_000), {
    default: 2000,
    applies: 'model',
    remote: false,
    doc: 'For one frame, after which the accelerator is stopped and reset.',
  }),
});
