// The streaming limit on several threads: each streams its share of both arrays.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { compile, makeStreaming } from './streaming.mjs';
import { CALL, DONE, FROM, READ, streamShare, TO, WORDS, WRITTEN } from './streaming-worker.mjs';

/** `streaming` of streaming.mjs, whose `stream` runs on this many threads. */
export async function startStreaming(threads) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
  const module = compile('(memory (export "memory") (import "env" "memory") 1 65536 shared)');
  const control = new Int32Array(new SharedArrayBuffer(4 * WORDS));
  for (let thread = 1; thread < threads; thread++) {
    const workerData = { module, memory, control, thread, threads };
    const worker = new Worker(new URL('streaming-worker.mjs', import.meta.url), { workerData });
    await once(worker, 'message');
    worker.unref();
  }
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const stream = (from, read, to, written) => {
    for (const [word, value] of Object.entries({ [FROM]: from, [READ]: read, [TO]: to, [WRITTEN]: written })) {
      control[word] = value;
    }
    control[DONE] = 1;
    Atomics.add(control, CALL, 1);
    Atomics.notify(control, CALL);
    streamShare(exports.stream, control, 0, threads);
    while (Atomics.load(control, DONE) < threads) {}
  };
  return makeStreaming({ ...exports, stream });
}
