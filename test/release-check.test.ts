// scripts/release-check.mjs in a repository that is ready for a release, and with one fault each.
//
// It leaves out the commands that `npm test` runs by itself. A server of its own stands for npm's.

import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'avgpool-release-'));
const ready = join(home, 'ready');
const folder = join(home, 'clone');
const ours = 'git+https://github.com/someone/avgpool.git';

const github = join(home, 'github');
const remote = 'git@github.com:someone/avgpool.git';
const homepage = 'https://someone.github.io/avgpool/';

/** What the server answers about the package: nothing, or its manifest with all versions. */
let published: { repository: string; version: string } | undefined;
const server = createServer((_, response) => {
  const { repository, version = '' } = published ?? {};
  const manifest = { name: 'avgpool', version, repository: { url: repository } };
  response.writeHead(published ? 200 : 404, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify(
      published ? { ...manifest, 'dist-tags': { latest: version }, versions: { [version]: manifest } } : {},
    ),
  );
});
let address: string;

const git = (...args: string[]) =>
  execa('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', '-c', 'commit.gpgsign=false', ...args], { cwd: folder });

async function commit(): Promise<void> {
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'Change');
}

/** Replaces a text of a file, and commits. */
async function change(file: string, from: string | RegExp, to: string): Promise<void> {
  const before = readFileSync(join(folder, file), 'utf8');
  const after = before.replace(from, to);
  expect(after, `${from} is not in ${file}`).not.toBe(before);
  writeFileSync(join(folder, file), after);
  await commit();
}

/** The exit code of the script, and its lines that do not start with ✔. */
async function run(...args: string[]): Promise<{ exitCode: number | undefined; lines: string[] }> {
  const { exitCode, stdout, stderr } = await execa({
    cwd: folder,
    reject: false,
    env: { npm_config_registry: address, npm_config_fetch_retries: '0', npm_config_cache: join(home, 'cache') },
  })`node scripts/release-check.mjs --quick ${args}`;
  expect(stderr).toBe('');
  return { exitCode, lines: stdout.split('\n').filter((line) => !line.startsWith('✔')) };
}

const forPersons = [
  '– npm trusts the workflow: `npm trust list avgpool` shows it',
  '– JSR trusts the repository: https://jsr.io/@avgpool/avgpool/settings shows it',
  '– GitHub Pages takes the site from the workflow: the settings of the repository show it under “Pages”',
];

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const files = [
    'package.json',
    'package-lock.json',
    'jsr.json',
    'Cargo.toml',
    'CHANGELOG.md',
    'README.md',
    'LICENSE',
    '.gitignore',
  ];
  for (const file of [...files, '.github', 'scripts', 'crates/avgpool-wasm/Cargo.toml']) {
    cpSync(join(root, file), join(folder, file), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('remote', 'add', 'origin', remote);
  await git('config', `url.${github}.insteadOf`, remote);
  writeFileSync(join(folder, '.git/info/exclude'), 'node_modules\n');
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ ...manifest, version: '7.8.9', repository: { url: ours }, homepage }),
  );
  for (const file of ['package-lock.json', 'jsr.json']) {
    await change(file, /"version": "[^"]*"/, '"version": "7.8.9"');
  }
  await change('Cargo.toml', /^version = .*/m, 'version = "7.8.9"');
  await change('README.md', '# avgpool\n', `# avgpool\n\n[Playground](${homepage})\n`);
  await change('CHANGELOG.md', '## [Unreleased]', '## [Unreleased]\n\n## [7.8.9] - 2026-02-28');
  renameSync(folder, ready);
});

