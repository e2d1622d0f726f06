// The three kinds of target. A target is a test. It stores its name, its version and its result in `task.meta.row`.

import { expect, inject, test } from 'vitest';
import { MissingRuntime } from './tools.mjs';

/**
 * A target that returns the hash of the smoke program.
 *
 * @param name the runtime.
 * @param how the form in which the runtime loads the package.
 * @param run takes the folder with the installed package, and returns `hash` and `cases`, and `version` if it knows that.
 * @param options `quick` if the target is part of `npm test`; `version`, a function that returns the runtime's version;
 *   `threads`, the number that `run` must return as `threads`.
 */
export function smoke(name, how, run, { threads, ...options } = {}) {
  define(name, how, options, async (folder) => {
    const found = await run(folder);
    expect(found).toMatchObject({ hash: inject('hash'), cases: expect.any(Number) });
    expect(found.threads).toBe(threads);
    return found;
  });
}

/** A target that measures: `run` returns `milliseconds`. */
export function time(name, how, run, options) {
  define(name, how, options, async (folder) => {
    const found = await run(folder);
    expect(found).toMatchObject({ milliseconds: expect.any(Number) });
    return found;
  });
}

/** A target that only checks: `run` throws if something is wrong. It has no row in the table. */
export function check(name, how, run, options) {
  define(name, how, options, async (folder) => {
    await run(folder);
  });
}

function define(name, how, { quick = false, version = () => undefined } = {}, run) {
  test(`${name}, ${how}`, { tags: quick ? ['quick'] : [] }, async ({ skip, task }) => {
    task.meta.row = { name, how };
    try {
      Object.assign(task.meta.row, { version: version() }, await run(inject('folder')));
    } catch (error) {
      if (error instanceof MissingRuntime) {
        skip(error.message);
      }
      throw error;
    }
  });
}
