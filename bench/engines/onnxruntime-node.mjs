// ONNX Runtime's native build for Node, on one thread.

import * as ort from 'onnxruntime-node';
import { prepareWith } from './onnx-model.mjs';

export const name = 'onnxruntime-node';

const sessionOptions = { executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1 };

export function load() {
  return { version: ort.env.versions.node, prepare: (...args) => prepareWith(ort, sessionOptions, ...args) };
}
