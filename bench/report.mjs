// The figures of a run as text: for the terminal, docs/benchmarks.md and README.md. It does not measure anything.

import { writeFileSync } from 'node:fs';
import { geometricMean, max, median, min } from 'simple-statistics';
import { table, writeSection } from '../scripts/sections.mjs';
import { headlineCases } from './cases.mjs';
import { drawBars } from './chart.mjs';

const command = 'npm run bench';
const chart = new URL('chart.svg', import.meta.url);
const chartTitle = 'How many times faster avgpool is than each engine, geometric mean over all cases';

export function print(report) {
  console.log(allTables(report));
}

/** Writes the chart, all tables to docs/benchmarks.md and the short table to README.md. */
export function publish(report) {
  writeFileSync(chart, drawChart(report));
  const folded = (text) => `<details>\n<summary>All cases</summary>\n\n${text}\n\n</details>`;
  writeSection('docs/benchmarks.md', command, `![${chartTitle}](../bench/chart.svg)\n\n${allTables(report, folded)}`);
  writeSection('README.md', command, `![${chartTitle}](bench/chart.svg)\n\n${shortTable(report)}`);
}

/** The headline cases, forward: avgpool's time, its multiple of the limit and its speedup over each engine. */
function shortTable(report) {
  const engines = otherEngines(report);
  const rows = headlineCases.map((name) => {
    const result = report.results.find((result) => result.name === name && result.direction === 'forward');
    return [
      name,
      `${round(result.microseconds.avgpool)} µs`,
      times(result.multipleOfLimit),
      ...relativeTimes(result, engines),
    ];
  });
  const text =
    'The limit is the time to read the input and write the output. ' +
    'The columns of the other engines say how many times faster avgpool is; below 1×, it is slower.';
  return `${table(['forward, float32', 'avgpool', 'avgpool ÷ limit', ...engines], rows, 1)}\n\n${text}`;
}

function allTables(report, folded = (text) => text) {
  return [
    leaders(report),
    summary(report),
    folded(caseTable(report)),
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
function leaders(report) {
  const engines = otherEngines(report);
  const lines = report.results.flatMap(({ name, direction, relativeToAvgpool }) =>
    engines
      .filter((engine) => relativeToAvgpool[engine] < 1 - noise)
      .map((engine) => `- ${name}, ${direction}: ${engine}, ${times(relativeToAvgpool[engine])}`),
  );
  const text = 'Cases in which an engine takes less than 97 % of the time of avgpool';
  return lines.length === 0 ? `${text}: none.` : `${text}:\n\n${lines.join('\n')}`;
}

/** The speedup over each engine, over all cases that it supports. */
function summary(report) {
  const rows = otherEngines(report).flatMap((engine) =>
    ['forward', 'backward'].flatMap((direction) => {
      const values = valuesOf(report, engine, direction);
      return values.length === 0
        ? []
        : [[engine, direction, ...[geometricMean, min, max].map((statistic) => times(statistic(values)))]];
    }),
  );
  const text =
    'How many times faster avgpool is than each engine, over the cases that the engine supports; below 1×, it is slower:';
  return `${text}\n\n${table(['engine', 'direction', 'geometric mean', 'least', 'greatest'], rows, 2)}`;
}

function caseTable(report) {
  const engines = otherEngines(report);
  const rows = report.results.map((result) => [
    result.name,
    result.direction,
    round(result.limitMicroseconds),
    round(result.limitGBs),
    round(result.copyGBs),
    round(result.microseconds.avgpool),
    times(result.multipleOfLimit),
    times(result.float64MultipleOfLimit),
    ...relativeTimes(result, engines),
  ]);
  const limit = ['limit, µs', 'limit, GB/s', '`memory.copy`, GB/s'];
  const avgpool = ['avgpool, µs', 'avgpool ÷ limit', 'avgpool ÷ limit, float64'];
  return table(['case', 'direction', ...limit, ...avgpool, ...engines], rows, 2);
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

function conditionsText({ conditions: { date, processor, cores, node }, versions }) {
  const engines = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `Measured on ${date}: ${processor} with ${cores} cores, Node ${node}, one thread per engine. ${engines.join(', ')}.`;
}

function drawChart(report) {
  const engines = otherEngines(report);
  const bars = (direction) =>
    engines.map((engine) => {
      const values = valuesOf(report, engine, direction);
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
function otherEngines({ results }) {
  const names = results.flatMap(({ relativeToAvgpool }) => Object.keys(relativeToAvgpool));
  return [...new Set(names)].filter((name) => name !== 'avgpool');
}

/** An engine's times relative to avgpool's in all cases that it supports. */
function valuesOf({ results }, engine, direction) {
  return results
    .filter((result) => result.direction === direction && engine in result.relativeToAvgpool)
    .map((result) => result.relativeToAvgpool[engine]);
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
