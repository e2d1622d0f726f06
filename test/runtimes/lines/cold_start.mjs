// Cold start: from the import of the package to the first result, in a new process and on a new page, above what a module
// with nothing in it takes.

import { jsonOf, withFiles } from '../app.mjs';
import { withChromium } from './browsers.mjs';

const ROUNDS = 21;

/** The median of how much longer the one takes than the other, in turn. */
async function above(full, empty) {
  const differences = [];
  for (let round = 0; round < ROUNDS; round++) {
    differences.push((await full()) - (await empty()));
  }
  return { milliseconds: differences.sort((a, b) => a - b)[ROUNDS >> 1] };
}

export default [
  {
    name: 'Node',
    how: 'cold start',
    version: () => process.versions.node,
    run: ({ folder }) => {
      const time = (program) => () => jsonOf(process.execPath, [program], { cwd: folder });
      return above(time('cold.mjs'), time('cold-empty.mjs'));
    },
  },
  {
    name: 'Chromium',
    how: 'cold start',
    run: ({ folder }) =>
      withFiles(folder, {}, (address) =>
        withChromium(async (browser) => {
          const time = (name, use) => async () => {
            // A context of its own has a cache of its own.
            const context = await browser.newContext();
            const page = await context.newPage();
            await page.goto(`${address}/empty.html`);
            const milliseconds = await page.evaluate(`(async () => {
              const start = performance.now();
              const module = await import('${name}');
              ${use}
              return performance.now() - start;
            })()`);
            await context.close();
            return milliseconds;
          };
          const use = 'new module.AvgPool2d(2).forward(module.Tensor.ones([1, 4, 4]));';
          const found = await above(time('avgpool', use), time('./nothing.mjs', ''));
          return { ...found, version: browser.version() };
        }),
      ),
  },
];
