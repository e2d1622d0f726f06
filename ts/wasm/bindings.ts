// The only importer of the generated bindings: holds the running module and calls it.
//
// It knows numbers and buffers. It does not know tensors, options, or how an entry loads the module.

import * as glue from '../../crates/avgpool-wasm/pkg/avgpool_wasm_bg.js';
import { isBigEndian } from './diagnose.js';

export { type Buffer, Status } from '../../crates/avgpool-wasm/pkg/avgpool_wasm_bg.js';

/** What an instance of the module exports to this file and to threads. */
export interface Exports extends WebAssembly.Exports {
  readonly memory: WebAssembly.Memory;
  readonly __wbindgen_start: () => void;
  readonly __stack_pointer: WebAssembly.Global;
  /** Runs a part of the call that has begun, in the workspace of a thread. */
  readonly runPart: (part: number, parts: number, thread: number) => void;
  readonly __wbg_buffer_free: (pointer: number, delayed: 1) => void;
}

/** The number of plans in the table. Few programs alternate between more. A plan takes about 900 bytes. */
export const PLANS = 64;

let exports: Exports | undefined;
/** The module's stack pointer while no call runs. */
let top: number;
/** Whether a call runs. If one does when the next begins, a stack overflow in the engine has interrupted it. */
let running = false;
let heap: glue.Memory;
let plans: glue.Plans;
/** The bytes of the module, if they are known. */
let bytesOf: (() => Uint8Array | undefined) | undefined;
/** The threads of the program, if there are several. */
let team: Team | undefined;

/** Several threads. */
interface Team {
  /** The number of threads. */
  readonly size: number;
  /** Runs all parts of the call of plan `plan` that has begun, on those threads that have a workspace. */
  run(runPart: Exports['runPart'], threads: number, plan: number): void;
  /** Waits until no thread runs a part of a call that has been interrupted. */
  settle(): void;
}
let storedError: { readonly message: string; readonly cause?: unknown } = {
  message: 'avgpool has not been started: call `await init(source)` or `initSync(source)` of avgpool/slim first',
};

/** Whether the module runs. */
export function isStarted(): boolean {
  return exports !== undefined;
}

/** The imports of an instance: the file of the bindings. Its types cover only the functions that TypeScript calls. */
export const imports: WebAssembly.Imports = { './avgpool_wasm_bg.js': glue as unknown as WebAssembly.ModuleImports };

/**
 * Starts an instance of the module, unless one runs already: all tensors of this build live in one memory.
 *
 * @param bytes the bytes of the module, which threads need.
 * @throws an error if the instance is of another module than the bindings, or the machine is big-endian.
 */
export function start(instance: WebAssembly.Instance, bytes?: () => Uint8Array | undefined): void {
  if (exports) {
    return;
  }
  if (isBigEndian()) {
    throw new Error('big-endian');
  }
  const started = instance.exports as Exports;
  if (typeof started.__wbindgen_start !== 'function') {
    throw new TypeError(`it exports [${Object.keys(started).slice(0, 8).join(', ')}]`);
  }
  glue.__wbg_set_wasm(started);
  started.__wbindgen_start();
  heap = new glue.Memory();
  plans = new glue.Plans(PLANS, heap);
  top = started.__stack_pointer.value;
  exports = started;
  bytesOf = bytes;
}

/** The bytes of the module that runs, if they are known. */
export function moduleBytes(): Uint8Array | undefined {
  started();
  return bytesOf?.();
}

/**
 * Continues in another instance of the module, over another memory: a copy of this one. All addresses stay valid, and so all
 * tensors and plans. All views are detached.
 *
 * @param module imports the memory, and writes nothing to it when it is instantiated.
 * @param target at least as large as this memory can be.
 * @throws an error if the module is another one, or the target cannot be as large as this memory is.
 */
export function moveTo(module: WebAssembly.Module, target: WebAssembly.Memory): void {
  const present = started();
  const source = present.memory;
  const next = new WebAssembly.Instance(module, { ...imports, env: { memory: target } }).exports as Exports;
  if (Object.keys(present).some((name) => !(name in next))) {
    throw new Error(`the bytes are of another module: it exports [${Object.keys(next).slice(0, 8).join(', ')}]`);
  }
  const missing = source.buffer.byteLength - target.buffer.byteLength;
  if (missing > 0) {
    target.grow(missing / 2 ** 16);
  }
  new Uint8Array(target.buffer).set(new Uint8Array(source.buffer));
  glue.__wbg_set_wasm(next);
  next.__wbindgen_start();
  exports = next;
  source.grow(0);
}

