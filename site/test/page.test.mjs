// The page around both modes: the address, errors, the keyboard, and the programs.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AdaptiveAvgPool2d, AvgPool2d, Tensor } from 'avgpool';
import { expect } from 'vitest';
import { inEveryBrowser, out } from './browsers.mjs';
import { expectedPicture, shown as rounded, writePicture } from './expected.mjs';
import { shownErrors, shownGrid, shownPicture } from './shown.mjs';

mkdirSync(out, { recursive: true });
const picture = await writePicture(join(out, 'small.png'), 23, 19);

/** The message of the error that a function throws. */
function messageOf(run) {
  try {
    run();
  } catch (error) {
    return error.message;
  }
  throw new Error('no error was thrown');
}

/** The values of the fields of the settings. */
const fieldsOf = (page) =>
  page.evaluate(() => {
    const fields = [...document.querySelectorAll('.settings input, .settings select')];
    return Object.fromEntries(
      fields.map(({ id, type, value, checked }) => [id, type === 'checkbox' ? checked : value]),
    );
  });

/** Opens an address afresh, and waits until the numbers are complete. */
async function open(page, address) {
  await page.open('about:blank');
  await page.open(address);
  await expect.poll(() => page.text('#divisor')).toBeTruthy();
}

const link =
  '#mode=picture&kernelSize=5,4&stride=3,2&padding=1,2,0,3&dilation=2&ceilMode=true&countIncludePad=false' +
  '&divisorOverride=7.5&layout=NCHW&dtype=float64&at=3,4';

// A setting, its wrong texts, and the pool that the package refuses.
const wrong = [
  ['kernelSize', ['0', '8'], () => new AvgPool2d({ kernelSize: [0, 8] })],
  ['kernelSize', ['2.5', '2.5'], () => new AvgPool2d({ kernelSize: 2.5 })],
  ['kernelSize', ['', ''], () => new AvgPool2d({ kernelSize: null })],
  ['stride', ['0', '0'], () => new AvgPool2d({ kernelSize: 8, stride: 0 })],
  ['stride', ['2', '-1'], () => new AvgPool2d({ kernelSize: 8, stride: [2, -1] })],
  [
    'padding',
    ['-1', '0', '0', '0'],
    () =>
      new AvgPool2d({
        kernelSize: 8,
        padding: [
          [-1, 0],
          [0, 0],
        ],
      }),
  ],
  ['dilation', ['1', '0'], () => new AvgPool2d({ kernelSize: 8, dilation: [1, 0] })],
  ['divisorOverride', ['0'], () => new AvgPool2d({ kernelSize: 8, divisorOverride: 0 })],
  ['outputSize', ['0', '0'], () => new AdaptiveAvgPool2d({ outputSize: 0 })],
];

