/** One sample of a scrape. */
export interface Scraped {
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly value: number;
}

const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/;
const type = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|summary|histogram|untyped)$/;
const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{([^\n]*)\})? (-?(?:[0-9.]+(?:e[+-]?[0-9]+)?|Inf)|\+Inf|NaN)$/;
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,|$)/y;

/**
 * A strict reader of Prometheus' text format 0.0.4 ("Exposition formats", prometheus.io): throws for whatever a server would
 * refuse, and for metrics whose names break the naming practice.
 */
export function parsePrometheus(text: string): Scraped[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const types = new Map<string, string>();
  const samples: Scraped[] = [];
  const seen = new Set<string>();
  let family = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const helpName = help.exec(line)?.[1];
    const typeMatch = type.exec(line);
    if (helpName !== undefined) {
      family = helpName;
      continue;
    }
    if (typeMatch !== null) {
      const [, name = '', kind = ''] = typeMatch;
      if (name !== family) throw new Error(`TYPE ${name} does not follow its HELP`);
      if (types.has(name)) throw new Error(`${name} comes twice`);
      if ((kind === 'counter') !== name.endsWith('_total'))
        throw new Error(`${name} is a ${kind}: counters end in _total`);
      types.set(name, kind);
      continue;
    }
    const match = sample.exec(line);
    if (match === null) throw new Error(`no sample: ${line}`);
    const [, name = '', labels = '', value = ''] = match;
    const allowed = types.get(family) === 'summary' ? [family, `${family}_sum`, `${family}_count`] : [family];
    if (!allowed.includes(name)) throw new Error(`${name} stands under ${family}`);
    if (seen.has(`${name}{${labels}}`)) throw new Error(`${name}{${labels}} comes twice`);
    seen.add(`${name}{${labels}}`);
    samples.push({ name, labels: parseLabels(labels), value: Number(value.replace('Inf', 'Infinity')) });
  }
  for (const name of types.keys()) {
    if (!samples.some((one) => one.name.startsWith(name))) throw new Error(`${name} has no sample`);
  }
  return samples;
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  label.lastIndex = 0;
  while (label.lastIndex < text.length) {
    const match = label.exec(text);
    if (match === null) throw new Error(`no labels: ${text}`);
    const [, name = '', value = ''] = match;
    if (name in labels) throw new Error(`the label ${name} comes twice`);
    labels[name] = value.replaceAll(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped));
  }
  return labels;
}
