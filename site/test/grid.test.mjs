// The grid mode against the package in Node, for a sweep of settings.

import { AdaptiveAvgPool2d, AvgPool2d, Tensor } from 'avgpool';
import { expect } from 'vitest';
import { inEveryBrowser } from './browsers.mjs';
import { divisorText, shown } from './expected.mjs';
import { shownGrid, shownWindows } from './shown.mjs';

const size = [6, 6];
const numbers = Array.from({ length: 36 }, (_, i) => i + 1);

/** What the grid shows, but for the taps: these are counted by hand in the tests. */
function expectedGrid(pool, [row, column] = [0, 0], values = numbers) {
  const y = pool.forward(Tensor.from(values, [1, ...size], 'float64'));
  const average = y.data[row * y.shape[2] + column];
  const divisor = divisorText(pool, size, [row, column]);
  return {
    pool: String(pool),
    shape: `[${y.shape.join(', ')}]`,
    output: Array.from(y.data, shown),
    sum: divisor.startsWith('none') ? '0' : shown(average * Number(divisor)),
    divisor,
    average: shown(average),
    error: '',
  };
}

// Addresses and the pools that they describe, with the taps of the last window by zone.
const sweep = [
  ['', { kernelSize: 3, stride: 2, padding: 1 }, { input: 9, padding: 0, beyond: 0 }],
  ['&ceilMode=true', { kernelSize: 3, stride: 2, padding: 1, ceilMode: true }, { input: 1, padding: 3, beyond: 5 }],
  [
    '&ceilMode=true&countIncludePad=false',
    { kernelSize: 3, stride: 2, padding: 1, ceilMode: true, countIncludePad: false },
    { input: 1, padding: 3, beyond: 5 },
  ],
  ['&kernelSize=2&stride=&padding=0', { kernelSize: 2 }, { input: 4, padding: 0, beyond: 0 }],
  [
    '&kernelSize=4&stride=3&padding=0&ceilMode=true',
    { kernelSize: 4, stride: 3, ceilMode: true },
    { input: 9, padding: 0, beyond: 7 },
  ],
  [
    '&padding=0,2,1,3&stride=1',
    {
      kernelSize: 3,
      stride: 1,
      padding: [
        [0, 2],
        [1, 3],
      ],
    },
    { input: 0, padding: 9, beyond: 0 },
  ],
  [
    '&dilation=2,3&stride=1&padding=1,1,2,2&kernelSize=2',
    { kernelSize: 2, stride: 1, padding: [1, 2], dilation: [2, 3] },
    { input: 1, padding: 3, beyond: 0 },
  ],
  [
    '&divisorOverride=10',
    { kernelSize: 3, stride: 2, padding: 1, divisorOverride: 10 },
    { input: 9, padding: 0, beyond: 0 },
  ],
  ['&windows=adaptive&outputSize=4', { outputSize: 4 }, { input: 4, padding: 0, beyond: 0 }],
  ['&windows=adaptive&outputSize=,9', { outputSize: [null, 9] }, { input: 1, padding: 0, beyond: 0 }],
];

const poolOf = (options) => ('outputSize' in options ? new AdaptiveAvgPool2d(options) : new AvgPool2d(options));

inEveryBrowser((test) => {
  async function start(page, address, settings = '') {
    await page.open('about:blank');
    await page.open(`${address}/#mode=grid${settings}`);
    await expect.poll(() => shownGrid(page).then(({ error, pool }) => error || pool)).toBeTruthy();
  }

  /** Waits until the grid shows a pool at a window. */
  async function expectGrid(page, pool, at, values) {
    await expect.poll(() => shownGrid(page)).toMatchObject(expectedGrid(pool, at, values));
  }

  test('every window of a sweep of settings has the numbers of the package', async (page, address) => {
    for (const [settings, options, taps] of sweep) {
      await start(page, address, settings);
      const pool = poolOf(options);
      const [, height, width] = pool.outputShape([1, ...size]);
      const shown = await shownWindows(page, height * width);
      for (const [i, window] of shown.entries()) {
        expect(window, settings).toMatchObject(expectedGrid(pool, [Math.floor(i / width), i % width]));
      }
      expect(shown.at(-1).taps, settings).toEqual(taps);
    }
  });

  test('buttons, keys and a click move the window', async (page, address) => {
    await start(page, address);
    const pool = poolOf({ kernelSize: 3, stride: 2, padding: 1 });
    await page.click('#next');
    await expectGrid(page, pool, [0, 1]);
    await page.click('#back');
    await page.click('#back');
    await expectGrid(page, pool, [2, 2]);
    await page.click('#output-grid > :nth-child(4)');
    await expectGrid(page, pool, [1, 0]);
    await page.press('ArrowRight');
    await page.press('ArrowDown');
    await expectGrid(page, pool, [2, 1]);
    await page.press('ArrowUp');
    await expectGrid(page, pool, [1, 1]);
  });

  test('playing moves the window until it is paused', async (page, address) => {
    await start(page, address);
    await page.click('#play');
    await expect.poll(() => page.text('#window-name')).toBe('3 of 9: row 0, column 2');
    await page.click('#play');
    const name = await page.text('#window-name');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await page.text('#window-name')).toBe(name);
  });

  test('a number that is typed changes the output', async (page, address) => {
    await start(page, address);
    await page.fill('#value-7', '-2.5');
    const values = numbers.map((value, i) => (i === 7 ? -2.5 : value));
    await expectGrid(page, poolOf({ kernelSize: 3, stride: 2, padding: 1 }), [0, 0], values);
  });

  test('a grid that is too large is refused with a reason', async (page, address) => {
    await start(page, address, '&padding=12');
    await expect.poll(() => page.text('#error')).toMatch(/^The grid shows at most 24×24 positions/);
  });
});
