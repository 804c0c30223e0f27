/** What is drawn on the plates. Everything is in the plate's 200x200 box. */
import { colours } from './plates.js';

const { black, white, red, grey, yellow, green } = colours;

const solid = (d: string, fill: string = black): string => `<path d="${d}" fill="${fill}"/>`;
const line = (d: string, width: number, stroke: string = black, cap = 'round'): string =>
  `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linecap="${cap}" stroke-linejoin="round"/>`;
const dot = (cx: number, cy: number, r: number, fill: string = black): string =>
  `<circle cx="${cx}" cy="${cy}" r="${r}" fill="${fill}"/>`;
const at = (transform: string, inside: string): string => `<g transform="${transform}">${inside}</g>`;
export const mirrored = (inside: string): string => at('translate(200 0) scale(-1 1)', inside);

/** A car from behind: 46 wide, 36 high, its corner at (0, 0). */
const car = (fill: string): string =>
  solid('M6 15L11 2Q12 0 14 0H32Q34 0 35 2L40 15Q46 16 46 20V29H0V20Q0 16 6 15Z', fill) +
  solid('M10.500 14L14 4H32L35.500 14Z', white) +
  solid('M3 29H12V36H3ZM34 29H43V36H34Z', fill);

/** A lorry from behind: 44 wide, 56 high. */
const lorryRear = (fill: string): string => solid('M0 0H44V45H0ZM3 45H13V56H3ZM31 45H41V56H31Z', fill);

export const noPassing = at('translate(41 80) scale(1.15)', car(red)) + at('translate(106 80) scale(1.15)', car(black));
export const noPassingLorries =
  at('translate(42 60) scale(1.15)', lorryRear(red)) + at('translate(104 83) scale(1.15)', car(black));
export const carsGrey = at('translate(40 78) scale(1.2)', car(grey)) + at('translate(106 78) scale(1.2)', car(grey));
export const lorryAndCarGrey =
  at('translate(38 58) scale(1.25)', lorryRear(grey)) + at('translate(106 82) scale(1.2)', car(grey));

export const lorrySide =
  solid('M82 68H148V112H82Z') +
  solid('M79 112V80H62Q59 80 57 84L51 97Q49 98 48 102V116H79Z') +
  solid('M66 85H74V97H59L63 87Q64 85 66 85Z', white) +
  solid('M48 112H148V118H48Z') +
  dot(64, 119, 11, white) +
  dot(64, 119, 8.5) +
  dot(126, 119, 11, white) +
  dot(126, 119, 8.5);

export const rightOfWay = solid('M100 72L118 95H111V150L100 140L89 150V95H82Z') + solid('M72 110H128V119H72Z');

export const exclamation = solid('M92 76Q92 68 100 68Q108 68 108 76L104.500 124H95.500Z') + dot(100, 140, 8.5);

/** Curve to the left. */
export const curve = solid('M124 152H103V121Q103 112 95 110L91 109.500V121L66 99L91 80V91Q124 91 124 119Z');

export const doubleCurve = solid('M126 152H109V127L79 113V88H73L83 70L97 88H96V103L126 117Z');

export const bumps = solid(
  'M58 149V142Q64 141 68 135Q79 116 91 135Q95 141 100 141Q105 141 109 135Q121 116 132 135Q136 141 142 142V149Z',
);

export const slippery =
  at(
    'translate(102 94) rotate(14)',
    solid('M-17 -7L-13 -23Q-12 -25 -10 -25H10Q12 -25 13 -23L17 -7Q24 -6 24 -1V9H-24V-1Q-24 -6 -17 -7Z') +
      solid('M-13 -8L-10 -20H10L13 -8Z', white) +
      solid('M-21 9H-12V18H-21ZM12 9H21V18H12Z'),
  ) +
  line('M81 112C96 120 88 126 74 131C62 136 72 144 88 144', 4.5) +
  line('M118 122C134 130 124 134 110 138C98 142 106 150 124 147', 4.5);

