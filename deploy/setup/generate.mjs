// `npm run generate`: writes every generated file that is kept in git. `npm run check` says whether they are up to date.
import { buildScripts } from './build.mjs';
import { generators } from './generators.mjs';
import { run } from './steps.mjs';

buildScripts();
for (const { name, script } of generators) {
  run(`generating ${name}`, process.execPath, [script]);
  buildScripts(); // what was generated may be TypeScript
}
