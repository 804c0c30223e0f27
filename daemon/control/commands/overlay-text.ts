/**
 * Text for pictures, as an SVG path: 5x7 letters drawn here, because text in an SVG needs fonts, which a board does not have.
 * Each row of a letter is one digit in base 32, its five bits the pixels from left to right.
 */
// biome-ignore format: a table
const letters: Readonly<Record<string, string>> = {
  A: 'ehhvhhh', B: 'uhhuhhu', C: 'ehggghe', D: 'uhhhhhu', E: 'vgguggv', F: 'vgguggg', G: 'ehgnhhe',
  H: 'hhhvhhh', I: 'e44444e', J: '72222ic', K: 'hikokih', L: 'ggggggv', M: 'hrllhhh', N: 'hhpljhh', O: 'ehhhhhe',
  P: 'uhhuggg', Q: 'ehhhlid', R: 'uhhukih', S: 'fgge11u', T: 'v444444', U: 'hhhhhhe', V: 'hhhhha4', W: 'hhhllla',
  X: 'hha4ahh', Y: 'hhha444', Z: 'v1248gv', '0': 'ehjlphe', '1': '4c4444e', '2': 'eh1248v', '3': 'v2421he',
  '4': '26aiv22', '5': 'vgu11he', '6': '68guhhe', '7': 'v124888', '8': 'ehhehhe', '9': 'ehhf12c', ' ': '0000000',
  '.': '00000cc', ',': '0000c48', ':': '0cc0cc0', '-': '000v000', '%': 'op248j3', '/': '01248g0', '(': '2488842',
  ')': '8422248', "'": 'c480000', '+': '044v440', _: '000000v', '?': 'eh12404', '#': 'aavavaa',
};

const columns = 5;
const advance = columns + 1;

/** Width of a text in units of one pixel of a letter. */
export function textWidth(text: string): number {
  return [...text].length * advance - 1;
}

/** `size` is the height of a letter; anything that is not drawn here becomes a question mark. */
export function textPath(text: string, x: number, y: number, size: number): string {
  const unit = size / 7;
  const parts: string[] = [];
  for (const [place, character] of [
    ...text
      .normalize('NFKD')
      .replace(/\p{Mn}/gu, '')
      .toUpperCase(),
  ].entries()) {
    const rows = letters[character] ?? letters['?'] ?? '';
    for (const [row, digit] of [...rows].entries()) {
      const bits = Number.parseInt(digit, 32);
      for (let column = 0; column < columns; column += 1) {
        if (((bits >> (columns - 1 - column)) & 1) === 0) continue;
        const left = x + (place * advance + column) * unit;
        parts.push(`M${round(left)} ${round(y + row * unit)}h${round(unit)}v${round(unit)}h${round(-unit)}z`);
      }
    }
  }
  return parts.join('');
}

const round = (value: number): number => Math.round(value * 100) / 100;
