// The first load: its size, its requests, and use without a network after it.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { AvgPool2d } from 'avgpool';
import { expect, test } from 'vitest';
import { withFiles } from '../../test/runtimes/tools.mjs';
import { dist, inEveryBrowser } from './browsers.mjs';

const pool = new AvgPool2d({ kernelSize: 8, layout: 'NHWC' });

/** The files of the playground, without the reference. */
const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => join(parentPath, name).slice(dist.length + 1))
  .filter((name) => !name.startsWith('api/'));

test('the files of the first load have at most 150 kB after gzip, without the picture', () => {
  const counted = files.filter((name) => !name.endsWith('.jpg'));
  const sizes = counted.map((name) => [name, gzipSync(readFileSync(join(dist, name)), { level: 9 }).length]);
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  expect(total, JSON.stringify(sizes)).toBeLessThanOrEqual(150_000);
  // The module alone has 50 kB, so a smaller sum means that files are missing.
  expect(total).toBeGreaterThan(60_000);
});

test('the picture that ships has less than 80 kB', () => {
  const [picture] = files.filter((name) => name.endsWith('.jpg'));
  expect(readFileSync(join(dist, picture)).length).toBeLessThan(80_000);
});

inEveryBrowser((test) => {
  test('the page requests its own files only, and reports no error', async (page, address) => {
    await page.open(address);
    await expect.poll(() => page.text('#verdict')).toBe('Both results are equal.');
    await page.click('nav a:nth-child(2)');
    await expect.poll(() => page.text('#window-name')).toContain('1 of 9');
    const timed = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
    const requests = [...timed, ...page.requests].filter((request) => /^https?:/.test(request));
    const known = ['', ...files].map((name) => `${address}/${name}`);
    expect(requests.filter((request) => !known.includes(request))).toEqual([]);
    expect(requests.length).toBeGreaterThan(3);
    expect(page.errors).toEqual([]);
  });

  test('after the first load, everything works without the server', async (page) => {
    let site;
    await withFiles(dist, {}, async (address) => {
      site = address;
      await page.open(address);
      await expect.poll(() => page.text('#pool')).toBe(String(pool));
      await expect.poll(() => page.evaluate(() => Boolean(navigator.serviceWorker?.controller))).toBe(true);
    });
    await expect(fetch(site)).rejects.toThrow('fetch failed');
    await page.open('about:blank');
    await page.open(`${site}/#mode=picture&kernelSize=5`);
    await expect.poll(() => page.text('#pool')).toBe(String(new AvgPool2d({ kernelSize: 5, layout: 'NHWC' })));
    await expect.poll(() => page.text('#verdict')).toBe('Both results are equal.');
    await page.reload();
    await expect.poll(() => page.text('#verdict')).toBe('Both results are equal.');
    await page.click('nav a:nth-child(2)');
    await expect.poll(() => page.text('#window-name')).toContain('1 of 9');
  });
});
