// Verifies what a release needs, and lists what only a person can see. It publishes nothing.
//
// With --tag v1.2.3 it verifies a checkout of that tag. With --quick it leaves out what `npm test` verifies too.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import hostedGitInfo from 'hosted-git-info';
import { parse } from 'yaml';
import { build } from './build.mjs';
import { installLocked } from './install.mjs';
import { packageChecks } from './package-checks.mjs';
import { ask, main, root, UserError } from './run.mjs';

/** What cannot be verified here. The message says how a person sees it. */
class Unknown extends Error {}

const read = (file) => readFileSync(join(root, file), 'utf8');
const readJson = (file) => JSON.parse(read(file));
const manifest = readJson('package.json');

/** What `npm test` does not verify. Each function throws a UserError that says what to do, or Unknown. */
const facts = {
  'All manifests name one version': () => {
    const versions = {
      'package-lock.json': readJson('package-lock.json').version,
      'jsr.json': readJson('jsr.json').version,
      'Cargo.toml': read('Cargo.toml').match(/^version = "(.*)"/m)?.[1],
    };
    for (const [file, version] of Object.entries(versions)) {
      expect(version === manifest.version, `set ${manifest.version} in ${file}, which has ${version}`);
    }
  },

  'The changelog dates the version': () => {
    const { version } = manifest;
    const opening = `## [${version}] - `;
    const heading = read('CHANGELOG.md')
      .split('\n')
      .find((line) => line.startsWith(opening));
    const date = heading?.slice(opening.length);
    const isDate = /^\d{4}-\d\d-\d\d$/.test(date) && !Number.isNaN(Date.parse(date));
    expect(isDate, `give CHANGELOG.md a section “${opening}YYYY-MM-DD”`);
  },

  'package.json names the repository': async () => {
    expect(
      manifest.repository,
      'run `npm pkg set repository.type=git repository.url=git+https://github.com/OWNER/avgpool.git`',
    );
    const remote = await ask('git', ['config', '--get', 'remote.origin.url']);
    know(remote, 'there is no remote origin to compare it with');
    const url = addressOf(manifest.repository);
    expect(url === addressOf(remote), `it has ${url}, but the remote origin is ${remote}`);
  },

  'package.json and the README name the site': () => {
    const { homepage } = manifest;
    expect(homepage, 'run `npm pkg set homepage=https://OWNER.github.io/avgpool/`');
    expect(read('README.md').includes(homepage), `link to ${homepage} at the start of README.md`);
  },

  'The licence is in the repository and in both manifests': () => {
    expect(existsSync(join(root, 'LICENSE')), 'add the file LICENSE');
    const { license } = readJson('jsr.json');
    expect(license === manifest.license, `package.json has ${manifest.license}, and jsr.json has ${license}`);
  },

  'The workflows may ask for the tokens that publish': () => {
    for (const [file, job] of Object.entries({ 'release.yml': 'publish', 'pages.yml': 'deploy' })) {
      const { permissions, jobs } = parse(read(`.github/workflows/${file}`));
      const granted = jobs[job].permissions ?? permissions;
      expect(granted?.['id-token'] === 'write', `give the job ${job} of ${file} the permission “id-token: write”`);
    }
  },

  'The working tree is clean': async () => {
    const changes = await git('status', '--porcelain');
    expect(changes === '', `commit or undo the changes:\n${changes}`);
  },

  'npm has the name free or ours, and not the version': async () => {
    const { stdout } = await execa({ cwd: root, reject: false })`npm view ${manifest.name} --json`;
    const { error, repository, versions = [] } = answerOf(stdout);
    if (error?.code === 'E404') {
      return;
    }
    know(!error, `npm did not answer (${error?.code}); run \`npm view ${manifest.name}\``);
    const owner = addressOf(repository);
    expect(owner && owner === addressOf(manifest.repository), `the name belongs to ${owner}: choose another one`);
    expect(!versions.includes(manifest.version), `version ${manifest.version} is published: set a higher one`);
  },
};

