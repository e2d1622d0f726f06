// Starts the module when an entry is imported. It does not know where the entry gets the module from.

import { imports, start, storeError } from './bindings.js';
import { explain, reasonOf } from './diagnose.js';

/**
 * Instantiates the module. On failure, stores the error and throws it on first use, so that importing never throws.
 *
 * @param bytes the bytes of the module, if the entry has them.
 */
export function startOrStoreError(load: () => WebAssembly.Module, bytes?: () => Uint8Array): void {
  try {
    start(new WebAssembly.Instance(load(), imports), bytes);
  } catch (cause) {
    const needs = 'It needs WebAssembly with SIMD and the permission to compile it';
    const reason = explain(cause) ?? `its module did not start (${reasonOf(cause)}). ${needs}`;
    storeError(`avgpool cannot run here: ${reason}`, cause);
  }
}
