// Numbers in one layout or the other. It knows shapes and orders, not poolings.

import type { Layout } from 'avgpool';

/** Values of shape `[N, C, H, W]` or `[C, H, W]`, with the shape, as they are in a layout. */
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
