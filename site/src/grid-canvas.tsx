// The input of the grid with its padding. The taps of the current window stand out. The numbers can be edited.

import type { Box, Grid, GridWindow } from './messages.js';
import { gridSize, type Settings } from './state.js';

export function GridCanvas({
  grid: { canvas, input, padded },
  window,
  settings: { values, countIncludePad, divisorOverride },
  onValues,
}: {
  readonly grid: Grid;
  readonly window: GridWindow;
  readonly settings: Settings;
  readonly onValues: (values: readonly string[]) => void;
}) {
  const taps = new Set(window.taps.map(([row, column]) => row * canvas.columns + column));
  const cells = Array.from({ length: canvas.rows * canvas.columns }, (_, i) => {
    const [row, column] = [Math.floor(i / canvas.columns), i % canvas.columns];
    const zone = contains(input, row, column) ? 'input' : contains(padded, row, column) ? 'padding' : 'beyond';
    const isCounted = zone === 'input' || (zone === 'padding' && countIncludePad && divisorOverride[0] === '');
    const classes = ['cell', zone, taps.has(i) && 'tap', isCounted && 'counted'].filter(Boolean).join(' ');
    if (zone !== 'input') {
      return (
        <div key={`${row},${column}`} class={classes} aria-hidden="true">
          {zone === 'padding' && 0}
        </div>
      );
    }
    const index = (row - input.top) * gridSize + column - input.left;
    return (
      <input
        key={`input ${index}`}
        id={`value-${index}`}
        class={classes}
        inputMode="decimal"
        aria-label={`Input, row ${row - input.top}, column ${column - input.left}`}
        value={values[index]}
        onInput={({ currentTarget: { value } }) => {
          if (value !== '' && Number.isFinite(Number(value))) {
            onValues(values.map((old, at) => (at === index ? value : old)));
          }
        }}
      />
    );
  });
  return (
    <div
      class="cells"
      id="canvas"
      style={{ gridTemplateColumns: `repeat(${canvas.columns}, minmax(1.5rem, var(--cell)))` }}
    >
      {cells}
    </div>
  );
}

function contains({ top, left, bottom, right }: Box, row: number, column: number): boolean {
  return row >= top && row < bottom && column >= left && column < right;
}
