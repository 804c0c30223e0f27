/** For the `default` of a switch over a union: the compiler then names every switch that lacks a new member. */
export function unreachable(value: never): never {
  throw new TypeError(`there is no case for ${JSON.stringify(value)}`);
}
