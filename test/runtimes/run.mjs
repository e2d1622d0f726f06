// Runs the smoke program in every runtime and through every bundler, from the packed package.
//
//   npm run test:runtimes                 all of them; the table goes to the README
//   npm run test:runtimes -- --quick      those that `npm test` runs
//   npm run test:runtimes -- --only Deno  those whose name has this in it

import { parseArgs } from 'node:util';
import { install, NotRun } from './app.mjs';
import blocked from './lines/blocked.mjs';
import browsers from './lines/browsers.mjs';
import bundlers from './lines/bundlers.mjs';
import edge from './lines/edge.mjs';
import examples from './lines/examples.mjs';
import next from './lines/next.mjs';
import node from './lines/node.mjs';

const { values } = parseArgs({ options: { quick: { type: 'boolean' }, only: { type: 'string' } } });
const lines = [...node, ...edge, ...browsers, ...bundlers, ...next, ...examples, ...blocked].filter(
  ({ name, quick }) => (quick || !values.quick) && name.includes(values.only ?? ''),
);
const app = await install();
for (const line of lines) {
  try {
    const r = await line.run(app);
    console.log(line.name, line.how, await line.version?.(), JSON.stringify(r));
  } catch (error) {
    console.log(line.name, line.how, error instanceof NotRun ? 'not run: ' + error.message : error);
  }
}
app.remove();
