// Reads bodies within limits. It does not know their content.

import { HttpError } from './http-error.js';

/** The largest body and the largest answer, in bytes. */
export const LIMIT = 2 ** 20;

/** Each chunk of a body costs time, even if it has one byte. */
const MOST_CHUNKS = 2 ** 16;

/** The most bytes of the bodies of all requests in progress. A worker has 128 MB of memory for all of them. */
const ALL_BODIES = 32 * LIMIT;

/** The milliseconds in which a whole body must arrive. So a client that stalls cannot hold memory for long. */
const DEADLINE = 10_000;

let bytesInUse = 0;

/**
 * Reads a body and answers it. It trusts no content-length, and counts bytes when they arrive.
 *
 * @param range the least and the most bytes that the body may have.
 * @param wrongLength the error for a body of another length, which is a number or `'more'`.
 * @param answer takes the bytes. They count as in use until it has ended.
 */
export async function withBody(request, range, wrongLength, answer) {
  const stated = request.headers.get('content-length');
  if (stated !== null && !(Number(stated) >= range.least && Number(stated) <= range.most)) {
    throw wrongLength(Number(stated));
  }
  // It takes memory only for the bytes that have arrived.
  const buffer = new ArrayBuffer(0, { maxByteLength: range.most });
  try {
    await read(request, buffer, wrongLength);
    if (buffer.byteLength < range.least) {
      throw wrongLength(buffer.byteLength);
    }
    return await answer(new Uint8Array(buffer));
  } finally {
    release(buffer);
  }
}

/** Appends a body to a buffer. */
async function read({ body }, buffer, wrongLength) {
  let chunks = 0;
  for await (const chunk of body ? chunksOf(body) : []) {
    if (buffer.byteLength + chunk.byteLength > buffer.maxByteLength) {
      throw wrongLength('more');
    }
    if (++chunks > MOST_CHUNKS) {
      throw new HttpError(413, `a body may come in ${MOST_CHUNKS} chunks at most`);
    }
    if (bytesInUse + chunk.byteLength > ALL_BODIES) {
      // At once, so that the next chunk of another body fits.
      release(buffer);
      throw new HttpError(503, 'too many bodies are being read, try again later');
    }
    append(buffer, chunk);
  }
}

/** The copy frees the chunk, which can take much more memory than its bytes. */
function append(buffer, chunk) {
  const length = buffer.byteLength;
  buffer.resize(length + chunk.byteLength);
  bytesInUse += chunk.byteLength;
  new Uint8Array(buffer, length).set(chunk);
}

function release(buffer) {
  bytesInUse -= buffer.byteLength;
  buffer.resize(0);
}

/** The chunks of a body until the deadline. An error while they arrive is the client's. In the end the body is cancelled. */
async function* chunksOf(body) {
  const reader = body.getReader();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    cancel(reader);
  }, DEADLINE);
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      yield next.value;
    }
  } catch {
    // workerd rejects a read that is cancelled. Node ends the body.
    if (!isLate) {
      throw new HttpError(400, 'the body ended with an error');
    }
  } finally {
    clearTimeout(timer);
    cancel(reader);
  }
  if (isLate) {
    throw new HttpError(408, `a body must arrive within ${DEADLINE / 1000} seconds`);
  }
}

/** Cancelling fails if the body has ended with an error, which is known then. */
function cancel(reader) {
  reader.cancel().catch(() => {});
}
