// The figures of a run as text: for the terminal, docs/benchmarks.md and README.md. It does not measure anything.

import { writeFileSync } from 'node:fs';
import { geometricMean, max, median, min } from 'simple-statistics';
import { table, writeSection } from '../scripts/sections.mjs';
import { directions, dtypes } from './cases.mjs';
import { drawBars } from './chart.mjs';

const command = 'npm run bench';
const chart = new URL('chart.svg', import.meta.url);
const chartTitle = 'How many times faster avgpool is than each engine, geometric mean over all cases';

export function print(report) {
  console.log(allTables(report));
}

/** Writes the chart, all tables to docs/benchmarks.md and the table of networks to README.md. */
export function publish(report) {
  writeFileSync(chart, drawChart(report));
  const folded = (title, text) => `<details>\n<summary>${title}</summary>\n\n${text}\n\n</details>`;
  writeSection('docs/benchmarks.md', command, `![${chartTitle}](../bench/chart.svg)\n\n${allTables(report, folded)}`);
  writeSection('README.md', command, `![${chartTitle}](bench/chart.svg)\n\n${shortTable(report)}`);
}

/** The forward poolings of each network: avgpool's time, and its speedup over each engine. */
function shortTable(report) {
  const engines = otherEngines(report);
  const rows = report.networks
    .filter(({ direction }) => direction === 'forward')
    .map((sums) => [sums.name, `${round(sums.microseconds.avgpool)} µs`, ...relativeTimes(sums, engines)]);
  const text =
    'All average poolings of one forward pass at batch 1 in float32. ' +
    'The other columns say how many times faster avgpool is.';
  return `${table(['network', 'avgpool', ...engines], rows, 1)}\n\n${text}`;
}

function allTables(report, folded = (_title, text) => text) {
  return [
    leaders(report),
    networkTable(report),
    summary(report),
    ...dtypes.map((dtype) => folded(`All cases in ${dtype}`, caseTable(report, dtype))),
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
  const lines = report.results.flatMap(({ name, dtype, direction, relativeToAvgpool }) =>
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
  const engines = otherEngines(report);
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

/** The speedup over each engine, over all cases that it supports. */
function summary(report) {
  const rows = otherEngines(report).flatMap((engine) =>
    dtypes.flatMap((dtype) =>
      directions.flatMap((direction) => {
        const values = valuesOf(report, engine, dtype, direction);
        const figures = () => [geometricMean, min, max].map((statistic) => times(statistic(values)));
        return values.length === 0 ? [] : [[engine, passName(dtype, direction), ...figures()]];
      }),
    ),
  );
  const text =
    'How many times faster avgpool is than each engine, over the cases that the engine supports; below 1×, it is slower:';
  return `${text}\n\n${table(['engine', 'direction', 'geometric mean', 'least', 'greatest'], rows, 2)}`;
}

function caseTable(report, dtype) {
  const results = report.results.filter((result) => result.dtype === dtype);
  const engines = otherEngines({ results });
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
  return table([`${dtype} case`, 'direction', ...limit, 'avgpool, µs', 'avgpool ÷ limit', ...engines], rows, 2);
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
      const values = valuesOf(report, engine, 'float32', direction);
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

function resultsIn({ results }, dtype, direction) {
  return results.filter((result) => result.dtype === dtype && result.direction === direction);
}

/** An engine's times relative to avgpool's in all cases that it supports. */
function valuesOf(report, engine, dtype, direction) {
  return resultsIn(report, dtype, direction).flatMap(({ relativeToAvgpool }) => relativeToAvgpool[engine] ?? []);
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
