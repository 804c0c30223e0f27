import { readFileSync } from 'node:fs';

/** A bitbake file as far as a linter needs it: assignments and shell functions. */
export interface Recipe {
  readonly file: string;
  readonly text: string;
  /** Everything that is assigned, appended or prepended to a variable, in the order of the file. */
  values(name: string): string[];
  /** The last plain assignment, flags included (`SRC_URI[sha256sum]`). */
  value(name: string): string | undefined;
  names(): string[];
  shellFunctions(): Map<string, string>;
}

const assignment =
  /^([\w${}:./-]+?(?:\[\w+\])?)((?::append|:prepend)*)\s*(\?\?=|\?=|:=|\+=|=\+|\.=|=\.|=)\s*"((?:\\\n|[^"])*)"/gm;

export function readRecipe(file: string): Recipe {
  const text = readFileSync(file, 'utf8');
  const found: { name: string; plain: boolean; value: string }[] = [];
  for (const [, name = '', more, operator = '', value = ''] of text.matchAll(assignment)) {
    const plain = more === '' && ['=', '?=', '??=', ':='].includes(operator);
    found.push({ name, plain, value: value.replace(/\\\n/g, ' ').trim() });
  }
  const inherits = [...text.matchAll(/^inherit (.*)$/gm)].map((match) => match[1] ?? '');
  return {
    file,
    text,
    values: (name) =>
      name === 'inherit' ? inherits : found.filter((one) => one.name === name).map(({ value }) => value),
    value: (name) => found.findLast((one) => one.name === name && one.plain)?.value,
    names: () => found.map(({ name }) => name.replace(/[:[].*/, '')),
    shellFunctions: () =>
      new Map(
        [...text.matchAll(/^(?!python)([\w${}:]+) ?\(\) \{\n(.*?)^\}$/gms)].map(([, name = '', body = '']) => [
          name,
          body,
        ]),
      ),
  };
}

/** Names of `${...}` and of `d.getVar('...')`, shell's own `$name` not included. */
export function usedVariables(text: string): string[] {
  const code = text.replace(/^#.*$/gm, '');
  const direct = [...code.matchAll(/\$\{([A-Za-z_]\w*)\}/g)];
  const python = [...code.matchAll(/getVar\('(\w+)'\)/g)];
  return [...new Set([...direct, ...python].map((match) => match[1] ?? ''))];
}
