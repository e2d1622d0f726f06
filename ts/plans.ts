// The plans of all modules, in one bounded cache: what is in which place of the module's table.
//
// It knows which plan is for what and which was used last, not what a plan does.

import { LARGEST, show } from './check.js';
import { outOfMemory } from './tensor.js';
import { type AxisOptions, outputSize, PLANS, type Pooling, setPlan } from './wasm.js';

/** A plan, and the planes that it is for. */
export interface CachedPlan {
  /** The pooling as text: the same for all modules with the same options. */
  readonly key: string;
  readonly height: number;
  readonly width: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  /** Its place in the module's table, −1 once another plan has taken it. */
  index: number;
  lastUse: number;
}

const cache: CachedPlan[] = [];
let uses = 0;

/**
 * The plan of a pooling for planes of one size, out of the cache or new. Finding it allocates nothing.
 *
 * @param recent the plan that the caller had last, which is looked at first.
 * @throws RangeError if no window fits, or the plan would take more memory than there can be.
 */
export function planFor(pooling: Pooling, key: string, height: number, width: number, recent?: CachedPlan): CachedPlan {
  let entry = recent && serves(recent, key, height, width) ? recent : undefined;
  for (let i = 0; !entry && i < cache.length; i++) {
    const candidate = cache[i] as CachedPlan;
    entry = serves(candidate, key, height, width) ? candidate : undefined;
  }
  entry ??= add(pooling, key, height, width);
  entry.lastUse = ++uses;
  return entry;
}

function serves(entry: CachedPlan, key: string, height: number, width: number): boolean {
  return entry.height === height && entry.width === width && entry.key === key && entry.index >= 0;
}

function add(pooling: Pooling, key: string, height: number, width: number): CachedPlan {
  const [outputHeight, outputWidth] = outputSizes(pooling, height, width);
  const index = cache.length < PLANS ? cache.length : leastRecentlyUsed();
  const left = cache[index];
  if (left) {
    left.index = -1;
  }
  const fits = setPlan(index, pooling, height, width);
  const entry = { key, height, width, outputHeight, outputWidth, index: fits ? index : -1, lastUse: 0 };
  cache[index] = entry;
  if (!fits) {
    throw outOfMemory(`a plan for planes of ${height}×${width}`);
  }
  return entry;
}

function leastRecentlyUsed(): number {
  let least = 0;
  for (let index = 1; index < cache.length; index++) {
    if ((cache[index] as CachedPlan).lastUse < (cache[least] as CachedPlan).lastUse) {
      least = index;
    }
  }
  return least;
}

/**
 * The height and width of the output planes for input planes of this size.
 *
 * @throws RangeError if the planes are empty, no window fits, or there are more than can be counted.
 */
export function outputSizes(pooling: Pooling, height: number, width: number): [height: number, width: number] {
  return [
    outputSizeOf('height', height, pooling.rows, pooling.ceilMode),
    outputSizeOf('width', width, pooling.columns, pooling.ceilMode),
  ];
}

function outputSizeOf(name: string, input: number, axis: AxisOptions, ceilMode: boolean): number {
  if (input === 0) {
    throw new RangeError(`the ${name} of the input must be at least 1, got 0`);
  }
  const output = outputSize(input, axis, ceilMode);
  if (output < 1) {
    const { kernel, dilation, begin, end } = axis;
    const span = dilation * (kernel - 1) + 1;
    const room = `the input of ${input} with padding ${show([begin, end])}`;
    throw new RangeError(`the output ${name} must be at least 1: a window of ${span} does not fit in ${room}`);
  }
  if (output > LARGEST) {
    throw new RangeError(`the output ${name} must be at most ${LARGEST}, got ${output}`);
  }
  return output;
}
