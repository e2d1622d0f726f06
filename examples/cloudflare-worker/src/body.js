// Reads bodies within limits. It does not know their content.

import { HttpError } from './http-error.js';

/** The largest body and the largest answer, in bytes. */
export const LIMIT = 2 ** 20;

/** Each chunk of a body costs time, even if it has one byte. */
const MOST_CHUNKS = 2 ** 16;

/** The most bytes of the bodies of all requests in progress. A worker has 128 MB of memory for all of them. */
const ALL_BODIES = 32 * LIMIT;

let bytesInUse = 0;

/**
 * Reads a body and answers it. It admits a request only if its largest body fits, and trusts no content-length.
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
  if (bytesInUse + range.most > ALL_BODIES) {
    throw new HttpError(503, 'too many bodies are being read, try again later');
  }
  bytesInUse += range.most;
  try {
    return await answer(await read(request, range, wrongLength));
  } finally {
    bytesInUse -= range.most;
  }
}

async function read(request, { least, most }, wrongLength) {
  const bytes = new Uint8Array(most);
  let length = 0;
  let chunks = 0;
  for await (const chunk of chunksOf(request)) {
    if (length + chunk.byteLength > most) {
      throw wrongLength('more');
    }
    if (++chunks > MOST_CHUNKS) {
      throw new HttpError(413, `a body may come in ${MOST_CHUNKS} chunks at most`);
    }
    // The copy frees the chunk, which can take much more memory than its bytes.
    bytes.set(chunk, length);
    length += chunk.byteLength;
  }
  if (length < least) {
    throw wrongLength(length);
  }
  return bytes.subarray(0, length);
}

/** The chunks of a body. An error while they arrive is the client's. */
async function* chunksOf(request) {
  try {
    yield* request.body ?? [];
  } catch {
    throw new HttpError(400, 'the body ended with an error');
  }
}