export const narrows = solid('M77 82H89V150H77Z') + solid('M102 82H113V103L127 121V150H115V125L102 108Z');

export const roadWork =
  dot(93, 80, 7.5) +
  solid('M83 90Q88 86 94 91L103 101L112 108L109 113L98 107L96 121L80 119Q78 98 83 90Z') +
  line('M84 116L78 132L68 149', 7.5) +
  line('M93 117L99 131L100 149', 7.5) +
  line('M86 104L120 128', 3.5) +
  solid('M101 150L117 131Q121 126 126 131L142 150Z');

export const trafficLights = dot(100, 82, 12.5, red) + dot(100, 110, 12.5, yellow) + dot(100, 138, 12.5, green);

export const pedestrian =
  dot(101, 75, 8) +
  solid('M94 85Q100 82 108 86L110 116H92Z') +
  line('M97 89L85 100L82 113', 5.5) +
  line('M107 89L116 101L121 112', 5.5) +
  line('M97 114L91 132L79 149', 8.5) +
  line('M105 114L111 131L119 149', 8.5);

/** One running child around (0, 0), about 60 high, running to the left. */
const child =
  dot(-3, -27, 7) +
  solid('M-9 -18Q-2 -21 6 -17L7 7H-8Z') +
  line('M-5 -15L-18 -8', 5) +
  line('M4 -14L17 -5L21 -9', 5) +
  line('M-4 5L-15 13L-14 28', 6.5) +
  line('M3 5L11 17L23 21', 6.5);

export const children =
  at('translate(112 113) scale(1.08)', child) + at('translate(79 123) scale(0.86)', child) + line('M90 116L98 107', 5);

export const bicycle =
  `<g fill="none" stroke="${black}" stroke-width="4.500"><circle cx="77" cy="131" r="18"/><circle cx="123" cy="131" r="18"/></g>` +
  line('M77 131L89 107H115L123 131M77 131H100L115 107M100 131L87 102M113 98L116 107', 4) +
  line('M82 101H93', 5) +
  line('M113 98L105 97', 4) +
  dot(100, 131, 4.5);

export const snowflake = (() => {
  let arms = '';
  for (let i = 0; i < 6; i++) {
    arms += at(
      `rotate(${i * 60} 100 117)`,
      line('M100 117V84M100 96L91 88M100 96L109 88M100 106L93 100M100 106L107 100', 5),
    );
  }
  return arms;
})();

export const deer =
  solid(
    'M70 95L78 90Q82 86 86 89L90 97Q95 106 104 109L118 114Q124 116 125 123L134 142Q136 148 133 147L119 128Q112 126 106 128Q98 127 92 122L84 125L76 134L73 132L79 121L87 116L80 117L70 124L67 121L76 112L84 109Q82 102 79 99L71 99Z',
  ) +
  solid('M124 117L130 112L126 121Z') +
  solid('M119 126L127 147L124 149L113 128Z') +
  line('M80 90L77 78L71 74M77 80L80 72M83 88L86 78L83 71M86 80L91 74', 3.2);

/** White arrows of the blue signs. */
export const arrowUp = solid('M100 24L138 72H113V172H87V72H62Z', white);
export const turnRight = solid('M56 164V108Q56 72 92 72H116V44L170 85L116 126V98H94Q83 98 83 109V164Z', white);
export const straightOrRight =
  solid('M83 22L112 62H94V172H72V62H54Z', white) +
  solid('M83 140Q83 104 112 104H130V84L176 114L130 144V125H114Q105 125 105 138L83 172Z', white);
export const keepRight = solid('M52 36L36 52L112 128L88 150H156V82L130 110Z', white);

/** Three arrows that chase each other anticlockwise. */
export const roundabout = (() => {
  const arrow = solid('M147.600 72.500A55 55 0 0 0 103 45V29L62 56L103 84V67A33 33 0 0 1 128.600 83.500Z', white);
  return at('translate(0 2)', [0, 120, 240].map((angle) => at(`rotate(${angle - 8} 100 100)`, arrow)).join(''));
})();
