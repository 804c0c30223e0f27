// Fake bitstreams: what the kernel and the installer look at (byte-swapped sync word, IDCODE), nothing else.
import { writeFileSync } from 'node:fs';
import { readBoard } from '../../deploy/generate/read.mjs';
import { readChips } from '../../firmware/regs/presets.mjs';

/** The IDCODE of a board's chip (UG470, table 1-1). */
export function idCodeOf(board) {
  const chip = readBoard(board).part.toLowerCase().split('-')[0] ?? '';
  return Number(readChips()[chip]?.idCode);
}

/** 32-bit words, each byte-swapped as `bootgen -process_bitstream bin` leaves them. */
export function writeBitstream(file, idCode) {
  const dummy = 0xffffffff;
  const words = [
    ...[...Array(8).fill(dummy), 0x000000bb, 0x11220044, dummy, dummy], // bus width detection
    ...[0xaa995566, 0x20000000, 0x30008001, 0x00000007], // sync, no-op, reset CRC
    ...[0x30018001, idCode], // write IDCODE
    ...Array(4096).fill(0x20000000),
  ];
  const bytes = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) bytes.writeUInt32LE(word >>> 0, index * 4);
  writeFileSync(file, bytes);
}
