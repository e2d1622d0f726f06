// Converts values from NCHW to another layout. It knows shapes, but no pooling.

import type { Layout } from 'avgpool';

/** Values of shape `[N, C, H, W]` or `[C, H, W]`, and the shape, in the order of a layout. */
export function inLayout<T>(
  layout: Layout,
  values: readonly T[],
  shape: readonly number[],
): { values: T[]; shape: number[] } {
  if (layout === 'NCHW') {
    return { values: [...values], shape: [...shape] };
  }
  const [channels, height, width] = shape.slice(-3) as [number, number, number];
  const plane = height * width;
  const moved = values.map((_, i) => {
    const channel = i % channels;
    const position = Math.floor(i / channels);
    return values[(Math.floor(position / plane) * channels + channel) * plane + (position % plane)] as T;
  });
  return { values: moved, shape: [...shape.slice(0, -3), height, width, channels] };
}
