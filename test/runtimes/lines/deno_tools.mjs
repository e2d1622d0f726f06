// What Deno and JSR say of the package: types, and a rehearsal of publishing.

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { here, root, versionOf } from '../app.mjs';

const deno = (cwd, ...args) =>
  execa(join(here, 'node_modules/.bin/deno'), args, {
    cwd,
    all: true,
    env: { DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' },
  });
const version = () => versionOf('deno');

export default [
  {
    name: 'Deno',
    how: 'types: a program that uses every export',
    checks: true,
    quick: true,
    version,
    async run({ folder }) {
      cpSync(join(root, 'test/consumer/program.ts'), join(folder, 'program.ts'));
      await deno(folder, 'check', 'program.ts');
      await deno(folder, 'run', '--no-prompt', 'program.ts');
    },
  },
  {
    name: 'Deno',
    how: 'publish to JSR, rehearsed without a warning',
    checks: true,
    quick: true,
    version,
    async run() {
      const { all } = await deno(root, 'publish', '--dry-run', '--allow-dirty');
      if (/warning|slow type/i.test(all.replace('Checking for slow types', ''))) {
        throw new Error(all);
      }
    },
  },
];
