// The Rust side of the set-up: the target for WebAssembly, wasm-pack and wasm-bindgen.
//
// The tools go into a cache that all clones share. The contributor's own tools stay as they are.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { buildStandardLibrary, debianRust, installDebianRust } from './debian-rust.mjs';
import { ask, main, messageOf, root, run, say, UserError } from './run.mjs';

const target = 'wasm32-unknown-unknown';

// The library and the tool must be of the same version.
const manifest = readFileSync(join(root, 'crates/avgpool-wasm/Cargo.toml'), 'utf8');
const [, bindgenVersion] = manifest.match(/^wasm-bindgen = \{ version = "=(.+?)"/m);

const tools = [
  // Its default features download browser drivers. No test needs them.
  { crate: 'wasm-bindgen-cli', binary: 'wasm-bindgen', version: bindgenVersion, flags: ['--no-default-features'] },
  { crate: 'wasm-pack', binary: 'wasm-pack', version: '0.15.1', flags: [] },
];

// The tools run for seconds and compile for minutes. Optimising them would double the time of the set-up.
const unoptimised = {
  CARGO_PROFILE_RELEASE_OPT_LEVEL: '0',
  CARGO_PROFILE_RELEASE_LTO: 'off',
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '256',
  CARGO_PROFILE_RELEASE_DEBUG: '0',
};

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'avgpool');
const folderOf = ({ crate, version }) => join(cache, `${crate}-${version}`);

// A tool on the contributor's PATH is used if its version is right.
const pathTo = (list) => ({
  PATH: [...list.map((tool) => join(folderOf(tool), 'bin')), process.env.PATH].join(delimiter),
});
const withTools = pathTo(tools);

/** The variables with which cargo and wasm-pack compile for WebAssembly. Call `setUpToolchain` first. */
export async function environment() {
  const usesDebian = !(await hasTarget()) && (await hasTarget(debianRust));
  return usesDebian ? { ...withTools, ...debianRust } : withTools;
}

/** Installs the missing parts. */
export async function setUpToolchain() {
  if (!(await ask('cargo', ['--version']))) {
    throw new UserError('Rust is missing. Install it with rustup (https://rustup.rs), then run this command again.');
  }
  // One downloads while the other compiles.
  await Promise.all([setUpTarget(), setUpTools(tools)]);
}

/** Installs rustfmt and clippy, with which the tests check Rust. */
export async function setUpLint() {
  if (!(await ask('cargo', ['fmt', '--version'])) || !(await ask('cargo', ['clippy', '--version']))) {
    say('Adding rustfmt and clippy to the Rust toolchain');
    await run('rustup', ['component', 'add', 'rustfmt', 'clippy']);
  }
}

/** Whether rustc finds a standard library, with the crate for tests, for the target. */
async function hasTarget(env = {}) {
  const libraries = await ask('rustc', ['--print', 'target-libdir', '--target', target], env);
  return existsSync(libraries ?? '') && readdirSync(libraries).some((file) => file.startsWith('libtest-'));
}

async function setUpTarget() {
  if ((await hasTarget()) || (await hasTarget(debianRust))) {
    return;
  }
  if (await ask('rustup', ['--version'])) {
    say(`Adding the target ${target} to the Rust toolchain`);
    try {
      await run('rustup', ['target', 'add', target]);
      return;
    } catch (error) {
      console.log(`${messageOf(error)}; trying Debian packages instead.`);
    }
  }
  await installDebianRust();
  if (!(await hasTarget(debianRust))) {
    await buildStandardLibrary(target);
  }
}

/** Installs the missing ones of these tools. Returns the variables with which they are found. */
export async function setUpTools(list) {
  const found = pathTo(list);
  const versions = await Promise.all(
    list.map(({ binary, command = [] }) => ask(binary, [...command, '--version'], found)),
  );
  const missing = list.filter(({ binary, version }, i) => versions[i] !== `${binary} ${version}`);
  // The tools share dependencies, and with this folder they are compiled once.
  const build = mkdtempSync(join(tmpdir(), 'avgpool-tools-'));
  try {
    for (const tool of missing) {
      const { crate, version, flags } = tool;
      say(`Installing ${crate} ${version} into ${folderOf(tool)} (a minute or two, once for all clones)`);
      const folders = ['--root', folderOf(tool), '--target-dir', build];
      await run('cargo', ['install', '--locked', `${crate}@${version}`, ...flags, ...folders], { env: unoptimised });
    }
  } finally {
    rmSync(build, { recursive: true, force: true });
  }
  return found;
}

main(import.meta.url, setUpToolchain);
