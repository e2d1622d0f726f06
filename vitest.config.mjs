// The tests of the built package. Each file runs in a process with a garbage collector that tests can call.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    execArgv: ['--expose-gc'],
    testTimeout: 120_000,
    reporters: ['default', './scripts/count-tests.mjs'],
  },
});
