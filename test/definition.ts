// The definitions of average pooling in plain numbers, for options that the fixtures do not cover.
//
// It shares no code with the package, not even for sizes and divisors.

export interface AxisCase {
  readonly input: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly begin: number;
  readonly end: number;
}

export interface Case {
  readonly height: AxisCase;
  readonly width: AxisCase;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;
}

/** The number of windows on an axis; below 1 if none fits. */
export function outputSize({ input, kernel, stride, dilation, begin, end }: AxisCase, ceilMode: boolean): number {
  const steps = (input + begin + end - (dilation * (kernel - 1) + 1)) / stride;
  const windows = (ceilMode ? Math.ceil(steps) : Math.floor(steps)) + 1;
  return ceilMode && (windows - 1) * stride >= input + begin ? windows - 1 : windows;
}

/** A window: the indices of its elements in the plane, and its divisor. */
interface Window {
  readonly elements: readonly number[];
  readonly divisor: number;
}

/** The windows of one plane, in row-major order. */
export function windows(pooling: Case): Window[] {
  const { height, width, ceilMode, countIncludePad, divisorOverride } = pooling;
  const result: Window[] = [];
  for (let oh = 0; oh < outputSize(height, ceilMode); oh++) {
    for (let ow = 0; ow < outputSize(width, ceilMode); ow++) {
      const rows = positions(height, oh);
      const columns = positions(width, ow);
      const inside = columns.filter((w) => isInside(width, w));
      const elements = rows.filter((h) => isInside(height, h)).flatMap((h) => inside.map((w) => h * width.input + w));
      const counts = (axis: AxisCase, position: number) =>
        countIncludePad ? position < axis.input + axis.end : isInside(axis, position);
      const counted = rows.filter((h) => counts(height, h)).length * columns.filter((w) => counts(width, w)).length;
      result.push({ elements, divisor: divisorOverride ?? counted });
    }
  }
  return result;
}

/** The sum of a window of a plane. */
export function sumOf({ elements }: Window, plane: ArrayLike<number>): number {
  return elements.reduce((sum, element) => sum + (plane[element] as number), 0);
}

/** The average of every window of one plane. */
export function averages(pooling: Case, plane: ArrayLike<number>): number[] {
  return windows(pooling).map((window) => (window.elements.length > 0 ? sumOf(window, plane) / window.divisor : 0));
}

/** The gradient of one plane: the transpose of {@link averages}. */
export function gradients(pooling: Case, gradOutput: ArrayLike<number>): number[] {
  const result: number[] = Array(pooling.height.input * pooling.width.input).fill(0);
  for (const [i, { elements, divisor }] of windows(pooling).entries()) {
    for (const element of elements) {
      result[element] = (result[element] as number) + (gradOutput[i] as number) / divisor;
    }
  }
  return result;
}

function positions({ kernel, stride, dilation, begin }: AxisCase, o: number): number[] {
  return Array.from({ length: kernel }, (_, tap) => o * stride + tap * dilation - begin);
}

function isInside({ input }: AxisCase, position: number): boolean {
  return position >= 0 && position < input;
}

/** The windows of an adaptive pooling on an axis of `input` elements with `output` averages: the positions of each. */
function adaptiveWindows(input: number, output: number): number[][] {
  return Array.from({ length: output }, (_, o) => {
    const start = Math.floor((o * input) / output);
    const end = Math.ceil(((o + 1) * input) / output);
    return Array.from({ length: end - start }, (_, tap) => start + tap);
  });
}

/** The adaptive averages of one plane, the gradient of the plane for `gradients`, and the sum of the sizes of its terms. */
export function adaptive(
  [height, width]: readonly [number, number],
  [outputHeight, outputWidth]: readonly [number, number],
  plane: readonly number[],
  gradients: readonly number[],
): { averages: number[]; gradient: number[]; magnitude: number[] } {
  const columns = adaptiveWindows(width, outputWidth);
  const windows = adaptiveWindows(height, outputHeight).flatMap((hs) =>
    columns.map((ws) => hs.flatMap((h) => ws.map((w) => h * width + w))),
  );
  const gradient = plane.map(() => 0);
  const magnitude = plane.map(() => 0);
  const averages = windows.map((window, o) => {
    const term = (gradients[o] as number) / window.length;
    let sum = 0;
    for (const i of window) {
      sum += plane[i] as number;
      gradient[i] = (gradient[i] as number) + term;
      magnitude[i] = (magnitude[i] as number) + Math.abs(term);
    }
    return sum / window.length;
  });
  return { averages, gradient, magnitude };
}
