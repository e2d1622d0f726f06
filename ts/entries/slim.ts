// The slim entry: the public names, and two functions that start a module which the program brings.
//
// It knows every form that a module comes in. It holds none, so what it loads is what the program gives it.

import { show } from '../check.js';
import { explain, imports, isStarted, keepFailure, reasonOf, start } from '../wasm/bindings.js';

export * from '../api.js';

/** The type of a global class, where the compiler knows it. */
type Global<Name extends string, Otherwise = never> =
  typeof globalThis extends Record<Name, { prototype: infer T }> ? T : Otherwise;

/**
 * A WebAssembly.Module; any object but a promise or a response, where the compiler does not know WebAssembly, or knows its
 * modules as objects with nothing in them.
 */
export type Module = { readonly then?: never; readonly headers?: never } & object &
  (typeof globalThis extends { WebAssembly: { Module: { prototype: infer T } } } ? T : unknown);

/** The bytes of avgpool.wasm. */
export type Bytes = ArrayBuffer | ArrayBufferView;

/** What {@link init} takes: the module, its bytes, a response with these or a promise of one, or where to fetch them. */
export type ModuleSource =
  | Module
  | Bytes
  | Global<'Response'>
  | PromiseLike<Module | Bytes | Global<'Response'>>
  | Global<'URL'>
  | string;

/**
 * Starts the module, so that tensors can be made. The first call that succeeds counts, by whichever entry; a later one does
 * nothing. One that failed can be tried again.
 *
 * @param source the file `avgpool/avgpool.wasm` of the same version: as a WebAssembly.Module (what a bundler for an edge
 *   platform makes of an import), as bytes, as a Response or a promise of one, or as a URL to fetch. A response with the
 *   type application/wasm is compiled while it arrives.
 * @throws TypeError (as a rejection, like all others) if the source is none of these.
 * @throws Error if the file cannot be fetched or compiled, or is not avgpool's; `cause` has the reason.
 */
export async function init(source: ModuleSource | PromiseLike<ModuleSource>): Promise<void> {
  try {
    const given: unknown = await source;
    if (!isStarted()) {
      const module = await compiled(given);
      try {
        // Asynchronously, for older browsers make no instance at once on the main thread, however small the module.
        start(await WebAssembly.instantiate(module, imports));
      } catch (cause) {
        cannotStart(cause);
      }
    }
  } catch (error) {
    // Another call may have succeeded meanwhile, and then this one does nothing either.
    if (!isStarted()) {
      throw failed('init', error);
    }
  }
}

/**
 * The same as {@link init}, at once: in workers everywhere, on the main thread of a browser from Chrome 114 on.
 *
 * @throws TypeError if the source is neither a module nor bytes.
 * @throws Error if the bytes cannot be compiled or are not avgpool's; `cause` has the reason.
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

/** An error that has been explained, which first use will repeat. */
function failed(name: string, error: unknown): unknown {
  keepFailure(`avgpool has not been started, for ${name} failed: ${reasonOf(error)}`, error);
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
      // Node fetches no files.
      const hint = String(given).startsWith('file:') ? '; give init the bytes of the file instead' : '';
      // The reason that Node gives is that of the reason.
      const reason = reasonOf((cause instanceof Error && cause.cause) || cause);
      throw new Error(`avgpool could not fetch its module from ${given}: ${reason}${hint}`, { cause });
    });
    return compileResponse(response);
  }
  throw wrongSource('init', 'a WebAssembly.Module, bytes, a Response or a URL', given);
}

async function compileResponse(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) {
    throw new Error(
      `avgpool could not fetch its module: ${response.status} ${response.statusText} for ${response.url}`,
    );
  }
  const type = response.headers.get('content-type') ?? 'unknown';
  // What comes instead of a missing file is often a page that says so.
  const from = ` from ${response.url || 'a response'}, of type ${type}`;
  // Streaming takes this type, letter by letter, and not every runtime has it.
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
  // An instance lacks memory, or one of the names that it imports and exports.
  const version = cause instanceof RangeError ? '' : '; the module must be avgpool.wasm of the same version';
  const reason = explain(cause) ?? `${reasonOf(cause)}${version}`;
  throw new Error(`avgpool could not start its module: ${reason}`, { cause });
}

function cannotCompile(cause: unknown, from = ''): never {
  throw new Error(`avgpool could not compile its module${from}: ${explain(cause) ?? reasonOf(cause)}`, { cause });
}

function wrongSource(name: string, expected: string, given: unknown): TypeError {
  return new TypeError(`${name} takes ${expected}, got ${show(given)}`);
}

// By their tags, for what comes from another realm is no instance of the classes of this one.
function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

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
