// Measures the compressed size of each entry with size-limit and writes the table to README.md.
//
// The entries and their limits are in .size-limit.json.

import { build } from './build.mjs';
import { ask, Failure, main } from './run.mjs';
import { table, writeSection } from './sections.mjs';

main(import.meta.url, () => {
  build({ ifChanged: true });
  const printed = ask('node_modules/.bin/size-limit', ['--json']);
  if (printed === undefined) {
    throw new Failure('A size is over its limit. `npx size-limit` shows which one.');
  }
  const rows = JSON.parse(printed).map(({ name, size }) => [name, `${(size / 1000).toFixed(1)} kB`]);
  writeSection('README.md', 'npm run sizes', table(['entry', 'gzip'], rows, 1));
});
