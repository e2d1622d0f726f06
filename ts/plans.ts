// The plans of all modules, in one bounded cache. It knows which plan is for what, not what a plan does.

import { LARGEST, show } from './check.js';
import { outOfMemory } from './tensor.js';
import { type AxisOptions, createPlan, outputSize, type Plan, type Pooling } from './wasm.js';

/** A plan, and the planes that it is for. */
export interface CachedPlan {
  /** The pooling as text: the same for all modules with the same options. */
  readonly key: string;
  readonly height: number;
  readonly width: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  /** Nothing once the plan has had to leave the cache. */
  plan: Plan | undefined;
  lastUse: number;
}

/** As many poolings and sizes of planes as a program is likely to take turns with; a plan takes some 200 bytes. */
const CAPACITY = 64;

const cache: CachedPlan[] = [];
let uses = 0;

/**
 * The plan of a pooling for planes of one size, out of the cache or new. Finding it allocates nothing.
 *
 * @param recent the plan that the caller had last, which is looked at first.
 * @throws RangeError if no window fits, or there is no memory left.
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
  return entry.height === height && entry.width === width && entry.key === key && entry.plan !== undefined;
}

function add(pooling: Pooling, key: string, height: number, width: number): CachedPlan {
  const [outputHeight, outputWidth] = outputSizes(pooling, height, width);
  const plan = createPlan(pooling, height, width);
  if (!plan) {
    throw outOfMemory(`a plan for planes of ${height}×${width}`);
  }
  const entry = { key, height, width, outputHeight, outputWidth, plan, lastUse: 0 };
  if (cache.length < CAPACITY) {
    cache.push(entry);
  } else {
    const oldest = cache.reduce((oldest, entry) => (entry.lastUse < oldest.lastUse ? entry : oldest));
    oldest.plan?.free();
    oldest.plan = undefined;
    cache[cache.indexOf(oldest)] = entry;
  }
  return entry;
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
