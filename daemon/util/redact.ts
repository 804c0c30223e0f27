/** The one place that says what is secret: names of keys and URL parameters, and user and password of an address. */

/** A name with one of these in it belongs to a secret. */
const secretPart = 'pass|pwd|token|secret|auth|credential|api[_-]?key';
const secretName = new RegExp(secretPart, 'i');
/** Names like `passwordFile`: a path is no secret. */
const pathName = /(?:file|folder)s?$/i;
const hidden = '***';

/** A copy of the value (a configuration) without its secrets. */
export function redact(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      typeof inner === 'string' && isSecretName(name) ? hidden : redact(inner),
    ]),
  );
}

/** Text (a log line, a program's messages, JSON) without its secrets; JSON stays JSON. `known` are secrets to look for as well. */
export function redactText(text: string, known: readonly string[] = []): string {
  const withoutKnown = known.reduce((rest, secret) => rest.replaceAll(secret, hidden), text);
  return rules.reduce((rest, rule) => rule(rest), withoutKnown.replace(address, redactAddress));
}

/** User and password as an address spells them, for `known` above. */
export function userInfoOf(url: string): string[] {
  const userInfo = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]+)@/i.exec(url)?.[1];
  return userInfo === undefined ? [] : [userInfo];
}

const address = /(?<![a-z0-9+.-])[a-z0-9+.-]+:\/\/[^\s"'\\]+/gi;

/** In text an address may be followed by a comma and the like: it is changed in place, not parsed and written again. */
function redactAddress(text: string): string {
  const start = text.indexOf('://') + 3;
  const host = text.slice(start).search(/[/?#]/);
  const authorityEnd = host < 0 ? text.length : start + host;
  // What is no proper address may have a password with a slash in it: then whatever stands before an @ could be part of it.
  const at = text.lastIndexOf('@', URL.canParse(text) ? authorityEnd : undefined);
  return at < start ? text : `${text.slice(0, start)}${hidden}${text.slice(at)}`;
}

function isSecretName(name: string): boolean {
  return secretName.test(name) && !pathName.test(name);
}

/** Up to where the value of a secret goes in text: a password may have an & in it. */
const valueInText = `[^\\s,;})"'\\\\]+`;

/**
 * Hides what follows $1 where $2 is the name of a secret. The patterns take any name and leave it to `isSecretName`: looking
 * for the parts of names within them would take quadratic time on a long line.
 */
function hideValues(pattern: RegExp, replacement = `$1${hidden}`): (text: string) => string {
  return (text) =>
    text.replace(pattern, (whole, before: string, name: string) =>
      isSecretName(name) ? replacement.replace('$1', () => before) : whole,
    );
}

const rules: readonly ((text: string) => string)[] = [
  // "password":"..." in a line that is JSON, and the same in JSON that is quoted in it
  hideValues(/("([^"\\]*)"\s*:\s*)"(?:[^"\\]|\\.)*"/g, `$1"${hidden}"`),
  hideValues(/(\\"([^"\\]*)\\"\s*:\s*)\\"[^"\\]*\\"/g, `$1\\"${hidden}\\"`),
  // parameters of an address
  hideValues(new RegExp(`([?&]([^\\s"'\\\\=&]+)=)${valueInText}`, 'g')),
  // password=... and password: ... in text; not "authentication failed: ...", which is the reason that one looks for
  hideValues(
    new RegExp(`((?<![\\w-])([\\w-]*(?:${secretPart})(?:words?|wd|phrase|code|s)?)\\s*[=:]\\s*)${valueInText}`, 'gi'),
  ),
  hideValues(/(\b(authorization)[^a-z]{1,5}(?:basic|bearer|digest)\s+)[A-Za-z0-9+/=._~-]+/gi),
];
