// Measures the compressed size of each entry with size-limit and writes the table to README.md.
//
// The entries and their limits are in .size-limit.json.

import { build } from './build.mjs';
import { ask, main, UserError } from './run.mjs';
import { table, writeSection } from './sections.mjs';

main(import.meta.url, async () => {
  await build({ ifChanged: true });
  const printed = await ask('size-limit', ['--json']);
  if (printed === undefined) {
    throw new UserError('A size is over its limit. `npx size-limit` shows which one.');
  }
  const rows = JSON.parse(printed).map(({ name, size }) => [name, `${(size / 1000).toFixed(1)} kB`]);
  writeSection('README.md', 'npm run sizes', table(['entry', 'gzip'], rows, 1));
});
