// The plans of all modules, in one bounded cache: what is in which place of the module's table.
//
// It knows which plan is for what and which was used last, not what a plan does.

import { LARGEST, show } from './check.js';
import { outOfMemory } from './tensor.js';
import { type AxisOptions, outputSize, PLANS, type PlaneSize, type Pooling, setPlan } from './wasm/bindings.js';

/** The planes that are pooled, and those that come out. */
export interface Planes extends PlaneSize {
  readonly outputHeight: number;
  readonly outputWidth: number;
  /** The place of their plan in the module's table, −1 if they have none or another has taken it. */
  index: number;
}

/** Planes with a plan. */
export interface CachedPlan extends Planes {
  /** The pooling as text: the same for all modules with the same options. */
  readonly key: string;
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
export function planFor(
  pooling: Pooling,
  key: string,
  height: number,
  width: number,
  channels: number,
  recent?: CachedPlan,
): CachedPlan {
  let entry = recent && serves(recent, key, height, width, channels) ? recent : undefined;
  for (let i = 0; !entry && i < cache.length; i++) {
    const candidate = cache[i] as CachedPlan;
    entry = serves(candidate, key, height, width, channels) ? candidate : undefined;
  }
  entry ??= add(pooling, key, planesOf(pooling, height, width, channels));
  entry.lastUse = ++uses;
  return entry;
}

function serves(entry: CachedPlan, key: string, height: number, width: number, channels: number): boolean {
  const same = entry.height === height && entry.width === width && entry.channels === channels;
  return same && entry.key === key && entry.index >= 0;
}

function add(pooling: Pooling, key: string, planes: Planes): CachedPlan {
  const index = cache.length < PLANS ? cache.length : leastRecentlyUsed();
  const planned = setPlan(index, pooling, planes);
  if (planned !== 'done') {
    const what = `pooling ${showPlanes(planes)} with windows that reach ${reachOf(pooling)}`;
    throw planned === 'too large' ? new RangeError(`${what} takes more memory than there can be`) : outOfMemory(what);
  }
  const replaced = cache[index];
  if (replaced) {
    replaced.index = -1;
  }
  const entry = { ...planes, key, index, lastUse: 0 };
  cache[index] = entry;
  return entry;
}

/** The size of planes, for a message. */
export function showPlanes({ height, width, channels }: PlaneSize): string {
  return `planes of ${height}×${width}${channels > 1 ? ` with ${channels} channels` : ''}`;
}

/** From the first tap of a window to its last, for a message. */
function reachOf({ rows, columns }: Pooling): string {
  return [rows, columns].map(({ kernel, dilation }) => dilation * (kernel - 1) + 1).join('×');
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
 * Input planes of this size and the output planes for them, without a plan.
 *
 * @throws RangeError if the planes are empty, no window fits, or there are more than can be counted.
 */
export function planesOf(pooling: Pooling, height: number, width: number, channels: number): Planes {
  const outputHeight = outputSizeOf('height', height, pooling.rows, pooling.ceilMode);
  const outputWidth = outputSizeOf('width', width, pooling.columns, pooling.ceilMode);
  return { height, width, channels, outputHeight, outputWidth, index: -1 };
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
