// The type of avgpool/avgpool.wasm where importing it returns the compiled module, as on Cloudflare Workers.

import type { Module } from './slim.js';

declare const module: Module;
export default module;
