// Plants faults in the geometry of the kernels with cargo-mutants, and reports those that pass all laws.
//
// .cargo/mutants.toml lists the faults that no law can see, with the reasons. Any other survivor fails.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { main, root, say, UserError } from './run.mjs';
import { setUpTools } from './toolchain.mjs';

// As a subcommand of cargo it has one command, which prints the version.
const cargoMutants = {
  crate: 'cargo-mutants',
  binary: 'cargo-mutants',
  command: ['mutants'],
  version: '27.1.0',
  flags: [],
};

const files = ['geometry/*.rs', 'rows/progression.rs'];

// The quick laws find most faults. Only the survivors meet the slower ones, and at last all. Timeouts are in seconds.
const passes = [
  {
    laws: ['_in_f32::where_', '_in_f32::with_any', '_in_f32::under_', 'details::output_', 'details::sizes_'],
    timeout: 40,
  },
  { laws: ['_in_f32::on_many', '_in_f32::that_', 'details::', 'scratch_memory'], timeout: 120 },
  { laws: [], timeout: 600 },
];

// The development profile compiles incrementally, and checks every index and overflow.
const profile = { CARGO_PROFILE_DEV_OPT_LEVEL: '2', CARGO_PROFILE_DEV_DEBUG: '0' };

const folder = join(root, 'target');
const kinds = ['caught', 'timeout', 'unviable', 'missed'];

/** Runs cargo-mutants on the faults that `choice` selects. Returns the names of the faults of each kind. */
async function plant(choice, { laws, timeout }, env) {
  const options = ['--package', 'avgpool', '--jobs', '1', '--timeout', `${timeout}`, '--output', folder];
  const command = ['mutants', ...options, ...choice, '--', '--locked', '--test', 'laws', '--', ...laws];
  const { exitCode } = await execa('cargo-mutants', command, { cwd: root, env, stdio: 'inherit', reject: false });
  // 2 means survivors, and 3 faults that hang.
  if (![0, 2, 3].includes(exitCode)) {
    throw new UserError(`cargo-mutants failed with exit code ${exitCode}`);
  }
  const names = (kind) =>
    readFileSync(join(folder, `mutants.out/${kind}.txt`), 'utf8')
      .split('\n')
      .filter(Boolean);
  return Object.fromEntries(kinds.map((kind) => [kind, names(kind)]));
}

async function plantFaults(chosen) {
  const env = { ...profile, ...(await setUpTools([cargoMutants])) };
  const inFiles = chosen.flatMap((file) => ['--file', `crates/avgpool/src/${file}`]);
  const total = { caught: 0, timeout: 0, unviable: 0 };
  let survivors;
  for (const [i, pass] of passes.entries()) {
    say(`Laws, part ${i + 1} of ${passes.length}`);
    const chooses = (survivors ?? []).flatMap((name) => ['--re', `^${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`]);
    const found = await plant([...inFiles, ...chooses], pass, env);
    // cargo-mutants also plants faults of fields that no --re chooses.
    const isNew = (name) => survivors?.includes(name) ?? true;
    for (const kind of Object.keys(total)) {
      total[kind] += found[kind].filter(isNew).length;
    }
    survivors = found.missed.filter(isNew);
    if (survivors.length === 0) {
      break;
    }
  }
  const { caught, timeout, unviable } = total;
  console.log(`${caught} caught, ${timeout} hang, ${unviable} do not compile, ${survivors.length} survive`);
  if (survivors.length > 0) {
    throw new UserError(`No law fails with these faults:\n${survivors.join('\n')}`);
  }
}

main(import.meta.url, () => {
  const { positionals } = parseArgs({ allowPositionals: true });
  return plantFaults(positionals.length > 0 ? positionals : files);
});
