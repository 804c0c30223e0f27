/**
 * Whether `text` fits `pattern`, in which each `*` stands for any number of characters, none included. With a
 * `separator` a `*` stays between two of them, as in paths. All other characters stand for themselves.
 */
export function matchesWildcard(pattern: string, text: string, separator?: string): boolean {
  if (separator === undefined) return fits(pattern, text);
  const patterns = pattern.split(separator);
  const texts = text.split(separator);
  return patterns.length === texts.length && patterns.every((part, index) => fits(part, texts[index] ?? ''));
}

/** Takes each part between stars at its first place: linear, where a regular expression may take exponential time. */
function fits(pattern: string, text: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return text === pattern;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let from = first.length;
  const end = text.length - last.length;
  for (const part of others) {
    const at = text.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}
