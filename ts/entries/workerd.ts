// The default entry on Cloudflare Workers, which compile modules when a worker is deployed and never while it runs.

import { startOrKeepFailure } from '../wasm/bindings.js';
import module from './avgpool.wasm';

export * from '../api.js';

startOrKeepFailure(() => module);
