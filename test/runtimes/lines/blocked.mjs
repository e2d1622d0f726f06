// Pages whose content security policy forbids WebAssembly, or allows no more than that.

import { deepStrictEqual, match, strictEqual } from 'node:assert/strict';
import { engines, onPage } from './browsers.mjs';

const scripts = (more) => ({ 'content-security-policy': `script-src 'self' 'unsafe-inline'${more}` });

/** Imports the package and uses it; says what each of these threw. */
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

export default Object.keys(engines).flatMap((engine) => {
  const errorsUnder = ({ folder }, headers) => onPage(folder, attempt, { path: 'empty.html', headers, engine });
  const line = { name: engine, checks: true, quick: engine === 'Chromium' };
  return [
    {
      ...line,
      how: 'a policy without wasm-unsafe-eval: import works, and first use says what to do',
      async run(app) {
        const errors = await errorsUnder(app, scripts(''));
        strictEqual(errors.import, undefined);
        match(
          errors.use,
          /^avgpool cannot run here: compiling WebAssembly is forbidden \(.*add 'wasm-unsafe-eval' to script-src/s,
        );
      },
    },
    {
      ...line,
      how: 'a policy with wasm-unsafe-eval: nothing more is needed',
      async run(app) {
        const { import: imported, use } = await errorsUnder(app, scripts(" 'wasm-unsafe-eval'"));
        deepStrictEqual([imported, use], [undefined, undefined]);
      },
    },
  ];
});