const onBranch = {
  'The branch is main': async () => {
    const branch = await git('branch', '--show-current');
    expect(branch === 'main', `switch from ${branch || 'no branch'} to main`);
  },

  'The tag is free': async () => {
    const tag = `v${manifest.version}`;
    const isUsed = `the tag ${tag} exists: set a higher version`;
    expect((await git('tag', '--list', tag)) === '', isUsed);
    const remote = await ask('git', ['ls-remote', '--tags', 'origin', tag]);
    know(remote !== undefined, 'the remote origin did not answer; run `git ls-remote --tags origin`');
    expect(remote === '', isUsed);
  },
};

const onTag = (tag) => ({
  'The tag names the version': () => {
    expect(tag === `v${manifest.version}`, `the tag is ${tag}, but package.json has ${manifest.version}`);
  },
});

/** Commands of `npm test` that concern a release. */
const commands = {
  ...packageChecks,
  'The packed files are complete, and run where they are installed': 'vitest run test/package.test.ts',
  'The documents state the measured figures, and all examples run':
    'vitest run test/documents.test.ts test/reference.test.ts test/peers/recipes.test.ts',
  'The workflows have no mistake': 'vitest run test/workflows.test.ts',
  'JSR accepts the package': 'vitest run --root test/runtimes -t JSR',
};

/** What only a person can see. CONTRIBUTING.md says how to set it up. */
const forPersons = {
  'npm trusts the workflow': `\`npm trust list ${manifest.name}\` shows it`,
  'JSR trusts the repository': `https://jsr.io/${readJson('jsr.json').name}/settings shows it`,
  'GitHub Pages takes the site from the workflow': 'the settings of the repository show it under “Pages”',
};

function expect(holds, remedy) {
  if (!holds) {
    throw new UserError(remedy);
  }
}

function know(isKnown, remedy) {
  if (!isKnown) {
    throw new Unknown(remedy);
  }
}

const git = async (...args) => (await execa('git', args, { cwd: root })).stdout;

/** The address of a repository in the form of npm, from any form that git or npm takes. */
function addressOf(repository) {
  const url = repository?.url ?? repository;
  return hostedGitInfo.fromUrl(url)?.https() ?? url;
}

/** What `npm view --json` printed. Without a network it may print nothing that can be read. */
function answerOf(stdout) {
  try {
    return JSON.parse(stdout);
  } catch {
    return { error: { code: 'no JSON' } };
  }
}

async function verifyCommand(command) {
  know(
    !command.includes('test/runtimes') || existsSync(join(root, 'test/runtimes/node_modules')),
    'run `npm run test:runtimes -- -t JSR`',
  );
  const [program, ...args] = command.split(' ');
  const output = await ask(program, args);
  expect(output !== undefined, `\`npx ${command}\` says why`);
  const isSkipped = program === 'vitest' && !/^[1-9]\d* passed, 0 failed, 0 skipped$/m.test(output);
  know(!isSkipped, `tests were skipped; \`npx ${command}\` says why`);
}

/** Runs a check and prints a line about it. Returns whether it holds, as far as it can be known. */
async function report(title, verify) {
  try {
    await verify();
    console.log(`✔ ${title}`);
  } catch (error) {
    if (!(error instanceof UserError || error instanceof Unknown)) {
      throw error;
    }
    console.log(`${error instanceof Unknown ? '–' : '✘'} ${title}: ${error.message}`);
    return error instanceof Unknown;
  }
  return true;
}

main(import.meta.url, async () => {
  const { values } = parseArgs({ options: { tag: { type: 'string' }, quick: { type: 'boolean' } } });
  const checks = Object.entries({ ...facts, ...(values.tag === undefined ? onBranch : onTag(values.tag)) });
  if (!values.quick) {
    await build({ ifChanged: true });
    installLocked('test/peers', ['--ignore-scripts']);
    checks.push(...Object.entries(commands).map(([title, command]) => [title, () => verifyCommand(command)]));
  }
  checks.push(...Object.entries(forPersons).map(([title, place]) => [title, () => know(false, place)]));
  for (const [title, verify] of checks) {
    if (!(await report(title, verify))) {
      process.exitCode = 1;
    }
  }
});
