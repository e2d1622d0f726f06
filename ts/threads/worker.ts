// What a worker runs: an instance of the module over the shared memory, and the parts of calls that it claims.
//
// The build turns this file into text. A worker gets it, since bundlers and policies do not know its files.

import { runParts, SLEEPERS, TICKET, unclaimedIn } from './parts.js';
import type { Start } from './team.js';

/** How long a worker looks for the next call before it sleeps, in milliseconds. */
const SPIN = 0.06;

/** Calls `ready`, and then takes part in calls for ever. */
function work({ module, memory, control, thread }: Start, ready: () => void): void {
  const { runPart, stackOf, __stack_pointer: stackPointer } = instantiate(module, memory);
  ready();
  for (;;) {
    runParts(control, thread, (part, parts) => {
      // The workspace and the stack before it can move between calls.
      stackPointer.value = stackOf(thread);
      runPart(part, parts, thread);
    });
    const ticket = Atomics.load(control, TICKET);
    // A call may have begun just now, or others may be claiming the parts of one that this thread does not belong to.
    if (unclaimedIn(ticket) > 0) {
      continue;
    }
    const end = performance.now() + SPIN;
    while (Atomics.load(control, TICKET) === ticket && performance.now() < end) {}
    if (Atomics.load(control, TICKET) === ticket) {
      Atomics.add(control, SLEEPERS, 1);
      Atomics.wait(control, TICKET, ticket);
      Atomics.sub(control, SLEEPERS, 1);
    }
  }
}

interface Exports {
  readonly __stack_pointer: WebAssembly.Global;
  readonly runPart: (part: number, parts: number, thread: number) => void;
  readonly stackOf: (thread: number) => number;
}

/** An instance over the memory. It calls none of the functions that it imports: they serve the bindings of the caller. */
function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Exports {
  const functions = new Proxy({}, { get: () => () => {} });
  const imports: WebAssembly.Imports = new Proxy({}, { get: (_, name) => (name === 'env' ? { memory } : functions) });
  return new WebAssembly.Instance(module, imports).exports as unknown as Exports;
}

// Node, Deno and Bun give a worker its start, and pages send it.
if (typeof require === 'function') {
  const { workerData, parentPort } = require('node:worker_threads');
  work(workerData, () => parentPort.postMessage(0));
} else {
  addEventListener('message', ({ data }: { data: Start }) =>
    work(data, () => (postMessage as (message: number) => void)(0)),
  );
}

/** A variable of the worker's scope. In Bun it is no property of the global object. */
declare const require: ((name: string) => WorkerThreads) | undefined;

interface WorkerThreads {
  readonly workerData: Start;
  readonly parentPort: { postMessage(message: number): void };
}
