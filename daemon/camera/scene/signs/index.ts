/** Our own drawings of the 43 signs of the German Traffic Sign Recognition Benchmark, by its class numbers. */
import { lettering } from './glyphs.js';
import * as draw from './pictograms.js';
import { colours, ended, octagon, order, priorityPlate, redDisc, ring, warning, yieldPlate } from './plates.js';

export interface Sign {
  /** Name as in the benchmark's class list. */
  readonly label: string;
  /** SVG elements in a 200x200 box; everything outside the plate is transparent. */
  readonly body: string;
}

const limit = (value: string): string =>
  ring(
    lettering(value, {
      cx: 100,
      cy: 100,
      colour: colours.black,
      ...(value.length === 2 ? { height: 78, width: 48, gap: 8 } : { height: 70, width: 37, gap: 6 }),
    }),
  );

const greyEighty = lettering('80', { cx: 100, cy: 100, height: 92, width: 58, gap: 10, colour: colours.grey });
const stopText = lettering('STOP', { cx: 100, cy: 100, height: 62, width: 33, gap: 6, colour: colours.white });

export const signs: readonly Sign[] = [
  { label: 'speed limit 20', body: limit('20') },
  { label: 'speed limit 30', body: limit('30') },
  { label: 'speed limit 50', body: limit('50') },
  { label: 'speed limit 60', body: limit('60') },
  { label: 'speed limit 70', body: limit('70') },
  { label: 'speed limit 80', body: limit('80') },
  { label: 'end of limit 80', body: ended(greyEighty) },
  { label: 'speed limit 100', body: limit('100') },
  { label: 'speed limit 120', body: limit('120') },
  { label: 'no passing', body: ring(draw.noPassing) },
  { label: 'no passing for lorries', body: ring(draw.noPassingLorries) },
  { label: 'right of way at the next crossing', body: warning(draw.rightOfWay) },
  { label: 'priority road', body: priorityPlate() },
  { label: 'yield', body: yieldPlate() },
  { label: 'stop', body: octagon(stopText) },
  { label: 'no vehicles', body: ring('') },
  { label: 'no lorries', body: ring(draw.lorrySide) },
  { label: 'no entry', body: redDisc(`<rect x="28" y="82" width="144" height="36" fill="${colours.white}"/>`) },
  { label: 'general caution', body: warning(draw.exclamation) },
  { label: 'curve left', body: warning(draw.curve) },
  { label: 'curve right', body: warning(draw.mirrored(draw.curve)) },
  { label: 'double curve', body: warning(draw.doubleCurve) },
  { label: 'bumpy road', body: warning(draw.bumps) },
  { label: 'slippery road', body: warning(draw.slippery) },
  { label: 'road narrows on the right', body: warning(draw.narrows) },
  { label: 'road work', body: warning(draw.roadWork) },
  { label: 'traffic signals', body: warning(draw.trafficLights) },
  { label: 'pedestrians', body: warning(draw.pedestrian) },
  { label: 'children', body: warning(draw.children) },
  { label: 'bicycles', body: warning(draw.bicycle) },
  { label: 'ice or snow', body: warning(draw.snowflake) },
  { label: 'wild animals', body: warning(draw.deer) },
  { label: 'end of all limits', body: ended('') },
  { label: 'turn right ahead', body: order(draw.turnRight) },
  { label: 'turn left ahead', body: order(draw.mirrored(draw.turnRight)) },
  { label: 'ahead only', body: order(draw.arrowUp) },
  { label: 'straight or right', body: order(draw.straightOrRight) },
  { label: 'straight or left', body: order(draw.mirrored(draw.straightOrRight)) },
  { label: 'keep right', body: order(draw.keepRight) },
  { label: 'keep left', body: order(draw.mirrored(draw.keepRight)) },
  { label: 'roundabout', body: order(draw.roundabout) },
  { label: 'end of no passing', body: ended(draw.carsGrey) },
  { label: 'end of no passing for lorries', body: ended(draw.lorryAndCarGrey) },
];

/** Class of a frame without a sign: one past the last sign. */
export const NO_SIGN = signs.length;
export const NO_SIGN_LABEL = 'no sign';

/** A sign as an SVG document of `size` x `size` pixels. */
export function signSvg(index: number, size: number): string {
  const sign = signs[index];
  if (!sign) throw new RangeError(`sign ${index} is not one of 0 to ${signs.length - 1}`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 200 200">${sign.body}</svg>`;
}
