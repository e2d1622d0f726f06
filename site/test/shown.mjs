// What the page shows, read from its elements.

/** The picture mode: texts, and digests of the pixels of the output and of the pixels that the overlay colours. */
export function shownPicture(page) {
  return page.evaluate(async () => {
    const text = (id) => document.getElementById(id)?.textContent ?? null;
    const pixels = (id) => {
      const canvas = document.getElementById(id);
      return canvas ? canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data : [];
    };
    const digest = async (bytes) => {
      const hash = await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes));
      return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
    };
    return {
      pool: text('pool'),
      shape: text('shape'),
      pixels: await digest(pixels('output')),
      values: text('values'),
      gradient: text('gradient'),
      divisor: text('divisor'),
      positions: text('positions'),
      overlay: await digest(pixels('overlay').map((value, i) => (i % 4 === 3 && value > 0 ? 1 : 0))),
      verdict: text('verdict'),
      error: text('error'),
    };
  });
}

/** The grid mode: texts, the output, and the number of taps in each zone. */
export const shownGrid = async (page) => (await shownWindows(page, 1))[0];

/** The same for this number of windows, with a click on “Next” between them. */
export function shownWindows(page, count) {
  return page.evaluate(async (count) => {
    const text = (id) => document.getElementById(id)?.textContent ?? null;
    const shown = () => ({
      pool: text('pool'),
      shape: text('shape'),
      output: [...(document.getElementById('output-grid')?.children ?? [])].map(({ title }) => title),
      sum: text('sum'),
      divisor: text('divisor'),
      average: text('average'),
      taps: Object.fromEntries(
        ['input', 'padding', 'beyond'].map((zone) => [zone, document.querySelectorAll(`#canvas .tap.${zone}`).length]),
      ),
      error: text('error'),
    });
    const windows = [shown()];
    while (windows.length < count) {
      const name = text('window-name');
      document.getElementById('next').click();
      while (text('window-name') === name) {
        await new Promise((resolve) => setTimeout(resolve));
      }
      windows.push(shown());
    }
    return windows;
  }, count);
}

/** The errors at fields: the message, by the name of the setting, and the fields that are marked as wrong. */
export function shownErrors(page) {
  return page.evaluate(() => {
    const messages = [...document.querySelectorAll('.settings .error')].map(({ id, textContent }) => [id, textContent]);
    const fields = [...document.querySelectorAll('[aria-invalid=true]')];
    const isDescribed = ({ id }) => {
      const described = document.getElementById(id).getAttribute('aria-describedby') ?? '';
      return described.split(' ').some((name) => document.getElementById(name)?.classList.contains('error'));
    };
    return {
      messages: Object.fromEntries(messages),
      fields: fields.map(({ id }) => id),
      described: fields.every(isDescribed),
    };
  });
}
