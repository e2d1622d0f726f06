// Threads under stress: many calls of random sizes, and workers that die at any moment. Each program runs in a process of its
// own.

import { describe, expect, test } from 'vitest';
import { runThreads, share, watchWorkers } from './threads-program.js';

/** Makes random calls that move between 1 and 2 MB, with their results on one thread. */
const randomCalls = `
  const randomCall = (random) => {
    // The others take several times longer.
    const dtype = ['float16', 'uint8'][random(16)] ?? ['float32', 'float64'][random(2)];
    const isBackward = dtype !== 'uint8' && random(2) === 1;
    const layout = ['NCHW', 'NHWC'][random(2)];
    const kernelSize = [1 + random(4), 1 + random(4)];
    const options = {
      kernelSize,
      stride: [1 + random(6), 1 + random(6)],
      padding: kernelSize.map((size) => random(1 + Math.floor(size / 2))),
      countIncludePad: random(2) === 1,
      ceilMode: random(2) === 1,
      layout,
    };
    const pool = random(5) ? new AvgPool2d(options) : new AdaptiveAvgPool2d({ outputSize: 1 + random(8), layout });
    const [channels, height, width] = [1 + random(2 ** random(8)), 8 + random(100), 8 + random(100)];
    const shapeOf = (batch) => layout === 'NCHW' ? [batch, channels, height, width] : [batch, height, width, channels];
    const bytes = { float64: 8, float32: 4, float16: 2, uint8: 1 }[dtype];
    const sizeOf = (shape) => shape.reduce((product, size) => product * size);
    const moved = (sizeOf(shapeOf(1)) + sizeOf(pool.outputShape(shapeOf(1)))) * bytes;
    const least = Math.ceil(2 ** 20 / moved);
    const most = Math.floor(2 ** 21 / moved);
    if (least > most) return randomCall(random);
    const shape = shapeOf(least + random(1 + Math.min(most - least, Math.floor(least / 3))));
    const from = randomTensor(random, isBackward ? pool.outputShape(shape) : shape, dtype);
    const to = Tensor.zeros(isBackward ? shape : pool.outputShape(shape), dtype);
    const run = isBackward ? () => pool.backward(from, shape, to) : () => pool.forward(from, to);
    run();
    const name = [dtype, shape.join('×'), isBackward ? 'backward' : 'forward', pool].join(' ');
    return { name, run, to, expected: Buffer.from(bits(to)), bytes: undefined };
  };
  /** Runs a call. Returns whether every element was computed, and is right. */
  const isRight = (call) => {
    const bytes = (call.bytes ??= bits(call.to));
    bytes.fill(0xa5);
    call.run();
    return bytes.equals(call.expected);
  };`;

/** The number of calls. A million, by THREADS_CALLS=1000000, takes from 5 to 18 minutes on two busy cores. */
const { THREADS_CALLS: CALLS = '50000' } = process.env;

describe('three threads', () => {
  test(`give the bits of one thread in ${CALLS} calls of random sizes, fewer than 1,000,000 unless THREADS_CALLS is set`, () => {
    const program = `${randomCalls}
      const random = randomFrom(5);
      // More than there are places for plans, so plans are replaced too.
      const calls = Array.from({ length: 80 }, () => randomCall(random));
      await threads(3);
      const wrong = new Set();
      for (let i = 0; i < ${CALLS}; i++) {
        const call = calls[random(calls.length)];
        if (!isRight(call)) wrong.add(call.name);
      }
      print([...wrong], shared, taken, memoryUsage().threads);`;
    const [wrong, shared, taken, threads] = runThreads(program, share) as [string[], number, number, number];
    expect({ wrong, threads }).toEqual({ wrong: [], threads: 3 });
    // All calls were shared, and the workers have run parts of them, however busy the machine is. Usually they run half.
    expect(shared).toBeGreaterThan(0.99 * Number(CALLS));
    expect(taken).toBeGreaterThan(0.1 * Number(CALLS));
  }, 1_200_000);
});

