// Collects the licences of everything in the WebAssembly module and its bindings. It knows no particular crate.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { root, UserError } from './run.mjs';

const opening = `avgpool is under the licence in LICENSE. Its WebAssembly module (avgpool.wasm, and the digits in
index.js and bytes.cjs) and the bindings in core.js and core.cjs contain parts of the following.
`;

// The compiler brings these crates, so cargo does not list them.
const standardLibrary = {
  title: "core, alloc and compiler_builtins of Rust's standard library (MIT OR Apache-2.0)",
  url: 'https://github.com/rust-lang/rust',
};

/** Writes the licences to a file. It needs no network once the module is compiled. */
export async function writeLicences(file) {
  const crates = await linkedCrates('avgpool-wasm');
  const parts = crates.map(({ name, version, license, repository, manifest_path }) => ({
    title: `${name} ${version} (${license})`,
    url: repository,
    text: textsOf(name, license, dirname(manifest_path)),
  }));
  // Its text is that of the Rust project's crates.
  const { text } = parts.find((part) => /Rust Project/.test(part.text));
  parts.unshift({ ...standardLibrary, text });
  const sections = parts.map(({ title, url, text }) => `${'-'.repeat(80)}\n${title}\n${url}\n\n${text}\n`);
  mkdirSync(join(root, dirname(file)), { recursive: true });
  writeFileSync(join(root, file), [opening, ...sections].join('\n'));
}

/** The packages that a package links for WebAssembly, except those of this repository, sorted by name. */
async function linkedCrates(name) {
  const flags = ['--format-version', '1', '--filter-platform', 'wasm32-unknown-unknown', '--locked', '--offline'];
  const { stdout } = await execa('cargo', ['metadata', ...flags], { cwd: root });
  const { packages, resolve: graph } = JSON.parse(stdout);
  const byId = new Map(packages.map((crate) => [crate.id, crate]));
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const found = new Set([packages.find((crate) => crate.name === name).id]);
  for (const id of found) {
    for (const { pkg, dep_kinds } of nodes.get(id).deps) {
      const isMacro = byId.get(pkg).targets.some(({ kind }) => kind.includes('proc-macro'));
      // The kind of a normal dependency is null.
      if (!isMacro && dep_kinds.some(({ kind }) => kind === null)) {
        found.add(pkg);
      }
    }
  }
  const crates = [...found].map((id) => byId.get(id)).filter(({ source }) => source);
  return crates.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The texts under which a crate is used: where it offers a choice, that of MIT. */
function textsOf(name, license, folder) {
  const files = readdirSync(folder).filter(
    (file) => /^(licen[cs]e|copying|notice)/i.test(file) && !/apache|zlib/i.test(file),
  );
  if (!/\bMIT\b/.test(license) || files.length === 0) {
    throw new UserError(`${name} is under ${license} and has [${files.join(', ')}]: change scripts/licences.mjs`);
  }
  return files.map((file) => readFileSync(resolve(folder, file), 'utf8').trim()).join('\n\n');
}
