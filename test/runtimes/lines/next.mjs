// Next.js: a route on the edge, built and served.

import { ok } from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { here, versionOf, withServer } from '../app.mjs';

const cwd = join(here, 'next');
const program = join(here, 'node_modules/.bin/next');
const env = { NEXT_TELEMETRY_DISABLED: '1' };

export default [
  {
    name: 'Next.js',
    how: 'edge route, condition edge-light',
    version: () => versionOf('next'),
    async run() {
      rmSync(join(cwd, '.next'), { recursive: true, force: true });
      await execa(program, ['build'], { cwd, env });
      // Without the condition, the module would be in here as digits.
      const built = readdirSync(join(cwd, '.next/server'), { recursive: true });
      const digits = readFileSync(join(here, 'node_modules/avgpool/dist/avgpool.wasm')).subarray(0, 64).toString('hex');
      for (const file of built.filter((name) => /\.m?js$/.test(name))) {
        ok(!readFileSync(join(cwd, '.next/server', file), 'utf8').includes(digits), `${file} compiles the module`);
      }
      ok(
        built.some((name) => name.endsWith('.wasm')),
        'a compiled module is deployed',
      );
      return withServer(
        program,
        (port) => ['start', '--port', `${port}`],
        { cwd, env },
        async (address) => (await fetch(`${address}/api/pool`)).json(),
      );
    },
  },
];
