/** The blank plates that signs are drawn on, in a 200x200 box, and their colours. */

export const colours = {
  red: '#c3161f',
  blue: '#1553a3',
  yellow: '#f7b000',
  green: '#0d8a5b',
  white: '#f6f6f2',
  black: '#141414',
  grey: '#6a6c6e',
} as const;

const { red, blue, yellow, white, black } = colours;

/** White disc in a red ring. */
export const ring = (inside: string): string =>
  `<circle cx="100" cy="100" r="98" fill="${white}"/><circle cx="100" cy="100" r="95" fill="${red}"/>` +
  `<circle cx="100" cy="100" r="69" fill="${white}"/>${inside}`;

/** White disc with a thin black edge, crossed by five black lines: the end of a prohibition. */
export const ended = (inside: string): string => {
  let lines = '';
  for (let i = -2; i <= 2; i++) {
    const d = i * 5.8;
    lines += `<path d="M${25 + d} ${175 + d}L${175 + d} ${25 + d}"/>`;
  }
  return (
    `<circle cx="100" cy="100" r="98" fill="${white}"/><circle cx="100" cy="100" r="92.5" fill="none" stroke="${black}" stroke-width="3.5"/>` +
    `${inside}<clipPath id="c"><circle cx="100" cy="100" r="92"/></clipPath>` +
    `<g clip-path="url(#c)"><g stroke="${white}" stroke-width="36"><path d="M30 170L170 30"/></g>` +
    `<g stroke="${black}" stroke-width="4.6">${lines}</g></g>`
  );
};

/** Blue disc with a thin white edge. */
export const order = (inside: string): string =>
  `<circle cx="100" cy="100" r="98" fill="${white}"/><circle cx="100" cy="100" r="94" fill="${blue}"/>${inside}`;

/** Red disc with a thin white edge. */
export const redDisc = (inside: string): string =>
  `<circle cx="100" cy="100" r="98" fill="${white}"/><circle cx="100" cy="100" r="94.5" fill="${red}"/>${inside}`;

/** Triangle that stands on its side, red edge, white field from about (60, 150) to (140, 150) and up to (100, 60). */
export const warning = (inside: string): string =>
  `<g stroke-linejoin="round"><path d="M100 21L188 173H12Z" fill="${white}" stroke="${white}" stroke-width="22"/>` +
  `<path d="M100 22L187 172.500H13Z" fill="${red}" stroke="${red}" stroke-width="17"/>` +
  `<path d="M100 50L162.500 158.500H37.500Z" fill="${white}" stroke="${white}" stroke-width="7"/></g>` +
  `<g transform="translate(-11 -15.500) scale(1.11)">${inside}</g>`;

/** Triangle that stands on its tip. */
export const yieldPlate = (): string =>
  `<g stroke-linejoin="round"><path d="M100 179L188 27H12Z" fill="${white}" stroke="${white}" stroke-width="22"/>` +
  `<path d="M100 178L187 27.500H13Z" fill="${red}" stroke="${red}" stroke-width="17"/>` +
  `<path d="M100 149L162 42H38Z" fill="${white}" stroke="${white}" stroke-width="7"/></g>`;

/** Yellow square on its tip in a white frame with black edges. */
export const priorityPlate = (): string =>
  `<g stroke-linejoin="round"><path d="M100 10L190 100L100 190L10 100Z" fill="${white}" stroke="${black}" stroke-width="14"/>` +
  `<path d="M100 10L190 100L100 190L10 100Z" fill="${white}" stroke="${white}" stroke-width="9"/>` +
  `<path d="M100 43L157 100L100 157L43 100Z" fill="${yellow}" stroke="${black}" stroke-width="4"/></g>`;

/** Red octagon with a white edge. */
export const octagon = (inside: string): string => {
  const corners = (r: number): string =>
    [22.5, 67.5, 112.5, 157.5, 202.5, 247.5, 292.5, 337.5]
      .map((a) => {
        const t = (a * Math.PI) / 180;
        return `${(100 + r * Math.cos(t)).toFixed(2)} ${(100 + r * Math.sin(t)).toFixed(2)}`;
      })
      .join('L');
  return `<path d="M${corners(105)}Z" fill="${white}"/><path d="M${corners(99)}Z" fill="${red}"/>${inside}`;
};
