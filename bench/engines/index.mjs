// The engines that are timed in turn in one process, avgpool first. PyTorch has a process of its own.
//
// An engine exports `name` and `load(threads)`, which returns `{ version, dtypes, adaptive, prepare }`. Without `dtypes`, the
// engine is timed only in float32, and without `adaptive` not in adaptive pooling. Another form of avgpool has no version,
// and a name that starts with avgpool. `prepare(pooling, direction, data, dtype)` returns `undefined` if the engine does
// not support the pooling, and otherwise:
//
// - `run()`: one call, synchronous or not;
// - `read()`: the result of the last call as numbers, in the layout of the pooling;
// - `dispose()`, optional: frees the tensors;
// - `actual`, optional: the `options` and the `dtype` of the engine, if they are not those of the pass, and how it rounds
//   averages to bytes: `round`, if not halves up.

import * as avgpool from './avgpool.mjs';
import * as inFloat32 from './in-float32.mjs';
import * as onnxruntimeNode from './onnxruntime-node.mjs';
import * as onnxruntimeWeb from './onnxruntime-web.mjs';
import * as plain from './plain.mjs';
import * as sharp from './sharp.mjs';
import * as similar from './similar.mjs';
import * as tfjs from './tfjs.mjs';

/** Starts all engines on one thread each: a name and what `load` returns, for each. */
export async function loadEngines() {
  return start([avgpool, inFloat32, similar, tfjs, onnxruntimeWeb, onnxruntimeNode, plain, sharp]);
}

/** Starts the engines that are compared on several threads, and what they are compared with on one. */
export async function loadThreadedEngines(threads) {
  const onOneThread = [
    { ...avgpool, name: avgpool.alone },
    { ...tfjs, name: `${tfjs.name} on 1 thread` },
  ];
  return [
    ...(await start([avgpool], threads)),
    ...(await start(onOneThread)),
    ...(await start([onnxruntimeWeb, onnxruntimeNode], threads)),
  ];
}

async function start(all, threads) {
  const engines = [];
  for (const { name, load } of all) {
    engines.push({ name, ...(await load(threads)) });
  }
  return engines;
}
