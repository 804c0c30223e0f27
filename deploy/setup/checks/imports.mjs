// The import rules of daemon/ and tools/ (layers.mjs), and no cycle between files.
import { exceptions, layers } from './layers.mjs';
import { importsOf, sourceFiles } from './modules.mjs';

const prefixes = layers
  .flatMap((names, rank) => names.map((name) => ({ name, rank })))
  .sort((a, b) => b.name.length - a.name.length);

/** @param {string} file */
const layerOf = (file) => prefixes.find(({ name }) => file === name || file.startsWith(`${name}/`));

/** @type {Map<string, string[]>} */
const graph = new Map();
/** @type {string[]} */
const findings = [];
const unused = new Set(exceptions.keys());

for (const file of [...sourceFiles('daemon'), ...sourceFiles('tools')]) {
  const imports = importsOf(file);
  graph.set(
    file,
    imports.map(({ to }) => to),
  );
  const own = layerOf(file);
  if (own === undefined) findings.push(`${file}:1 belongs to no layer of layers.mjs`);
  for (const { to, line } of imports) {
    if (to.endsWith('.json')) continue;
    const other = layerOf(to);
    if (own === undefined || own === other || (other !== undefined && other.rank < own.rank)) continue;
    if (unused.delete(`${file} -> ${to}`) || exceptions.has(`${file} -> ${to}`)) continue;
    const why = other === undefined ? 'which no layer has' : `${other.name} is not below ${own.name}`;
    findings.push(`${file}:${line} imports ${to}: ${why}`);
  }
}
for (const edge of unused) findings.push(`layers.mjs lists an exception that is no longer needed: ${edge}`);

/** Files that reach each other, as groups (Tarjan's strongly connected components). */
function cycles() {
  const [order, low] = [new Map(), new Map()];
  /** @type {string[]} */
  const stack = [];
  /** @type {string[][]} */
  const groups = [];
  /** @param {string} file */
  const visit = (file) => {
    order.set(file, order.size);
    low.set(file, order.get(file));
    stack.push(file);
    for (const to of graph.get(file) ?? []) {
      if (!order.has(to)) visit(to);
      if (stack.includes(to)) low.set(file, Math.min(low.get(file), low.get(to)));
    }
    if (low.get(file) !== order.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1) groups.push(group);
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return groups;
}
for (const group of cycles()) findings.push(`${group[0]}:1 is in a cycle of imports: ${group.sort().join(', ')}`);

for (const finding of findings) process.stdout.write(`${finding}\n`);
process.exitCode = findings.length === 0 ? 0 : 1;
