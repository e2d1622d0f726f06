// Builds the package and runs every test and check; its last line counts them all.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { Failure, main, root, say } from './run.mjs';
import { installLocked } from './setup.mjs';
import { environment, setUpLint } from './toolchain.mjs';

/** A check is passed or failed as a whole; a suite counts its own tests. */
const steps = [
  { title: 'Types of the package', command: 'node_modules/.bin/tsc --project .' },
  { title: 'Types of its tests', command: 'node_modules/.bin/tsc --project test' },
  { title: 'Lint and format of TypeScript and JavaScript', command: 'node_modules/.bin/biome ci --error-on-warnings' },
  { title: 'Format of Rust', command: 'cargo fmt --all --check', hostRust: true },
  {
    title: 'Lint of Rust',
    command: 'cargo clippy --workspace --all-targets --locked -- --deny warnings',
    hostRust: true,
  },
  {
    title: 'The laws on the portable lanes, with every index checked',
    command: 'cargo test --package avgpool --profile checked --locked',
    hostRust: true,
    count: countCargo,
  },
  {
    title: 'The laws on the vectors of WebAssembly',
    // The lints do not see the lanes of this target, so the compiler has to be strict: beside the flags of .cargo/config.toml.
    command:
      'cargo test --package avgpool --release --locked --test laws --target wasm32-unknown-unknown ' +
      '--config target.wasm32-unknown-unknown.rustflags=["--deny=warnings"]',
    count: countCargo,
  },
  { title: 'The manifest', command: 'node_modules/.bin/publint --strict' },
  {
    title: 'The types as every resolution finds them',
    command: 'node_modules/.bin/attw --pack --profile node16 --exclude-entrypoints ./avgpool.wasm',
  },
  { title: 'The sizes', command: 'node_modules/.bin/size-limit' },
  {
    title: 'The package in real runtimes',
    command: 'node scripts/runtimes.mjs --quick',
    count: countRuntimes,
  },
  {
    title: 'The built package',
    command: 'node_modules/.bin/vitest run --reporter=default --reporter=json --outputFile.json=RESULT',
    count: countVitest,
  },
];

const result = join(tmpdir(), `avgpool-test-${process.pid}.json`);

/** Runs a step, shows what it prints, and counts what passed and failed. */
function runStep({ title, command, hostRust, count }) {
  say(title);
  const [program, ...args] = command.replace('RESULT', result).split(' ');
  // Clippy and rustfmt come with the contributor's own toolchain, which need not be the one for WebAssembly.
  const env = hostRust ? process.env : environment();
  const { status, stdout, error } = spawnSync(program, args, {
    cwd: root,
    env: { ...env, NO_COLOR: '1' },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.stdout.write(stdout ?? `${error.message}\n`);
  const ok = status === 0;
  const counted = count?.(stdout ?? '') ?? { passed: ok ? 1 : 0, failed: 0 };
  // A step that failed without a failed test, or ran none, has failed all the same.
  if (counted.failed === 0 && (!ok || counted.passed === 0)) {
    counted.failed = 1;
  }
  return counted;
}

function countRuntimes(output) {
  const [, passed, failed, notRun] = output.match(/^(\d+) passed, (\d+) failed, (\d+) not run$/m) ?? [];
  return { passed: Number(passed ?? 0), failed: Number(failed ?? 0), notRun: Number(notRun ?? 0) };
}

function countCargo(output) {
  const lines = [...output.matchAll(/^test result: .* (\d+) passed; (\d+) failed;/gm)];
  return lines.reduce(
    (sum, [, passed, failed]) => ({ passed: sum.passed + Number(passed), failed: sum.failed + Number(failed) }),
    { passed: 0, failed: 0 },
  );
}

function countVitest() {
  if (!existsSync(result)) {
    return { passed: 0, failed: 0 };
  }
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(result, 'utf8'));
  rmSync(result);
  return { passed: numPassedTests, failed: numFailedTests };
}

main(import.meta.url, () => {
  let passed = 0;
  let failed = 0;
  let notRun = 0;
  process.exitCode = 1;
  try {
    build({ ifChanged: true });
    setUpLint();
    // No install scripts: ONNX Runtime's would download builds for graphics cards.
    installLocked('test/peers', ['--ignore-scripts']);
    for (const step of steps) {
      const counted = runStep(step);
      passed += counted.passed;
      failed += counted.failed;
      notRun += counted.notRun ?? 0;
    }
    process.exitCode = failed > 0 ? 1 : 0;
  } catch (error) {
    console.error(error instanceof Failure ? error.message : error);
    failed += 1;
  }
  console.log(`${passed} passed, ${failed} failed${notRun > 0 ? `, ${notRun} NOT RUN` : ''}`);
});
