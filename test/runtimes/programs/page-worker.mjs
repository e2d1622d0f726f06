// The smoke program in a browser's worker. Workers have no import maps.

import * as avgpool from './node_modules/avgpool/dist/index.js';
import { smoke } from './smoke.mjs';

postMessage(smoke(avgpool));
