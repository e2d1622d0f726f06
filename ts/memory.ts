// The WebAssembly memory as a whole: its usage, its growth, and the error for running out of it. It knows no tensor.

import { checkSize } from './check.js';
import { ensureCapacity, liveBuffers, memory } from './wasm/bindings.js';

/** The largest size of a tensor in bytes: half of the address space, in whole blocks of 16 bytes. */
export const MAX_TENSOR_BYTES = 2 ** 31 - 16;

/**
 * Grows the memory now, if needed, so that the next allocation of up to `bytes` bytes detaches no view.
 *
 * @throws RangeError if there is not enough memory, or `bytes` is not an integer from 0 to 2^31 − 16.
 * @throws TypeError if `bytes` is not a number.
 */
export function reserve(bytes: number): void {
  checkSize(bytes, 0, 'bytes', 'must be a non-negative integer');
  if (bytes > MAX_TENSOR_BYTES) {
    throw new RangeError(`bytes must be at most ${MAX_TENSOR_BYTES}, the largest size of a tensor, got ${bytes}`);
  }
  if (!ensureCapacity(bytes)) {
    throw outOfMemory(`a reserve of ${bytes} bytes`);
  }
}

/** The size of the WebAssembly memory in bytes, which never shrinks, and the number of live tensors in it. */
export function memoryUsage(): { bytes: number; tensors: number } {
  return { bytes: memory().byteLength, tensors: liveBuffers() };
}

/** The error to throw when there is not enough memory for `what`. */
export function outOfMemory(what: string): RangeError {
  const { bytes, tensors } = memoryUsage();
  const state = `the WebAssembly memory has ${bytes} bytes and ${tensors} live tensors`;
  return new RangeError(`out of memory for ${what}: ${state}; call dispose() on tensors that you no longer need`);
}
