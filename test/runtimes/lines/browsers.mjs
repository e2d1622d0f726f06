// Browsers: a page from a plain static server, and what bundlers make of the program.

import { strictEqual } from 'node:assert/strict';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { program, withFiles } from '../app.mjs';
import { inWebKit } from '../webkit.mjs';

const chromiumFile = () => program('/usr/bin/chromium', '/usr/bin/google-chrome');

/** Runs `use` with Chromium. */
export async function withChromium(use) {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'];
  args.push('--disable-background-networking', '--disable-component-update');
  const browser = await chromium.launch({ executablePath: chromiumFile(), args });
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}

/** What an expression is on a page of Chromium, at a path of a folder that is served with these headers. */
export async function onPage(folder, expression, { path = '', headers = {} } = {}) {
  return withFiles(folder, headers, (address) =>
    withChromium(async (browser) => {
      const page = await browser.newPage();
      await page.goto(`${address}/${path}`);
      return page.evaluate(expression);
    }),
  );
}

export const chromiumVersion = () => withChromium((browser) => browser.version());

export default [
  {
    name: 'Chromium',
    how: 'page with an import map',
    quick: true,
    version: chromiumVersion,
    run: ({ folder }) => onPage(folder, 'result'),
  },
  {
    name: 'Chromium',
    how: 'module worker',
    quick: true,
    version: chromiumVersion,
    run: ({ folder }) =>
      onPage(
        folder,
        `new Promise((resolve, reject) => {
          const worker = new Worker('./page-worker.mjs', { type: 'module' });
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => reject(new Error(message));
        })`,
      ),
  },
  {
    name: 'Chromium',
    how: '`avgpool/slim`, compiled while it arrives',
    quick: true,
    version: chromiumVersion,
    async run({ folder }) {
      const { streamed, ...found } = await onPage(folder, 'result', { path: 'slim.html' });
      strictEqual(streamed, 1);
      return found;
    },
  },
  {
    name: 'Firefox',
    how: 'page with an import map',
    async run({ folder }) {
      const executablePath = program('/usr/bin/firefox-esr', '/usr/bin/firefox');
      const browser = await puppeteer.launch({ browser: 'firefox', executablePath, headless: true });
      try {
        return await withFiles(folder, {}, async (address) => {
          const page = await browser.newPage();
          await page.goto(address);
          return { ...(await page.evaluate('result')), version: (await browser.version()).replace(/^\w+\//, '') };
        });
      } finally {
        await browser.close();
      }
    },
  },
  {
    name: 'WebKit',
    how: 'page with an import map',
    run: ({ folder }) => withFiles(folder, {}, (address) => inWebKit(address, 'result')),
  },
];
