// A thread of the streaming limit, and the words by which the caller tells it what to stream.

import { parentPort, workerData } from 'node:worker_threads';

/** The number of the call, the number of threads that have ended it, and what it streams. */
export const [CALL, DONE, FROM, READ, TO, WRITTEN, WORDS] = [0, 1, 2, 3, 4, 5, 6];

/** How long a thread looks for the next call before it sleeps, in milliseconds. The threads of avgpool do the same. */
const SPIN = 0.06;

/** Streams the share of a thread. */
export function streamShare(stream, control, thread, threads) {
  const share = (start, bytes) => {
    const blocks = bytes / 64;
    const [begin, end] = [thread, thread + 1].map((number) => 64 * Math.floor((blocks * number) / threads));
    return [start + begin, end - begin];
  };
  stream(...share(control[FROM], control[READ]), ...share(control[TO], control[WRITTEN]));
}

if (parentPort) {
  const { module, memory, control, thread, threads } = workerData;
  const { stream } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  parentPort.postMessage('ready');
  for (let call = 0; ; ) {
    const end = performance.now() + SPIN;
    while (Atomics.load(control, CALL) === call && performance.now() < end) {}
    Atomics.wait(control, CALL, call);
    call = Atomics.load(control, CALL);
    streamShare(stream, control, thread, threads);
    Atomics.add(control, DONE, 1);
  }
}
