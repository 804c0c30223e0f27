const secretName = /pass|pwd|token|secret|auth|credential|api_?key/i;
const hidden = '***';

/** A copy of the configuration in which no address carries credentials. Files of passwords are only named, never read. */
export function redact(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('://') ? redactAddress(value) : value;
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, redact(inner)]));
}

function redactAddress(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    // whatever stands before an @ could be a password
    return text.replace(/\/\/[^/]*@/, `//${hidden}@`);
  }
  let changed = false;
  if (url.username !== '' || url.password !== '') {
    url.username = url.username === '' ? '' : hidden;
    url.password = url.password === '' ? '' : hidden;
    changed = true;
  }
  for (const name of new Set(url.searchParams.keys())) {
    if (!secretName.test(name)) continue;
    url.searchParams.set(name, hidden);
    changed = true;
  }
  return changed ? url.href : text;
}
