// Builds the package, then runs every test and check, one per core at a time. The last line counts them all.
//
// The output of a step is printed when it ends. Steps run in any order, so none writes what another reads.

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import PQueue from 'p-queue';
import { build } from './build.mjs';
import { packageChecks } from './package-checks.mjs';
import { main, messageOf, root, say, UserError } from './run.mjs';
import { installBrowsers } from './runtimes.mjs';
import { environment, setUpLint } from './toolchain.mjs';

const queue = new PQueue({ concurrency: availableParallelism() });
const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];

/** Runs a command when a core is free. `isQuiet` hides the output of a success. */
function run(title, command, { env = {}, priority = 1, isQuiet = false } = {}) {
  const [program, ...args] = command.split(' ');
  const options = { cwd: root, preferLocal: true, env: { ...env, NO_COLOR: '1' }, stdin: 'ignore', all: true };
  const start = async () => {
    const { failed, durationMs, all, shortMessage } = await execa(program, args, { ...options, reject: false });
    say(`${title} (${(durationMs / 1000).toFixed(1)} s)`);
    const output = all || shortMessage || '';
    if (failed || !isQuiet) {
      console.log(output);
    }
    return { failed, output };
  };
  return queue.add(start, { priority });
}

/** Adds a step's tests to the total. A step that fails without a failed test, or runs none, counts as one failure. */
function count(title, stepFailed, { passed, failed, skipped }) {
  const isMissed = failed === 0 && (stepFailed || passed === 0);
  total.passed += passed;
  total.failed += isMissed ? 1 : failed;
  total.skipped += skipped;
  if (isMissed || failed > 0) {
    failures.push(title);
  }
}

/** Runs a command that later steps need, and returns its output. */
async function prepare(title, command, options) {
  const { failed, output } = await run(title, command, options);
  if (failed) {
    throw new UserError(`${title}: failed`);
  }
  return output;
}

/** Runs a command that passes or fails as a whole. */
async function check(title, command) {
  const { failed } = await run(title, command);
  count(title, failed, { passed: failed ? 0 : 1, failed: 0, skipped: 0 });
}

/** Runs a command that prints counts of its tests, as cargo and scripts/count-tests.mjs do. Returns the number that ran. */
async function suite(title, command, options) {
  const { failed: stepFailed, output } = await run(title, command, options);
  const lines = [...output.matchAll(/(\d+) passed[;,] (\d+) failed[;,] (\d+) (?:ignored|skipped)/g)];
  const [passed, failed, skipped] = [1, 2, 3].map((group) => lines.reduce((sum, line) => sum + Number(line[group]), 0));
  count(title, stepFailed, { passed, failed, skipped });
  return passed + failed;
}

/** Runs each module of the laws in a process of its own. They have the lowest priority and use the cores that are left. */
async function lawsInWebAssembly() {
  const env = await environment();
  // Clippy sees no code for WebAssembly. There the compiler is strict.
  const cargo =
    'cargo test --package avgpool --release --locked --test laws --target wasm32-unknown-unknown ' +
    '--config target.wasm32-unknown-unknown.rustflags=["--deny=warnings"] --';
  const list = await prepare('Compiling the laws for WebAssembly', `${cargo} --list`, { env, priority: 2 });
  const names = [...list.matchAll(/^(\S+): test$/gm)].map(([, name]) => name);
  const modules = [...new Set(names.map((name) => name.slice(0, name.lastIndexOf('::') + 2)))];
  const options = { env, priority: 0, isQuiet: true };
  const counts = await Promise.all(
    modules.map((module) => suite(`In WebAssembly: ${module}`, `${cargo} ${module}`, options)),
  );
  const ran = counts.reduce((sum, more) => sum + more, 0);
  if (names.length === 0 || ran !== names.length) {
    throw new UserError(`There are ${names.length} laws in WebAssembly, but ${ran} ran.`);
  }
}

function lawsOnThisMachine() {
  return suite(
    'The laws on portable vectors, with every index checked',
    'cargo test --package avgpool --profile checked --locked',
  );
}

async function builtPackage() {
  // Without install scripts: the one of ONNX Runtime downloads builds for graphics cards.
  await prepare('Installing the peers', 'node scripts/install.mjs test/peers --ignore-scripts');
  await Promise.all([suite('The built package', 'vitest run'), check('Types of the tests', 'tsc --project test')]);
}

async function runtimes() {
  await prepare('Installing the runtimes', 'node scripts/install.mjs test/runtimes');
  await Promise.all([
    suite('The package in its runtimes', 'vitest run --root test/runtimes --tags-filter quick'),
    site(),
  ]);
}

/** The site runs in the browsers of the runtimes. Its code is checked against the types of the packed package. */
async function site() {
  await prepare('Building the site', 'node scripts/site.mjs');
  await Promise.all([
    suite('The site in its browsers', 'vitest run --root site'),
    check('Types of the site', 'tsc --project site'),
  ]);
}

/** Runs every step, or only the laws. A result is rejected if a preparation failed. */
async function steps({ onlyLaws }) {
  await build({ ifChanged: true });
  if (onlyLaws) {
    return Promise.allSettled([lawsInWebAssembly(), lawsOnThisMachine()]);
  }
  await setUpLint();
  await installBrowsers();
  return Promise.allSettled([
    lawsInWebAssembly(),
    runtimes(),
    builtPackage(),
    lawsOnThisMachine(),
    check('Lint of Rust', 'cargo clippy --workspace --all-targets --locked -- --deny warnings'),
    check('Format of Rust', 'cargo fmt --all --check'),
    check('Types of the package', 'tsc --project .'),
    check('Lint and format of TypeScript and JavaScript', 'biome ci --error-on-warnings'),
    ...Object.entries(packageChecks).map(([title, command]) => check(title, command)),
  ]);
}

main(import.meta.url, async () => {
  const { values } = parseArgs({ options: { laws: { type: 'boolean' } } });
  const results = await steps({ onlyLaws: values.laws }).catch((reason) => [{ reason }]);
  const errors = results.map(({ reason }) => reason).filter(Boolean);
  total.failed += errors.length;
  for (const line of [...errors.map(messageOf), ...failures]) {
    console.error(`\u001b[31m✘\u001b[0m ${line}`);
  }
  console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} SKIPPED` : ''}`);
  process.exitCode = total.failed > 0 ? 1 : 0;
});
