// The only importer of the generated bindings: starts the module, and hands out buffers, plans and views.
//
// It knows the bindings, and poolings as whole numbers; nothing of shapes, of what users may write, or of tensors. How the
// module came in is an entry's business.

import * as glue from '../../crates/avgpool-wasm/pkg/avgpool_wasm_bg.js';
import { show } from '../check.js';

export type { Buffer } from '../../crates/avgpool-wasm/pkg/avgpool_wasm_bg.js';

/** The element types: those of Float32Array and of Float64Array. */
export type DType = 'float32' | 'float64';

/** What each element type is on either side of the bridge. */
export const elementTypes = {
  float32: { code: glue.DType.Float32, bytes: 4, View: Float32Array },
  float64: { code: glue.DType.Float64, bytes: 8, View: Float64Array },
} as const satisfies Record<DType, unknown>;

/** The array that a tensor of element type `D` is seen through. */
export type View<D extends DType> = D extends 'float64' ? Float64Array : Float32Array;

interface Exports extends WebAssembly.Exports {
  readonly memory: WebAssembly.Memory;
  readonly __wbindgen_start: () => void;
}

/** As many poolings and sizes of planes as a program is likely to take turns with; a plan takes some 200 bytes. */
export const PLANS = 64;

let exports: Exports | undefined;
let heap: glue.Memory;
let plans: glue.Plans;
let failure: { readonly message: string; readonly cause?: unknown } = {
  message: 'avgpool has not been started: call `await init(source)` or `initSync(source)` of avgpool/slim first',
};

/** Whether the module has been started. */
export function isStarted(): boolean {
  return exports !== undefined;
}

/** What an instance imports: the file of the bindings, of which their types cover what TypeScript calls. */
export const imports: WebAssembly.Imports = { './avgpool_wasm_bg.js': glue as unknown as WebAssembly.ModuleImports };

/**
 * Starts an instance of the module, unless there is one already: every tensor of this build lives in one memory.
 *
 * @throws whatever comes of an instance of another module than these bindings were made for.
 */
export function start(instance: WebAssembly.Instance): void {
  if (exports) {
    return;
  }
  const started = instance.exports as Exports;
  if (typeof started.__wbindgen_start !== 'function') {
    throw new TypeError(`it exports ${show(Object.keys(started))}`);
  }
  glue.__wbg_set_wasm(started);
  started.__wbindgen_start();
  heap = new glue.Memory();
  plans = new glue.Plans(PLANS, heap);
  exports = started;
}

/** Starts what `load` gives or, where that fails, keeps the reason for whoever uses the module first: importing never throws. */
export function startOrKeepFailure(load: () => WebAssembly.Module): void {
  try {
    start(new WebAssembly.Instance(load(), imports));
  } catch (cause) {
    const needs = 'It needs WebAssembly with SIMD, and that nothing forbids to compile it';
    const reason = explain(cause) ?? `its module did not start (${reasonOf(cause)}). ${needs}`;
    keepFailure(`avgpool cannot run here: ${reason}`, cause);
  }
}

/** Keeps what first use is to say as long as nothing has been started. */
export function keepFailure(message: string, cause: unknown): void {
  failure = { message, cause };
}

/** The exports of the started module. */
function started(): Exports {
  if (!exports) {
    throw new Error(failure.message, { cause: failure.cause });
  }
  return exports;
}

/** What is missing, and what can be done, if that is known. */
export function explain(cause: unknown): string | undefined {
  if (typeof WebAssembly === 'undefined') {
    return 'there is no WebAssembly. The Lockdown Mode of Apple devices turns it off: exclude the site or app from it';
  }
  const reason = reasonOf(cause);
  if (/content security policy|unsafe-eval|disallowed by embedder|blocked by CSP/i.test(reason)) {
    const page = "on a page, add 'wasm-unsafe-eval' to script-src of the content security policy";
    const edge =
      "on an edge platform, bundle with its condition, 'workerd' or 'edge-light', or give avgpool/slim a module";
    return `compiling WebAssembly is forbidden (${reason}): ${page}; ${edge}`;
  }
  if (/on the main thread/i.test(reason)) {
    const ways = 'give avgpool/slim a module by its asynchronous init, use avgpool in a worker, or update the browser';
    return `this browser compiles WebAssembly at once in workers only (${reason}): ${ways}`;
  }
  if (!knowsVectors()) {
    return `WebAssembly has no SIMD (${reason}): Node 18, Chrome 91, Firefox 89, Safari 16.4 or later have it`;
  }
  return undefined;
}

