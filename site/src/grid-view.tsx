// The grid mode: a window that moves over 36 numbers, and the output beside it.

import { useEffect, useState } from 'preact/hooks';
import { GridCanvas } from './grid-canvas.js';
import { inside } from './keys.js';
import type { Grid, GridWindow } from './messages.js';
import { shown, shownDivisor, shownShape } from './numbers.js';
import { OutputGrid } from './output-grid.js';
import { gridProgram } from './program.js';
import { ProgramView } from './program-view.js';
import { isAtField, SettingsForm } from './settings-form.js';
import type { Settings } from './state.js';
import { useWork } from './work.js';

/** The time between two windows in ms. */
const interval = 800;

export function GridView({
  settings,
  change,
}: {
  readonly settings: Settings;
  readonly change: (patch: Partial<Settings>) => void;
}) {
  const { at: _, ...pooling } = settings;
  const { replies } = useWork({ kind: 'grid', settings }, 'grid', [JSON.stringify(pooling)]);
  const { grid, failure } = replies;
  const current = grid ? currentOf(settings.at, grid) : 0;
  const go = (index: number) => {
    const [, height, width] = grid?.shape ?? [1, 1, 1];
    const next = (index + height * width) % (height * width);
    change({ at: [Math.floor(next / width), next % width].map(String) });
  };
  const [isPlaying, setPlaying] = useState(false);
  useEffect(() => {
    const timer = isPlaying ? setTimeout(() => go(current + 1), interval) : undefined;
    return () => clearTimeout(timer);
  }, [isPlaying, current, grid]);
  return (
    <div class="columns">
      <section class="view" aria-label="Result">
        <div class="source">
          <button type="button" id="back" onClick={() => go(current - 1)}>
            Previous
          </button>
          <button type="button" id="play" aria-pressed={isPlaying} onClick={() => setPlaying(!isPlaying)}>
            {isPlaying ? 'Pause' : 'Play'}
          </button>
          <button type="button" id="next" onClick={() => go(current + 1)}>
            Next
          </button>
          <code id="pool">{grid?.pool}</code>
        </div>
        <p class="error" id="error" role="alert">
          {failure && !isAtField(failure.message) && failure.message}
        </p>
        <div class={failure ? 'stale' : ''}>
          {grid && (
            <>
              <div class="grids">
                <figure>
                  <GridCanvas
                    grid={grid}
                    window={grid.windows[current] as GridWindow}
                    settings={settings}
                    onValues={(values) => change({ values })}
                  />
                  <figcaption>Input, its padding, and beyond</figcaption>
                </figure>
                <div class="side">
                  <figure>
                    <OutputGrid grid={grid} current={current} onChoose={go} />
                    <figcaption>
                      Output <span id="shape">{shownShape(grid.shape)}</span>
                      {failure && ' of the last right settings'}
                    </figcaption>
                  </figure>
                  <Summary grid={grid} current={current} isPlaying={isPlaying} />
                </div>
              </div>
              <Legend settings={grid.settings} />
            </>
          )}
        </div>
      </section>
      <SettingsForm settings={settings} change={change} error={failure?.message} isGrid />
      {grid && <ProgramView program={gridProgram(grid.settings)} />}
    </div>
  );
}

function currentOf([row = '', column = '']: readonly string[], { shape: [, height, width] }: Grid): number {
  const index = (text: string, length: number) => inside(Math.trunc(Number(text)), length);
  return index(row, height) * width + index(column, width);
}

function Legend({ settings: { windows, countIncludePad, divisorOverride } }: { readonly settings: Settings }) {
  const isCounted = divisorOverride[0] === '';
  return (
    <ul class="legend">
      <li>
        <span class="cell input tap" /> a tap in the input
      </li>
      {windows === 'fixed' && (
        <>
          <li>
            <span class={isCounted && countIncludePad ? 'cell padding tap counted' : 'cell padding tap'} /> a tap in the
            padding: adds 0
            {isCounted && (countIncludePad ? ', counts in the divisor' : ', does not count in the divisor')}
          </li>
          <li>
            <span class="cell beyond tap" /> a tap beyond the padding: never counts
          </li>
        </>
      )}
    </ul>
  );
}

function Summary({ grid, current, isPlaying }: { grid: Grid; current: number; isPlaying: boolean }) {
  const { average, sum, divisor } = grid.windows[current] as GridWindow;
  const [, , width] = grid.shape;
  return (
    <dl id="summary" aria-live={isPlaying ? 'off' : 'polite'}>
      <div>
        <dt>Window</dt>
        <dd id="window-name">
          {current + 1} of {grid.windows.length}: row {Math.floor(current / width)}, column {current % width}
        </dd>
      </div>
      <div>
        <dt>Sum</dt>
        <dd id="sum">{sum === undefined ? 0 : shown(sum)}</dd>
      </div>
      <div>
        <dt>Divisor</dt>
        <dd id="divisor">{shownDivisor(divisor)}</dd>
      </div>
      <div>
        <dt>Average</dt>
        <dd id="average">{shown(average)}</dd>
      </div>
    </dl>
  );
}
