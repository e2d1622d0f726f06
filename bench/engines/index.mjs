// The engines that are timed in turn in one process, avgpool first. PyTorch has a process of its own.
//
// An engine exports `name` and `load()`, which returns `{ version, dtypes, prepare }`. Without `dtypes`, the engine is
// timed only in float32. `prepare(pooling, direction, data, dtype)` returns `undefined` if the engine does not support
// the pooling, and otherwise:
//
// - `run()`: one call, synchronous or not;
// - `read()`: the result of the last call, in the layout of the pooling;
// - `dispose()`, optional: frees the tensors;
// - `actualOptions`, optional: the options that the engine uses instead of those of the pooling.

import * as avgpool from './avgpool.mjs';
import * as onnxruntimeNode from './onnxruntime-node.mjs';
import * as onnxruntimeWeb from './onnxruntime-web.mjs';
import * as plain from './plain.mjs';
import * as tfjs from './tfjs.mjs';

/** Starts all engines: a name and what `load` returns, for each. */
export async function loadEngines() {
  const engines = [];
  for (const { name, load } of [avgpool, tfjs, onnxruntimeWeb, onnxruntimeNode, plain]) {
    engines.push({ name, ...(await load()) });
  }
  return engines;
}
