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

/** What an expression is on a page of Chromium. */
const inChromium = (address, expression) =>
  withChromium(async (browser) => {
    const page = await browser.newPage();
    await page.goto(address);
    return page.evaluate(expression);
  });

/** The same in Firefox, with its version. */
async function inFirefox(address, expression) {
  const executablePath = program('/usr/bin/firefox-esr', '/usr/bin/firefox');
  const browser = await puppeteer.launch({ browser: 'firefox', executablePath, headless: true });
  try {
    const page = await browser.newPage();
    await page.goto(address);
    const version = (await browser.version()).replace(/^\w+\//, '');
    return { ...(await page.evaluate(expression)), version };
  } finally {
    await browser.close();
  }
}

/** The engines, by their browsers' names. */
export const engines = { Chromium: inChromium, Firefox: inFirefox, WebKit: inWebKit };

/** What an expression is on a page at a path of a folder, which is served with these headers. */
export async function onPage(folder, expression, { path = '', headers = {}, engine = 'Chromium' } = {}) {
  return withFiles(folder, headers, (address) => engines[engine](`${address}/${path}`, expression));
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
  ...['Firefox', 'WebKit'].map((engine) => ({
    name: engine,
    how: 'page with an import map',
    run: ({ folder }) => onPage(folder, 'result', { engine }),
  })),
];
