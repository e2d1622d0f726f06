// The command line of the benchmark. `npm run bench` builds and installs what it needs, then runs this program.

import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { algorithmCases, compareAlgorithms } from './algorithms.mjs';
import { benchmark, conditions } from './benchmark.mjs';
import { adaptiveCases, float16Cases, furtherCases, sample, threadsCases, uint8Cases } from './cases.mjs';
import { findCliffs } from './cliffs.mjs';
import { networkCases } from './networks.mjs';
import { print, printTfjs, printThreads, publish, publishTfjs, publishThreads } from './report.mjs';
import { measureTfjs } from './tfjs.mjs';
import { measureThreads } from './threads.mjs';

const program = new Command('npm run bench --')
  .description(
    'Measures avgpool against the streaming limit and against other implementations, on one thread each, and then on several. ' +
      'A full run takes about twenty minutes and writes its tables to README.md and docs/benchmarks.md. ' +
      'With --threads or --tfjs it writes only their tables. With --quick, --case, --algorithms or --cliffs it only prints tables.',
  )
  .option('--quick', 'fewer and shorter rounds, for a first look')
  .option('--case <pattern>', 'only the cases whose name matches this regular expression', toPattern)
  .option('--json <file>', 'also writes all figures to this file')
  .option('--threads', 'only avgpool and other implementations on several threads')
  .option('--tfjs', 'only TensorFlow.js with avgpool/tfjs')
  .option('--algorithms', 'compares each algorithm of the kernel with Separable on the same poolings')
  .option('--cliffs', 'compares each case with cases that differ in one option, or by one in one size')
  .parse();
const { quick, case: pattern, json, threads, tfjs, algorithms, cliffs } = program.opts();

const mainCases = [...networkCases, ...furtherCases];
const benchmarkCases = [...mainCases, ...uint8Cases, ...float16Cases, ...adaptiveCases];
const withThreads = [...benchmarkCases, ...threadsCases];
const allCases = algorithms ? algorithmCases : cliffs ? mainCases : threads ? withThreads : benchmarkCases;
const cases = allCases.filter(({ name }) => !pattern || pattern.test(name));
if (cases.length === 0) {
  program.error(`no case matches ${pattern}; the cases are:\n${allCases.map(({ name }) => `  ${name}`).join('\n')}`);
}
const timing = quick ? { rounds: 9, minimumMs: 0.5, warmUpMs: 60 } : { rounds: 31, minimumMs: 1, warmUpMs: 120 };

if (algorithms) {
  await compareAlgorithms(cases, timing);
} else if (cliffs) {
  await findCliffs(cases, timing);
} else {
  const isWhole = !pattern;
  const isPublished = isWhole && !quick;
  const isAll = !threads && !tfjs;
  const report = {};
  if (isAll) {
    Object.assign(
      report,
      await benchmark(cases, { timing, sampled: isWhole ? sample(quick ? 20 : 50) : [], extras: isWhole }),
    );
    print(report);
    if (isPublished) {
      publish(report);
    }
  }
  if (threads || (isAll && isWhole)) {
    report.threads = { conditions: conditions(), ...(await measureThreads(threads ? cases : withThreads, timing)) };
    printThreads(report.threads);
    if (isPublished) {
      publishThreads(report.threads);
    }
  }
  if (tfjs || (isAll && isWhole)) {
    report.tfjs = { conditions: conditions(), ...(await measureTfjs(timing)) };
    printTfjs(report.tfjs);
    if (isPublished) {
      publishTfjs(report.tfjs);
    }
  }
  if (json) {
    writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  }
}

function toPattern(text) {
  try {
    return new RegExp(text, 'i');
  } catch (error) {
    throw new InvalidArgumentError(error.message);
  }
}
