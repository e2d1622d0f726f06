// The smoke program on a plain page with the slim entry: the module is compiled while it arrives.

import * as avgpool from 'avgpool/slim';
import { smoke } from './smoke.mjs';

globalThis.result = avgpool
  .init(fetch(new URL('./node_modules/avgpool/dist/avgpool.wasm', import.meta.url)))
  .then(() => smoke(avgpool));
