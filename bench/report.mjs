// The benchmark's figures as tables, for the terminal and for the README, and as a chart.

import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import * as echarts from 'echarts';
import { geometricMean, max, median, min } from 'simple-statistics';
import { table as markdown, writeSection } from '../scripts/readme.mjs';

const chart = new URL('../bench/chart.svg', import.meta.url);

export function print(report) {
  console.log(text(report));
}

/** Writes the tables and the chart to the README. */
export function publish(report) {
  writeFileSync(chart, draw(report));
  const picture = '![How many times as long each other implementation takes](bench/chart.svg)';
  const folded = (part) => `<details>\n<summary>Every case</summary>\n\n${part}\n\n</details>`;
  writeSection('npm run bench', `${picture}\n\n${text(report, folded)}`);
}

function text(report, folded = (part) => part) {
  return [summary(report), folded(table(report)), sampleText(report), extrasText(report), conditions(report)]
    .filter((part) => part !== '')
    .join('\n\n');
}

function peersOf({ results }) {
  return [...new Set(results.flatMap(({ slower }) => Object.keys(slower)))].filter((name) => name !== 'avgpool');
}

/** Over all cases that a peer has: how many times as long it takes, on average and at least. */
function summary(report) {
  if (report.results.length < 2) {
    return '';
  }
  const rows = peersOf(report).flatMap((peer) =>
    ['forward', 'backward'].flatMap((direction) => {
      const ratios = report.results.filter((each) => each.direction === direction).map(({ slower }) => slower[peer]);
      const known = ratios.filter((value) => value !== undefined);
      return known.length === 0
        ? []
        : [[peer, direction, times(geometricMean(known)), times(min(known)), times(max(known))]];
    }),
  );
  return markdown(['time, as a multiple of avgpool’s', '', 'geometric mean', 'least', 'most'], rows, 2);
}

function table(report) {
  const peers = peersOf(report);
  const rows = report.results.map((each) => [
    each.name,
    each.direction,
    `${round(each.limit)} (${round(each.gigabytes)}; ${round(each.copyGigabytes)})`,
    round(each.times.avgpool),
    times(each.multiple),
    times(each.float64),
    ...peers.map((peer) => (each.slower[peer] === undefined ? '–' : times(each.slower[peer]))),
  ]);
  const limit = 'limit, µs (GB/s; of `memory.copy`)';
  return markdown(['float32', '', limit, 'avgpool, µs', 'avgpool / limit', 'the same in float64', ...peers], rows, 2);
}

function sampleText({ sample }) {
  if (sample.forward.length === 0) {
    return '';
  }
  const parts = ['forward', 'backward'].map((direction) => {
    const multiples = sample[direction].map(({ multiple }) => multiple);
    return `${direction} ${times(median(multiples))}, at worst ${times(max(multiples))}`;
  });
  return `A sample of ${sample.forward.length} other geometries, median of the multiples of the limit: ${parts.join('; ')}.`;
}

function extrasText({ extras }) {
  return extras
    .map(({ what, value, and, values, unit }) => {
      const figures =
        values?.map(round).join(', ') ??
        [value, and]
          .filter((each) => each !== undefined)
          .map(round)
          .join(' and ');
      return `- ${what[0].toUpperCase()}${what.slice(1)}: ${figures} ${unit}`;
    })
    .join('\n');
}

function conditions({ versions }) {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const date = new Date().toISOString().slice(0, 10);
  return `Measured on ${date}: ${cpus()[0].model.trim()} with ${cpus().length} cores, Node ${process.versions.node}, one thread each; ${list.join(', ')}.`;
}

function times(value) {
  return `${round(value)}×`;
}

function round(value) {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(value >= 10 ? 3 : 2)));
}

/** Bars of how many times as long as avgpool each peer takes, on average over the cases, on a logarithmic scale. */
function draw(report) {
  const peers = peersOf(report);
  const series = ['forward', 'backward'].map((name) => {
    const data = peers.map((peer) => {
      const known = report.results.filter((each) => each.direction === name && each.slower[peer] !== undefined);
      return known.length === 0 ? null : Number(round(geometricMean(known.map(({ slower }) => slower[peer]))));
    });
    return { type: 'bar', name, data, label: { show: true, position: 'right' } };
  });
  const view = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 720, height: 60 + 56 * peers.length });
  view.setOption({
    animation: false,
    backgroundColor: 'white',
    legend: { bottom: 0 },
    grid: { left: 20, right: 60, top: 10, bottom: 50, containLabel: true },
    xAxis: { type: 'log', min: 1, name: 'times as long as avgpool', nameLocation: 'middle', nameGap: 28 },
    yAxis: { type: 'category', data: peers, inverse: true },
    series,
  });
  const title = 'How many times as long as avgpool each other implementation takes, geometric mean over the cases';
  return view.renderToSVGString().replace('>', `>\n<title>${title}</title>`);
}
