// Turns the module, which has a memory of its own, into one that imports a shared memory.
//
// It knows the binary format of WebAssembly: it copies sections. Functions stay as they are.

/** The section of imports. */
const IMPORT = 2;
/** The sections that are custom, or define the memory and its data. */
const LEFT_OUT = [0, 5, 11, 12];
/** The names `env` and `memory`, each after its length, and the kind of import that is a memory. */
const ENV_MEMORY = [3, 101, 110, 118, 6, 109, 101, 109, 111, 114, 121, 2];
/** The kind of memory that is shared. It has a least and a most number of pages. */
const SHARED = 3;

/**
 * The module with an import `env.memory` of at most `maximum` pages, shared by all instances. It writes no data when it is
 * instantiated: the memory that an instance gets has it already. The module must import something.
 */
export function sharedModule(bytes: Uint8Array, maximum: number): Uint8Array<ArrayBuffer> {
  const kept = [[...bytes.subarray(0, 8)]];
  for (let start = 8, end: number; start < bytes.length; start = end) {
    const id = bytes[start] as number;
    const [size, content] = readNumber(bytes, start + 1);
    end = content + size;
    if (id === IMPORT) {
      const [count, first] = readNumber(bytes, content);
      const memory = [...ENV_MEMORY, SHARED, 1, ...number(maximum)];
      const imports = [...number(count + 1), ...bytes.subarray(first, end), ...memory];
      kept.push([IMPORT, ...number(imports.length), ...imports]);
    } else if (!LEFT_OUT.includes(id)) {
      kept.push([...bytes.subarray(start, end)]);
    }
  }
  return Uint8Array.from(kept.flat());
}

/** A number in LEB128, and where it ends. */
function readNumber(bytes: Uint8Array, start: number): [value: number, end: number] {
  const byte = bytes[start] as number;
  const [more, end] = byte < 128 ? [0, start + 1] : readNumber(bytes, start + 1);
  return [(byte & 127) + 128 * more, end];
}

function number(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...number(value >>> 7)];
}
