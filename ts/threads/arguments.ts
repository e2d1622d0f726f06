// The arguments of `threads`, and their checks.

import { checkBoolean, checkOptions, checkSize, show, tagOf } from '../check.js';
import { MAX_THREADS } from './parts.js';

/**
 * The options of `threads`.
 *
 * @example
 * ```js
 * import 'avgpool';
 * import { threads } from 'avgpool/threads';
 *
 * console.log(await threads(2, { require: true })); // 2
 * ```
 */
export interface ThreadsOptions {
  /** Whether to reject if the threads cannot be had, with an error that says why. */
  readonly require?: boolean;
  /** The address of a copy of `avgpool/threads-worker.js`, for pages whose policy forbids workers from a blob. */
  readonly workerUrl?:
    | string
    | {
        /** The address. */
        readonly href: string;
      };
  /** The bytes of `avgpool/avgpool.wasm`, for programs that have started it by `avgpool/slim`. */
  readonly bytes?: ArrayBuffer | ArrayBufferView;
}

/** The arguments, with all options. */
export interface Arguments {
  readonly count: number;
  readonly isRequired: boolean;
  readonly workerUrl: ThreadsOptions['workerUrl'] | undefined;
  readonly bytes: Uint8Array | undefined;
}

/** Checks the arguments of `threads`. */
export function checkArguments(count: unknown, options: ThreadsOptions = {}): Arguments {
  checkSize(count, 1, 'count', 'must be a positive integer', count, MAX_THREADS);
  checkOptions(options, ['require', 'workerUrl', 'bytes']);
  const { require: isRequired = false, workerUrl, bytes } = options;
  checkBoolean('require', isRequired);
  if (bytes !== undefined && !ArrayBuffer.isView(bytes) && tagOf(bytes) !== 'ArrayBuffer') {
    throw new TypeError(`bytes must be an ArrayBuffer or a view of one, got ${show(bytes)}`);
  }
  return { count, isRequired, workerUrl, bytes: bytes && viewOf(bytes) };
}

function viewOf(bytes: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
}
