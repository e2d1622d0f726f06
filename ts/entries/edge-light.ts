// The default entry on Vercel's edge, which takes compiled modules by this query and forbids to compile bytes.

import { startOrKeepFailure } from '../wasm/bindings.js';
import module from './avgpool.wasm?module';

export * from '../api.js';

startOrKeepFailure(() => module);
