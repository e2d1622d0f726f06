// Measures what the entries weigh, with size-limit, and writes it to the README; the limits are in .size-limit.json.

import { build } from './build.mjs';
import { table, writeSection } from './readme.mjs';
import { ask, Failure, main } from './run.mjs';

main(import.meta.url, () => {
  build({ ifChanged: true });
  const printed = ask('node_modules/.bin/size-limit', ['--json']);
  if (printed === undefined) {
    throw new Failure('A size is over its limit: npx size-limit');
  }
  const rows = JSON.parse(printed).map(({ name, size }) => [name, `${(size / 1000).toFixed(1)} kB`]);
  writeSection('npm run sizes', table(['what is loaded', 'gzip'], rows, 1));
});
