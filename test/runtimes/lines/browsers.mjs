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

/** What an expression is on a page of Chromium, and its version. */
const inChromium = (address, expression) =>
  withChromium(async (browser) => {
    const page = await browser.newPage();
    await page.goto(address);
    return { value: await page.evaluate(expression), version: browser.version() };
  });

/** The same of Firefox. */
async function inFirefox(address, expression) {
  const executablePath = program('/usr/bin/firefox-esr', '/usr/bin/firefox');
  const browser = await puppeteer.launch({ browser: 'firefox', executablePath, headless: true });
  try {
    const page = await browser.newPage();
    await page.goto(address);
    const version = (await browser.version()).replace(/^\w+\//, '');
    return { value: await page.evaluate(expression), version };
  } finally {
    await browser.close();
  }
}

/** The engines, by their browsers' names. */
export const engines = { Chromium: inChromium, Firefox: inFirefox, WebKit: inWebKit };

const open = (folder, expression, { path = '', headers = {}, engine = 'Chromium' } = {}) =>
  withFiles(folder, headers, (address) => engines[engine](`${address}/${path}`, expression));

/** What an expression is on a page at a path of a folder, which is served with these headers. */
export async function onPage(...page) {
  const { value } = await open(...page);
  return value;
}

/** The same of an expression that is what a line found, with the version of the engine. */
async function foundOnPage(...page) {
  const { value, version } = await open(...page);
  return { ...value, version };
}

export default [
  {
    name: 'Chromium',
    how: 'page with an import map',
    quick: true,
    run: ({ folder }) => foundOnPage(folder, 'result'),
  },
  {
    name: 'Chromium',
    how: 'module worker',
    quick: true,
    run: ({ folder }) =>
      foundOnPage(
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
    async run({ folder }) {
      const { streamed, ...found } = await foundOnPage(folder, 'result', { path: 'slim.html' });
      strictEqual(streamed, 1);
      return found;
    },
  },
  ...['Firefox', 'WebKit'].map((engine) => ({
    name: engine,
    how: 'page with an import map',
    run: ({ folder }) => foundOnPage(folder, 'result', { engine }),
  })),
];