beforeEach(async () => {
  published = undefined;
  rmSync(github, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  cpSync(ready, folder, { recursive: true, verbatimSymlinks: true });
  // A bare repository stands for GitHub's.
  await git('init', '--quiet', '--bare', github);
});

afterAll(() => {
  server.close();
  rmSync(home, { recursive: true });
});

test('a repository that is ready passes, and what only a person can see is listed', async () => {
  expect(await run()).toEqual({ exitCode: 0, lines: forPersons });
  published = { repository: ours, version: '7.8.8' };
  expect(await run()).toEqual({ exitCode: 0, lines: forPersons });
});

test('a checkout of the tag passes', async () => {
  await git('tag', 'v7.8.9');
  await git('checkout', '--quiet', 'v7.8.9');
  expect(await run('--tag', 'v7.8.9')).toEqual({ exitCode: 0, lines: forPersons });
});

test('without an answer of npm, the script says so and passes', async () => {
  const { port } = server.address() as AddressInfo;
  address = 'http://127.0.0.1:1/';
  const { exitCode, lines } = await run();
  address = `http://127.0.0.1:${port}/`;
  expect(exitCode).toBe(0);
  const remedy = 'npm did not answer (ECONNREFUSED); run `npm view avgpool`';
  expect(lines).toEqual([`– npm has the name free or ours, and not the version: ${remedy}`, ...forPersons]);
});

test('without a remote, the script says so and passes', async () => {
  await git('remote', 'remove', 'origin');
  const { exitCode, lines } = await run();
  expect(exitCode).toBe(0);
  expect(lines[0]).toBe('– package.json names the repository: there is no remote origin to compare it with');
});

describe('the script fails, and says what to do, if', () => {
  const plant = (file: string, from: string | RegExp, to: string) => () => change(file, from, to);
  const faults: [string, () => unknown, string][] = [
    ['jsr.json has another version', plant('jsr.json', '7.8.9', '7.8.8'), 'set 7.8.9 in jsr.json, which has 7.8.8'],
    ['Cargo.toml has another version', plant('Cargo.toml', '7.8.9', '7.8.8'), 'in Cargo.toml, which has 7.8.8'],
    ['package-lock.json has another version', plant('package-lock.json', '7.8.9', '7.8.8'), 'in package-lock.json'],
    ['the changelog lacks the version', plant('CHANGELOG.md', '[7.8.9]', '[7.8.8]'), '“## [7.8.9] - YYYY-MM-DD”'],
    ['the changelog has no date', plant('CHANGELOG.md', ' - 2026-02-28', ''), '“## [7.8.9] - YYYY-MM-DD”'],
    ['the date does not exist', plant('CHANGELOG.md', '2026-02-28', '2026-13-28'), '“## [7.8.9] - YYYY-MM-DD”'],
    [
      'no repository is set',
      plant('package.json', `"repository":{"url":"${ours}"}`, '"a":1'),
      'npm pkg set repository',
    ],
    ['no site is named', plant('package.json', `,"homepage":"${homepage}"`, ''), 'npm pkg set homepage'],
    ['the README names no site', plant('README.md', homepage, ''), `link to ${homepage}`],
    ['the repository is another one', plant('package.json', 'someone', 'other'), 'but the remote origin is git@github'],
    ['the licences differ', plant('jsr.json', 'MIT', 'ISC'), 'package.json has MIT, and jsr.json has ISC'],
    ['the licence is missing', () => rmSync(join(folder, 'LICENSE')), 'add the file LICENSE'],
    [
      'the release gets no token',
      plant('.github/workflows/release.yml', /^ {2}id-token.*\n/m, ''),
      'publish of release',
    ],
    ['the site gets no token', plant('.github/workflows/pages.yml', /^ {6}id-token.*\n/m, ''), 'deploy of pages.yml'],
    ['a file is not committed', () => writeFileSync(join(folder, 'new.txt'), ''), 'undo the changes:\n?? new.txt'],
    ['the branch is another one', () => git('checkout', '--quiet', '-b', 'other'), 'switch from other to main'],
    ['the tag exists', () => git('tag', 'v7.8.9'), 'the tag v7.8.9 exists: set a higher version'],
    [
      'the tag exists on GitHub',
      () => git('push', '--quiet', 'origin', 'HEAD:refs/tags/v7.8.9'),
      'the tag v7.8.9 exists: set a higher version',
    ],
    ['the name on npm is taken', () => (published = { repository: 'a', version: '1.0.0' }), 'the name belongs to a'],
    ['the version is published', () => (published = { repository: ours, version: '7.8.9' }), 'set a higher one'],
  ];

  test.each(faults)('%s', async (_, fault, remedy) => {
    await fault();
    const { exitCode, lines } = await run();
    expect(lines.join('\n')).toContain(remedy);
    expect(lines.filter((line) => line.startsWith('✘')).length).toBeGreaterThan(0);
    expect(exitCode).toBe(1);
  });

  test('the tag names another version', async () => {
    const { exitCode, lines } = await run('--tag', 'v7.8.8');
    expect(lines).toEqual([
      '✘ The tag names the version: the tag is v7.8.8, but package.json has 7.8.9',
      ...forPersons,
    ]);
    expect(exitCode).toBe(1);
  });
});
