// The plans of all poolings, in one bounded cache. The WebAssembly module has a table with a place for each.
//
// It knows which plan serves which planes, and when each was last used. It knows no tensors.

import { MAX_SIZE, show } from './check.js';
import { type DType, dtypes } from './dtype.js';
import { heightAxis } from './layout.js';
import { outOfMemory } from './memory.js';
import { type AxisOptions, effectiveKernelSize, type Pooling } from './options.js';
import * as bindings from './wasm/bindings.js';

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
    outputHeight: outputSize('height', height, pooling.rows, pooling.ceilMode),
    outputWidth: outputSize('width', width, pooling.columns, pooling.ceilMode),
  };
}

/** The size of planes, for a message. */
export function showPlanes({ height, width, channels }: PlaneSizes): string {
  return `planes of ${height}×${width}${channels > 1 ? ` with ${channels} channels` : ''}`;
}

function channelsAt(heightAxis: number, { layout }: Pooling, shape: readonly number[]): number {
  return layout.channelsLast ? (shape[heightAxis + 2] as number) : 1;
}

function add(pooling: Pooling, dtype: DType, sizes: PlaneSizes): Plan {
  const { ceilMode, countIncludePad, divisorOverride, key } = pooling;
  const rows = windowFor(pooling.rows, sizes.height);
  const columns = windowFor(pooling.columns, sizes.width);
  const index = cache.length < bindings.PLANS ? cache.length : leastRecentlyUsed();
  const status = bindings.setPlan(
    index,
    dtypes[dtype].code,
    sizes.height,
    sizes.width,
    sizes.channels,
    rows.kernel,
    columns.kernel,
    rows.stride,
    columns.stride,
    rows.padBegin,
    rows.padEnd,
    columns.padBegin,
    columns.padEnd,
    rows.dilation,
    columns.dilation,
    ceilMode,
    countIncludePad,
    divisorOverride === null || dtype === 'float64' ? divisorOverride : Math.fround(divisorOverride),
  );
  if (status !== bindings.Status.Done) {
    const window = [rows, columns].map(effectiveKernelSize).join('×');
    const padding = [rows, columns].map(({ padBegin, padEnd }) => [padBegin, padEnd]);
    const padded = padding.flat().some(Boolean) ? ` and padding ${show(padding)}` : '';
    const what = `pooling ${showPlanes(sizes)} with windows of ${window}${padded}`;
    throw status === bindings.Status.TooLarge
      ? new RangeError(`${what} needs more memory than WebAssembly can address`)
      : outOfMemory(what);
  }
  const plan = { ...sizes, index, key, dtype, lastUse: 0 };
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

/** The axis for an input of this size: in global pooling, the window is the input. */
function windowFor(axis: AxisOptions, input: number): AxisOptions {
  return axis.kernel === 0 ? { ...axis, kernel: input, stride: input } : axis;
}

function outputSize(name: string, input: number, options: AxisOptions, ceilMode: boolean): number {
  if (input === 0) {
    throw new RangeError(`the ${name} of the input must be at least 1, got 0`);
  }
  const axis = windowFor(options, input);
  const { kernel, stride, padBegin, padEnd, dilation } = axis;
  const output = bindings.outputSize(input, kernel, stride, padBegin, padEnd, dilation, ceilMode);
  const padded = () => `the input of ${input} with padding ${show([padBegin, padEnd])}`;
  if (output < 1) {
    const window = `a window of ${effectiveKernelSize(axis)}`;
    throw new RangeError(`the output ${name} must be at least 1: ${window} does not fit in ${padded()}`);
  }
  if (output > MAX_SIZE) {
    throw new RangeError(`the output ${name} must be at most ${MAX_SIZE}, got ${output} for ${padded()}`);
  }
  return output;
}
