// The only importer of the generated bindings: holds the running module and calls it.
//
// It knows numbers and buffers. It does not know tensors, options, or how an entry loads the module.

import * as glue from '../../crates/avgpool-wasm/pkg/avgpool_wasm_bg.js';

export { type Buffer, Status } from '../../crates/avgpool-wasm/pkg/avgpool_wasm_bg.js';

interface Exports extends WebAssembly.Exports {
  readonly memory: WebAssembly.Memory;
  readonly __wbindgen_start: () => void;
}

/** The number of plans in the table. Few programs alternate between more. A plan takes about 900 bytes. */
export const PLANS = 64;

let exports: Exports | undefined;
let heap: glue.Memory;
let plans: glue.Plans;
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
 * @throws an error if the instance is of another module than the bindings.
 */
export function start(instance: WebAssembly.Instance): void {
  if (exports) {
    return;
  }
  const started = instance.exports as Exports;
  if (typeof started.__wbindgen_start !== 'function') {
    throw new TypeError(`it exports [${Object.keys(started).slice(0, 8).join(', ')}]`);
  }
  glue.__wbg_set_wasm(started);
  started.__wbindgen_start();
  heap = new glue.Memory();
  plans = new glue.Plans(PLANS, heap);
  exports = started;
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

/** The current memory. Growth replaces it and detaches all views of the old one. */
export function memory(): ArrayBuffer {
  return started().memory.buffer;
}

/** Allocates elements with arbitrary values, by the code of their type; `undefined` if there is no memory for them. */
export function allocate(dtype: glue.DType, length: number): glue.Buffer | undefined {
  started();
  return heap.allocate(dtype, length);
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
  started();
  return heap.reserve(bytes, fixed);
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
  started();
  return checked(plans.set(...args));
}

/**
 * Pools `input` into `output` by plan `index`. This allocates nothing, unless a stack overflow in an earlier call has
 * lost the workspace. The status is `OutOfMemory` if there is no memory for a new one.
 */
export function forward(index: number, input: glue.Buffer, output: glue.Buffer): glue.Status {
  return checked(plans.forward(index, input, output));
}

/** Writes the gradient for `gradOutput` to `gradInput` by plan `index`, like {@link forward}. */
export function backward(index: number, gradOutput: glue.Buffer, gradInput: glue.Buffer): glue.Status {
  return checked(plans.backward(index, gradOutput, gradInput));
}

function checked(status: glue.Status): glue.Status {
  if (status === glue.Status.Mismatch) {
    throw new Error('this is a bug in avgpool, please report it: the buffers do not fit the plan');
  }
  return status;
}
