// Pages under a content security policy that forbids WebAssembly, and under the weakest one that allows it.

import { expect } from 'vitest';
import { engines, onPage } from '../browsers.mjs';
import { check } from '../target.mjs';

const scripts = (more) => ({ 'content-security-policy': `script-src 'self' 'unsafe-inline'${more}` });

/** Imports the package and uses it. Evaluates to the error of each. */
const attempt = `(async () => {
  const errors = {};
  const avgpool = await import('avgpool').catch((error) => { errors.import = String(error); });
  try {
    avgpool.Tensor.ones([1, 2, 2]);
  } catch (error) {
    errors.use = error.message;
  }
  return errors;
})()`;

for (const engine of engines) {
  const errorsUnder = async (folder, headers) =>
    (await onPage(folder, attempt, { path: 'empty.html', headers, engine })).value;
  const options = { quick: engine === 'Chromium' };

  check(
    engine,
    'a policy without wasm-unsafe-eval: import works, and the first use says what to do',
    async (folder) => {
      const errors = await errorsUnder(folder, scripts(''));
      expect(errors.import).toBeUndefined();
      expect(errors.use).toMatch(
        /^avgpool cannot run here: compiling WebAssembly is forbidden \(.*add 'wasm-unsafe-eval' to script-src/s,
      );
    },
    options,
  );

  check(
    engine,
    'a policy with wasm-unsafe-eval: import and use work',
    async (folder) => {
      expect(await errorsUnder(folder, scripts(" 'wasm-unsafe-eval'"))).toEqual({});
    },
    options,
  );
}
