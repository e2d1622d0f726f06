// The type of avgpool/avgpool.wasm where importing it returns the compiled module, as on Cloudflare Workers.

/**
 * The WebAssembly module, for `avgpool/slim`. On edge platforms importing the file returns it compiled. Elsewhere, read or
 * fetch the file.
 *
 * @example
 * ```js
 * import { readFileSync } from 'node:fs';
 * import { createRequire } from 'node:module';
 * import { initSync, Tensor } from 'avgpool/slim';
 *
 * const file = createRequire(import.meta.url).resolve('avgpool/avgpool.wasm');
 * initSync(readFileSync(file));
 * console.log(Tensor.ones([1, 2, 2]).size); // 4
 * ```
 *
 * @module avgpool/avgpool.wasm
 */

import type { Module } from './slim.js';

/**
 * The compiled module.
 *
 * @example
 * ```js
 * import { readFileSync } from 'node:fs';
 * import { createRequire } from 'node:module';
 * import { initSync, Tensor } from 'avgpool/slim';
 *
 * const file = createRequire(import.meta.url).resolve('avgpool/avgpool.wasm');
 * const module = new WebAssembly.Module(readFileSync(file)); // on edge platforms: import module from 'avgpool/avgpool.wasm'
 * initSync(module);
 * console.log(Tensor.ones([1, 2, 2]).size); // 4
 * ```
 */
declare const module: Module;
export default module;
