// Runs tests in every browser, on the built site. It knows no settings of the page.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { engines } from '../../test/runtimes/browsers.mjs';
import { withPage } from '../../test/runtimes/pages.mjs';
import { MissingRuntime, withFiles } from '../../test/runtimes/tools.mjs';

/** The built site. */
export const dist = fileURLToPath(new URL('../dist', import.meta.url));

/** The folder for screenshots, and for files that tests make. */
export const out = fileURLToPath(new URL('../out', import.meta.url));

if (!existsSync(`${dist}/index.html`)) {
  throw new Error('The site is not built. Run: npm run site');
}

/**
 * Defines tests for every browser.
 *
 * @param define takes a function that defines one test, by its name and a function of the page and the site's address, and
 *   the name of the browser.
 * @param options `isDark` if the browser prefers dark colours.
 */
export function inEveryBrowser(define, options) {
  for (const engine of engines) {
    describe(engine, () => {
      let open;
      let missing;
      beforeAll(async () => {
        open = await opened((use) => withSite(engine, use, options)).catch((error) => {
          missing = error;
          if (!(error instanceof MissingRuntime)) {
            throw error;
          }
        });
      });
      afterAll(() => open?.close());
      const testOnPage = (name, run) =>
        test(name, ({ skip }) => (missing ? skip(missing.message) : run(...open.value)));
      define(testOnPage, engine);
    });
  }
}

/** Serves the site, and runs `use` with a page and the address. */
function withSite(engine, use, options) {
  return withPage(engine, (page) => withFiles(dist, {}, (address) => use([page, address])), options);
}

/** Turns a function that closes its value at its end into a value and a function that closes it. */
function opened(withValue) {
  return new Promise((resolve, reject) => {
    let release;
    const released = new Promise((done) => {
      release = done;
    });
    const closed = withValue((value) => {
      const close = () => {
        release();
        return closed;
      };
      resolve({ value, close });
      return released;
    });
    closed.catch(reject);
  });
}
