// Builds the package, then runs every test and check, one per core at a time. The last line counts them all.
//
// The output of a step is printed when it ends. Steps run in any order, so none writes what another reads.

import { availableParallelism } from 'node:os';
import { execa } from 'execa';
import PQueue from 'p-queue';
import { build } from './build.mjs';
import { main, messageOf, root, say, UserError } from './run.mjs';
import { installBrowsers } from './runtimes.mjs';
import { environment, setUpLint } from './toolchain.mjs';

const queue = new PQueue({ concurrency: availableParallelism() });
const total = { passed: 0, failed: 0, skipped: 0 };

/** Runs a command when a core is free. `isQuiet` hides the output of a success. */
function run(title, command, { env = {}, priority = 1, isQuiet = false } = {}) {
  const [program, ...args] = command.split(' ');
  const options = { cwd: root, preferLocal: true, env: { ...env, NO_COLOR: '1' }, stdin: 'ignore', all: true };
  return queue.add(
    async () => {
      const result = await execa(program, args, { ...options, reject: false });
      say(`${title} (${(result.durationMs / 1000).toFixed(1)} s)`);
      if (result.failed || !isQuiet) {
        console.log(result.all || result.shortMessage);
      }
      return result;
    },
    { priority },
  );
}

/** Runs a command that later steps need, and gives its output. */
async function prepare(title, command, options) {
  const { failed, all } = await run(title, command, options);
  if (failed) {
    throw new UserError(`${title}: failed`);
  }
  return all;
}

/** Runs a command that passes or fails as a whole. */
async function check(title, command, options) {
  const { failed } = await run(title, command, options);
  total[failed ? 'failed' : 'passed'] += 1;
}

/** Runs a command that counts its tests, and gives how many ran. */
async function suite(title, command, options) {
  const { failed, all } = await run(title, command, options);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [, ...numbers] of all.matchAll(/(\d+) passed[;,] (\d+) failed[;,] (\d+) (?:ignored|skipped)/g)) {
    Object.keys(counts).forEach((key, i) => {
      counts[key] += Number(numbers[i]);
    });
  }
  // A suite that fails without a failed test, or runs no test, has failed.
  if (counts.failed === 0 && (failed || counts.passed === 0)) {
    counts.failed = 1;
  }
  for (const [key, count] of Object.entries(counts)) {
    total[key] += count;
  }
  return counts.passed + counts.failed;
}

/** Runs each law in a process of its own, so that all cores work. The laws fill the cores that no other step uses. */
async function lawsInWebAssembly() {
  const env = await environment();
  // Clippy lints the host's code only. For the code of this target, the compiler is strict.
  const cargo =
    'cargo test --package avgpool --release --locked --test laws --target wasm32-unknown-unknown ' +
    '--config target.wasm32-unknown-unknown.rustflags=["--deny=warnings"] --';
  const list = await prepare('Compiling the laws for WebAssembly', `${cargo} --list`, { env, priority: 2 });
  const names = [...list.matchAll(/^(\S+): test$/gm)].map(([, name]) => name);
  const counts = await Promise.all(
    names.map((name) =>
      suite(`In WebAssembly: ${name}`, `${cargo} --exact ${name}`, { env, priority: 0, isQuiet: true }),
    ),
  );
  const wrong = names.filter((_, i) => counts[i] !== 1);
  if (names.length === 0 || wrong.length > 0) {
    throw new UserError(
      `Each law must run exactly once in WebAssembly. Listed: ${names.length}. Wrong: ${wrong.join()}`,
    );
  }
}

async function builtPackage() {
  // Install scripts are off: the one of ONNX Runtime downloads builds for graphics cards.
  await prepare('Installing the peers', 'node scripts/install.mjs test/peers --ignore-scripts');
  await Promise.all([suite('The built package', 'vitest run'), check('Types of the tests', 'tsc --project test')]);
}

async function runtimes() {
  await prepare('Installing the runtimes', 'node scripts/install.mjs test/runtimes');
  await suite('The package in its runtimes', 'vitest run --root test/runtimes --tags-filter quick');
}

async function rust() {
  await setUpLint();
  await Promise.all([
    suite(
      'The laws on the portable lanes, with checked indices',
      'cargo test --package avgpool --profile checked --locked',
    ),
    check('Lint of Rust', 'cargo clippy --workspace --all-targets --locked -- --deny warnings'),
    check('Format of Rust', 'cargo fmt --all --check'),
  ]);
}

const typesOfEveryResolution = 'attw --pack --profile node16 --exclude-entrypoints ./avgpool.wasm';

/** Every step. Results that are rejected name a step that others needed. */
async function allSteps() {
  await build({ ifChanged: true });
  await installBrowsers({ quick: true });
  return Promise.allSettled([
    lawsInWebAssembly(),
    runtimes(),
    builtPackage(),
    rust(),
    check('Types of the package', 'tsc --project .'),
    check('Lint and format of TypeScript and JavaScript', 'biome ci --error-on-warnings'),
    check('The manifest', 'publint --strict'),
    check('The types as every resolution finds them', typesOfEveryResolution),
    check('The sizes', 'size-limit'),
  ]);
}

main(import.meta.url, async () => {
  const results = await allSteps().catch((reason) => [{ reason }]);
  for (const { reason } of results.filter((result) => result.reason)) {
    console.error(messageOf(reason));
    total.failed += 1;
  }
  console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} SKIPPED` : ''}`);
  process.exitCode = total.failed > 0 ? 1 : 0;
});
