import { ZynqnetError } from '../util/error.js';

/** A picture and the class that it shows. */
export interface Labelled {
  readonly file: string;
  readonly index: number;
}

/**
 * Reads a list of labelled pictures: CSV with a header that has the columns `file` and `class` (a class index), others
 * are ignored. Comma or semicolon, quotes as in RFC 4180. Throws `LIST_FORMAT` naming the line.
 */
export function parseLabelledList(text: string, source: string, classes: number): Labelled[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const header = lines[0] ?? '';
  const separator = header.includes(';') && !header.includes(',') ? ';' : ',';
  const names = splitLine(header, separator).map((name) => name.trim().toLowerCase());
  const [fileColumn, classColumn] = ['file', 'class'].map((name) => names.indexOf(name));
  if (fileColumn === undefined || classColumn === undefined || fileColumn < 0 || classColumn < 0) {
    throw new ZynqnetError(
      'LIST_FORMAT',
      `${source}: the first line must name the columns file and class; it is "${header.slice(0, 100)}"`,
    );
  }
  const list: Labelled[] = [];
  for (const [number, line] of lines.entries()) {
    if (number === 0 || line.trim() === '') continue;
    const cells = splitLine(line, separator);
    const file = cells[fileColumn]?.trim() ?? '';
    const classText = cells[classColumn]?.trim() ?? '';
    const index = Number(classText);
    if (file === '' || classText === '' || !Number.isInteger(index) || index < 0 || index >= classes) {
      throw new ZynqnetError(
        'LIST_FORMAT',
        `${source}, line ${number + 1}: expected a file and a class from 0 to ${classes - 1}, got "${line.slice(0, 100)}"`,
      );
    }
    list.push({ file, index });
  }
  return list;
}

function splitLine(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator);
  const cells: string[] = [];
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^${separator}]*))(?:${separator}|$)`, 'y');
  while (cell.lastIndex < line.length) {
    const match = cell.exec(line);
    if (match === null) return line.split(separator);
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
  }
  return cells;
}
