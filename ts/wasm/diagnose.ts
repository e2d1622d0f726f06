// Explains why a module did not compile or start: what is missing or forbidden, and what to do about it.
//
// It knows the error messages of browsers and runtimes, and nothing of the module.

/** What is missing and what to do, if the reason is known. */
export function explain(cause: unknown): string | undefined {
  if (typeof WebAssembly === 'undefined') {
    const engines = "Apple's Lockdown Mode, Node's --jitless, React Native's Hermes and hardened browsers lack it";
    return `WebAssembly is missing: ${engines}. Exclude the site or app there, or use another engine`;
  }
  if (isBigEndian()) {
    return 'this machine is big-endian, and typed arrays would read the bytes of WebAssembly memory in the wrong order';
  }
  const reason = reasonOf(cause);
  if (/out of memory/i.test(reason)) {
    const advice = 'raise the limit (ulimit -v), or run Node with --disable-wasm-trap-handler';
    return `there is no address space for a memory, for which engines reserve about 10 GB (${reason}): ${advice}`;
  }
  if (/content security policy|unsafe-eval|disallowed by embedder|blocked by CSP/i.test(reason)) {
    const page = "on a page, add 'wasm-unsafe-eval' to script-src of the content security policy";
    const edge =
      "on an edge platform, bundle with its condition, 'workerd' or 'edge-light', or give avgpool/slim a module";
    return `compiling WebAssembly is forbidden (${reason}): ${page}; ${edge}`;
  }
  if (/on the main thread/i.test(reason)) {
    const advice = 'call the asynchronous init of avgpool/slim, use avgpool in a worker, or update the browser';
    return `this browser compiles WebAssembly synchronously only in workers (${reason}): ${advice}`;
  }
  if (!supportsSimd()) {
    return `WebAssembly has no SIMD (${reason}): it needs Node 18, Chrome 91, Firefox 89, Safari 16.4 or later`;
  }
  return undefined;
}

/** Whether typed arrays have another order of bytes than WebAssembly memory. */
export function isBigEndian(): boolean {
  return new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1;
}

/** The message of an error, or the text of any other thrown value. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function supportsSimd(): boolean {
  // The shortest module that uses a vector: its one function makes one and drops it.
  const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11];
  try {
    return WebAssembly.validate(Uint8Array.from(bytes));
  } catch {
    // The question itself is blocked, so SIMD is not the reason.
    return true;
  }
}
