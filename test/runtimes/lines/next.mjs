// Next.js: a route on the edge, built and served.

import { rmSync } from 'node:fs';
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
      return withServer(
        program,
        (port) => ['start', '--port', `${port}`],
        { cwd, env },
        async (address) => (await fetch(`${address}/api/pool`)).json(),
      );
    },
  },
];
