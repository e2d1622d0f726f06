// The output of the grid: a button for each window. One of them takes the focus, and the arrow keys move it.

import { useEffect, useRef } from 'preact/hooks';
import { moved } from './keys.js';
import type { Grid } from './messages.js';
import { shown } from './numbers.js';

export function OutputGrid({
  grid: { shape, windows },
  current,
  onChoose,
}: {
  readonly grid: Grid;
  readonly current: number;
  readonly onChoose: (index: number) => void;
}) {
  const [, height, width] = shape;
  const ref = useRef<HTMLFieldSetElement>(null);
  useEffect(() => {
    const cells = ref.current as HTMLFieldSetElement;
    if (cells.contains(document.activeElement)) {
      (cells.children[current] as HTMLElement).focus();
    }
  }, [current]);
  const onKeyDown = (event: KeyboardEvent) => {
    const next = moved(event, [Math.floor(current / width), current % width], [height, width]);
    if (next) {
      event.preventDefault();
      onChoose(next[0] * width + next[1]);
    }
  };
  return (
    <fieldset
      ref={ref}
      id="output-grid"
      class="cells"
      style={{ gridTemplateColumns: `repeat(${width}, minmax(1.5rem, var(--cell)))` }}
      aria-label="Output"
    >
      {windows.map(({ average }, i) => {
        const [row, column] = [Math.floor(i / width), i % width];
        return (
          <button
            key={`${row},${column}`}
            type="button"
            class={i === current ? 'cell current' : 'cell'}
            title={shown(average)}
            tabIndex={i === current ? 0 : -1}
            aria-pressed={i === current}
            aria-label={`Row ${row}, column ${column}: ${shown(average)}`}
            onClick={() => onChoose(i)}
            onKeyDown={onKeyDown}
          >
            {shown(average, 3)}
          </button>
        );
      })}
    </fieldset>
  );
}
