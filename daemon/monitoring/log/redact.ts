const secretNames = '(?:password|passwd|passphrase|secret|token|credentials?)';

const rules: readonly (readonly [RegExp, string])[] = [
  // user:password@ of an address
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/"'\\]+@/gi, '$1***@'],
  // "password":"..." in a line that is JSON, and the same in JSON that is quoted in it
  [new RegExp(`("[^"\\\\]*${secretNames}"\\s*:\\s*)"(?:[^"\\\\]|\\\\.)*"`, 'gi'), '$1"***"'],
  [new RegExp(`(\\\\"[^"\\\\]*${secretNames}\\\\"\\s*:\\s*)\\\\"[^"\\\\]*\\\\"`, 'gi'), '$1\\"***\\"'],
  // password=... and password: ... in text
  [new RegExp(`\\b(${secretNames}\\s*[=:]\\s*)[^\\s,;})"'\\\\]+`, 'gi'), '$1***'],
  [/\b(authorization[^a-z]{1,5}(?:basic|bearer)\s+)[A-Za-z0-9+/=._~-]+/gi, '$1***'],
];

/** A log line without what is secret in it: passwords of addresses, and the values of keys that are named like secrets. */
export function withoutSecrets(line: string): string {
  return rules.reduce((text, [pattern, instead]) => text.replace(pattern, instead), line);
}
