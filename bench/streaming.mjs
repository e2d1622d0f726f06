// The streaming limit: the time to read one array and write another, without any other work.

import { readFileSync } from 'node:fs';
import binaryen from 'binaryen';

const PAGE = 65_536;

const text = readFileSync(new URL('streaming.wat', import.meta.url), 'utf8');
const ownMemory = '(memory (export "memory") 1)';

/** The module with this memory, in the text format. */
export function compile(memory = ownMemory) {
  const { Features } = binaryen;
  const module = binaryen.parseText(text.replace(ownMemory, memory));
  module.setFeatures(Features.SIMD128 | Features.BulkMemory | Features.Atomics);
  return new WebAssembly.Module(module.emitBinary());
}

export const streaming = makeStreaming(new WebAssembly.Instance(compile()).exports);

/** `streaming` by the exports of an instance. */
export function makeStreaming(exports) {
  return (readBytes, writtenBytes) => prepare(exports, readBytes, writtenBytes);
}

/**
 * Two calls: `stream` reads and writes these numbers of bytes; `copy` copies the smaller of the two by `memory.copy`.
 * `streamedBytes` counts both arrays, `copiedBytes` one.
 *
 * Sizes are rounded up to multiples of 64 bytes.
 */
function prepare(exports, readBytes, writtenBytes) {
  const [from, to] = [readBytes, writtenBytes].map((bytes) => Math.ceil(bytes / 64) * 64);
  const copiedBytes = Math.min(from, to);
  const missing = from + to - exports.memory.buffer.byteLength;
  if (missing > 0) {
    const before = exports.memory.grow(Math.ceil(missing / PAGE)) * PAGE;
    // Until they are written, all pages are one page of zeros, which stays in the cache.
    new Uint8Array(exports.memory.buffer, before).fill(1);
  }
  return {
    stream: () => exports.stream(0, from, from, to),
    copy: () => exports.copy(0, from, copiedBytes),
    streamedBytes: from + to,
    copiedBytes,
  };
}
