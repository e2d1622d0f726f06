// The figures of a run as text: for the terminal, docs/benchmarks.md and README.md. It does not measure anything.

import { writeFileSync } from 'node:fs';
import { geometricMean, max, median, min } from 'simple-statistics';
import { table, writeSection } from '../scripts/sections.mjs';
import { directions, dtypes, isAdaptive } from './cases.mjs';
import { drawBars } from './chart.mjs';
import { alone, isOwn } from './engines/avgpool.mjs';

const command = 'npm run bench';
const chart = new URL('chart.svg', import.meta.url);
const chartTitle = 'How many times faster avgpool is than each engine, geometric mean over all cases';

export function print(report) {
  console.log(allTables(report));
}

/** A part of a document that opens on a click. */
const folded = (title, text) => `<details>\n<summary>${title}</summary>\n\n${text}\n\n</details>`;

/** Writes the chart, all tables to docs/benchmarks.md and the table of networks to README.md. */
export function publish(report) {
  writeFileSync(chart, drawChart(report));
  writeSection('docs/benchmarks.md', command, `![${chartTitle}](../bench/chart.svg)\n\n${allTables(report, folded)}`);
  writeSection('README.md', command, `![${chartTitle}](bench/chart.svg)\n\n${shortTable(report)}`);
}

/** The same for the figures of threads.mjs. */
export function printThreads(report) {
  console.log(threadsText(report));
}

export function publishThreads(report) {
  writeSection('docs/benchmarks.md', `${command} -- --threads`, threadsText(report, folded));
}

/** The same for the figures of tfjs.mjs. */
export function printTfjs(report) {
  console.log(tfjsText(report));
}

export function publishTfjs(report) {
  writeSection('docs/benchmarks.md', `${command} -- --tfjs`, tfjsText(report));
}

/** The table of a result: adaptive pooling, or an element type. */
const tableOf = ({ dtype, options }) => (isAdaptive(options) ? 'adaptive' : dtype);

/** The tables besides those of `dtypes`, with a title and an introduction to their summary. */
const furtherTables = {
  uint8: { title: 'All cases in uint8', subject: 'avgpool in uint8' },
  float16: { title: 'All cases in float16', subject: 'avgpool in float16' },
  adaptive: { title: 'All cases of adaptive pooling', subject: 'adaptive pooling' },
};

const resultsOf = ({ results }, table) => results.filter((result) => tableOf(result) === table);

/** The results of the tables of `dtypes`, on which all figures but those of the further tables rest. */
const mainResults = (report) => dtypes.flatMap((dtype) => resultsOf(report, dtype));

/** The forward poolings of each network: avgpool's time, and its speedup over each engine. */
function shortTable(report) {
  const engines = otherEngines(mainResults(report));
  const rows = report.networks
    .filter(({ direction }) => direction === 'forward')
    .map((sums) => [sums.name, `${round(sums.microseconds.avgpool)} µs`, ...relativeTimes(sums, engines)]);
  const text =
    'All average poolings of one forward pass at batch 1 in float32. ' +
    'The other columns say how many times faster avgpool is.';
  return `${table(['network', 'avgpool', ...engines], rows, 1)}\n\n${text}`;
}

