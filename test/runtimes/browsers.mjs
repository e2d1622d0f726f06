// Browsers: Chromium, Firefox and WebKit, from Debian packages. They evaluate an expression on a page, or give a session.

import { execa } from 'execa';
import getPort from 'get-port';
import puppeteer from 'puppeteer-core';
import { Builder } from 'selenium-webdriver';
import { firstOf, withFiles, withServer } from './tools.mjs';

const browsers = {
  Chromium: {
    browser: 'chrome',
    files: ['/usr/bin/chromium', '/usr/bin/google-chrome'],
    // Chromium's sandbox refuses to run as root.
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
  },
  Firefox: { browser: 'firefox', files: ['/usr/bin/firefox-esr', '/usr/bin/firefox'], args: [] },
};

/** Runs `use` with a browser of Puppeteer, and with its version. `more` are further options of Puppeteer. */
export async function withBrowser(name, use, more = {}) {
  const { files, ...options } = browsers[name];
  const browser = await puppeteer.launch({ ...options, ...more, executablePath: firstOf(...files) });
  try {
    return await use(browser, (await browser.version()).replace(/^.*\//, ''));
  } finally {
    await browser.close();
  }
}

const inPuppeteer = (name) => (address, expression) =>
  withBrowser(name, async (browser, version) => {
    const page = await browser.newPage();
    await page.goto(address);
    return { value: await page.evaluate(expression), version };
  });

/** Runs `use` with a session of WebKitGTK's MiniBrowser, on a virtual display, with more variables of the environment. */
export async function withWebKit(use, more = {}) {
  const display = `:${await getPort()}`;
  const screen = execa(firstOf('/usr/bin/Xvfb'), [display, '-nolisten', 'tcp'], { reject: false });
  const env = {
    DISPLAY: display,
    LIBGL_ALWAYS_SOFTWARE: '1',
    // WebKitGTK shares no memory without this option, not even on isolated pages. Safari does.
    JSC_useSharedArrayBuffer: '1',
    WEBKIT_DISABLE_COMPOSITING_MODE: '1',
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    ...more,
  };
  const folder = '/usr/lib/x86_64-linux-gnu/webkit2gtk';
  const binary = firstOf(`${folder}-4.1/MiniBrowser`, `${folder}-4.0/MiniBrowser`);
  const capabilities = {
    browserName: 'MiniBrowser',
    'webkitgtk:browserOptions': { binary, args: ['--automation'] },
  };
  const argsFor = (port) => [`--port=${port}`];
  try {
    return await withServer(firstOf('/usr/bin/WebKitWebDriver'), argsFor, { env }, async (driver) => {
      const session = await new Builder().usingServer(driver).withCapabilities(capabilities).build();
      try {
        return await use(session);
      } finally {
        await session.quit();
      }
    });
  } finally {
    screen.kill();
    await screen;
  }
}

const inWebKit = (address, expression) =>
  withWebKit(async (session) => {
    await session.get(address);
    const value = await session.executeScript(`return ${expression}`);
    return { value, version: (await session.getCapabilities()).getBrowserVersion() };
  });

const evaluate = { Chromium: inPuppeteer('Chromium'), Firefox: inPuppeteer('Firefox'), WebKit: inWebKit };

/** The headers that make a page cross-origin isolated. */
export const isolated = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** The names of the browsers. */
export const engines = Object.keys(evaluate);

/** Serves a folder with these headers, and evaluates an expression on one of its pages. Returns `value` and `version`. */
export const onPage = (folder, expression, { path = '', headers = {}, engine = 'Chromium' } = {}) =>
  withFiles(folder, headers, (address) => evaluate[engine](`${address}/${path}`, expression));
