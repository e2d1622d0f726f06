// Rust for WebAssembly from Debian packages, for machines that cannot reach rustup's server.
//
// Debian ships the source of the standard library for this target, but not the compiled library.

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installDebian } from './debian.mjs';
import { ask, run, say } from './run.mjs';

const packages = ['rustc-web', 'cargo-web', 'rust-web-src', 'rust-web-llvm', 'lld-22'];

/** With these variables, rustup's cargo and rustc are Debian's. Without rustup, they have no effect. */
export const debianRust = { RUSTUP_TOOLCHAIN: 'debian' };

/** Installs the packages and tells rustup about them, if there is a rustup. */
export async function installDebianRust() {
  await installDebian('Rust for WebAssembly', packages);
  if (await ask('rustup', ['--version'])) {
    await run('rustup', ['toolchain', 'link', debianRust.RUSTUP_TOOLCHAIN, '/usr']);
  }
}

/** Compiles the standard library as a dependency of an empty crate, and copies it to the folder where rustc looks. */
export async function buildStandardLibrary(target) {
  const libraries = await ask('rustc', ['--print', 'target-libdir', '--target', target], debianRust);
  say(`Compiling Rust's standard library for ${target} into ${libraries} (about a minute, once per machine)`);
  const crate = mkdtempSync(join(tmpdir(), 'avgpool-std-'));
  try {
    mkdirSync(join(crate, 'src'));
    writeFileSync(join(crate, 'src/lib.rs'), '');
    const manifest = '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2024"\n\n[workspace]\n';
    writeFileSync(join(crate, 'Cargo.toml'), manifest);
    // The tests in WebAssembly need `test`. Link-time optimisation needs bitcode.
    const args = ['build', '--release', '-Zbuild-std=std,test,panic_abort', '--target', target];
    const folders = ['--manifest-path', join(crate, 'Cargo.toml'), '--target-dir', join(crate, 'target')];
    await run('cargo', [...args, ...folders], {
      env: { ...debianRust, RUSTC_BOOTSTRAP: '1', RUSTFLAGS: '-C embed-bitcode=yes' },
    });
    const built = join(crate, 'target', target, 'release/deps');
    const compiled = readdirSync(built).filter((file) => /^lib.*\.rlib$/.test(file) && !file.startsWith('libempty'));
    mkdirSync(libraries, { recursive: true });
    await run('cp', [...compiled.map((file) => join(built, file)), libraries]);
  } finally {
    rmSync(crate, { recursive: true, force: true });
  }
}
