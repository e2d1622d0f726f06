// Further copies of CommonJS packages in this process. Each copy has a state of its own.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Loads packages that share one state, but none with those loaded before. */
export function requireAfresh(...names) {
  const before = { ...require.cache };
  clearCache();
  try {
    return names.map((name) => require(name));
  } finally {
    clearCache();
    Object.assign(require.cache, before);
  }
}

function clearCache() {
  for (const file of Object.keys(require.cache)) {
    delete require.cache[file];
  }
}
