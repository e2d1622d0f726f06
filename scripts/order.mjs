// Orders the functions of a module so that it compresses well: neighbours share many bytes.
//
// wasm-opt sorts functions by name. So this file names them by their places in the order. It knows the binary format of
// sections, and nothing of what functions do.

import { readFileSync, writeFileSync } from 'node:fs';

/** The numbers of sections, of imported functions, and of function names in the section of names. */
const [CUSTOM, IMPORT, CODE, FUNCTION, FUNCTION_NAMES] = [0, 2, 10, 0, 1];

/** The number of consecutive bytes that functions must share for a compressor to notice. */
const SHARED = 6;

/** Names the functions of the module in a file by their places. Other names are lost. */
export function nameByOrder(file) {
  const bytes = readFileSync(file);
  const imports = importedFunctions(bytes);
  const names = placesOf(functionsOf(bytes)).map((place, i) => [imports + i, String(place).padStart(5, '0')]);
  const section = [
    FUNCTION_NAMES,
    ...withSize([...leb(names.length), ...names.flatMap(([i, name]) => [...leb(i), ...text(name)])]),
  ];
  const kept = sectionsOf(bytes).filter(({ id }) => id !== CUSTOM);
  const parts = kept.map(({ start, end }) => bytes.subarray(start, end));
  const added = Buffer.from([CUSTOM, ...withSize([...text('name'), ...section])]);
  writeFileSync(file, Buffer.concat([bytes.subarray(0, 8), ...parts, added]));
}

/** The place of each function. The largest is first. Each other place has the function that shares most with the one before. */
function placesOf(functions) {
  const sequences = functions.map((body) => {
    const all = Array.from({ length: Math.max(0, body.length - SHARED) }, (_, i) =>
      body.toString('latin1', i, i + SHARED),
    );
    return new Set(all);
  });
  const places = new Array(functions.length);
  const rest = new Set(functions.keys());
  const first = (values) => [...rest].reduce((best, i) => (values(i) > values(best) ? i : best));
  let current = first((i) => functions[i].length);
  for (let place = 0; rest.size > 0; place++) {
    places[current] = place;
    rest.delete(current);
    const before = sequences[current];
    const shared = new Map(
      [...rest].map((i) => [i, [...sequences[i]].filter((sequence) => before.has(sequence)).length]),
    );
    current = rest.size > 0 ? first((i) => shared.get(i)) : undefined;
  }
  return places;
}

/** The sections of a module: their kind, and where they and their contents lie. */
function sectionsOf(bytes) {
  const sections = [];
  for (let start = 8; start < bytes.length; start = sections.at(-1).end) {
    const [size, content] = readLeb(bytes, start + 1);
    sections.push({ id: bytes[start], start, content, end: content + size });
  }
  return sections;
}

function functionsOf(bytes) {
  let [count, at] = readLeb(bytes, sectionsOf(bytes).find(({ id }) => id === CODE).content);
  const functions = [];
  for (; count > 0; count--) {
    const [size, body] = readLeb(bytes, at);
    at = body + size;
    functions.push(bytes.subarray(body, at));
  }
  return functions;
}

/** The number of imported functions, which come first. The module imports nothing else. */
function importedFunctions(bytes) {
  let [count, at] = readLeb(bytes, sectionsOf(bytes).find(({ id }) => id === IMPORT).content);
  const all = count;
  for (; count > 0; count--) {
    for (let name = 0; name < 2; name++) {
      const [length, start] = readLeb(bytes, at);
      at = start + length;
    }
    if (bytes[at] !== FUNCTION) {
      throw new Error('the module imports more than functions: count only those');
    }
    [, at] = readLeb(bytes, at + 1);
  }
  return all;
}

/** A number in LEB128, and where it ends. */
function readLeb(bytes, start) {
  let [value, at] = [0, start];
  for (let shift = 0; ; shift += 7) {
    value |= (bytes[at] & 127) << shift;
    if (bytes[at++] < 128) {
      return [value >>> 0, at];
    }
  }
}

function leb(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}

const text = (string) => withSize([...Buffer.from(string)]);
const withSize = (bytes) => [...leb(bytes.length), ...bytes];
