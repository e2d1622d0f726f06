// The picture mode against the package in Node: each setting, by pointer or keyboard.

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AdaptiveAvgPool2d, AvgPool2d } from 'avgpool';
import { expect } from 'vitest';
import { inEveryBrowser, out } from './browsers.mjs';
import { expectedPicture, writePicture } from './expected.mjs';
import { shownPicture } from './shown.mjs';

mkdirSync(out, { recursive: true });
const picture = await writePicture(join(out, 'noise.png'), 37, 29);
const layout = 'NHWC';

const fill =
  (name, ...texts) =>
  async (page) => {
    for (const [i, text] of texts.entries()) {
      await page.fill(`#${name}-${i}`, text);
    }
  };
const choose = (name, value) => (page) => page.choose(`#${name}`, value);
const click = (name) => (page) => page.click(`#${name}`);

// For each test: the actions of the user, the pool that they describe, and the element type.
const settings = {
  'kernel size': [[fill('kernelSize', '3', '5')], { kernelSize: [3, 5], layout }],
  'stride of one axis': [[fill('stride', '3')], { kernelSize: 8, stride: [3, 8], layout }],
  stride: [[fill('stride', '2', '3')], { kernelSize: 8, stride: [2, 3], layout }],
  'padding of each side': [
    [fill('padding', '1', '5', '2', '0')],
    {
      kernelSize: 8,
      padding: [
        [1, 5],
        [2, 0],
      ],
      layout,
    },
  ],
  dilation: [[fill('kernelSize', '3', '3'), fill('dilation', '2', '4')], { kernelSize: 3, dilation: [2, 4], layout }],
  'ceil mode': [[click('ceilMode')], { kernelSize: 8, ceilMode: true, layout }],
  'padding outside of the divisor': [
    [fill('padding', '3', '3', '3', '3'), click('countIncludePad')],
    { kernelSize: 8, padding: 3, countIncludePad: false, layout },
  ],
  divisor: [[fill('divisorOverride', '100')], { kernelSize: 8, divisorOverride: 100, layout }],
  'negative divisor in float32': [
    [choose('dtype', 'float32'), fill('divisorOverride', '-64')],
    { kernelSize: 8, divisorOverride: -64, layout },
    'float32',
  ],
  layout: [[choose('layout', 'NCHW')], { kernelSize: 8 }],
  'type float32': [[choose('dtype', 'float32')], { kernelSize: 8, layout }, 'float32'],
  'type float64': [[choose('dtype', 'float64'), fill('kernelSize', '3', '3')], { kernelSize: 3, layout }, 'float64'],
  'type float16': [[choose('dtype', 'float16'), fill('kernelSize', '3', '3')], { kernelSize: 3, layout }, 'float16'],
  'adaptive size': [[choose('windows', 'adaptive'), fill('outputSize', '7', '50')], { outputSize: [7, 50], layout }],
  'adaptive size of one axis': [
    [choose('windows', 'adaptive'), fill('outputSize', '', '5')],
    { outputSize: [null, 5], layout },
  ],
};

inEveryBrowser((test, engine) => {
  /** Shows the chosen picture with the default settings. */
  async function start(page, address) {
    if ((await page.text('#picture-name')) !== 'noise.png, 37×29') {
      await page.open(address);
      await page.upload('#file', picture.file);
      await expect.poll(() => page.text('#picture-name')).toBe('noise.png, 37×29');
    }
    await page.evaluate(() => {
      location.hash = '#mode=picture';
    });
    await expect.poll(() => page.text('#pool')).toBe(String(new AvgPool2d({ kernelSize: 8, layout })));
  }

  for (const [name, [actions, options, dtype]] of Object.entries(settings)) {
    test(`the setting ${name} gives the numbers of the package`, async (page, address) => {
      await start(page, address);
      for (const act of actions) {
        await act(page);
      }
      const pool = 'outputSize' in options ? new AdaptiveAvgPool2d(options) : new AvgPool2d(options);
      await expect.poll(() => shownPicture(page)).toEqual(expectedPicture(picture, pool, dtype));
    });
  }

  test('a click, keys and fields choose an output', async (page, address) => {
    await start(page, address);
    await page.fill('#kernelSize-0', '3');
    await page.fill('#kernelSize-1', '3');
    const pool = new AvgPool2d({ kernelSize: 3, layout });
    const at = async (row, column) => {
      await expect.poll(() => shownPicture(page)).toEqual(expectedPicture(picture, pool, 'uint8', [row, column]));
    };
    await at(4, 6);
    await page.click('#output-plane', [2.5 / 12, 1.5 / 9]);
    await at(1, 2);
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowLeft']) {
      await page.press(key);
    }
    await at(2, 3);
    for (let i = 0; i < 4; i++) {
      await page.press('ArrowUp');
    }
    await at(0, 3);
    await page.fill('#at-0', '8');
    await page.fill('#at-1', '11');
    await at(8, 11);
  });

  test('a dropped picture is pooled', async (page, address) => {
    await page.open('about:blank');
    await page.open(address);
    await page.evaluate(
      async (text) => {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], 'dropped.png', { type: 'image/png' }));
        document.querySelector('.view').dispatchEvent(new DragEvent('drop', { bubbles: true, dataTransfer: transfer }));
      },
      readFileSync(picture.file, 'base64'),
    );
    await expect.poll(() => page.text('#picture-name')).toBe('dropped.png, 37×29');
    await expect
      .poll(() => shownPicture(page))
      .toEqual(expectedPicture(picture, new AvgPool2d({ kernelSize: 8, layout })));
  });

  test('the times of both loops and their ratio appear', async (page, address) => {
    await start(page, address);
    for (const id of ['time', 'plain-time']) {
      await expect.poll(() => page.text(`#${id}`)).toMatch(/^[\d.]+ (ms|µs)$/);
    }
    await expect.poll(() => page.text('#ratio')).toMatch(/^[\d.]+×$/);
  });

  test('long work shows progress, and newer settings replace it', async (page, address) => {
    await page.open('about:blank');
    await page.open(`${address}/#mode=picture&kernelSize=50&stride=2`);
    const progress = () =>
      page.evaluate(() => {
        const bar = document.querySelector('progress');
        return bar?.classList.contains('busy') ? bar.value : 0;
      });
    await expect.poll(progress).toBeGreaterThan(0.5);
    await page.fill('#stride-0', '9');
    await page.fill('#stride-1', '9');
    await expect.poll(() => page.text('#pool')).toContain('stride=9');
    await expect.poll(() => page.text('#verdict')).toBe('Both results are equal.');
    await expect.poll(progress).toBe(0);
    expect(await page.text('#pool')).toContain('stride=9');
  });

  if (engine === 'Chromium') {
    test('a mismatch of the two results is shown as an error', async (page, address) => {
      await start(page, address);
      await page.inWorker(() => {
        const { floor } = Math;
        Math.floor = (x) => floor(x) + (x > 50 ? 1 : 0);
      });
      await page.fill('#kernelSize-0', '7');
      await expect
        .poll(() => page.text('#verdict'))
        .toMatch(/^The results differ\. Element \d+ is \d+ by avgpool, and \d+/);
      await page.reload();
    });
  }

  test('the plain loop is left out with a reason if it would take seconds', async (page, address) => {
    await page.open('about:blank');
    await page.open(`${address}/#mode=picture&kernelSize=200&stride=1`);
    await expect.poll(() => page.text('#verdict')).toMatch(/^The plain loop was left out\. It adds \d+\.\d billion/);
  });
});
