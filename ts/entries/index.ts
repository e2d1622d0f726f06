// The default entry: the module is inlined, and starts when the entry is imported.
//
// All runtimes and bundlers accept synchronous compilation at the top level. Where WebAssembly or SIMD is missing or
// forbidden, importing still works, and the first use throws an error that says why.

/**
 * 2-D average pooling, forward and backward, in WebAssembly SIMD. The module is inlined and starts on import, so nothing
 * has to be configured. Start with {@link AvgPool2d} and {@link Tensor}.
 *
 * @example
 * ```js
 * import { AvgPool2d, Tensor } from 'avgpool';
 *
 * const pool = new AvgPool2d(2);
 * const y = pool.forward(Tensor.from([1, 2, 3, 4], [1, 2, 2]));
 * console.log(y.data[0]); // 2.5
 * console.log(pool.backward(y, [1, 2, 2]).data[0]); // 0.625
 * ```
 *
 * @module avgpool
 */

import hex from '../../crates/avgpool-wasm/pkg/avgpool_wasm_bg.wasm';
import { startOrStoreError } from '../wasm/start.js';

export * from '../api.js';

// Not an arrow function around the digits: webpack's terser inlines it and keeps the original too, so the digits double.
const bytes = decodeHex.bind(null, hex);
startOrStoreError(() => new WebAssembly.Module(bytes()), bytes);

/**
 * The bytes of hexadecimal digits. Base64 would make the compressed file 25 % larger.
 *
 * Newer engines have a function for this, and so do Node, Deno and Bun. In other engines the loop takes a few
 * milliseconds.
 */
function decodeHex(text: string): Uint8Array<ArrayBuffer> {
  const { Uint8Array: Bytes, Buffer } = globalThis as unknown as Decoders;
  const decoded = Bytes.fromHex?.(text) ?? Buffer?.from(text, 'hex');
  if (decoded) {
    return decoded;
  }
  // The low four bits of a digit's code are its value; those of a letter's code are 9 less than its value.
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
