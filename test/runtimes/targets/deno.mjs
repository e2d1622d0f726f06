// Deno: the smoke program, types, docstrings, and a dry run of publishing to JSR.

import { cpSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { check, smoke } from '../target.mjs';
import { installed, lastJson, root, versionOf } from '../tools.mjs';

/** Runs Deno in a folder. */
const deno = (cwd, ...args) =>
  execa(installed('.bin/deno'), args, {
    cwd,
    all: true,
    timeout: 120_000,
    env: { DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' },
  });

/** Checks the types of a program of the repository and runs it in a folder, without permissions. Returns its output. */
export async function checkAndRun(folder, program, ...args) {
  const file = basename(program);
  cpSync(join(root, program), join(folder, file));
  await deno(folder, 'check', file);
  return (await deno(folder, 'run', '--no-prompt', file, ...args)).stdout;
}

const jsr = JSON.parse(readFileSync(join(root, 'jsr.json'), 'utf8'));
const options = { quick: true, version: () => versionOf('deno') };

smoke(
  'Deno',
  'import, no permissions',
  async (folder) => lastJson(await deno(folder, 'run', '--no-prompt', 'main.mjs')),
  options,
);

smoke(
  'Deno',
  '`avgpool/threads`, import, no permissions',
  async (folder) => lastJson(await deno(folder, 'run', '--no-prompt', 'threads-main.mjs')),
  { ...options, threads: 2 },
);

check(
  'Deno',
  'types: a program that uses every export',
  (folder) => checkAndRun(folder, 'test/consumer/program.ts'),
  options,
);

check(
  'Deno',
  'lint of the docstrings, which JSR scores',
  () => deno(root, 'doc', '--lint', ...Object.values(jsr.exports)),
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
