// A Cloudflare Worker that responds with the result of the smoke program, with the slim entry.

import module from 'avgpool/avgpool.wasm';
import * as avgpool from 'avgpool/slim';
import { smoke } from './smoke.mjs';

avgpool.initSync(module);

export default {
  fetch: () => Response.json(smoke(avgpool)),
};