function knowsVectors(): boolean {
  // The shortest module with a vector in it: one function, that makes one and drops it.
  const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11];
  try {
    return WebAssembly.validate(Uint8Array.from(bytes));
  } catch {
    // Whatever stands in the way of asking is what stands in the way.
    return true;
  }
}

/** What an error says, or anything else that was thrown. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** The memory as it is now: growing it makes a new one and detaches all views of the old one. */
export function memory(): ArrayBuffer {
  return started().memory.buffer;
}

/** Elements of any values, or nothing if there is no memory for as many. */
export function allocate(dtype: DType, length: number): glue.Buffer | undefined {
  started();
  return heap.room(elementTypes[dtype].code, length);
}

/** The elements of a buffer, as the memory is now. */
export function view<D extends DType>(buffer: glue.Buffer, dtype: D, length: number): View<D> {
  return new elementTypes[dtype].View(memory(), buffer.pointer, length) as View<D>;
}

/** How many buffers have been made and not freed. */
export function liveBuffers(): number {
  started();
  return heap.liveBuffers();
}

/** Grows the memory now if a buffer of so many bytes does not fit. Returns whether it fits. */
export function reserve(bytes: number): boolean {
  started();
  return heap.reserve(bytes);
}

/** One axis of a pooling, in whole numbers. */
export interface AxisOptions {
  readonly kernel: number;
  readonly stride: number;
  readonly begin: number;
  readonly end: number;
  readonly dilation: number;
}

/** The number of windows on an axis of `input` elements, 0 when not one fits. */
export function outputSize(input: number, axis: AxisOptions, ceilMode: boolean): number {
  started();
  return glue.outputSize(input, axis.kernel, axis.stride, axis.begin, axis.end, axis.dilation, ceilMode);
}

/** A pooling, whatever the size of its planes. */
export interface Pooling {
  readonly rows: AxisOptions;
  readonly columns: AxisOptions;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;
}

/** How setting a plan ended: it is there, there is no memory for it now, or there never can be. */
export type Planned = 'done' | 'out of memory' | 'too large';

/** The size of the planes that are pooled: of one channel, or of all that lie at the same position. */
export interface PlaneSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Puts the plan for planes of this size in place of plan `index`, of {@link PLANS}, or leaves that as it is. */
export function setPlan(index: number, pooling: Pooling, { height, width, channels }: PlaneSize): Planned {
  const { rows, columns } = pooling;
  started();
  const status = plans.set(
    index,
    height,
    width,
    channels,
    rows.kernel,
    columns.kernel,
    rows.stride,
    columns.stride,
    rows.begin,
    rows.end,
    columns.begin,
    columns.end,
    rows.dilation,
    columns.dilation,
    pooling.ceilMode,
    pooling.countIncludePad,
    pooling.divisorOverride,
  );
  switch (status) {
    case glue.Status.Done:
      return 'done';
    case glue.Status.OutOfMemory:
      return 'out of memory';
    case glue.Status.TooLarge:
      return 'too large';
    default:
      throw mismatch();
  }
}

/**
 * Runs one direction of plan `index`, with buffers of as many whole planes; allocates nothing. Returns whether there was
 * memory to work in: there is since the plan was set, unless a call has been interrupted by a stack overflow.
 */
export function run(direction: 'forward' | 'backward', index: number, from: glue.Buffer, to: glue.Buffer): boolean {
  const status = plans[direction](index, from, to);
  if (status === glue.Status.Mismatch) {
    throw mismatch();
  }
  return status === glue.Status.Done;
}

function mismatch(): Error {
  return new Error('avgpool called its kernels with what does not fit a plan: please report this');
}
