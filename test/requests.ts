// Random requests for examples/cloudflare-worker: permitted ones of every form, and some above its limits.

import fc from 'fast-check';

/** The limit of the example on a body and on an answer, in elements. */
export const LIMIT = 2 ** 18;

/** A query, the size of its input in elements, and the most bytes that one chunk of the body has. */
export interface PoolingRequest {
  readonly query: string;
  readonly size: number;
  readonly chunk: number;
}

/** Integers from 1 to `most`, of all magnitudes alike. The fraction is in thousandths. */
const scaled = (most: number, fraction: number) => Math.max(1, Math.floor(most ** (fraction / 1000)));

const fraction = fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.constant(1000));
const AXIS = 2 ** 31 - 1;

/** One axis: any padding, windows of all sizes that fit, up to the whole padded input, and strides of all sizes. */
const axis = fc
  .record({
    padding: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fraction),
    window: fraction,
    isAlmostAll: fc.boolean(),
    stride: fc.oneof(fc.constant(0), fraction),
  })
  .map(({ padding, window, isAlmostAll, stride }) => (input: number) => {
    const pad = padding && scaled(AXIS / 2 - input, padding);
    const padded = input + 2 * pad;
    const size = scaled(padded, window);
    return { kernel: isAlmostAll ? padded + 1 - size : size, padding: pad, stride: scaled(AXIS, stride) };
  });

/** A request. Few inputs have no elements, or up to twice the limit. */
export const requests: fc.Arbitrary<PoolingRequest> = fc
  .record({
    size: fraction,
    planes: fc.oneof(fc.constant(0), fraction),
    height: fraction,
    rows: axis,
    columns: axis,
    chunk: fraction,
    batch: fc.oneof({ weight: 20, arbitrary: fc.constant(1) }, fc.constantFrom(0, 2)),
  })
  .map(({ size, planes, height, rows, columns, chunk, batch }) => {
    const elements = scaled(LIMIT, size);
    const channels = scaled(elements, planes);
    const plane = Math.floor(elements / channels);
    const h = scaled(plane, height);
    const w = Math.floor(plane / h);
    const shape = [batch, channels, h, w];
    const [y, x] = [rows(h), columns(w)];
    const pairs = { kernel: [y.kernel, x.kernel], stride: [y.stride, x.stride], padding: [y.padding, x.padding] };
    const query = Object.entries({ shape, ...pairs }).map(([name, values]) => `${name}=${values}`);
    return {
      query: query.join('&'),
      size: shape.reduce((product, length) => product * length),
      // Bodies come in at most 1000 chunks, because Node needs more time for chunks than for the pooling.
      chunk: Math.max(scaled(4 * LIMIT, chunk), Math.ceil(elements / 250)),
    };
  });

/** A body of `bytes` zeros in chunks. */
export function bodyOf(bytes: number, chunk: number): ReadableStream<Uint8Array> {
  let left = bytes;
  return new ReadableStream({
    pull(controller) {
      const length = Math.min(chunk, left);
      left -= length;
      if (length > 0) {
        controller.enqueue(new Uint8Array(length));
      } else {
        controller.close();
      }
    },
  });
}
