// What a platform takes: a view over an ArrayBuffer, which TypeScript 5.7 and later tell from one over shared memory.

import { Tensor } from 'avgpool';

const { data } = Tensor.ones([1, 2, 2]);
const { data: double } = Tensor.ones([1, 2, 2], 'float64');
const { data: half } = Tensor.ones([1, 2, 2], 'float16');
const { data: bytes } = Tensor.ones([1, 2, 2], 'uint8');

/** Never called: the compiler alone sees it. */
export async function uses(): Promise<unknown[]> {
  return [
    new Blob([data, double, half, bytes]),
    new Response(data),
    await crypto.subtle.digest('SHA-256', double),
    Tensor.from(new Float32Array(new SharedArrayBuffer(16)), [1, 2, 2]).data,
    Tensor.from(new ImageData(2, 2)).shape,
  ];
}
