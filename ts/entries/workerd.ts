// The default entry on Cloudflare Workers, which compile a module when a worker is deployed, and never while it runs.

import { startOrStoreError } from '../wasm/start.js';
import module from './avgpool.wasm';

export * from '../api.js';

startOrStoreError(() => module);
