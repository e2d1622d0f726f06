// Cold start: the time from the import of the package to the first result, in a new process and on a new page. The time of
// an empty module is subtracted.

import { withBrowser } from '../browsers.mjs';
import { time } from '../target.mjs';
import { jsonOf, withFiles } from '../tools.mjs';

const ROUNDS = 21;

/** The median difference of two times, measured in turn. */
async function medianDifference(full, empty) {
  const differences = [];
  for (let round = 0; round < ROUNDS; round++) {
    differences.push((await full()) - (await empty()));
  }
  return differences.sort((a, b) => a - b)[ROUNDS >> 1];
}

time(
  'Node',
  'cold start',
  async (folder) => {
    const timeOf = (program) => () => jsonOf(process.execPath, [program], { cwd: folder });
    return { milliseconds: await medianDifference(timeOf('cold.mjs'), timeOf('cold-empty.mjs')) };
  },
  { version: () => process.versions.node },
);

time('Chromium', 'cold start', (folder) =>
  withFiles(folder, {}, (address) =>
    withBrowser('Chromium', async (browser, version) => {
      const timeOf = (module, use) => async () => {
        // Each context has its own cache.
        const context = await browser.createBrowserContext();
        const page = await context.newPage();
        await page.goto(`${address}/empty.html`);
        const milliseconds = await page.evaluate(`(async () => {
          const start = performance.now();
          const module = await import('${module}');
          ${use}
          return performance.now() - start;
        })()`);
        await context.close();
        return milliseconds;
      };
      const use = 'new module.AvgPool2d(2).forward(module.Tensor.ones([1, 4, 4]));';
      return { milliseconds: await medianDifference(timeOf('avgpool', use), timeOf('./nothing.mjs', '')), version };
    }),
  ),
);
