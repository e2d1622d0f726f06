// Average pooling as a service: POST the elements of a tensor, and get those of the pooled one.
//
//   curl --data-binary @input.bin 'http://127.0.0.1:8787/?shape=1,64,56,56&kernel=2' --output output.bin
//
// A body is the elements in row-major order as float32, lowest byte first. The answer is the same, with its shape in the
// header x-shape.

import { AvgPool2d, Tensor } from 'avgpool';

/**
 * The most bytes that a body, or an answer, may have. A worker has 128 MB; beside both tensors, avgpool works in some twenty
 * times the memory of one plane, at the worst.
 */
const LIMIT = 2 * 2 ** 20;

export default {
  async fetch(request) {
    try {
      return await pool(request);
    } catch (error) {
      // What avgpool refuses, it refuses with a sentence and by these two classes.
      const refused = error instanceof RangeError || error instanceof TypeError;
      const status = error instanceof Refusal ? error.status : refused ? 400 : 500;
      return new Response(`${error.message}\n`, { status });
    }
  },
};

class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function pool(request) {
  if (request.method !== 'POST') {
    throw new Refusal(405, 'send the elements of a tensor by POST');
  }
  const { searchParams } = new URL(request.url);
  const shape = numbers(searchParams, 'shape');
  const pool = new AvgPool2d({
    kernelSize: oneOrMore(numbers(searchParams, 'kernel')),
    stride: searchParams.has('stride') ? oneOrMore(numbers(searchParams, 'stride')) : null,
    padding: searchParams.has('padding') ? oneOrMore(numbers(searchParams, 'padding')) : 0,
  });
  const body = await bodyOf(request);
  if (body.byteLength % 4 !== 0) {
    throw new Refusal(400, `float32 elements take 4 bytes each, got a body of ${body.byteLength} bytes`);
  }

  const size = pool.outputShape(shape).reduce((product, length) => product * length);
  if (4 * size > LIMIT) {
    throw new Refusal(413, `an answer may have ${LIMIT} bytes, this one would have ${4 * size}`);
  }
  // A worker serves many requests in one memory, so tensors are given back at once.
  const input = Tensor.from(new Float32Array(body.buffer), shape);
  try {
    const output = pool.forward(input);
    try {
      const headers = { 'content-type': 'application/octet-stream', 'x-shape': output.shape.join() };
      // A copy: the view ends with its tensor.
      return new Response(output.data.slice(), { headers });
    } finally {
      output.dispose();
    }
  } finally {
    input.dispose();
  }
}

/** As avgpool takes it: a number, or as many as there are, for height and width. */
function oneOrMore(values) {
  return values.length === 1 ? values[0] : values;
}

/** Numbers with commas between them. */
function numbers(searchParams, name) {
  const text = searchParams.get(name) ?? '';
  const values = text.split(',').map(Number);
  if (text === '' || values.some(Number.isNaN)) {
    throw new Refusal(400, `the query needs ${name}, numbers with commas between them, got ${JSON.stringify(text)}`);
  }
  return values;
}

/** The body, read no further than the limit, whatever its header says of its length. */
async function bodyOf(request) {
  const tooLarge = () => new Refusal(413, `a body may have ${LIMIT} bytes`);
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
  const body = new Uint8Array(length);
  let next = 0;
  for (const chunk of chunks) {
    body.set(chunk, next);
    next += chunk.byteLength;
  }
  return body;
}