function allTables(report, folded = (_title, text) => text) {
  const cases = (title, results) => (results.length === 0 ? '' : folded(title, caseTable(results)));
  return [
    leaders(report),
    networkTable(report),
    summary('avgpool', mainResults(report)),
    ...dtypes.map((dtype) => cases(`All cases in ${dtype}`, resultsOf(report, dtype))),
    ...Object.entries(furtherTables).flatMap(([name, { title, subject }]) => {
      const results = resultsOf(report, name);
      return [summary(subject, results), cases(title, results)];
    }),
    sampleText(report),
    extrasText(report),
    conditionsText(report),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** A difference of less than this is noise. */
const noise = 0.03;

/** The cases in which an engine is ahead of avgpool. */
function leaders({ results }) {
  const engines = otherEngines(results).filter((engine) => !isOwn(engine));
  const lines = results.flatMap(({ name, dtype, direction, relativeToAvgpool }) =>
    engines
      .filter((engine) => relativeToAvgpool[engine] < 1 - noise)
      .map((engine) => `- ${name}, ${passName(dtype, direction)}: ${engine}, ${times(relativeToAvgpool[engine])}`),
  );
  const text = 'Cases in which an engine takes less than 97 % of the time of avgpool';
  return lines.length === 0 ? `${text}: none.` : `${text}:\n\n${lines.join('\n')}`;
}

/** The time of all poolings of a network in avgpool, and the speedup over each engine. */
function networkTable(report) {
  if (report.networks.length === 0) {
    return '';
  }
  const engines = otherEngines(mainResults(report));
  const rows = report.networks.map((sums) => [
    sums.name,
    sums.direction,
    sums.count,
    round(sums.microseconds.avgpool),
    ...relativeTimes(sums, engines),
  ]);
  const text =
    'All average poolings of one pass through a network, at batch 1 in float32. ' +
    'Times are sums of medians, and the columns of the other engines say how many times faster avgpool is:';
  return `${text}\n\n${table(['network', 'direction', 'poolings', 'avgpool, µs', ...engines], rows, 2)}`;
}

/** The speedup of `subject` over each engine, over all cases that the engine supports. */
function summary(subject, results) {
  if (results.length === 0) {
    return '';
  }
  const types = [...new Set(results.map(({ dtype }) => dtype))];
  const rows = otherEngines(results).flatMap((engine) =>
    types.flatMap((dtype) =>
      directions.flatMap((direction) => {
        const values = valuesOf(results, engine, dtype, direction);
        const figures = () => [geometricMean, min, max].map((statistic) => times(statistic(values)));
        return values.length === 0 ? [] : [[engine, passName(dtype, direction), ...figures()]];
      }),
    ),
  );
  const text =
    `How many times faster ${subject} is than each engine, over the cases that the engine supports; ` +
    'below 1×, it is slower:';
  return `${text}\n\n${table(['engine', 'direction', 'geometric mean', 'least', 'greatest'], rows, 2)}`;
}

function caseTable(results) {
  const engines = otherEngines(results);
  const rows = results.map((result) => [
    result.name,
    result.direction,
    round(result.limitMicroseconds),
    round(result.limitGBs),
    round(result.copyGBs),
    round(result.microseconds.avgpool),
    times(result.multipleOfLimit),
    ...relativeTimes(result, engines),
  ]);
  const limit = ['limit, µs', 'limit, GB/s', '`memory.copy`, GB/s'];
  return table(
    [`${tableOf(results[0])} case`, 'direction', ...limit, 'avgpool, µs', 'avgpool ÷ limit', ...engines],
    rows,
    2,
  );
}

/** For each number of threads, what a run on one thread has in its tables, and the figures beside the cases. */
function threadsText({ parts, conditions, versions }, folded = (_title, text) => text) {
  const texts = parts.flatMap(({ threads, results, figures }) => [
    leaders({ results }),
    summary(`avgpool on ${threads} threads`, results),
    folded(`All cases on ${threads} threads`, threadsTable(results, threads)),
    extrasText({ extras: figures }),
  ]);
  return [...texts, conditionsText({ conditions, versions }, 'as many threads per engine as stated')].join('\n\n');
}

function threadsTable(results, threads) {
  const engines = otherEngines(results);
  const rows = results.map((result) => [
    result.name,
    passName(result.dtype, result.direction),
    round(result.limitAloneMicroseconds),
    round(result.limitMicroseconds),
    round(result.microseconds[alone]),
    round(result.microseconds.avgpool),
    times(result.multipleOfLimit),
    ...relativeTimes(result, engines),
  ]);
  const on = (what) => [`${what} on 1 thread, µs`, `${what} on ${threads}, µs`];
  return table(['case', 'direction', ...on('limit'), ...on('avgpool'), 'avgpool ÷ limit', ...engines], rows, 2);
}

function tfjsText({ results, conditions, versions }) {
  const rows = results.map(({ backend, name, microseconds, speedups }) => [
    backend,
    name,
    round(microseconds),
    // A step of training gains a few per cent.
    ...speedups.map((speedup) => `${Number(speedup.toPrecision(3))}×`),
  ]);
  const head = ['backend', 'call', 'TensorFlow.js, µs', 'with `register(tf)`', 'with all kernels'];
  return `${table(head, rows, 2)}\n\n${conditionsText({ conditions, versions })}`;
}

function sampleText({ sample }) {
  const count = sample.forward.length;
  if (count === 0) {
    return '';
  }
  const parts = Object.entries(sample).map(([direction, results]) => {
    const multiples = results.map(({ multiple }) => multiple);
    return `${direction} ${times(median(multiples))} (greatest ${times(max(multiples))})`;
  });
  return `Median multiple of the limit over ${count} random geometries: ${parts.join(', ')}.`;
}

function extrasText({ extras }) {
  return extras
    .map(({ label, figures, unit }) => `- ${label}: ${figures.map((figure) => round(figure) + unit).join(', ')}`)
    .join('\n');
}

function conditionsText({ conditions: { date, processor, cores, node }, versions }, threads = 'one thread per engine') {
  const engines = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `Measured on ${date}: ${processor} with ${cores} cores, Node ${node}, ${threads}. ${engines.join(', ')}.`;
}

function drawChart(report) {
  const results = mainResults(report);
  const engines = otherEngines(results);
  const bars = (direction) =>
    engines.map((engine) => {
      const values = valuesOf(results, engine, 'float32', direction);
      return values.length === 0 ? null : Number(round(geometricMean(values)));
    });
  return drawBars({
    title: chartTitle,
    axis: 'how many times faster avgpool is',
    categories: engines,
    series: { forward: bars('forward'), backward: bars('backward') },
  });
}

/** All engines but avgpool, in the order in which they first appear. */
function otherEngines(results) {
  const names = results.flatMap(({ relativeToAvgpool }) => Object.keys(relativeToAvgpool));
  return [...new Set(names)].filter((name) => name !== 'avgpool');
}

/** An engine's times relative to avgpool's in all cases that it supports. */
function valuesOf(results, engine, dtype, direction) {
  return results
    .filter((result) => result.dtype === dtype && result.direction === direction)
    .flatMap(({ relativeToAvgpool }) => relativeToAvgpool[engine] ?? []);
}

/** `forward` in float32, `forward, float64` in float64. */
function passName(dtype, direction) {
  return dtype === 'float32' ? direction : `${direction}, ${dtype}`;
}

/** The cells of a result in the columns of the engines. */
function relativeTimes({ relativeToAvgpool }, engines) {
  return engines.map((engine) => (engine in relativeToAvgpool ? times(relativeToAvgpool[engine]) : '–'));
}

function times(value) {
  return `${round(value)}×`;
}

/** An integer from 100 on, three digits from 10 on, two digits below. */
function round(value) {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(value >= 10 ? 3 : 2)));
}
