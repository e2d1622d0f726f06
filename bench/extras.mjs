// What a table of kernels does not show: the cost of a call, of a result, of a start, and how time grows.

import { spawnSync } from 'node:child_process';
import { AvgPool2d, Tensor } from 'avgpool';
import { sizeOf } from './cases.mjs';
import { multipleOfLimit } from './limit.mjs';
import { median, ratio, rounds } from './measure.mjs';

/** Each as a sentence and its figures. */
export async function extras(timing) {
  return [
    await ofNewResults(timing),
    await ofTinyCalls(timing),
    ofFirstCalls(),
    ofStart(),
    ofHeap(),
    await ofPlanes(timing),
    await ofWindows(timing),
  ];
}

async function ofNewResults(timing) {
  const shape = [1, 256, 56, 56];
  const pool = new AvgPool2d(2);
  const x = Tensor.ones(shape);
  const y = pool.forward(x);
  const [made, given] = await rounds([() => pool.forward(x).dispose(), () => pool.forward(x, y)], timing);
  const times = ratio(made, given);
  x.dispose();
  y.dispose();
  return {
    what: '`forward(x)` with `dispose()`, as a multiple of `forward(x, out)`, on 1×256×56×56',
    value: times,
    unit: '×',
  };
}

async function ofTinyCalls(timing) {
  const pool = new AvgPool2d(2);
  const x = Tensor.ones([1, 1, 2, 2]);
  const y = pool.forward(x);
  const [times] = await rounds([() => pool.forward(x, y)], timing);
  x.dispose();
  y.dispose();
  return { what: '`forward(x, out)` on 1×1×2×2', value: median(times) * 1000, unit: 'ns' };
}

/** In a new process, where nothing has been compiled by the engine's better compiler. */
function ofFirstCalls() {
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
  const what = 'the first and the hundredth call of 3×3 stride 1 on 1×192×35×35, in a new process';
  return { what, value: first * 1000, and: hundredth * 1000, unit: 'µs' };
}

function ofStart() {
  const starts = Array.from({ length: 7 }, () =>
    inNewProcess('new AvgPool2d(2).forward(Tensor.ones([1, 1, 2, 2])); return performance.now() - begin;'),
  );
  return { what: 'from import to first result in a new process', value: median(starts), unit: 'ms' };
}

function ofHeap() {
  const bytes = inNewProcess(
    `const pool = new AvgPool2d(3, 1, 1);
    const x = Tensor.ones([1, 1, 8, 8]);
    const [y, dx] = [Tensor.zeros(x.shape), Tensor.zeros(x.shape)];
    const calls = (count) => {
      for (let call = 0; call < count; call++) {
        pool.forward(x, y);
        pool.backward(y, x.shape, dx);
      }
    };
    calls(100_000);
    const before = process.memoryUsage().heapUsed;
    calls(100_000);
    return process.memoryUsage().heapUsed - before;`,
    ['--min-semi-space-size=256', '--max-semi-space-size=256'],
  );
  return { what: 'JavaScript heap of 10^5 calls of both directions with `out`', value: bytes / 1024, unit: 'KB' };
}

async function ofPlanes(timing) {
  const sizes = [28, 56, 112, 224, 448];
  const each = await multiples(
    sizes.map((size) => [{ kernelSize: 3, stride: 2, padding: 1 }, [1, 16, size, size]]),
    timing,
  );
  return {
    what: `3×3 stride 2 on 16 planes of ${sizes.join(', ')} squared, as multiples of the limit`,
    values: each,
    unit: '×',
  };
}

async function ofWindows(timing) {
  const sizes = [3, 5, 9, 17, 33, 65, 129];
  const options = sizes.map((kernelSize) => ({ kernelSize, stride: 1, padding: (kernelSize - 1) / 2 }));
  const each = await multiples(
    options.map((each) => [each, [1, 8, 192, 192]]),
    timing,
  );
  return {
    what: `windows of ${sizes.join(', ')} squared on 1×8×192×192, as multiples of the limit`,
    values: each,
    unit: '×',
  };
}

async function multiples(poolings, timing) {
  const found = [];
  for (const [options, shape] of poolings) {
    const outputShape = new AvgPool2d(options).outputShape(shape);
    const data = { x: new Float32Array(sizeOf(shape)), g: new Float32Array(sizeOf(outputShape)) };
    found.push(await multipleOfLimit({ options, shape }, 'forward', data, timing));
  }
  return found;
}

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
