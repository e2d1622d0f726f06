// The pool, the times of a call and of the plain loop, and whether their results are equal.

import type { Compared } from './messages.js';
import { shown, shownTime } from './numbers.js';
import type { Settings } from './state.js';
import type { Running } from './work.js';

export function Times({ running: { replies, isBusy } }: { readonly running: Running }) {
  const { pooled, timed, progress, failure } = replies;
  const compared: Compared | undefined = replies.compared ?? replies.skipped;
  return (
    <section class={failure ? 'times stale' : 'times'} aria-label="Times">
      <p class="pool">
        <code id="pool">{pooled?.pool}</code>
      </p>
      <progress
        class={isBusy ? 'busy' : ''}
        aria-label="Progress of the measurement"
        aria-hidden={!isBusy}
        max={1}
        value={progress?.done ?? 0}
      />
      <dl>
        <div>
          <dt>avgpool</dt>
          <dd id="time">{timed ? shownTime(timed.time) : '…'}</dd>
        </div>
        <div>
          <dt>Plain JavaScript</dt>
          <dd id="plain-time">{plainTime(compared)}</dd>
        </div>
        <div>
          <dt>Ratio</dt>
          <dd id="ratio">
            {timed && compared?.kind === 'compared' ? `${shown(compared.time / timed.time, 2)}×` : '…'}
          </dd>
        </div>
      </dl>
      <Verdict compared={compared} dtype={pooled?.settings.dtype} />
    </section>
  );
}

function plainTime(compared: Compared | undefined): string {
  if (!compared) {
    return '…';
  }
  return compared.kind === 'compared' ? shownTime(compared.time) : 'left out';
}

function Verdict({ compared, dtype }: { compared: Compared | undefined; dtype: Settings['dtype'] | undefined }) {
  if (compared?.kind === 'compared' && compared.difference) {
    const { index, avgpool, plain } = compared.difference;
    return (
      <p class="mismatch" id="verdict" role="alert">
        The results differ. Element {index} is {avgpool} by avgpool, and {plain} by the plain loop.
      </p>
    );
  }
  const equal = dtype === 'uint8' ? 'Both results are equal.' : 'Both results are equal within rounding.';
  return (
    <p class="hint" id="verdict">
      {compared?.kind === 'compared' && equal}
      {compared?.kind === 'skipped' && `The plain loop was left out. ${compared.reason}`}
      {!compared && 'Not yet compared.'}
    </p>
  );
}
