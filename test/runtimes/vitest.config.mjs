// The runtime matrix: `npm run test:runtimes`. Its quick targets are part of `npm test`.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['matrix.test.mjs'],
    globalSetup: ['./package.mjs'],
    tags: [{ name: 'quick', description: 'part of npm test' }],
    testTimeout: 300_000,
    // Vitest's own value is `test`, which bundlers take for a debug build.
    env: { NODE_ENV: 'production' },
    reporters: ['default', '../../scripts/count-tests.mjs', './document.mjs'],
  },
});
