// The slim entry: the public names, and two functions that start a module from the program.
//
// It knows all forms of a module: compiled, bytes, a response, a URL. It holds none itself.

/**
 * The names of `avgpool` without the WebAssembly module, for programs that decide when and how it is loaded. Call
 * {@link init} or {@link initSync} once, before the first tensor.
 *
 * @example
 * ```js
 * import { readFileSync } from 'node:fs';
 * import { createRequire } from 'node:module';
 * import { globalAvgPool2d, init, Tensor } from 'avgpool/slim';
 *
 * const file = createRequire(import.meta.url).resolve('avgpool/avgpool.wasm');
 * await init(readFileSync(file)); // on a page: await init(url)
 * console.log(globalAvgPool2d(Tensor.ones([1, 2, 2])).data[0]); // 1
 * ```
 *
 * @module avgpool/slim
 */

import { show, tagOf } from '../check.js';
import { imports, isStarted, start, storeError } from '../wasm/bindings.js';
import { explain, reasonOf } from '../wasm/diagnose.js';

export * from '../api.js';

/**
 * The type of a global class, if the compiler knows it.
 *
 * @internal
 */
type Global<Name extends string> = typeof globalThis extends Record<Name, { prototype: infer T }> ? T : never;

/**
 * A WebAssembly.Module. If the compiler does not know WebAssembly, or knows its modules as empty objects, any object
 * except a promise or a response.
 *
 * @example
 * ```js
 * import { readFileSync } from 'node:fs';
 * import { createRequire } from 'node:module';
 * import { initSync, Tensor } from 'avgpool/slim';
 *
 * initSync(new WebAssembly.Module(readFileSync(createRequire(import.meta.url).resolve('avgpool/avgpool.wasm'))));
 * console.log(Tensor.ones([1, 2, 2]).size); // 4
 * ```
 */
export type Module = {
  /** A promise is no module. */
  readonly then?: never;
  /** A response is no module. */
  readonly headers?: never;
} & object &
  CompiledModule;

/**
 * A WebAssembly.Module, if the compiler knows it.
 *
 * @internal
 */
type CompiledModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer T } } } ? T : unknown;

/**
 * The bytes of avgpool.wasm.
 *
 * @example
 * ```js
 * import { readFileSync } from 'node:fs';
 * import { createRequire } from 'node:module';
 * import { initSync, Tensor } from 'avgpool/slim';
 *
 * initSync(readFileSync(createRequire(import.meta.url).resolve('avgpool/avgpool.wasm')));
 * console.log(Tensor.ones([1, 2, 2]).size); // 4
 * ```
 */
export type Bytes = ArrayBuffer | ArrayBufferView;

/**
 * An argument of {@link init}: a module, its bytes, a response with the bytes, a promise of any of these, or a URL.
 *
 * @example
 * ```js
 * import { readFile } from 'node:fs/promises';
 * import { createRequire } from 'node:module';
 * import { init, Tensor } from 'avgpool/slim';
 *
 * await init(readFile(createRequire(import.meta.url).resolve('avgpool/avgpool.wasm'))); // a promise of bytes
 * console.log(Tensor.ones([1, 2, 2]).size); // 4
 * ```
 */
export type ModuleSource =
  | Module
  | Bytes
  | Global<'Response'>
  | PromiseLike<Module | Bytes | Global<'Response'>>
  | Global<'URL'>
  | string;

/**
 * Starts the module, which tensors and pooling need. The first successful call counts, from any entry; later calls do
 * nothing. A failed call can be repeated.
 *
 * @param source the file `avgpool/avgpool.wasm` of the same version: a WebAssembly.Module, bytes, a Response or a promise
 *   of one, or a URL to fetch. On edge platforms, importing the file returns a WebAssembly.Module. A response of type
 *   application/wasm is compiled while it arrives.
 * @throws TypeError (as a rejection, like all errors here) if the source is none of these.
 * @throws Error if the file cannot be fetched or compiled, or is not this package's module; `cause` has the reason.
 *
 * @example
 * ```js
 * import { readFileSync } from 'node:fs';
 * import { createRequire } from 'node:module';
 * import { init, Tensor } from 'avgpool/slim';
 *
 * const bytes = readFileSync(createRequire(import.meta.url).resolve('avgpool/avgpool.wasm'));
 * await init(new Response(bytes, { headers: { 'content-type': 'application/wasm' } })); // or fetch(url)
 * console.log(Tensor.ones([1, 2, 2]).size); // 4
 * ```
 */
export async function init(source: ModuleSource | PromiseLike<ModuleSource>): Promise<void> {
  try {
    const given: unknown = await source;
    if (!isStarted()) {
      const module = await compiled(given);
      try {
        // Asynchronously, because older browsers refuse to instantiate any module synchronously on the main thread.
        start(await WebAssembly.instantiate(module, imports));
      } catch (cause) {
        cannotStart(cause);
      }
    }
  } catch (error) {
    // If another call has succeeded meanwhile, this one does nothing.
    if (!isStarted()) {
      throw failed('init', error);
    }
  }
}

