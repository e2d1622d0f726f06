// The smoke program on a page with the slim entry, which compiles the module while it downloads.

import * as avgpool from 'avgpool/slim';
import { smoke } from './smoke.mjs';

let streamed = 0;
const { compileStreaming } = WebAssembly;
WebAssembly.compileStreaming = (response) => {
  streamed += 1;
  return compileStreaming.call(WebAssembly, response);
};

globalThis.result = avgpool
  .init(fetch(new URL('./node_modules/avgpool/dist/avgpool.wasm', import.meta.url)))
  .then(() => ({ ...smoke(avgpool), streamed }));
