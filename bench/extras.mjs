// Figures other than the cases: the cost of a call, of a new result and of a start; time against plane and window size.

import { spawnSync } from 'node:child_process';
import { AvgPool2d, Tensor } from 'avgpool';
import { padded } from './cases.mjs';
import { dataFor } from './data.mjs';
import { multipleOfLimit } from './limit.mjs';
import { median, medianRatio, timeInTurn } from './measure.mjs';

/** Each figure, or list of figures, with a label and the unit that follows every number. */
export async function measureExtras(timing) {
  return [
    await newResult(timing),
    await tinyCall(timing),
    firstCalls(),
    start(),
    heap(),
    await planes(timing),
    await windows(timing),
  ];
}

async function newResult(timing) {
  const pool = new AvgPool2d(2);
  const x = Tensor.ones([1, 256, 56, 56]);
  const y = pool.forward(x);
  const [newTimes, outTimes] = await timeInTurn([() => pool.forward(x).dispose(), () => pool.forward(x, y)], timing);
  x.dispose();
  y.dispose();
  return {
    label: 'Time of `forward(x)` with `dispose()`, relative to `forward(x, out)`, on 1×256×56×56',
    figures: [medianRatio(newTimes, outTimes)],
    unit: '×',
  };
}

async function tinyCall(timing) {
  const pool = new AvgPool2d(2);
  const x = Tensor.ones([1, 1, 2, 2]);
  const y = pool.forward(x);
  const [times] = await timeInTurn([() => pool.forward(x, y)], timing);
  x.dispose();
  y.dispose();
  return { label: '`forward(x, out)` on 1×1×2×2', figures: [median(times) * 1000], unit: ' ns' };
}

/** In a new process, before the optimising compiler has compiled anything. */
function firstCalls() {
  const [first, hundredth] = inNewProcess(`
    const pool = new AvgPool2d(3, 1, 1);
    const x = Tensor.ones([1, 192, 35, 35]);
    const y = Tensor.zeros(x.shape);
    const times = [];
    for (let call = 0; call < 100; call++) {
      const start = performance.now();
      pool.forward(x, y);
      times.push(performance.now() - start);
    }
    return [times[0], times[99]];`);
  return {
    label: 'First and hundredth call of 3×3 stride 1 on 1×192×35×35 in a new process',
    figures: [first * 1000, hundredth * 1000],
    unit: ' µs',
  };
}

function start() {
  const starts = Array.from({ length: 7 }, () =>
    inNewProcess('new AvgPool2d(2).forward(Tensor.ones([1, 1, 2, 2])); return performance.now() - begin;'),
  );
  return { label: 'From import to first result in a new process', figures: [median(starts)], unit: ' ms' };
}

function heap() {
  const bytes = inNewProcess(
    `const pool = new AvgPool2d(3, 1, 1);
    const x = Tensor.ones([1, 1, 8, 8]);
    const [y, dx] = [Tensor.zeros(x.shape), Tensor.zeros(x.shape)];
    const repeat = (count) => {
      for (let call = 0; call < count; call++) {
        pool.forward(x, y);
        pool.backward(y, x.shape, dx);
      }
    };
    repeat(100_000);
    const before = process.memoryUsage().heapUsed;
    repeat(100_000);
    return process.memoryUsage().heapUsed - before;`,
    // With a young generation of this size, the garbage collector does not run in between.
    ['--min-semi-space-size=256', '--max-semi-space-size=256'],
  );
  return {
    label: 'JavaScript heap used by 10^5 calls of forward and backward with `out`',
    figures: [bytes / 1024],
    unit: ' KB',
  };
}

async function planes(timing) {
  const sizes = [28, 56, 112, 224, 448];
  return {
    label: `Multiples of the limit for 3×3 stride 2 on 16 planes of ${squares(sizes)}`,
    figures: await forwardMultiples(
      sizes.map((size) => ({ options: padded(3, 2), shape: [1, 16, size, size] })),
      timing,
    ),
    unit: '×',
  };
}

async function windows(timing) {
  const sizes = [3, 5, 9, 17, 33, 65, 129];
  return {
    label: `Multiples of the limit for windows of ${squares(sizes)} on 1×8×192×192`,
    figures: await forwardMultiples(
      sizes.map((size) => ({ options: padded(size), shape: [1, 8, 192, 192] })),
      timing,
    ),
    unit: '×',
  };
}

const squares = (sizes) => sizes.map((size) => `${size}²`).join(', ');

async function forwardMultiples(poolings, timing) {
  const multiples = [];
  for (const pooling of poolings) {
    multiples.push(await multipleOfLimit(pooling, 'forward', dataFor(pooling), timing));
  }
  return multiples;
}

/** Runs the body of a function, which may use `begin`, the time before the import, and returns its result. */
function inNewProcess(body, flags = []) {
  const program = `
    const begin = performance.now();
    const { AvgPool2d, Tensor } = await import('avgpool');
    console.log(JSON.stringify((() => { ${body} })()));`;
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '--input-type=module', '--eval', program], {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
  });
  if (stdout === '') {
    throw new Error(stderr);
  }
  return JSON.parse(stdout);
}
