// ONNX Runtime, its native build for Node, one thread.

import * as ort from 'onnxruntime-node';
import { prepareWith } from './onnx-model.mjs';

export const name = 'onnxruntime-node';

const session = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
};

export function load() {
  return { version: ort.env.versions.node, prepare: (...args) => prepareWith(ort, session, ...args) };
}
