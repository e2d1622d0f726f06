// The tests of the built site: the playground in its browsers, and the reference. `npm test` builds the site before.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/*.test.mjs', 'reference/*.test.mjs'],
    // Each file starts browsers.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000, interval: 50 } },
    reporters: ['default', '../scripts/count-tests.mjs'],
  },
});
