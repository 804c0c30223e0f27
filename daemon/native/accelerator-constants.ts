// Generated from firmware/regs/registers.json by firmware/regs/generate.mjs: do not edit.

export const ACCELERATOR_ID = 0x5a4e4131;

/** Error codes of the accelerator: name and meaning by number. */
export const ACCELERATOR_ERRORS = [
  { name: 'none', meaning: 'No error.' },
  { name: 'badOpcode', meaning: 'Unknown opcode.' },
  { name: 'badField', meaning: 'A field of the command is outside its range.' },
  { name: 'badAlignment', meaning: "A DRAM address or stride in the command, or the list's address, is not aligned." },
  { name: 'window', meaning: 'A burst would leave the DMA window; it was not issued. See errorAddress.' },
  { name: 'readSlverr', meaning: 'SLVERR on a read.' },
  { name: 'readDecerr', meaning: 'DECERR on a read.' },
  { name: 'writeSlverr', meaning: 'SLVERR on a write.' },
  { name: 'writeDecerr', meaning: 'DECERR on a write.' },
  { name: 'timeout', meaning: 'No progress for the cycles given in the timeout register.' },
  { name: 'noEnd', meaning: 'The list ran out before an end command, or its length is zero.' },
  { name: 'aborted', meaning: 'Stopped by an abort.' },
] as const;

/** Builds of the accelerator. */
export const ACCELERATOR_PRESETS = [
  { name: 'zybo', clockMHz: 125, multipliers: 128 },
  { name: 'zybo-z7-20', clockMHz: 150, multipliers: 384 },
  { name: 'zc706', clockMHz: 200, multipliers: 1536 },
] as const;

/** What a simulated accelerator is when no preset is named. */
export const DEFAULT_PRESET = 'zybo-z7-20';

/** Name of a preset. */
export type AcceleratorPreset = (typeof ACCELERATOR_PRESETS)[number]['name'];
