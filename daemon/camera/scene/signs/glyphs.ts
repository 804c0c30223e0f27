/**
 * Digits and letters as stroked paths, after the proportions of the lettering on German road signs.
 * Drawn by hand here because text in an SVG needs system fonts, which a board does not have.
 */

/** Path of one glyph in a box `w` wide and 100 high; its strokes are meant to be 14 to 16 wide. */
type Glyph = (w: number) => string;

const STROKE = 15;
const EDGE = STROKE / 2;

const oval: Glyph = (w) => {
  const r = w / 2 - EDGE;
  return `M${EDGE} ${EDGE + r}A${r} ${r} 0 0 1 ${w - EDGE} ${EDGE + r}V${100 - EDGE - r}A${r} ${r} 0 0 1 ${EDGE} ${100 - EDGE - r}Z`;
};

const glyphs: Readonly<Record<string, Glyph>> = {
  '0': oval,
  '1': (w) => `M${w * 0.1} 31L${w - EDGE - 3} 8V100`,
  '2': (w) => {
    const r = w / 2 - EDGE;
    return `M${EDGE} 32A${r} 24 0 0 1 ${w - EDGE} 30C${w - EDGE} 50 ${w * 0.6} 58 ${EDGE + 3} 92.5H${w - 2}`;
  },
  '3': (w) => {
    const r = w / 2 - EDGE;
    return `M${EDGE + 2} 25A${r - 1} 19 0 1 1 ${w / 2} 46.5H${w / 2 - 5}M${w / 2} 46.5A${r} 23 0 1 1 ${EDGE} 74`;
  },
  '5': (w) => {
    const r = w / 2 - EDGE;
    return `M${w - 5} 7.5H${EDGE + 7}L${EDGE + 4} 49C${w * 0.3} 42 ${w * 0.42} 39.5 ${w / 2} 39.5A${r} 26.5 0 1 1 ${EDGE} 75`;
  },
  '6': (w) => {
    const r = w / 2 - EDGE;
    return `M${w * 0.74} 2L${EDGE + 3} 58M${EDGE} 69A${r} ${100 - EDGE - 69} 0 1 1 ${w - EDGE} 69A${r} ${100 - EDGE - 69} 0 1 1 ${EDGE} 69Z`;
  },
  '7': (w) => `M4 ${EDGE}H${w - EDGE - 2}L${w * 0.4} 100`,
  '8': (w) => {
    const r = w / 2 - EDGE;
    const top = r - 3;
    return `M${w / 2 - top} 27A${top} 19.5 0 1 1 ${w / 2 + top} 27A${top} 19.5 0 1 1 ${w / 2 - top} 27ZM${EDGE} 69.5A${r} 23 0 1 1 ${w - EDGE} 69.5A${r} 23 0 1 1 ${EDGE} 69.5Z`;
  },
  S: (w) =>
    `M${w - 8} 27C${w - 9} 13 ${w * 0.68} 7.5 ${w / 2} 7.5C${w * 0.28} 7.5 9 15 9 28C9 41 ${w * 0.3} 45 ${w / 2} 49C${w * 0.72} 53 ${w - EDGE} 58 ${w - EDGE} 72C${w - EDGE} 86 ${w * 0.72} 92.5 ${w / 2} 92.5C${w * 0.26} 92.5 9 86 ${EDGE} 72`,
  T: (w) => `M1 ${EDGE}H${w - 1}M${w / 2} ${EDGE}V100`,
  O: oval,
  P: (w) => `M${EDGE + 2} 100V${EDGE}H${w / 2}A${w / 2 - EDGE} 23 0 0 1 ${w / 2} 53.5H${EDGE + 2}`,
};

/** Text as SVG, centred on (cx, cy), `height` high, each glyph `width` wide (a "1" two thirds of it). */
export function lettering(
  text: string,
  at: { cx: number; cy: number; height: number; width: number; gap: number; colour: string },
): string {
  const scale = at.height / 100;
  const widths = [...text].map((character) => (character === '1' ? at.width * 0.66 : at.width));
  const total = widths.reduce((sum, w) => sum + w, 0) + at.gap * (text.length - 1);
  let x = at.cx - total / 2;
  let svg = '';
  for (const [i, character] of [...text].entries()) {
    const width = widths[i] ?? at.width;
    const glyph = glyphs[character];
    if (!glyph) throw new RangeError(`no glyph is drawn for "${character}"`);
    svg += `<path transform="translate(${x} ${at.cy - at.height / 2}) scale(${scale})" d="${glyph(width / scale)}"/>`;
    x += width + at.gap;
  }
  return `<g fill="none" stroke="${at.colour}" stroke-width="${STROKE}" stroke-miterlimit="6">${svg}</g>`;
}
