// Runs the smoke program in every runtime and through every bundler, from the packed package, and the examples.
//
// Its last line counts what passed, what failed and what could not be run here.

import { parseArgs } from 'node:util';
import { install, NotRun } from './app.mjs';
import blocked from './lines/blocked.mjs';
import browsers from './lines/browsers.mjs';
import bundlers from './lines/bundlers.mjs';
import coldStart from './lines/cold_start.mjs';
import deno from './lines/deno.mjs';
import edge from './lines/edge.mjs';
import examples from './lines/examples.mjs';
import next from './lines/next.mjs';
import node from './lines/node.mjs';
import { publish, stated } from './report.mjs';

const { values } = parseArgs({ options: { quick: { type: 'boolean' }, only: { type: 'string' } } });

/**
 * A line has a name, says how the package gets in, and runs: it gives a hash, or milliseconds, or nothing if it only checks.
 * The quick ones are part of `npm test`.
 */
const lines = [node, deno, edge, next, browsers, bundlers, examples, blocked, coldStart]
  .flat()
  .filter(({ name, how, quick }) => (quick || !values.quick) && `${name}, ${how}`.includes(values.only ?? ''));

if (lines.length === 0) {
  throw new Error(`no line has ${JSON.stringify(values.only)} in its name`);
}

const color = (number, text) => `\u001b[${number}m${text}\u001b[0m`;

/** What a line found: a hash, milliseconds or, if it only checks, nothing; or why it failed or was not run. */
async function resultOf(line, app) {
  const { name, how } = line;
  try {
    const version = await line.version?.();
    const found = await line.run(app);
    if (!line.checks && !found?.hash && found?.milliseconds === undefined) {
      throw new Error(`found neither a hash nor a time: ${JSON.stringify(found)}`);
    }
    return { name, how, version, ...found };
  } catch (error) {
    return {
      name,
      how,
      ...(error instanceof NotRun ? { notRun: error.message } : { failed: error.stack ?? String(error) }),
    };
  }
}

function print({ name, how, version, hash, milliseconds, failed, notRun }) {
  const found = hash ?? (milliseconds === undefined ? '' : `${milliseconds.toFixed(1)} ms above an empty module`);
  const mark = failed ? color(31, '✘ failed:') : notRun ? color(33, '! NOT RUN:') : color(32, '✔');
  console.log(`${mark} ${version ? `${name} ${version}` : name}, ${how} ${failed ?? notRun ?? found}`);
}

const app = await install();
const results = [];
try {
  for (const line of lines) {
    const result = await resultOf(line, app);
    // The first hash counts; that it is of the right numbers, the other tests say.
    const { hash: first } = results.find(({ hash }) => hash) ?? result;
    if (result.hash && result.hash !== first) {
      result.failed = `the hash is ${result.hash}, and elsewhere ${first}`;
    }
    print(result);
    results.push(result);
  }
} finally {
  app.remove();
}

const full = !values.quick && !values.only;
const hash = results.find((result) => result.hash)?.hash;
// A full run writes the README; any other holds it to what it finds.
if (!full && hash && stated() !== hash) {
  const failed = `the hash is ${hash}, and the README says ${stated()}: npm run test:runtimes`;
  results.push({ name: 'README', how: 'the table of runtimes', failed });
  print(results.at(-1));
}

const failed = results.filter((result) => result.failed).length;
const notRun = results.filter((result) => result.notRun);
if (failed === 0 && full) {
  publish(results);
}
for (const { name, how, notRun: reason } of notRun) {
  console.log(color(33, `NOT RUN: ${name}, ${how}: ${reason}`));
}
console.log(`${results.length - failed - notRun.length} passed, ${failed} failed, ${notRun.length} not run`);
process.exitCode = failed > 0 ? 1 : 0;
