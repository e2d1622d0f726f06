// TensorFlow.js with avgpool/tfjs against TensorFlow.js alone, on its backends wasm and cpu: calls, and steps of training.

import * as tf from '@tensorflow/tfjs';
import { setThreadsCount, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { register } from 'avgpool/tfjs';
import { directions } from './cases.mjs';
import { median, medianRatio, timeInTurn } from './measure.mjs';
import { startTraining } from './training.mjs';

const names = ['AvgPool', 'AvgPoolGrad'];

/** What is compared: TensorFlow.js alone, the kernels that `register` chooses, and all. */
const variants = [undefined, {}, { kernels: names }];

/** The arguments of `avgPool` and the shape of the input. */
const calls = [
  [[1, 56, 56, 64], 2, 2, 'valid'],
  [[8, 28, 28, 32], 2, 2, 'valid'],
  [[1, 112, 112, 64], 3, 2, 'same'],
  [[1, 35, 35, 192], 3, 1, 'same'],
  [[1, 14, 14, 320], 3, 1, 'same'],
  [[1, 56, 56, 64], 5, 1, 'same'],
  [[1, 7, 7, 2048], 7, 1, 'valid'],
  [[1, 64, 64, 3], 31, 1, 'same'],
];

/** Networks to train, by the names of their poolings. */
const trainings = {
  'CNN, 2×2 stride 2 valid': { pad: 'valid', pictures: 32, size: 28, channels: [8, 16] },
  'CNN, 3×3 stride 2 same': { pad: 'same', pictures: 32, size: 28, channels: [8, 16] },
  'PoolFormer, 3×3 stride 1 same': { network: 'poolformer', pictures: 32, size: 28, channels: [16] },
};

/** All figures: for each backend, the times of its own kernels, and how many times faster those of avgpool are. */
export async function measureTfjs({ rounds, ...timing }) {
  setThreadsCount(1);
  const results = [];
  // Calls on the backend cpu are slow.
  const backendRounds = { wasm: rounds, cpu: Math.min(rounds, 9) };
  for (const [backend, ownRounds] of Object.entries(backendRounds)) {
    await tf.setBackend(backend);
    const kernels = variants.map((options) => kernelsOf(backend, options));
    const backendTiming = { ...timing, rounds: ownRounds };
    for (const call of calls) {
      for (const direction of directions) {
        results.push({ backend, ...(await measureCall(kernels, call, direction, backendTiming)) });
      }
    }
    for (const [name, options] of Object.entries(trainings)) {
      const step = `one step of training, ${name}`;
      results.push({ backend, ...(await measureTraining(kernels, step, options, backendTiming)) });
    }
  }
  return { results, versions: { 'tfjs-wasm': version_wasm } };
}

/** The kernels that are in use after `register` with these options, or without it. */
function kernelsOf(backend, options) {
  // So that results can be compared.
  const restore = options ? register(tf, { backend, gradient: 'tfjs', ...options }) : () => {};
  const kernels = names.map((name) => tf.getKernel(name, backend));
  restore();
  return kernels;
}

let used;

/** Registers kernels. Only the first of several calls with the same ones takes time. */
function use(kernels) {
  if (kernels !== used) {
    for (const kernel of kernels) {
      tf.unregisterKernel(kernel.kernelName, kernel.backendName);
      tf.registerKernel(kernel);
    }
    used = kernels;
  }
}

async function measureCall(kernels, [shape, filterSize, strides, pad], direction, timing) {
  const x = tf.randomUniform(shape, -1, 1, 'float32', 1);
  const dy = tf.avgPool(x, filterSize, strides, pad);
  const pool = {
    forward: () => tf.avgPool(x, filterSize, strides, pad),
    // The kernel that autograd calls.
    backward: () => tf.engine().runKernel('AvgPoolGrad', { dy, input: x }, { filterSize, strides, pad }),
  }[direction];
  const name = `${filterSize}×${filterSize} stride ${strides} ${pad}, ${shape.join('×')}, ${direction}`;
  const values = kernels.map((chosen) => {
    use(chosen);
    return tf.tidy(() => pool().dataSync().slice());
  });
  checkClose(name, values, 1e-5);
  const figures = await compare(kernels, () => pool().dispose(), timing);
  tf.dispose([x, dy]);
  return { name, ...figures };
}

async function measureTraining(kernels, name, options, timing) {
  const running = kernels.map(() => startTraining(tf, options));
  const losses = kernels.map((chosen, i) => {
    use(chosen);
    return [running[i].step(), running[i].step()];
  });
  checkClose(name, losses, 1e-4);
  const figures = await compare(kernels, (i) => running[i].step(), timing);
  for (const training of running) {
    training.dispose();
  }
  return { name, ...figures };
}

/** The time of `run` with the first kernels, and how many times faster it is with the others. */
async function compare(kernels, run, timing) {
  const [theirs, ...others] = await timeInTurn(
    kernels.map((chosen, i) => () => {
      use(chosen);
      run(i);
    }),
    timing,
  );
  use(kernels[0]);
  return { microseconds: median(theirs), speedups: others.map((times) => medianRatio(theirs, times)) };
}

/** Throws unless all lists have the values of the first. */
function checkClose(name, [expected, ...others], tolerance) {
  for (const values of others) {
    const wrong = expected.findIndex((value, i) => !(Math.abs(value - values[i]) <= tolerance));
    if (wrong >= 0) {
      throw new Error(`avgpool/tfjs, ${name}: value ${wrong} is ${values[wrong]}, expected ${expected[wrong]}`);
    }
  }
}
