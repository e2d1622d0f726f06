// The default entry on Vercel's edge, which takes compiled modules by this query and forbids to compile bytes.

import module from './avgpool.wasm?module';
import { startOrKeepFailure } from './wasm.js';

export * from './api.js';

startOrKeepFailure(() => module);
