// ONNX Runtime's native build for Node, by default on one thread.

import * as ort from 'onnxruntime-node';
import { prepareWith } from './onnx-model.mjs';

export const name = 'onnxruntime-node';

export function load(threads = 1) {
  const sessionOptions = { executionProviders: ['cpu'], intraOpNumThreads: threads, interOpNumThreads: 1 };
  const prepare = (...args) => prepareWith(ort, sessionOptions, ...args);
  // Where there is a Float16Array, its tensors hold one, of which it reads no element.
  const dtypes = globalThis.Float16Array ? ['float32'] : ['float32', 'float16'];
  return { version: ort.env.versions.node, dtypes, prepare };
}
