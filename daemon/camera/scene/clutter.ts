/** Things that stand around in a street, as SVG: branches, buildings, poles, and plates that look like signs but are none. */
import type { BackdropKind } from './backdrop.js';
import type { Random } from './random.js';

const rgb = (random: Random, low = 0, high = 255): string =>
  `rgb(${random.integer(low, high)},${random.integer(low, high)},${random.integer(low, high)})`;
const grey = (random: Random, low: number, high: number): string => {
  const tone = random.integer(low, high);
  return `rgb(${tone},${tone},${tone})`;
};
/** A grey with a slight cast, as most things in a street have. */
const muted = (random: Random): string => {
  const tone = random.integer(40, 215);
  const cast = (): number => Math.max(0, Math.min(255, tone + random.integer(-28, 28)));
  return `rgb(${cast()},${cast()},${cast()})`;
};
const number = (value: number): string => value.toFixed(1);

interface Area {
  readonly width: number;
  readonly height: number;
}

/** Shapes behind everything; they are blurred more than the rest. */
export function farClutter(kind: BackdropKind, area: Area, random: Random): string {
  let svg = '';
  if (kind === 'branches' || (kind !== 'night' && random.chance(0.15))) svg += branches(area, random);
  if (kind === 'street' || kind === 'sky') {
    for (let i = random.integer(0, 4); i > 0; i--) svg += building(area, random);
    for (let i = random.integer(0, 3); i > 0; i--) svg += tree(area, random);
  }
  for (let i = random.integer(0, kind === 'blobs' ? 14 : 5); i > 0; i--) svg += blob(area, random);
  return svg;
}

/** Shapes as near as the sign: poles, wires, and distractors. */
export function nearClutter(area: Area, random: Random, distractors: number): string {
  let svg = '';
  for (let i = random.integer(0, 2); i > 0; i--) svg += pole(area, random);
  if (random.chance(0.2)) svg += wires(area, random);
  for (let i = 0; i < distractors; i++) svg += distractor(area, random);
  return svg;
}

function branches(area: Area, random: Random): string {
  const stroke = grey(random, 10, 70);
  let svg = '';
  const grow = (x: number, y: number, angle: number, length: number, width: number, depth: number): void => {
    const endX = x + Math.cos(angle) * length;
    const endY = y + Math.sin(angle) * length;
    svg += `<path d="M${number(x)} ${number(y)}Q${number((x + endX) / 2 + random.range(-9, 9))} ${number((y + endY) / 2)} ${number(endX)} ${number(endY)}" stroke-width="${number(width)}"/>`;
    if (depth === 0) return;
    for (let i = random.integer(2, 3); i > 0; i--) {
      const t = random.range(0.4, 1);
      grow(
        x + (endX - x) * t,
        y + (endY - y) * t,
        angle + random.range(-0.9, 0.9),
        length * random.range(0.5, 0.85),
        width * 0.6,
        depth - 1,
      );
    }
  };
  for (let i = random.integer(2, 5); i > 0; i--) {
    const left = random.chance(0.5);
    const x = random.chance(0.5) ? random.range(0, area.width) : left ? 0 : area.width;
    grow(
      x,
      area.height * random.range(0.3, 1.1),
      random.range(-2.4, -0.7),
      random.range(90, 260),
      random.range(3, 18),
      4,
    );
  }
  return `<g fill="none" stroke="${stroke}" stroke-linecap="round">${svg}</g>`;
}

function building(area: Area, random: Random): string {
  const w = random.range(80, 330);
  const h = random.range(0.3, 0.85) * area.height;
  const x = random.range(-60, area.width - 20);
  const y = area.height * random.range(0.55, 0.8) - h;
  let svg = `<rect x="${number(x)}" y="${number(y)}" width="${number(w)}" height="${number(h)}" fill="${muted(random)}"/>`;
  if (random.chance(0.6))
    svg += `<path d="M${number(x - 10)} ${number(y)}L${number(x + w / 2)} ${number(y - w * 0.4)}L${number(x + w + 10)} ${number(y)}Z" fill="${random.pick(['#7a3b2e', '#54382f', '#444a50', '#8d4a35'])}"/>`;
  const window = grey(random, 20, 110);
  const cell = random.range(34, 60);
  for (let wy = y + 14; wy + cell < y + h; wy += cell * 1.2) {
    for (let wx = x + 12; wx + cell * 0.6 < x + w; wx += cell) {
      svg += `<rect x="${number(wx)}" y="${number(wy)}" width="${number(cell * 0.5)}" height="${number(cell * 0.75)}" fill="${window}" stroke="#e8e8e4" stroke-width="2"/>`;
    }
  }
  return svg;
}

function tree(area: Area, random: Random): string {
  const x = random.range(0, area.width);
  const y = area.height * random.range(0.35, 0.6);
  let svg = `<rect x="${number(x - 8)}" y="${number(y)}" width="16" height="${area.height}" fill="#3d3024"/>`;
  for (let i = 0; i < 9; i++) {
    svg += `<circle cx="${number(x + random.range(-70, 70))}" cy="${number(y + random.range(-90, 40))}" r="${number(random.range(20, 60))}" fill="rgb(${random.integer(20, 100)},${random.integer(50, 120)},${random.integer(15, 50)})"/>`;
  }
  return svg;
}

function blob(area: Area, random: Random): string {
  const opacity = random.range(0.4, 1).toFixed(2);
  const cx = number(random.range(0, area.width));
  const cy = number(random.range(0, area.height));
  return `<ellipse cx="${cx}" cy="${cy}" rx="${number(random.range(10, 120))}" ry="${number(random.range(10, 90))}" fill="${random.chance(0.4) ? rgb(random) : muted(random)}" opacity="${opacity}"/>`;
}

