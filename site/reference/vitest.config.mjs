// The tests of the built reference. scripts/test.mjs builds it first.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { testTimeout: 120_000, reporters: ['default', '../../scripts/count-tests.mjs'] },
});
