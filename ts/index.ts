// The default entry: the public names, with the module inlined and started on import.
//
// Compiling at the top level, synchronously, is what every runtime and bundler takes. Where it is forbidden or SIMD is
// missing, importing still works, and the first use says why nothing else does.

import url from '../crates/avgpool-wasm/pkg/avgpool_wasm_bg.wasm';
import { keepFailure, start } from './wasm.js';

export * from './api.js';

try {
  start(new WebAssembly.Module(bytesOf(url)));
} catch (cause) {
  keepFailure(cause);
}

/** The bytes of a base64 data: URL. A loop over character codes is four times as fast as `Uint8Array.from`. */
function bytesOf(url: string): Uint8Array<ArrayBuffer> {
  const text = atob(url.slice(url.indexOf(',') + 1));
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    bytes[i] = text.charCodeAt(i);
  }
  return bytes;
}
