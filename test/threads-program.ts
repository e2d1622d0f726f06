// Runs a short program that uses threads, in a process of its own: threads change the state of a process for good.

import { runModule } from './program.js';

/**
 * Counts what calls share, and makes them share it. `shared` is the number of calls that the caller has shared, and `taken`
 * the number of parts that workers have claimed.
 *
 * After calls that were slower than on one thread, the product shares fewer. So while a call runs, the clock stands still.
 * If the caller has waited for a part for half a second, time passes quickly, and a dead worker is noticed.
 */
export const share = `
  let shared = 0;
  let taken = 0;
  let onStep = () => {};
  {
    const { exchange, compareExchange, store } = Atomics;
    const now = performance.now.bind(performance);
    let waiting = Infinity;
    // The caller publishes a call by a store with parts that nobody has claimed, claims by compareExchange, and exchanges once.
    Atomics.store = (control, index, value) => {
      if (index === 0) {
        taken += value & 1023;
        waiting = Infinity;
      }
      return store(control, index, value);
    };
    Atomics.compareExchange = (control, index, expected, value) => {
      const old = compareExchange(control, index, expected, value);
      if (old === expected) taken--;
      onStep();
      return old;
    };
    Atomics.exchange = (control, index, value) => {
      const old = exchange(control, index, value);
      shared++;
      taken -= old & 1023;
      waiting = now();
      onStep();
      return old;
    };
    let time = 0;
    let last = 0;
    performance.now = () => {
      const present = now();
      // The caller looks at the clock all the time while it waits. After a pause, it does not wait, or was interrupted.
      if (present - last > 100 && waiting < present) waiting = present;
      last = present;
      if (present - waiting > 500) time += 50;
      return time;
    };
  }`;

/** Keeps the workers that are started, and counts those that have ended. `before` is put before the text of each worker. */
export const watchWorkers = `
  const workers = [];
  let ended = 0;
  let before = (number) => '';
  {
    const { default: workerThreads } = await import('node:worker_threads');
    const { Worker } = workerThreads;
    workerThreads.Worker = class extends Worker {
      constructor(text, options) {
        super(before(workers.length) + text, options);
        workers.push(this);
        this.once('exit', () => ended++);
      }
    };
  }`;

/** Names for the program. What a program changes in its realm before is what avgpool finds. */
const names = `
  const { AdaptiveAvgPool2d, AvgPool2d, globalAvgPool2d, memoryUsage, reserve, Tensor } = await import('avgpool');
  const { threads } = await import('avgpool/threads');
  const turn = () => new Promise((resolve) => setTimeout(resolve, 10));
  /** Waits, over turns of the event loop, until a condition holds. */
  const until = async (holds) => {
    for (let i = 0; !holds(); i++) {
      if (i === 2000) throw new Error('this has not happened in 2,000 turns: ' + holds);
      await turn();
    }
  };
  const print = (...values) => console.log(JSON.stringify(values));
  const bits = ({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const randomFrom = (seed) => (below) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % below;
  };
  /** Random values that need rounding, in any element type. */
  const randomTensor = (random, shape, dtype) => {
    const values = new Float32Array(shape.reduce((product, size) => product * size));
    const isInteger = dtype === 'uint8';
    for (let i = 0; i < values.length; i++) values[i] = isInteger ? random(256) : (random(60000) - 20000) / 7777;
    return Tensor.from(isInteger ? Uint8Array.from(values) : values, shape, dtype);
  };
  const attempt = async (call) => {
    try { return await call(); } catch (error) { return error.constructor.name + ': ' + error.message; }
  };
  // A pool, tensors and plans. Both calls move more than 1 MB, so several threads run them.
  const setUp = () => {
    const random = randomFrom(1);
    const pool = new AvgPool2d(3, 1, 1);
    const x = randomTensor(random, [4, 8, 96, 96], 'float32');
    const out = pool.forward(x);
    const gradient = pool.backward(x, x.shape);
    const expected = [x, out, gradient].map((tensor) => Buffer.from(bits(tensor)));
    /** Whether the elements are those of before, and calls give the bits of before. */
    const works = () => {
      const kept = [x, out, gradient].every((tensor, i) => bits(tensor).equals(expected[i]));
      out.data.fill(7);
      gradient.data.fill(7);
      pool.forward(x, out);
      pool.backward(x, x.shape, gradient);
      return kept && [x, out, gradient].every((tensor, i) => bits(tensor).equals(expected[i]));
    };
    return { pool, x, out, gradient, works };
  };`;

/** The values that a program prints by its last call of `print`. `before` runs before avgpool is loaded. */
export function runThreads(source: string, before = '', ...flags: string[]): unknown[] {
  const output = runModule(`${before}\n${names}\n${source}`, ...flags);
  return JSON.parse(output.split('\n').at(-1) as string);
}
