// The smoke program on two threads. Small calls stay on one thread, so it also pools a large tensor, and compares the bits
// with those of one thread. It imports only the smoke program, so that it runs in every runtime.

import { smoke } from './smoke.mjs';

/** 4 MB. Its calls move twice as much. */
const shape = [4, 512, 512];

/** The first call for a size can run on one thread, and so can calls after a slow one. */
const ROUNDS = 10;

/**
 * Starts two threads with these options. Returns what the smoke program returns, and the number of threads in use.
 *
 * @throws an error if a result of the large tensor has other bits than on one thread.
 */
export async function smokeOnThreads(avgpool, threads, options) {
  const { AvgPool2d, memoryUsage, Tensor } = avgpool;
  const values = Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, i) => Math.imul(i, 0x9e3779b1) / 3);
  const [input, output] = [Tensor.from(values, shape), Tensor.zeros(shape)];
  const pool = new AvgPool2d(3, 1, 1);
  const calls = { forward: () => pool.forward(input, output), backward: () => pool.backward(input, shape, output) };
  const alone = Object.values(calls).map((call) => bitsOf(call()).slice());

  const count = await threads(2, options);
  const { threads: used } = memoryUsage();
  if (used !== count) {
    throw new Error(`threads resolved to ${count}, but ${used} are in use`);
  }
  const found = smoke(avgpool);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, [name, call]] of Object.entries(calls).entries()) {
      output.data.fill(0);
      const bits = bitsOf(call());
      const wrong = bits.findIndex((word, at) => word !== alone[i][at]);
      if (wrong !== -1) {
        const words = `${bits[wrong]} instead of ${alone[i][wrong]}`;
        throw new Error(
          `${name} of [${shape}] on ${count} threads, round ${round}: element ${wrong} has bits ${words}`,
        );
      }
    }
  }
  return { ...found, threads: memoryUsage().threads };
}

const bitsOf = ({ data }) => new Int32Array(data.buffer, data.byteOffset, data.length);
