// The default entry on Cloudflare Workers, which compile modules when a worker is deployed and never while it runs.

import module from './avgpool.wasm';
import { startOrKeepFailure } from './wasm.js';

export * from './api.js';

startOrKeepFailure(() => module);
