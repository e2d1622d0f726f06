// Deno: the smoke program, types, and a dry run of publishing to JSR.

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { check, smoke } from '../target.mjs';
import { installed, lastJson, root, versionOf } from '../tools.mjs';

/** Runs Deno in a folder. */
export const deno = (cwd, ...args) =>
  execa(installed('.bin/deno'), args, {
    cwd,
    all: true,
    timeout: 120_000,
    env: { DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' },
  });

const options = { quick: true, version: () => versionOf('deno') };

smoke(
  'Deno',
  'import, no permissions',
  async (folder) => lastJson(await deno(folder, 'run', '--no-prompt', 'main.mjs')),
  options,
);

check(
  'Deno',
  'types: a program that uses every export',
  async (folder) => {
    cpSync(join(root, 'test/consumer/program.ts'), join(folder, 'program.ts'));
    await deno(folder, 'check', 'program.ts');
    await deno(folder, 'run', '--no-prompt', 'program.ts');
  },
  options,
);

check(
  'Deno',
  'dry run of publishing to JSR, without a warning',
  async () => {
    const { all } = await deno(root, 'publish', '--dry-run', '--allow-dirty');
    expect(all.replace('Checking for slow types', '')).not.toMatch(/warning|slow type/i);
  },
  options,
);
