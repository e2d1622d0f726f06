// The values of the chosen output, and its gradient.

import type { Position } from './keys.js';
import type { Gradient, Pooled } from './messages.js';
import { shown, shownDivisor } from './numbers.js';
import { gradientTypeOf } from './program.js';
import { stridesOf } from './strides.js';

export function ChosenOutput({
  output,
  gradient,
  at,
  onChoose,
}: {
  readonly output: Pooled;
  readonly gradient: Gradient | undefined;
  readonly at: Position;
  readonly onChoose: (at: Position) => void;
}) {
  const { height, width } = output;
  const field = (i: 0 | 1, label: string, length: number) => (
    <label>
      <span>{label}</span>
      <input
        id={`at-${i}`}
        type="number"
        min={0}
        max={length - 1}
        value={at[i]}
        onInput={({ currentTarget: { value } }) =>
          value !== '' && onChoose(i === 0 ? [Number(value), at[1]] : [at[0], Number(value)])
        }
      />
    </label>
  );
  return (
    <section class="chosen" aria-labelledby="chosen-title">
      <h2 id="chosen-title">The chosen output</h2>
      <div class="row">
        {field(0, 'row', height)}
        {field(1, 'column', width)}
      </div>
      <dl id="chosen" aria-live="polite">
        <div>
          <dt>Red, green, blue</dt>
          <dd id="values">{valuesAt(output, at).join(', ')}</dd>
        </div>
        <div>
          <dt>Divisor</dt>
          <dd id="divisor">{gradient && shownDivisor(gradient.divisor)}</dd>
        </div>
        <div>
          <dt>Gradient of each pixel</dt>
          <dd>
            <span id="gradient">{gradient && shown(gradient.value)}</span>{' '}
            <span class="hint">in {gradientTypeOf(output.settings.dtype)}</span>
          </dd>
        </div>
        <div>
          <dt>Pixels with a gradient</dt>
          <dd id="positions">{gradient?.positions}</dd>
        </div>
      </dl>
    </section>
  );
}

function valuesAt({ settings, values, height, width }: Pooled, [row, column]: Position): string[] {
  const strides = stridesOf(settings.layout, height, width, 3);
  return [0, 1, 2].map((channel) =>
    shown(values[row * strides.row + column * strides.column + channel * strides.channel] as number),
  );
}
