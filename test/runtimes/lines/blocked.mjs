// Pages on which WebAssembly is forbidden, or that are only just opened.

import { match, strictEqual } from 'node:assert/strict';
import { onPage } from './browsers.mjs';

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

export default [
  {
    name: 'Chromium',
    how: 'a policy without wasm-unsafe-eval: import works, and first use says what to do',
    checks: true,
    quick: true,
    async run({ folder }) {
      const errors = await onPage(folder, attempt, { path: 'empty.html', headers: scripts('') });
      strictEqual(errors.import, undefined);
      match(
        errors.use,
        /^avgpool cannot run here: compiling WebAssembly is forbidden \(.*add 'wasm-unsafe-eval' to script-src/,
      );
    },
  },
  {
    name: 'Chromium',
    how: 'a policy with wasm-unsafe-eval: nothing more is needed',
    checks: true,
    quick: true,
    async run({ folder }) {
      const headers = scripts(" 'wasm-unsafe-eval'");
      strictEqual(Object.keys(await onPage(folder, attempt, { path: 'empty.html', headers })).length, 0);
    },
  },
];
