// Accessibility by axe-core, narrow pages, dark colours, and a screenshot of each main view in site/out/.

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from 'vitest';
import { inEveryBrowser, out } from './browsers.mjs';

mkdirSync(out, { recursive: true });
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const views = {
  picture: '#mode=picture&kernelSize=16&stride=8',
  grid: '#mode=grid&ceilMode=true&countIncludePad=false&at=3,3',
  error: '#mode=picture',
  adaptive: '#mode=picture&windows=adaptive&outputSize=9,16',
};

for (const isDark of [false, true]) {
  inEveryBrowser(
    (test, engine) => {
      const colours = isDark ? 'dark' : 'light';

      for (const [name, hash] of Object.entries(views)) {
        test(`axe-core finds no violation in the view ${name} in ${colours} colours`, async (page, address) => {
          await page.resize(1200, 1000);
          await page.open('about:blank');
          await page.open(`${address}/${hash}`);
          await settle(page, name);
          expect(await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)).toBe(isDark);
          await page.screenshot(join(out, `${engine.toLowerCase()}-${name}-${colours}.png`));
          expect(await violations(page)).toEqual([]);
        });
      }

      if (!isDark) {
        test('a page of 320 pixels does not scroll sideways', async (page, address) => {
          await page.resize(320, 800);
          for (const [name, hash] of Object.entries(views)) {
            await page.open('about:blank');
            await page.open(`${address}/${hash}`);
            await settle(page, name);
            await page.screenshot(join(out, `${engine.toLowerCase()}-${name}-phone.png`));
            const [width, scrolled] = await page.evaluate(() => [
              document.documentElement.clientWidth,
              document.documentElement.scrollWidth,
            ]);
            expect(scrolled, name).toBeLessThanOrEqual(width);
          }
        });

        test('the page does not shift while it loads', async (page, address) => {
          await page.resize(1200, 1000);
          await page.open('about:blank');
          await page.open(`${address}/`);
          const before = await placeOf(page);
          await expect.poll(() => page.text('#verdict')).toBe('Both results are equal.');
          expect(await placeOf(page)).toEqual(before);
        });
      }
    },
    { isDark },
  );
}

async function settle(page, name) {
  if (name === 'grid') {
    await expect.poll(() => page.text('#sum')).toBe('36');
  } else if (name === 'error') {
    await expect.poll(() => page.text('#verdict')).toMatch(/^Both/);
    await page.fill('#stride-0', '-8');
    await expect.poll(() => page.text('#stride-error')).toMatch(/^stride must be/);
  } else {
    await expect.poll(() => page.text('#verdict')).toMatch(/^Both/);
    await expect.poll(() => page.text('#divisor')).toBeTruthy();
  }
}

/** Where the parts of the page lie. */
function placeOf(page) {
  return page.evaluate(() =>
    ['.pictures', '.times', '.settings'].map((selector) => {
      const { left, top, width } = document.querySelector(selector).getBoundingClientRect();
      return [left, top, width];
    }),
  );
}

async function violations(page) {
  await page.run(axe);
  const { violations: found } = await page.evaluate(() => window.axe.run());
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`)}`);
}
