// A program that mixes everything: an ES module, a CommonJS dependency, and four entries. It prints the number of
// tensors, which is that of all of them if they share one memory, and the number of threads that each part sees.

import { AvgPool2d, memoryUsage, Tensor } from 'avgpool';
import { fromOnnx } from 'avgpool/compat';
import * as slim from 'avgpool/slim';
import { threads } from 'avgpool/threads';
import dependency from './dependency.cjs';

const options = fromOnnx({ kernel_shape: [2, 2], strides: [2, 2] }, [1, 1, 2, 2]);
const inputs = [Tensor.ones([1, 2, 2]), dependency.makeInput(), slim.Tensor.ones([1, 2, 2])];
const pools = [new AvgPool2d(2), new slim.AvgPool2d(options), ...dependency.pools];
const outputs = inputs.flatMap((input) => pools.map((pool) => pool.forward(input)));
// The garbage collector can free the inputs later.
const { tensors } = memoryUsage();
const count = () => [memoryUsage().threads, dependency.countThreads()];

// Not every bundler knows await outside of functions.
(async () => {
  await threads(3);
  const counts = count();
  await dependency.startThreads(2);
  counts.push(...count());
  const means = outputs.map(({ data }) => data[0]);
  console.log(JSON.stringify({ outputs: means, tensors, threads: counts }));
})();
