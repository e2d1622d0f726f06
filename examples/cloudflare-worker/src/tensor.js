// Answers the elements of a tensor with those of the pooled tensor: float32 in row-major order, little-endian. The header
// x-shape of the response has its shape.

import { AvgPool2d } from 'avgpool';
import { LIMIT, withBody } from './body.js';
import { HttpError } from './http-error.js';
import { poolElements } from './pool.js';

/**
 * The limits on body and answer bound the cost of a request, whatever its options are. The time follows both. avgpool's
 * workspace takes at most 256 KiB more than the larger of both.
 */
export function poolTensor(request, searchParams) {
  const { pool, shape, size } = parse(searchParams);
  const bytes = 4 * size;
  const wrongLength = (got) => new HttpError(400, `the shape needs a body of ${bytes} bytes, got ${got}`);
  return withBody(request, { least: bytes, most: bytes }, wrongLength, (body) => {
    const output = poolElements(pool, new Float32Array(body.buffer), shape);
    const headers = { 'content-type': 'application/octet-stream', 'x-shape': output.shape.join() };
    return new Response(output.data, { headers });
  });
}

/** The pooling that a query asks for, and the shape and size of its input. The limits are checked here. */
function parse(searchParams) {
  const shape = numbers(searchParams, 'shape');
  const options = {
    kernelSize: numberOrPair(numbers(searchParams, 'kernel')),
    stride: searchParams.has('stride') ? numberOrPair(numbers(searchParams, 'stride')) : null,
    padding: searchParams.has('padding') ? numberOrPair(numbers(searchParams, 'padding')) : 0,
  };
  try {
    const pool = new AvgPool2d(options);
    const outputSize = product(pool.outputShape(shape));
    const size = product(shape);
    checkLimit('a body', 4 * size);
    checkLimit('an answer', 4 * outputSize);
    return { pool, shape, size };
  } catch (error) {
    // avgpool throws these two classes for wrong arguments.
    const isWrongArgument = error instanceof RangeError || error instanceof TypeError;
    throw isWrongArgument ? new HttpError(400, error.message) : error;
  }
}

/** The comma-separated integers of a query parameter. */
function numbers(searchParams, name) {
  const text = searchParams.getAll(name).join(' and ');
  if (!/^\d{1,10}(,\d{1,10}){0,3}$/.test(text)) {
    const got = JSON.stringify(text.slice(0, 40));
    throw new HttpError(400, `the query needs ${name} once, at most four comma-separated integers, got ${got}`);
  }
  return text.split(',').map(Number);
}

/** An option of AvgPool2d is a number or a pair, so a list of one number becomes that number. */
function numberOrPair(values) {
  return values.length === 1 ? values[0] : values;
}

function product(lengths) {
  return lengths.reduce((result, length) => result * length, 1);
}

function checkLimit(what, bytes) {
  if (bytes > LIMIT) {
    throw new HttpError(413, `${what} may have ${LIMIT} bytes at most, this one would have ${bytes}`);
  }
}
