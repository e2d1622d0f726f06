// The default entry: the public names, with the module inlined and started on import.
//
// Compiling at the top level, synchronously, is what every runtime and bundler takes. Where it is forbidden or SIMD is
// missing, importing still works, and the first use says why nothing else does.

import hex from '../../crates/avgpool-wasm/pkg/avgpool_wasm_bg.wasm';
import { startOrKeepFailure } from '../wasm/bindings.js';

export * from '../api.js';

startOrKeepFailure(() => new WebAssembly.Module(bytesOf(hex)));

/**
 * The bytes of two hexadecimal digits each. In base64 they would be a quarter larger once the file is compressed.
 *
 * Newer engines have a function for this, and so have Node, Deno and Bun; the loop is for all others, and takes some
 * milliseconds.
 */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const { Uint8Array: Bytes, Buffer } = globalThis as unknown as Decoders;
  const decoded = Bytes.fromHex?.(text) ?? Buffer?.from(text, 'hex');
  if (decoded) {
    return decoded;
  }
  // The low half of a digit's code is its value, and that of a letter is 9 less.
  const digit = (at: number) => (text.charCodeAt(at) & 15) + 9 * (text.charCodeAt(at) >> 6);
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = 16 * digit(2 * i) + digit(2 * i + 1);
  }
  return bytes;
}

interface Decoders {
  readonly Uint8Array: { fromHex?(text: string): Uint8Array<ArrayBuffer> };
  readonly Buffer?: { from(text: string, encoding: 'hex'): Uint8Array<ArrayBuffer> };
}
