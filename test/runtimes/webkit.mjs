// WebKit, by plain WebDriver: no library drives Debian's build of it.

import { execa } from 'execa';
import getPort from 'get-port';
import { program, withServer } from './app.mjs';

/** What an expression is on a page, a promise awaited, and the version of the browser. */
export async function inWebKit(address, expression) {
  // A window that nobody sees.
  const display = `:${await getPort()}`;
  const screen = execa(program('/usr/bin/Xvfb'), [display, '-nolisten', 'tcp'], { reject: false });
  const env = {
    DISPLAY: display,
    LIBGL_ALWAYS_SOFTWARE: '1',
    WEBKIT_DISABLE_COMPOSITING_MODE: '1',
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
  };
  try {
    const args = (port) => [`--port=${port}`];
    return await withServer(program('/usr/bin/WebKitWebDriver'), args, { env }, (driver) =>
      withSession(driver, async (ask, version) => {
        await ask('POST', '/url', { url: address });
        const script = `const [done] = arguments;
          Promise.resolve(${expression}).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
        const { value, error } = await ask('POST', '/execute/async', { script, args: [] });
        if (error) {
          throw new Error(error);
        }
        return { value, version };
      }),
    );
  } finally {
    screen.kill();
    await screen;
  }
}

/** Runs `use` with a function that asks a session of its own, and with the browser's version. */
async function withSession(driver, use) {
  const ask = async (method, path, body) => {
    const response = await fetch(`${driver}/session${path}`, { method, body: body && JSON.stringify(body) });
    const { value } = await response.json();
    if (!response.ok) {
      throw new Error(`${value.error}: ${value.message}`);
    }
    return value;
  };
  const folder = '/usr/lib/x86_64-linux-gnu/webkit2gtk';
  const binary = program(`${folder}-4.1/MiniBrowser`, `${folder}-4.0/MiniBrowser`);
  const options = { binary, args: ['--automation'] };
  const { sessionId, capabilities } = await ask('POST', '', {
    capabilities: { alwaysMatch: { browserName: 'MiniBrowser', 'webkitgtk:browserOptions': options } },
  });
  try {
    return await use((method, path, body) => ask(method, `/${sessionId}${path}`, body), capabilities.browserVersion);
  } finally {
    await ask('DELETE', `/${sessionId}`);
  }
}