inEveryBrowser((test) => {
  test('a link reproduces all settings and numbers', async (page, address) => {
    await open(page, `${address}/${link}`);
    expect(await fieldsOf(page)).toEqual({
      windows: 'fixed',
      'kernelSize-0': '5',
      'kernelSize-1': '4',
      'stride-0': '3',
      'stride-1': '2',
      'padding-0': '1',
      'padding-1': '2',
      'padding-2': '0',
      'padding-3': '3',
      'dilation-0': '2',
      'dilation-1': '2',
      'divisorOverride-0': '7.5',
      ceilMode: true,
      countIncludePad: false,
      layout: 'NCHW',
      dtype: 'float64',
    });
    await page.upload('#file', picture.file);
    const pool = new AvgPool2d({
      kernelSize: [5, 4],
      stride: [3, 2],
      padding: [
        [1, 2],
        [0, 3],
      ],
      dilation: 2,
      ceilMode: true,
      countIncludePad: false,
      divisorOverride: 7.5,
    });
    await expect.poll(() => shownPicture(page)).toEqual(expectedPicture(picture, pool, 'float64', [3, 4]));
  });

  test('the address of a changed page shows the same on a new page', async (page, address) => {
    await open(page, `${address}/`);
    await page.fill('#kernelSize-0', '31');
    await page.choose('#dtype', 'float32');
    await page.fill('#at-0', '2');
    await expect.poll(() => page.evaluate(() => location.hash)).toContain('at=2');
    await expect.poll(() => page.text('#pool')).toContain('31');
    await expect.poll(() => page.text('#verdict')).toMatch(/^Both/);
    const [before, fields] = [await shownPicture(page), await fieldsOf(page)];
    await open(page, await page.evaluate(() => location.href));
    await expect.poll(() => shownPicture(page)).toEqual(before);
    expect(await fieldsOf(page)).toEqual(fields);
  });

  test('the back button undoes changes, and returns to the other mode', async (page, address) => {
    await open(page, `${address}/`);
    await page.fill('#kernelSize-0', '12');
    await page.fill('#stride-0', '5');
    await page.fill('#stride-1', '5');
    await page.click('nav a:nth-child(2)');
    await expect.poll(() => page.text('#pool')).toContain('kernel_size=3');
    const back = async (pool) => {
      await page.evaluate(() => history.back());
      await expect.poll(() => page.text('#pool')).toContain(pool);
    };
    await back('kernel_size=(12, 8), stride=5');
    expect((await fieldsOf(page))['stride-0']).toBe('5');
    await back('kernel_size=(12, 8), stride=None');
    await back('kernel_size=8, stride=None');
  });

  test('an unreadable address gives the defaults and a notice', async (page, address) => {
    for (const hash of [
      '#mode=cube',
      '#kernelSize=abc',
      '#kernelSize=1,2,3',
      '#colour=red',
      '#dtype=int8',
      '#ceilMode=1',
    ]) {
      await open(page, `${address}/${hash}`);
      expect(await page.text('#notice')).toContain(hash);
      await expect.poll(() => page.text('#pool')).toBe(String(new AvgPool2d({ kernelSize: 8, layout: 'NHWC' })));
    }
  });

  test('a wrong setting shows the message of the package at its field, and the last result stays', async (page, address) => {
    for (const [name, texts, run] of wrong) {
      await open(page, `${address}/${name === 'outputSize' ? '#mode=picture&windows=adaptive' : ''}`);
      for (const [i, text] of texts.entries()) {
        await page.fill(`#${name}-${i}`, text);
      }
      await expect
        .poll(() => shownErrors(page))
        .toEqual({
          messages: { [`${name}-error`]: messageOf(run) },
          fields: texts.map((_, i) => `${name}-${i}`),
          described: true,
        });
      expect(await page.text('#shape')).toMatch(/^\[\d+, \d+, 3\]$/);
      expect(await page.evaluate(() => document.querySelector('.pictures').classList.contains('stale'))).toBe(true);
    }
  });

  test('a corrected setting removes the message', async (page, address) => {
    await open(page, `${address}/`);
    await page.fill('#kernelSize-0', '0');
    await expect.poll(async () => (await shownErrors(page)).fields.length).toBe(2);
    await page.fill('#kernelSize-0', '4');
    await expect.poll(async () => (await shownErrors(page)).fields.length).toBe(0);
    await expect.poll(() => page.text('#shape')).toBe('[128, 80, 3]');
  });

  test('an error that concerns no field stands beside the output', async (page, address) => {
    await page.open('about:blank');
    await page.open(`${address}/#mode=picture&kernelSize=1000`);
    const pool = new AvgPool2d({ kernelSize: 1000, layout: 'NHWC' });
    await expect.poll(() => page.text('#error')).toBe(messageOf(() => pool.outputShape([512, 640, 3])));
  });

  test('an output that is too large for the page is refused with a reason', async (page, address) => {
    await page.open('about:blank');
    await page.open(`${address}/#mode=picture&padding=20000&stride=1`);
    await expect.poll(() => page.text('#error')).toMatch(/^The page shows at most 4194304 outputs/);
  });

  test('a file that is no picture is refused with a reason', async (page, address) => {
    await open(page, `${address}/`);
    const file = join(out, 'text.png');
    writeFileSync(file, 'no picture');
    await page.upload('#file', file);
    await expect.poll(() => page.text('#picture-error')).toBe('text.png is not a picture that this browser can read.');
    expect(await page.text('#shape')).toBe('[64, 80, 3]');
  });

  test('everything can be done with the keyboard', async (page, address) => {
    await open(page, `${address}/`);
    await page.tabTo('#output-plane');
    await page.press('ArrowRight');
    await page.press('ArrowDown');
    await expect
      .poll(() => page.evaluate(() => ['at-0', 'at-1'].map((id) => document.getElementById(id).value)))
      .toEqual(['33', '41']);
    await page.tabTo('#kernelSize-0');
    await page.press('ArrowUp');
    await page.tabTo('#ceilMode');
    await page.press(' ');
    await page.tabTo('#dtype');
    await page.press('ArrowDown');
    await expect.poll(() => fieldsOf(page)).toMatchObject({ 'kernelSize-0': '9', ceilMode: true, dtype: 'float32' });
    const pool = new AvgPool2d({ kernelSize: [9, 8], ceilMode: true, layout: 'NHWC' });
    await expect.poll(() => page.text('#pool')).toBe(String(pool));
    await expect.poll(() => page.text('#gradient')).toBe(rounded(1 / 72));
    // After the form, Tab leads out of the page.
    await open(page, `${address}/`);
    await page.tabTo('nav a:nth-child(2)');
    await page.press('Enter');
    await expect.poll(() => page.text('#window-name')).toBe('1 of 9: row 0, column 0');
    await page.tabTo('#next');
    await page.press('Enter');
    await page.tabTo('#output-grid button');
    await page.press('ArrowDown');
    await expect.poll(() => page.text('#window-name')).toBe('5 of 9: row 1, column 1');
  });

  /** Copies the program, and returns the lines that it prints in Node, beside the pictures. */
  async function runCopied(page) {
    await page.evaluate(() => {
      const { clipboard } = navigator;
      clipboard.writeText = async (text) => {
        window.copied = text;
      };
    });
    await page.click('#copy');
    await expect.poll(() => page.text('#copied')).toBe('Copied.');
    const program = await page.evaluate(() => window.copied);
    expect(program).toBe(await page.text('#program'));
    return execFileSync(process.execPath, ['--input-type=module', '--eval', program], { cwd: out, encoding: 'utf8' });
  }

  for (const settings of [
    '',
    '&layout=NCHW&dtype=float16&kernelSize=3&at=2,4',
    '&windows=adaptive&outputSize=4,5',
    '&divisorOverride=-3&dtype=float64&padding=1,0,2,3',
  ]) {
    test(`the copied program prints the numbers of the page for settings “${settings}”`, async (page, address) => {
      await open(page, `${address}/#mode=picture${settings}`);
      await page.upload('#file', picture.file);
      await expect.poll(() => page.text('#program')).toContain('small.png');
      await expect.poll(() => page.text('#verdict')).toMatch(/^Both/);
      const shown = await shownPicture(page);
      // The pool, the shape, the values of the three channels, and the gradient.
      const printed = await runCopied(page);
      const [, shape, values, gradient] = printed.match(/^.*\n(\[[^\]]*\])\n(\[[^\]]*\])\n(.*)\n$/) ?? [];
      expect(printed.split('\n')[0]).toBe(shown.pool);
      expect(JSON.parse(shape ?? 'null'), printed).toEqual(JSON.parse(shown.shape));
      expect(JSON.parse(values).map(rounded).join(', ')).toBe(shown.values);
      expect(rounded(Number(gradient))).toBe(shown.gradient);
    });
  }

  test('the copied program of the grid prints its output', async (page, address) => {
    await open(page, `${address}/#mode=grid&ceilMode=true&countIncludePad=false`);
    await page.fill('#value-0', '99.5');
    await expect.poll(() => page.text('#program')).toContain('[99.5, 2,');
    const { pool, output } = await shownGrid(page);
    const printed = await runCopied(page);
    const values = Array.from({ length: 36 }, (_, i) => (i === 0 ? 99.5 : i + 1));
    const y = new AvgPool2d({ kernelSize: 3, stride: 2, padding: 1, ceilMode: true, countIncludePad: false }).forward(
      Tensor.from(values, [1, 6, 6], 'float64'),
    );
    expect(printed.split('\n')[0]).toBe(pool);
    expect(output).toEqual(Array.from(y.data, rounded));
    expect(printed.replace(/\s+/g, '')).toContain(JSON.stringify(y.toArray()));
  });
});
