// Next.js: an edge route, built and served.

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { smoke } from '../target.mjs';
import { here, installed, versionOf, withServer } from '../tools.mjs';

const cwd = join(here, 'next');
const options = { cwd, env: { NEXT_TELEMETRY_DISABLED: '1' } };

smoke(
  'Next.js',
  'edge route, condition edge-light',
  async () => {
    const next = installed('.bin/next');
    rmSync(join(cwd, '.next'), { recursive: true, force: true });
    await execa(next, ['build'], options);
    // Under another condition, the build holds the module's bytes as digits.
    const module = readFileSync(join(here, 'node_modules/avgpool/dist/avgpool.wasm'));
    const digits = module.subarray(0, 64).toString('hex');
    const built = readdirSync(join(cwd, '.next/server'), { recursive: true });
    const withDigits = built
      .filter((file) => /\.m?js$/.test(file))
      .filter((file) => readFileSync(join(cwd, '.next/server', file), 'utf8').includes(digits));
    expect(withDigits).toEqual([]);
    expect(built).toContainEqual(expect.stringMatching(/\.wasm$/));
    return withServer(
      next,
      (port) => ['start', '--port', `${port}`],
      options,
      async (address) => (await fetch(`${address}/api/pool`)).json(),
    );
  },
  { version: () => versionOf('next'), threads: 1 },
);
