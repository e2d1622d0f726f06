// Pages on which a test acts as a user does, with one interface for every browser. It knows no particular page.

import { writeFile } from 'node:fs/promises';
import { Key } from 'selenium-webdriver';
import { withBrowser, withWebKit } from './browsers.mjs';

/** The actions that are the same in every browser. */
class Page {
  /** Replaces the text of a field by typing. */
  async fill(selector, text) {
    await this.click(selector);
    await this.evaluate((css) => document.querySelector(css).select(), selector);
    await (text === '' ? this.press('Backspace') : this.type(text));
  }

  /** The text of an element; null if it is missing. */
  text(selector) {
    return this.evaluate((css) => document.querySelector(css)?.textContent ?? null, selector);
  }

  /** Presses Tab until an element has the focus. */
  async tabTo(selector) {
    const focused = [];
    while (!(await this.evaluate((css) => document.activeElement?.matches(css), selector))) {
      focused.push(await this.evaluate(() => document.activeElement?.id || document.activeElement?.tagName));
      if (focused.length > 100) {
        throw new Error(`Tab does not reach ${selector}: ${focused.join(' ')}`);
      }
      await this.press('Tab');
    }
  }
}

/** A page of Chromium or Firefox. It notes errors and the addresses of all requests. */
class PuppeteerPage extends Page {
  errors = [];
  requests = [];
  #page;

  constructor(page) {
    super();
    this.#page = page;
    page.on('console', (message) => message.type() === 'error' && this.errors.push(message.text()));
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.on('request', (request) => this.requests.push(request.url()));
  }

  open(address) {
    return this.#page.goto(address);
  }

  reload() {
    return this.#page.reload();
  }

  resize(width, height) {
    return this.#page.setViewport({ width, height });
  }

  /** Calls a function on the page. Its result is cloned. */
  evaluate(body, ...args) {
    return this.#page.evaluate(body, ...args);
  }

  /** Calls a function in the worker of the page. Only Chromium gives access to it. */
  inWorker(body) {
    return this.#page.workers()[0].evaluate(body);
  }

  /** Runs the text of a program on the page. */
  run(source) {
    return this.#page.evaluate(source);
  }

  /** Clicks on an element: in the middle, or at these parts of its width and height. */
  async click(selector, at = [0.5, 0.5]) {
    const element = await this.#page.$(selector);
    await element.scrollIntoView();
    const { x, y, width, height } = await element.boundingBox();
    await this.#page.mouse.click(x + width * at[0], y + height * at[1]);
  }

  press(key) {
    return this.#page.keyboard.press(key);
  }

  type(text) {
    return this.#page.keyboard.type(text);
  }

  choose(selector, value) {
    return this.#page.select(selector, value);
  }

  async upload(selector, file) {
    await (await this.#page.$(selector)).uploadFile(file);
  }

  async screenshot(file) {
    await this.#page.screenshot({ path: file, fullPage: true });
  }
}

/** The keys of Selenium, by their names on pages. */
const keys = {
  ArrowDown: Key.ARROW_DOWN,
  ArrowLeft: Key.ARROW_LEFT,
  ArrowRight: Key.ARROW_RIGHT,
  ArrowUp: Key.ARROW_UP,
  Backspace: Key.BACK_SPACE,
  Enter: Key.ENTER,
  Home: Key.HOME,
  Tab: Key.TAB,
};

/** A page of WebKit. Its driver reports neither errors nor requests. */
class WebKitPage extends Page {
  errors = [];
  requests = [];
  #session;

  constructor(session) {
    super();
    this.#session = session;
  }

  open(address) {
    return this.#session.get(address);
  }

  reload() {
    return this.#session.navigate().refresh();
  }

  resize(width, height) {
    return this.#session.manage().window().setRect({ width, height });
  }

  evaluate(body, ...args) {
    const source = `const [args, done] = [[...arguments].slice(0, -1), [...arguments].at(-1)];
      Promise.resolve((${body})(...args)).then((value) => done({ value }), (error) => done({ error: String(error) }))`;
    return this.#session.executeAsyncScript(source, ...args).then(({ value, error }) => {
      if (error) {
        throw new Error(error);
      }
      return value;
    });
  }

  run(source) {
    return this.#session.executeScript(source);
  }

  async click(selector, at = [0.5, 0.5]) {
    const element = await this.#session.findElement({ css: selector });
    await this.evaluate((css) => document.querySelector(css).scrollIntoView({ block: 'center' }), selector);
    const { width, height } = await element.getRect();
    const [x, y] = [Math.round(width * (at[0] - 0.5)), Math.round(height * (at[1] - 0.5))];
    await this.#session.actions().move({ origin: element, x, y }).click().perform();
  }

  press(key) {
    return this.#session
      .actions()
      .sendKeys(keys[key] ?? key)
      .perform();
  }

  type(text) {
    return this.#session.actions().sendKeys(text).perform();
  }

  async choose(selector, value) {
    const find = 'return [...document.querySelector(arguments[0]).options].find(({ value }) => value === arguments[1])';
    const option = await this.#session.executeScript(find, selector, value);
    // The driver reports a change only if the choice differs from that at the last focus.
    await this.evaluate((css) => {
      document.activeElement?.blur();
      document.querySelector(css).focus();
    }, selector);
    await option.click();
  }

  async upload(selector, file) {
    await (await this.#session.findElement({ css: selector })).sendKeys(file);
  }

  async screenshot(file) {
    await writeFile(file, await this.#session.takeScreenshot(), 'base64');
  }
}

const dark = {
  Chromium: { args: ['--force-dark-mode'] },
  Firefox: { extraPrefsFirefox: { 'layout.css.prefers-color-scheme.content-override': 0 } },
  WebKit: { GTK_THEME: 'Adwaita:dark' },
};

/** Runs `use` with a page of a browser, which prefers dark colours if `isDark`. */
export function withPage(engine, use, { isDark = false } = {}) {
  const options = isDark ? dark[engine] : {};
  if (engine === 'WebKit') {
    return withWebKit((session) => use(new WebKitPage(session)), options);
  }
  const usePage = async (browser) => {
    const page = await browser.newPage();
    if (isDark && engine === 'Chromium') {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    }
    return use(new PuppeteerPage(page));
  };
  return withBrowser(engine, usePage, engine === 'Firefox' ? options : {});
}