/** The number of threads that calls use. */
export function threadCount(): number {
  return team ? team.size : 1;
}

/** Runs calls on this team of `threads` threads from now on, or on one thread without a team. */
export function setTeam(threads: number, next?: Team): void {
  enterAllocator();
  plans.setThreads(threads);
  leave(undefined);
  team = next;
}

/** Stores the error that every use throws until the module runs. */
export function storeError(message: string, cause: unknown): void {
  storedError = { message, cause };
}

function started(): Exports {
  if (!exports) {
    throw new Error(storedError.message, { cause: storedError.cause });
  }
  return exports;
}

/** Begins a call. Each interrupted call has left its frames on the module's own stack, which would fill it. */
function enter(): Exports {
  const module = started();
  if (running) {
    team?.settle();
    module.__stack_pointer.value = top;
  }
  running = true;
  return module;
}

/** Begins a call that uses the allocator, which a stack overflow must not interrupt. It throws here if the stack ends soon. */
function enterAllocator(): Exports {
  const module = enter();
  glue.probeStack(24);
  return module;
}

/** Ends a call with this result. */
function leave<T>(result: T): T {
  running = false;
  return result;
}

/** The current memory. Growth replaces it and detaches all views of the old one. */
export function memory(): ArrayBuffer {
  return started().memory.buffer;
}

/** Allocates elements with arbitrary values, by the code of their type; `undefined` if there is no memory for them. */
export function allocate(dtype: glue.DType, length: number): glue.Buffer | undefined {
  enterAllocator();
  return leave(heap.allocate(dtype, length));
}

/** Frees a buffer. If an interrupted call has lost its elements, their memory stays in use. */
export function free(buffer: glue.Buffer): void {
  const module = enterAllocator();
  // The method `free` of the bindings throws for a buffer that an interrupted call still borrows.
  const pointer = (buffer as unknown as { __destroy_into_raw(): number }).__destroy_into_raw();
  leave(module.__wbg_buffer_free(pointer, 1));
}

/** The number of buffers that have not been freed. */
export function liveBuffers(): number {
  started();
  return heap.liveBuffers();
}

/**
 * Grows the memory now if a buffer of `bytes` bytes does not fit. Returns whether it fits. If it does and `fixed` is true,
 * the memory never grows again.
 */
export function ensureCapacity(bytes: number, fixed: boolean): boolean {
  enterAllocator();
  return leave(heap.reserve(bytes, fixed));
}

/** The number of windows on an axis, 0 if none fits. For the arguments see `output_size` in crates/avgpool-wasm. */
export function outputSize(...args: Parameters<typeof glue.outputSize>): number {
  started();
  return glue.outputSize(...args);
}

/**
 * Puts a plan into the table of {@link PLANS} places. For the arguments see `Plans::set` in crates/avgpool-wasm. Unless
 * the status is `Done`, the table stays as it was.
 */
export function setPlan(...args: Parameters<glue.Plans['set']>): glue.Status {
  enterAllocator();
  return leave(plans.set(...args));
}

/** Pools `input` into `output` by plan `index`. This allocates nothing. */
export function forward(index: number, input: glue.Buffer, output: glue.Buffer): void {
  run(index, false, input, output);
}

/** Writes the gradient for `gradOutput` to `gradInput` by plan `index`, like {@link forward}. */
export function backward(index: number, gradOutput: glue.Buffer, gradInput: glue.Buffer): void {
  run(index, true, gradOutput, gradInput);
}

function run(index: number, isBackward: boolean, from: glue.Buffer, to: glue.Buffer): void {
  const { runPart } = enter();
  const usable = plans.begin(index, isBackward, from, to);
  if (usable === 0) {
    throw new Error('this is a bug in avgpool, please report it: the buffers do not fit the plan');
  }
  if (team && usable > 1) {
    team.run(runPart, usable, index);
  } else {
    runPart(0, 1, 0);
  }
  leave(undefined);
}
