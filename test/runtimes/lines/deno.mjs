// Deno: the program as it is, types, and a rehearsal of publishing to JSR.

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { here, lastJson, program, root, versionOf } from '../app.mjs';

/** Runs Deno in a folder; gives what it printed. */
export const deno = (cwd, ...args) =>
  execa(program(join(here, 'node_modules/.bin/deno')), args, {
    cwd,
    all: true,
    timeout: 120_000,
    env: { DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' },
  });
const version = () => versionOf('deno');

export default [
  {
    name: 'Deno',
    how: 'import, no permissions',
    quick: true,
    version,
    run: async ({ folder }) => lastJson(await deno(folder, 'run', '--no-prompt', 'main.mjs')),
  },
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
