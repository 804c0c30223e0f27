import { ZynqnetError } from '../../daemon/util/error.js';
import { limits } from './limits.js';

/**
 * One label per line, blank lines at the end ignored. The list must have a line for every output; fewer only where the
 * network was padded to a power of two (ZynqNet: 1024 outputs for 1000 classes), whose spare outputs are named so.
 */
export function labelsFor(classes: number, text: string | undefined, file: string, notes: string[]): string[] {
  if (text === undefined) {
    notes.push(`no label list: the ${classes} classes are called 'class 0' and so on (--labels)`);
    return Array.from({ length: classes }, (_, i) => `class ${i}`);
  }
  const labels = parse(text, file);
  const spare = classes - labels.length;
  if (spare === 0) return labels;
  if (spare < 0 || classes !== 2 ** Math.ceil(Math.log2(labels.length))) {
    refuse(`${file}: ${labels.length} labels for a network of ${classes} outputs; one line for each is needed`);
  }
  notes.push(
    `the last ${spare} of ${classes} outputs have no label and are called 'unused ${labels.length}' and so on`,
  );
  return [...labels, ...Array.from({ length: spare }, (_, i) => `unused ${labels.length + i}`)];
}

function parse(text: string, file: string): string[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) refuse(`${file}: the label list is empty`);
  lines.forEach((line, i) => {
    if (line === '') refuse(`${file}: line ${i + 1} is empty; labels count by line`);
    if (Buffer.byteLength(line) > limits.labelBytes)
      refuse(`${file}: line ${i + 1} has more than ${limits.labelBytes} bytes`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be in a label
    if (/[\u0000-\u001f\u007f\ufffd]/.test(line)) refuse(`${file}: line ${i + 1} is no UTF-8 text`);
  });
  return lines;
}

function refuse(message: string): never {
  throw new ZynqnetError('IMPORT_LABELS', message);
}
