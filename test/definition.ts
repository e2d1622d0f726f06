// The definition of average pooling in plain numbers, for options that the fixtures do not cover.
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

/** The average of every window of one plane. */
export function averages(pooling: Case, plane: ArrayLike<number>): number[] {
  const { height, width, ceilMode } = pooling;
  const result: number[] = [];
  for (let oh = 0; oh < outputSize(height, ceilMode); oh++) {
    for (let ow = 0; ow < outputSize(width, ceilMode); ow++) {
      const rows = positions(height, oh);
      const columns = positions(width, ow);
      let sum = 0;
      for (const h of rows.filter((h) => isInside(height, h))) {
        for (const w of columns.filter((w) => isInside(width, w))) {
          sum += plane[h * width.input + w] as number;
        }
      }
      const counts = (axis: AxisCase, position: number) =>
        pooling.countIncludePad ? position < axis.input + axis.end : isInside(axis, position);
      const counted = rows.filter((h) => counts(height, h)).length * columns.filter((w) => counts(width, w)).length;
      const hasElement = rows.some((h) => isInside(height, h)) && columns.some((w) => isInside(width, w));
      result.push(hasElement ? sum / (pooling.divisorOverride ?? counted) : 0);
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
