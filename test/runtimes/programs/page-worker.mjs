// The smoke program in a browser's worker, on two threads if the page is isolated. Workers have no import maps.

import * as avgpool from './node_modules/avgpool/dist/index.js';
import { threads } from './node_modules/avgpool/dist/threads.js';
import { smokeOnThreads } from './threads.mjs';

smokeOnThreads(avgpool, threads).then(postMessage, reportError);
