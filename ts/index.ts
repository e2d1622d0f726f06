// The default entry: the public names, with the module inlined and started on import.
//
// Compiling at the top level, synchronously, is what every runtime and bundler takes. Where it is forbidden or SIMD is
// missing, importing still works, and the first use says why nothing else does.

import hex from '../crates/avgpool-wasm/pkg/avgpool_wasm_bg.wasm';
import { startOrKeepFailure } from './wasm.js';

export * from './api.js';

const Bytes = Uint8Array as typeof Uint8Array & { fromHex?: (text: string) => Uint8Array<ArrayBuffer> };

startOrKeepFailure(() => new WebAssembly.Module(Bytes.fromHex?.(hex) ?? fromHex(hex)));

/**
 * The bytes of two hexadecimal digits each. In base64 they would be a fifth larger once the file is compressed. Newer engines
 * do this themselves; a loop over character codes is twice as fast as `Uint8Array.from`.
 */
function fromHex(text: string): Uint8Array<ArrayBuffer> {
  // The low half of a digit's code is its value, and that of a letter is 9 less.
  const digit = (at: number) => (text.charCodeAt(at) & 15) + 9 * (text.charCodeAt(at) >> 6);
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = 16 * digit(2 * i) + digit(2 * i + 1);
  }
  return bytes;
}
