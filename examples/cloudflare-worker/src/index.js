// Average pooling as a service: POST the elements of a tensor to get the elements of the pooled tensor.
//
//   curl --data-binary @input.bin 'http://127.0.0.1:8787/?shape=1,64,56,56&kernel=2' --output output.bin
//
// Bodies are float32 elements in row-major order, little-endian. The header x-shape of the response has its shape.

import { AvgPool2d, Tensor } from 'avgpool';

/**
 * The largest body and the largest answer, in bytes. They bound the cost of a request, whatever its options are: the
 * time follows body and answer, and avgpool's workspace takes at most 256 KiB more than the larger of both.
 */
const LIMIT = 2 ** 20;

/** Each chunk of a body costs time, even if it has one byte. */
const MOST_CHUNKS = 2 ** 16;

/** The most bytes of all bodies that are being read. A worker has 128 MB of memory for all its requests. */
const ALL_BODIES = 32 * LIMIT;

let bytesBeingRead = 0;

export default {
  async fetch(request) {
    try {
      const { pool, shape, size } = parse(request);
      return respond(pool, shape, await readBody(request, 4 * size));
    } catch (error) {
      if (error instanceof HttpError) {
        return new Response(`${error.message}\n`, { status: error.status });
      }
      console.error(error);
      return new Response('the service failed\n', { status: 500 });
    }
  },
};

/** An error with the HTTP status of its response. */
class HttpError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The pooling that a request asks for, and the shape and size of its input. The limits are checked here. */
function parse(request) {
  if (request.method !== 'POST') {
    throw new HttpError(405, 'send the elements of a tensor with POST');
  }
  const { searchParams } = new URL(request.url);
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

/** Reads a body of `expected` bytes. It trusts no content-length, and admits a request only if its whole body fits. */
async function readBody(request, expected) {
  const wrongLength = (got) => new HttpError(400, `the shape needs a body of ${expected} bytes, got ${got}`);
  const stated = request.headers.get('content-length');
  if (stated !== null && Number(stated) !== expected) {
    throw wrongLength(Number(stated));
  }
  if (bytesBeingRead + expected > ALL_BODIES) {
    throw new HttpError(503, 'too many bodies are being read, try again later');
  }
  bytesBeingRead += expected;
  try {
    const bytes = new Uint8Array(expected);
    let length = 0;
    let chunks = 0;
    for await (const chunk of chunksOf(request)) {
      if (length + chunk.byteLength > expected) {
        throw wrongLength('more');
      }
      if (++chunks > MOST_CHUNKS) {
        throw new HttpError(413, `a body may come in ${MOST_CHUNKS} chunks at most`);
      }
      // The copy frees the chunk, which can take much more memory than its bytes.
      bytes.set(chunk, length);
      length += chunk.byteLength;
    }
    if (length < expected) {
      throw wrongLength(length);
    }
    return new Float32Array(bytes.buffer);
  } finally {
    bytesBeingRead -= expected;
  }
}

/** The chunks of a body. An error while they arrive is the client's. */
async function* chunksOf(request) {
  try {
    yield* request.body ?? [];
  } catch {
    throw new HttpError(400, 'the body ended with an error');
  }
}

/** Pools without an await: all requests share one WebAssembly memory, and none may hold tensors while it waits. */
function respond(pool, shape, values) {
  let input;
  let output;
  try {
    input = Tensor.from(values, shape);
    output = pool.forward(input);
    const headers = { 'content-type': 'application/octet-stream', 'x-shape': output.shape.join() };
    // slice() copies, because a view must not be used after dispose().
    return new Response(output.data.slice(), { headers });
  } catch (error) {
    // The arguments are valid, so this is a lack of memory.
    throw error instanceof RangeError ? new HttpError(503, 'there is not enough memory now, try again later') : error;
  } finally {
    output?.dispose();
    input?.dispose();
  }
}
