// The chart of the README: bars on a logarithmic scale, as SVG.

import * as echarts from 'echarts';

/**
 * The bars of each series, one for each category.
 *
 * @param series for each name, the values in the order of `categories`; `null` leaves a bar out.
 */
export function drawBars({ title, axis, categories, series }) {
  const height = 60 + 56 * categories.length;
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 720, height });
  chart.setOption({
    animation: false,
    backgroundColor: 'white',
    legend: { bottom: 0 },
    grid: { left: 20, right: 60, top: 10, bottom: 50, containLabel: true },
    xAxis: { type: 'log', min: 1, name: axis, nameLocation: 'middle', nameGap: 28 },
    yAxis: { type: 'category', data: categories, inverse: true },
    series: Object.entries(series).map(([name, data]) => {
      return { type: 'bar', name, data, label: { show: true, position: 'right', formatter: '{c}×' } };
    }),
  });
  const svg = chart.renderToSVGString();
  // Its timer would keep the process alive.
  chart.dispose();
  return svg.replace('>', `>\n<title>${title}</title>`);
}
