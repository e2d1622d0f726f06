// The streaming limit: how long it takes to read one array and to write another, and nothing else.

import { readFileSync } from 'node:fs';
import binaryen from 'binaryen';

const PAGE = 65_536;

const text = readFileSync(new URL('streaming.wat', import.meta.url), 'utf8');
const module = binaryen.parseText(text);
module.setFeatures(binaryen.Features.SIMD128 | binaryen.Features.BulkMemory);
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.emitBinary()));

/** Calls that stream as many bytes as are `read` and `written`, and that copy as many by `memory.copy`. */
export function streaming(read, written) {
  const [from, to] = [read, written].map((bytes) => Math.ceil(bytes / 64) * 64);
  const copied = Math.min(from, to);
  const missing = from + to - exports.memory.buffer.byteLength;
  if (missing > 0) {
    exports.memory.grow(Math.ceil(missing / PAGE));
  }
  return {
    stream: () => exports.stream(0, from, from, to),
    copy: () => exports.copy(0, from, copied),
    copied,
  };
}
