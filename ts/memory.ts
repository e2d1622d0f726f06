// The WebAssembly memory as a whole: its usage, its growth, and the error for running out of it. It knows no tensor.

import { checkBoolean, checkOptions, show } from './check.js';
import { ensureCapacity, liveBuffers, memory, threadCount } from './wasm/bindings.js';

/** The largest size of a tensor in bytes: half of the address space, in whole blocks of 16 bytes. */
export const MAX_TENSOR_BYTES = 2 ** 31 - 16;

/** The buffers of the memory that views were made of. Growing the memory has detached all but the last one. */
export const viewedBuffers = new WeakSet<ArrayBufferLike>();

let isFixed = false;

/**
 * Grows the memory now, if needed, so that one tensor of up to `bytes` bytes fits and its allocation detaches no view.
 * Several tensors fit as well, if their elements and 80 bytes for each of them are at most `bytes` bytes together.
 *
 * With `fixed: true` the memory never grows afterwards, so no view ever detaches. This cannot be undone; a later
 * `fixed: false` has no effect. An allocation that does not fit throws a RangeError.
 *
 * A pool's first call for a plane size or element type can allocate, too: a workspace of 64 KiB or more, shared by all
 * pools. So make these calls first, or count the workspace into `bytes`. Freed memory is used again, but it can be in
 * several pieces.
 *
 * @param bytes the memory to hold ready.
 * @param options whether this is the last growth.
 * @throws RangeError if there is not enough memory, or `bytes` is not an integer from 0 to 2^31 − 16, the largest size of
 *   a tensor. The memory is then not fixed.
 * @throws TypeError if `bytes` is not a number, or an option is unknown or not a boolean.
 *
 * @example
 * ```js
 * import { reserve, Tensor } from 'avgpool';
 *
 * reserve(2 ** 20, { fixed: true });
 * const view = Tensor.zeros([1, 2, 2]).data;
 * Tensor.zeros([1, 100, 100]);
 * console.log(view.length); // 4
 * ```
 */
export function reserve(
  bytes: number,
  options: {
    /** Whether the memory never grows afterwards; false by default. */
    readonly fixed?: boolean;
  } = {},
): void {
  if (!Number.isInteger(bytes) || bytes < 0 || bytes > MAX_TENSOR_BYTES) {
    const ErrorType = typeof bytes === 'number' ? RangeError : TypeError;
    throw new ErrorType(`bytes must be an integer from 0 to ${MAX_TENSOR_BYTES}, got ${show(bytes)}`);
  }
  checkOptions(options, ['fixed']);
  const own = Object.hasOwn(options, 'fixed') ? options.fixed : undefined;
  const fixed = own === undefined ? false : own;
  checkBoolean('fixed', fixed);
  if (!ensureCapacity(bytes, fixed)) {
    throw outOfMemory(`a reserve of ${bytes} bytes`);
  }
  isFixed ||= fixed;
}

/**
 * The size of the WebAssembly memory in bytes, which never shrinks, the number of live tensors in it, and the number of
 * threads that pool them: 1, unless `avgpool/threads` has started more.
 *
 * @example
 * ```js
 * import { memoryUsage, Tensor } from 'avgpool';
 *
 * const x = Tensor.zeros([1, 2, 2]);
 * console.log(memoryUsage().tensors); // 1
 * x.dispose();
 * console.log(memoryUsage().tensors); // 0
 * ```
 */
export function memoryUsage(): {
  /** The size of the memory in bytes. */
  bytes: number;
  /** The number of tensors that are not disposed. */
  tensors: number;
  /** The number of threads. */
  threads: number;
} {
  return { bytes: memory().byteLength, tensors: liveBuffers(), threads: threadCount() };
}

/** The error to throw when there is not enough memory for `what`. */
export function outOfMemory(what: string): RangeError {
  const { bytes, tensors } = memoryUsage();
  const fixed = isFixed ? ', fixed by reserve,' : '';
  const state = `the WebAssembly memory has ${bytes} bytes${fixed} and ${tensors} live tensors`;
  return new RangeError(`out of memory for ${what}: ${state}; call dispose() on tensors that you no longer need`);
}
