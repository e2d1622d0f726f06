// The default entry on Vercel's edge runtime, which forbids compiling bytes. The query imports the compiled module.

import { startOrStoreError } from '../wasm/start.js';
import module from './avgpool.wasm?module';

export * from '../api.js';

startOrStoreError(() => module);
