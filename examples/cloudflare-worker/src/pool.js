// Pools the elements of one request. It knows neither queries nor formats.

import { Tensor } from 'avgpool';
import { HttpError } from './http-error.js';

/**
 * A copy of the pooled elements, and their shape. There is no await: all requests share one WebAssembly memory, and none
 * may hold tensors while it waits.
 */
export function poolElements(pool, elements, shape) {
  let input;
  let output;
  try {
    input = Tensor.from(elements, shape);
    output = pool.forward(input);
    // slice() copies, because a view must not be used after dispose().
    return { data: output.data.slice(), shape: output.shape };
  } catch (error) {
    // The arguments are valid, so this is a lack of memory.
    throw error instanceof RangeError ? new HttpError(503, 'there is not enough memory now, try again later') : error;
  } finally {
    output?.dispose();
    input?.dispose();
  }
}
