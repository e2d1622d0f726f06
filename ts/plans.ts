// The plans of all poolings, in one bounded cache. The WebAssembly module has a table with a place for each.
//
// It knows which plan serves which planes, and when each was last used. It knows no tensors.

import type { DType } from './dtype.js';
import { heightAxis, type Layout, type layouts } from './layout.js';
import { outOfMemory } from './memory.js';
import { PLANS, Status } from './wasm/bindings.js';

/** A pooling, for planes of any size. */
export interface Pooling {
  readonly layout: (typeof layouts)[Layout];
  /** Equal for poolings with equal plans. */
  readonly key: string;
  /** The plan of the last call. */
  recent: Plan | undefined;
  /** The output size of an axis of `input` elements. Throws a RangeError if it is not from 1 to 2^31 − 1. */
  outputSize(axis: 'height' | 'width', input: number): number;
  /** Puts the plan for planes of these sizes into the table. */
  setPlan(index: number, dtype: DType, sizes: PlaneSizes): Status;
  /** What follows the planes in a message: `with windows of 2×2`. */
  show(sizes: PlaneSizes): string;
}

/** The sizes of the planes of an input and of its output. */
export interface PlaneSizes {
  readonly height: number;
  readonly width: number;
  /** The channels at each position: 1 in NCHW, where each channel is a plane of its own. */
  readonly channels: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
}

/** A plan in the table: for planes of these sizes and one element type. */
export interface Plan extends PlaneSizes {
  readonly index: number;
  readonly key: string;
  readonly dtype: DType;
  lastUse: number;
}

const cache: Plan[] = [];
let uses = 0;

/**
 * The plan of a pooling for the planes of an input of this shape, from the cache or new. Finding one in the cache
 * allocates nothing.
 *
 * @param shape the shape of an input with elements.
 * @throws RangeError if no window fits, or there is not enough memory for the plan.
 */
export function planFor(pooling: Pooling, shape: readonly number[], dtype: DType): Plan {
  const { key } = pooling;
  const axis = heightAxis(pooling.layout, shape);
  const height = shape[axis];
  const width = shape[axis + 1];
  const channels = channelsAt(axis, pooling, shape);
  let plan = pooling.recent ?? cache[0];
  for (let next = 0; plan; next++) {
    const sameSize = plan.height === height && plan.width === width && plan.channels === channels;
    // The recent plan may have left the cache.
    if (sameSize && plan.dtype === dtype && plan.key === key && plan === cache[plan.index]) {
      break;
    }
    plan = cache[next];
  }
  plan ??= add(pooling, dtype, planeSizes(pooling, shape));
  plan.lastUse = ++uses;
  pooling.recent = plan;
  return plan;
}

/**
 * The sizes of the planes of an input of this shape, and of its output.
 *
 * @throws RangeError if the planes are empty, no window fits, or an output size exceeds 2^31 − 1.
 */
export function planeSizes(pooling: Pooling, shape: readonly number[]): PlaneSizes {
  const axis = heightAxis(pooling.layout, shape);
  const [height, width] = [shape[axis] as number, shape[axis + 1] as number];
  return {
    height,
    width,
    channels: channelsAt(axis, pooling, shape),
    outputHeight: outputSize(pooling, 'height', height),
    outputWidth: outputSize(pooling, 'width', width),
  };
}

/** The size of planes, for a message. */
export function showPlanes({ height, width, channels }: PlaneSizes): string {
  return `planes of ${height}×${width}${channels > 1 ? ` with ${channels} channels` : ''}`;
}

function channelsAt(heightAxis: number, { layout }: Pooling, shape: readonly number[]): number {
  return layout.channelsLast ? (shape[heightAxis + 2] as number) : 1;
}

function outputSize(pooling: Pooling, axis: 'height' | 'width', input: number): number {
  if (input === 0) {
    throw new RangeError(`the ${axis} of the input must be at least 1, got 0`);
  }
  return pooling.outputSize(axis, input);
}

function add(pooling: Pooling, dtype: DType, sizes: PlaneSizes): Plan {
  const index = cache.length < PLANS ? cache.length : leastRecentlyUsed();
  const status = pooling.setPlan(index, dtype, sizes);
  if (status !== Status.Done) {
    const what = `pooling ${showPlanes(sizes)} ${pooling.show(sizes)}`;
    throw status === Status.TooLarge
      ? new RangeError(`${what} needs more memory than WebAssembly can address`)
      : outOfMemory(what);
  }
  const plan = { ...sizes, index, key: pooling.key, dtype, lastUse: 0 };
  cache[index] = plan;
  return plan;
}

function leastRecentlyUsed(): number {
  let least = 0;
  for (let index = 1; index < cache.length; index++) {
    if ((cache[index] as Plan).lastUse < (cache[least] as Plan).lastUse) {
      least = index;
    }
  }
  return least;
}
