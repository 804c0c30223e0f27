/** Wrong usage that commander cannot see; ends the command with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