describe('workers that die', () => {
  test('at random moments leave all results right, and calls go on with the others', () => {
    const program = `${randomCalls}
      const random = randomFrom(7);
      const calls = Array.from({ length: 20 }, () => randomCall(random));
      const wrong = [];
      let killed = 0;
      const counts = [];
      for (let round = 0; round < 40; round++) {
        await threads(4);
        const team = workers.filter(({ threadId }) => threadId > 0);
        const dead = new Set();
        for (let i = 0; i < 40; i++) {
          const call = calls[random(calls.length)];
          const victim = team[random(3)];
          const kill = () => {
            dead.add(victim);
            victim.terminate();
          };
          // Before the call, while the caller claims one of its parts, or when it begins to wait.
          const moment = random(80);
          let steps = 0;
          onStep = () => { if (++steps === moment) kill(); };
          if (moment === 0) kill();
          if (!isRight(call)) wrong.push([round, i, call.name]);
        }
        onStep = () => {};
        killed += dead.size;
        await until(() => memoryUsage().threads <= 4 - dead.size);
        counts.push(memoryUsage().threads === 4 - dead.size);
        for (const call of calls) {
          if (!isRight(call)) wrong.push([round, 'after', call.name]);
        }
      }
      const last = await threads(1);
      print(wrong, counts, killed, last, workers.length - ended);`;
    const [wrong, counts, killed, ...rest] = runThreads(program, share + watchWorkers);
    expect({ wrong, counts, rest }).toEqual({ wrong: [], counts: Array(40).fill(true), rest: [1, 0] });
    expect(killed).toBeGreaterThan(50);
  });

  test.each([
    ['ends', 'process.exit()', 1],
    ['throws', "throw new Error('on purpose')", 1],
    ['stays busy', 'for (;;);', 1],
    ['ends at its first part', 'process.exit()', 0],
  ])('while they hold a part do not stop a call: one that %s', (_, death, parts) => {
    const program = `
      const { works } = setUp();
      // Thread 2 dies after it has claimed a part.
      before = (number) => number !== 1 ? '' : \`{
        const { compareExchange } = Atomics;
        let left = ${parts};
        Atomics.compareExchange = (control, index, expected, value) => {
          const old = compareExchange(control, index, expected, value);
          if (old === expected && left-- === 0) { ${death}; }
          return old;
        };
      }\`;
      const counts = [await threads(3)];
      let right = true;
      let calls = 0;
      while (memoryUsage().threads === 3) {
        right &&= works();
        calls++;
      }
      // The caller has noticed it in the call, without a turn of the event loop.
      counts.push(memoryUsage().threads, ended);
      for (let i = 0; i < 100; i++) right &&= works();
      await until(() => ended === 1);
      for (let i = 0; i < 100; i++) right &&= works();
      counts.push(memoryUsage().threads, await threads(3), works() && memoryUsage().threads, await threads(1));
      print(right, calls > 0, counts, workers.length, ended);`;
    expect(runThreads(program, share + watchWorkers)).toEqual([true, true, [3, 2, 0, 2, 3, 3, 1], 4, 4]);
  });

  test('all of them leave a program with one thread', () => {
    const program = `
      const { works } = setUp();
      await threads(3);
      const results = [works()];
      for (const worker of workers) worker.terminate();
      for (let i = 0; i < 20; i++) results.push(works());
      await until(() => memoryUsage().threads === 1);
      const calls = shared;
      results.push(works(), shared === calls);
      print(results.every(Boolean), ended, await threads(1), works(), await threads(2), works());`;
    expect(runThreads(program, share + watchWorkers)).toEqual([true, 2, 1, true, 2, true]);
  });

  test('are not those of a process that was stopped for a while', () => {
    const program = `
      const { spawn } = await import('node:child_process');
      const { works } = setUp();
      // Workers take their time, so that they hold parts when the process stops.
      before = () => \`{
        const { compareExchange } = Atomics;
        const never = new Int32Array(new SharedArrayBuffer(4));
        Atomics.compareExchange = (control, index, expected, value) => {
          const old = compareExchange(control, index, expected, value);
          if (old === expected) Atomics.wait(never, 0, 0, 50);
          return old;
        };
      }\`;
      await threads(3);
      const script = 'sleep 0.3; kill -STOP ' + process.pid + '; sleep 1.5; kill -CONT ' + process.pid;
      spawn('sh', ['-c', script + '; ' + script], { stdio: 'ignore' });
      const results = [];
      const end = Date.now() + 4200;
      while (Date.now() < end) results.push(works());
      print(results.every(Boolean), memoryUsage().threads, ended);`;
    expect(runThreads(program, watchWorkers)).toEqual([true, 3, 0]);
  });
});