/**
 * Starts the module like {@link init}, but synchronously. This works in all workers; on the main thread, Chrome allows
 * it from version 114.
 *
 * @param source the module `avgpool/avgpool.wasm` of the same version, compiled or as bytes.
 * @throws TypeError if the source is neither a module nor bytes.
 * @throws Error if the bytes cannot be compiled, or are not the module of this package; `cause` has the reason.
 *
 * @example
 * ```js
 * import { readFileSync } from 'node:fs';
 * import { createRequire } from 'node:module';
 * import { avgPool2d, initSync, Tensor } from 'avgpool/slim';
 *
 * initSync(readFileSync(createRequire(import.meta.url).resolve('avgpool/avgpool.wasm')));
 * console.log(avgPool2d(Tensor.ones([1, 2, 2]), 2).data[0]); // 1
 * ```
 */
export function initSync(source: Module | Bytes): void {
  const given: unknown = source;
  if (isStarted()) {
    return;
  }
  try {
    if (!isModule(given) && !isBytes(given)) {
      throw wrongSource('initSync', 'a WebAssembly.Module or bytes', given);
    }
    const module = isModule(given) ? given : moduleOf(given);
    try {
      start(new WebAssembly.Instance(module, imports));
    } catch (cause) {
      cannotStart(cause);
    }
  } catch (error) {
    throw failed('initSync', error);
  }
}

/** Stores an error, which every use repeats until the module runs, and returns it. */
function failed(name: string, error: unknown): unknown {
  storeError(`avgpool has not been started because ${name} failed: ${reasonOf(error)}`, error);
  return error;
}

function moduleOf(bytes: BufferSource): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (cause) {
    return cannotCompile(cause);
  }
}

async function compiled(given: unknown): Promise<WebAssembly.Module> {
  if (isModule(given)) {
    return given;
  }
  if (isBytes(given)) {
    return compile(given);
  }
  if (isResponse(given)) {
    return compileResponse(given);
  }
  if (isUrl(given)) {
    const response = await fetch(given).catch((cause) => {
      // Node does not fetch files.
      const hint = String(given).startsWith('file:') ? '; give init the bytes of the file instead' : '';
      // Node's error says only that fetching failed; the cause of the error says why.
      const reason = reasonOf((cause instanceof Error && cause.cause) || cause);
      throw new Error(`avgpool could not fetch its module from ${given}: ${reason}${hint}`, { cause });
    });
    return compileResponse(response);
  }
  throw wrongSource('init', 'a WebAssembly.Module, bytes, a Response or a URL', given);
}

async function compileResponse(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) {
    // Both are empty in some responses: of HTTP/2, and of those that a program makes.
    const status = [response.status, response.statusText].filter(Boolean).join(' ');
    throw new Error(`avgpool could not fetch its module: ${status}${response.url && ` for ${response.url}`}`);
  }
  const type = response.headers.get('content-type') ?? 'unknown';
  // Servers often answer with a page instead of a missing file, so messages show the type.
  const from = ` from ${response.url || 'a response'}, of type ${type}`;
  // Streaming accepts exactly this type, and not every runtime supports it.
  const streams =
    type === 'application/wasm' && typeof WebAssembly !== 'undefined' && 'compileStreaming' in WebAssembly;
  return streams
    ? WebAssembly.compileStreaming(response).catch((cause) => cannotCompile(cause, from))
    : compile(await response.arrayBuffer(), from);
}

async function compile(bytes: BufferSource, from = ''): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    return cannotCompile(cause, from);
  }
}

function cannotStart(cause: unknown): never {
  const reason = explain(cause) ?? `${reasonOf(cause)}; the module must be avgpool.wasm of the same version`;
  throw new Error(`avgpool could not start its module: ${reason}`, { cause });
}

function cannotCompile(cause: unknown, from = ''): never {
  throw new Error(`avgpool could not compile its module${from}: ${explain(cause) ?? reasonOf(cause)}`, { cause });
}

function wrongSource(name: string, expected: string, given: unknown): TypeError {
  return new TypeError(`${name} takes ${expected}, got ${show(given)}`);
}

// By their tags, because objects from another realm are not instances of the classes of this one.
function isModule(value: unknown): value is WebAssembly.Module {
  return tagOf(value) === 'WebAssembly.Module';
}

function isBytes(value: unknown): value is BufferSource {
  return ArrayBuffer.isView(value) || tagOf(value) === 'ArrayBuffer';
}

function isResponse(value: unknown): value is Response {
  return tagOf(value) === 'Response';
}

function isUrl(value: unknown): value is string | URL {
  return typeof value === 'string' || tagOf(value) === 'URL';
}
