// ONNX Runtime's WebAssembly build, on one thread.

import * as ort from 'onnxruntime-web';
import { prepareWith } from './onnx-model.mjs';

export const name = 'onnxruntime-web';

const sessionOptions = { executionProviders: ['wasm'], intraOpNumThreads: 1, interOpNumThreads: 1 };

export function load() {
  ort.env.wasm.numThreads = 1;
  const prepare = (...args) => prepareWith(ort, sessionOptions, ...args);
  return { version: ort.env.versions.web, dtypes: ['float32', 'float16'], prepare };
}
