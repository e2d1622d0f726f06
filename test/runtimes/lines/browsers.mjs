// Browsers: a page from a plain static server, and what bundlers make of the program.

import { existsSync } from 'node:fs';
import { execa } from 'execa';
import getPort from 'get-port';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { NotRun, withFiles, withServer } from '../app.mjs';

/** The first of these files that is there. */
function program(...files) {
  const found = files.find(existsSync);
  if (!found) {
    throw new NotRun(`there is no ${files[0]}`);
  }
  return found;
}

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

/** WebKit speaks plain WebDriver, in a window that nobody sees. */
async function inWebKit(address) {
  program('/usr/bin/Xvfb');
  const driver = program('/usr/bin/WebKitWebDriver');
  const display = `:${await getPort()}`;
  const xvfb = execa('/usr/bin/Xvfb', [display, '-nolisten', 'tcp'], { reject: false });
  const env = {
    DISPLAY: display,
    LIBGL_ALWAYS_SOFTWARE: '1',
    WEBKIT_DISABLE_COMPOSITING_MODE: '1',
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
  };
  try {
    return await withServer(
      driver,
      (port) => [`--port=${port}`],
      { env },
      async (driverAddress) => {
        const ask = async (method, path, body) => {
          const response = await fetch(`${driverAddress}/session${path}`, {
            method,
            body: body && JSON.stringify(body),
          });
          const { value } = await response.json();
          if (!response.ok) {
            throw new Error(`${value.error}: ${value.message}`);
          }
          return value;
        };
        const browser = program(
          '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser',
          '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.0/MiniBrowser',
        );
        const { sessionId, capabilities } = await ask('POST', '', {
          capabilities: {
            alwaysMatch: {
              browserName: 'MiniBrowser',
              'webkitgtk:browserOptions': { binary: browser, args: ['--automation'] },
            },
          },
        });
        try {
          await ask('POST', `/${sessionId}/url`, { url: address });
          const script = 'const [done] = arguments; result.then(done, (error) => done({ error: String(error) }));';
          const result = await ask('POST', `/${sessionId}/execute/async`, { script, args: [] });
          return { ...result, version: capabilities.browserVersion };
        } finally {
          await ask('DELETE', `/${sessionId}`);
        }
      },
    );
  } finally {
    xvfb.kill();
    await xvfb;
  }
}

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
    run: ({ folder }) => onPage(folder, 'result', { path: 'slim.html' }),
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
    run: ({ folder }) => withFiles(folder, {}, inWebKit),
  },
];