function pole(area: Area, random: Random): string {
  const w = random.range(5, 34);
  const x = random.range(0, area.width);
  return `<path d="M${number(x)} ${random.chance(0.5) ? 0 : number(random.range(0, area.height / 2))}L${number(x + random.range(-25, 25))} ${area.height}" stroke="${grey(random, 40, 200)}" stroke-width="${number(w)}" fill="none"/>`;
}

function wires(area: Area, random: Random): string {
  let svg = '';
  for (let i = random.integer(1, 4); i > 0; i--) {
    svg += `<path d="M0 ${number(random.range(0, 220))}Q${number(area.width / 2)} ${number(random.range(40, 300))} ${area.width} ${number(random.range(0, 220))}" stroke="#222" stroke-width="${number(random.range(1, 3))}" fill="none"/>`;
  }
  return svg;
}

const loud = [
  '#c3161f',
  '#1553a3',
  '#f7b000',
  '#f4f4f0',
  '#0d8a5b',
  '#e2571a',
  '#6a6c6e',
  '#151515',
  '#7a1a8a',
  '#2f9bd8',
];

/** A plain disc, triangle, rectangle, board with scribbles, or lamp: no sign of the 43. */
function distractor(area: Area, random: Random): string {
  const r = random.range(22, 170);
  const x = random.range(40, area.width - 40);
  const y = random.range(30, area.height - 30);
  const fill = random.pick(loud);
  const edge = random.chance(0.4)
    ? ` stroke="${random.pick(loud)}" stroke-width="${number(r * random.range(0.03, 0.09))}"`
    : '';
  const turn = ` transform="translate(${number(x)} ${number(y)}) rotate(${number(random.range(-12, 12))}) scale(${number(random.range(0.7, 1.1))} 1)"`;
  switch (random.integer(0, 6)) {
    case 0:
      return `<g${turn}><circle r="${number(r)}" fill="${fill}"/></g>`;
    case 1: {
      const solid = fill === '#f4f4f0' ? '#e2571a' : fill;
      return `<g${turn}><path d="M0 ${number(-r)}L${number(r)} ${number(r * 0.8)}H${number(-r)}Z" fill="${solid}" stroke="${solid}" stroke-width="${number(r * 0.1)}" stroke-linejoin="round"/></g>`;
    }
    case 2:
      return `<g${turn}><rect x="${number(-r)}" y="${number(-r * random.range(0.2, 1.3))}" width="${number(r * 2)}" height="${number(r * random.range(0.4, 2))}" fill="${fill}"${edge}/></g>`;
    case 3:
    case 4:
      return `<g${turn}>${board(r, fill, random)}</g>`;
    case 5: {
      const rim = grey(random, 90, 200);
      return `<g${turn}><circle r="${number(r)}" fill="${grey(random, 90, 170)}" stroke="${rim}" stroke-width="${number(r * 0.05)}"/><path d="M${number(-r * 0.8)} ${number(-r * 0.3)}H${number(r * 0.8)}M${number(-r * 0.8)} ${number(r * 0.3)}H${number(r * 0.8)}" stroke="${rim}" stroke-width="${number(r * 0.1)}"/></g>`;
    }
    default: {
      const lamp = random.pick(['#f04030', '#ffd040', '#40e0a0', '#fff8e0']);
      return `<g${turn}><circle r="${number(r * 0.3)}" fill="${lamp}"/><circle r="${number(r * 0.5)}" fill="${lamp}" opacity="0.35"/></g>`;
    }
  }
}

/** A direction board, a name plate or an advert: a rectangle with lines that look like text. */
function board(r: number, fill: string, random: Random): string {
  const w = r * random.range(1, 2.4);
  const h = r * random.range(0.4, 1.4);
  const ink = fill === '#f4f4f0' || fill === '#f7b000' ? '#1a1a1a' : '#f4f4f0';
  let svg = `<rect x="${number(-w / 2)}" y="${number(-h / 2)}" width="${number(w)}" height="${number(h)}" rx="${number(r * 0.06)}" fill="${fill}" stroke="${ink}" stroke-width="${number(r * 0.035)}"/>`;
  const rows = random.integer(1, 4);
  const size = h / (rows + 0.6);
  for (let row = 0; row < rows; row++) {
    let x = -w / 2 + w * random.range(0.08, 0.3);
    const y = -h / 2 + size * (row + 0.45);
    while (x < w * 0.4) {
      const step = size * random.range(0.15, 0.5);
      svg += `<rect x="${number(x)}" y="${number(y)}" width="${number(step)}" height="${number(size * 0.55)}" fill="${ink}" opacity="${random.chance(0.2) ? 0 : 1}"/>`;
      x += step + size * 0.12;
    }
  }
  return svg;
}

/** The white plate that often hangs under a sign, 200x84, with something like text on it. */
export function supplementaryPlate(random: Random): string {
  let marks = '';
  for (let x = 28; x < 165; ) {
    const step = random.range(6, 22);
    marks += `<rect x="${number(x)}" y="28" width="${number(step)}" height="30" fill="#151515" opacity="${random.chance(0.25) ? 0 : 1}"/>`;
    x += step + 6;
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256" viewBox="0 0 200 84" preserveAspectRatio="none">` +
    `<rect x="3" y="3" width="194" height="78" rx="6" fill="#f4f4f0" stroke="#151515" stroke-width="4"/>${marks}</svg>`
  );
}
