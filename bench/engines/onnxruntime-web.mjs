// ONNX Runtime's WebAssembly build, by default on one thread.

import * as shared from 'onnxruntime-web';
import { requireAfresh } from './afresh.mjs';
import { prepareWith } from './onnx-model.mjs';

export const name = 'onnxruntime-web';

const sessionOptions = { executionProviders: ['wasm'], intraOpNumThreads: 1, interOpNumThreads: 1 };

export function load(threads = 1) {
  // Each copy has one number of threads for good.
  const [ort] = threads === 1 ? [shared] : requireAfresh('onnxruntime-web');
  ort.env.wasm.numThreads = threads;
  const prepare = (...args) => prepareWith(ort, sessionOptions, ...args);
  return { version: ort.env.versions.web, dtypes: ['float32', 'float16'], prepare };
}
