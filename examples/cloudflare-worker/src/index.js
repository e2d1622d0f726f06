// Average pooling as a service: POST the elements of a tensor to get the elements of the pooled tensor.
//
//   curl --data-binary @input.bin 'http://127.0.0.1:8787/?shape=1,64,56,56&kernel=2' --output output.bin
//
// Bodies are float32 elements in row-major order, little-endian. The header x-shape of the response has its shape.

import { AvgPool2d, Tensor } from 'avgpool';

/**
 * The largest body and the largest answer in bytes. A worker has 128 MB of memory. Besides both tensors, avgpool needs
 * a workspace of at most about 20 times the size of a plane.
 */
const LIMIT = 2 * 2 ** 20;

export default {
  async fetch(request) {
    try {
      return await pool(request);
    } catch (error) {
      // avgpool throws these two classes for wrong arguments.
      const isWrongArgument = error instanceof RangeError || error instanceof TypeError;
      const status = error instanceof HttpError ? error.status : isWrongArgument ? 400 : 500;
      return new Response(`${error.message}\n`, { status });
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

async function pool(request) {
  if (request.method !== 'POST') {
    throw new HttpError(405, 'send the elements of a tensor with POST');
  }
  const { searchParams } = new URL(request.url);
  const shape = numbers(searchParams, 'shape');
  const pool = new AvgPool2d({
    kernelSize: numberOrPair(numbers(searchParams, 'kernel')),
    stride: searchParams.has('stride') ? numberOrPair(numbers(searchParams, 'stride')) : null,
    padding: searchParams.has('padding') ? numberOrPair(numbers(searchParams, 'padding')) : 0,
  });
  const body = await readBody(request);
  if (body.byteLength % 4 !== 0) {
    throw new HttpError(400, `float32 elements take 4 bytes each, got a body of ${body.byteLength} bytes`);
  }

  const size = pool.outputShape(shape).reduce((product, length) => product * length);
  if (4 * size > LIMIT) {
    throw new HttpError(413, `an answer may have ${LIMIT} bytes at most, this one would have ${4 * size}`);
  }
  // All requests share one WebAssembly memory, so tensors are disposed of at once.
  const input = Tensor.from(new Float32Array(body), shape);
  try {
    const output = pool.forward(input);
    try {
      const headers = { 'content-type': 'application/octet-stream', 'x-shape': output.shape.join() };
      // slice() copies, because a view must not be used after dispose().
      return new Response(output.data.slice(), { headers });
    } finally {
      output.dispose();
    }
  } finally {
    input.dispose();
  }
}

/** An option of AvgPool2d is a number or a pair, so a list of one number becomes that number. */
function numberOrPair(values) {
  return values.length === 1 ? values[0] : values;
}

/** The comma-separated numbers of a query parameter. */
function numbers(searchParams, name) {
  const text = searchParams.get(name) ?? '';
  const values = text.split(',').map(Number);
  if (text === '' || values.some(Number.isNaN)) {
    throw new HttpError(400, `the query needs ${name}, comma-separated numbers, got ${JSON.stringify(text)}`);
  }
  return values;
}

/** Reads the body and stops at the limit, because the header content-length may be missing or wrong. */
async function readBody(request) {
  const tooLarge = () => new HttpError(413, `a body may have ${LIMIT} bytes at most`);
  if (Number(request.headers.get('content-length')) > LIMIT) {
    throw tooLarge();
  }
  const chunks = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    chunks.push(chunk);
    length += chunk.byteLength;
    if (length > LIMIT) {
      throw tooLarge();
    }
  }
  return new Blob(chunks).arrayBuffer();
}
