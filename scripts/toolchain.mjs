// The Rust side of the set-up: a toolchain that compiles for WebAssembly, wasm-pack and wasm-bindgen.
//
// Everything it installs is shared by all clones of this repository and leaves the contributor's own tools alone.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { installDebian } from './debian.mjs';
import { ask, Failure, root, run, say } from './run.mjs';

const target = 'wasm32-unknown-unknown';

// Debian's own Rust for WebAssembly. It comes without a compiled standard library for this target.
const debian = {
  toolchain: 'debian',
  packages: ['rustc-web', 'cargo-web', 'rust-web-src', 'rust-web-llvm', 'lld-22'],
};

const bindings = readFileSync(join(root, 'crates/avgpool-wasm/Cargo.toml'), 'utf8').match(
  /^wasm-bindgen = \{ version = "=(.+?)"/m,
)[1];

// `--version` prints the name and the version, so that a tool on the PATH is used if it is exactly this one.
const tools = [
  { crate: 'wasm-bindgen-cli', binary: 'wasm-bindgen', version: bindings },
  { crate: 'wasm-pack', binary: 'wasm-pack', version: '0.15.1' },
];

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'avgpool');
const folder = ({ crate, version }) => join(cache, `${crate}-${version}`);

/** The environment in which cargo and wasm-pack find this toolchain; set it up first. */
export function environment() {
  const env = { ...process.env };
  env.PATH = [...tools.map((tool) => join(folder(tool), 'bin')), env.PATH].join(delimiter);
  if (!hasTarget(env) && hasTarget({ ...env, RUSTUP_TOOLCHAIN: debian.toolchain })) {
    env.RUSTUP_TOOLCHAIN = debian.toolchain;
  }
  return env;
}

/** Installs what is missing. */
export function setUpToolchain() {
  if (!ask('cargo', ['--version']) && !ask('rustup', ['--version'])) {
    throw new Failure('Rust is missing: install it with rustup (https://rustup.rs), then run this command again.');
  }
  if (!hasTarget(environment())) {
    setUpTarget();
  }
  const env = environment();
  for (const tool of tools) {
    if (ask(tool.binary, ['--version'], env) !== `${tool.binary} ${tool.version}`) {
      say(`Installing ${tool.crate} ${tool.version} into ${folder(tool)} (a few minutes, once for all clones)`);
      // The host's own toolchain: the tool runs here, not in WebAssembly.
      run('cargo', ['install', '--locked', '--root', folder(tool), `${tool.crate}@${tool.version}`]);
    }
  }
}

/** Installs what the tests check Rust with, where it is missing. */
export function setUpLint() {
  const missing = ['fmt', 'clippy'].filter((tool) => !ask('cargo', [tool, '--version']));
  if (missing.length > 0) {
    const components = missing.map((tool) => (tool === 'fmt' ? 'rustfmt' : tool));
    say(`Adding ${components.join(' and ')} to the Rust toolchain`);
    run('rustup', ['component', 'add', ...components]);
  }
}

function hasTarget(env) {
  const libraries = ask('rustc', ['--print', 'target-libdir', '--target', target], env);
  return (
    libraries !== undefined &&
    existsSync(libraries) &&
    readdirSync(libraries).some((file) => file.startsWith('libtest-'))
  );
}

function setUpTarget() {
  if (ask('rustup', ['--version'])) {
    say(`Adding the target ${target} to the Rust toolchain`);
    try {
      run('rustup', ['target', 'add', target]);
      return;
    } catch (failure) {
      console.log(`${failure.message}; trying Debian's packages instead.`);
    }
  }
  setUpDebian();
}

function setUpDebian() {
  installDebian(`the Rust target ${target}, which rustup could not add,`, debian.packages);
  const env = { ...process.env };
  if (ask('rustup', ['--version'])) {
    run('rustup', ['toolchain', 'link', debian.toolchain, '/usr']);
    env.RUSTUP_TOOLCHAIN = debian.toolchain;
  }
  if (!hasTarget(env)) {
    buildStandardLibrary(env);
  }
}

// The standard library, compiled from Debian's source as the dependencies of an empty crate, and put where rustc looks.
function buildStandardLibrary(env) {
  const libraries = ask('rustc', ['--print', 'target-libdir', '--target', target], env);
  say(`Compiling Rust's standard library for ${target} into ${libraries} (about a minute, once for this machine)`);
  const crate = mkdtempSync(join(tmpdir(), 'avgpool-std-'));
  try {
    mkdirSync(join(crate, 'src'));
    writeFileSync(join(crate, 'src/lib.rs'), '');
    writeFileSync(
      join(crate, 'Cargo.toml'),
      '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2024"\n\n[workspace]\n',
    );
    // `test` for the tests that run in WebAssembly, bitcode for link-time optimisation.
    const args = ['build', '--release', '-Zbuild-std=std,test,panic_abort', '--target', target];
    const manifest = ['--manifest-path', join(crate, 'Cargo.toml'), '--target-dir', join(crate, 'target')];
    run('cargo', [...args, ...manifest], { ...env, RUSTC_BOOTSTRAP: '1', RUSTFLAGS: '-C embed-bitcode=yes' });
    const built = join(crate, 'target', target, 'release/deps');
    const compiled = readdirSync(built).filter((file) => /^lib.*\.rlib$/.test(file) && !file.startsWith('libempty'));
    mkdirSync(libraries, { recursive: true });
    run('cp', [...compiled.map((file) => join(built, file)), libraries]);
  } finally {
    rmSync(crate, { recursive: true, force: true });
  }
}
