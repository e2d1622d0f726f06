// Where an element lies in a tensor. It knows layouts, and no tensors.

import type { Settings } from './state.js';

/** The distance between neighbouring rows, columns and channels, in elements. */
export interface Strides {
  readonly row: number;
  readonly column: number;
  readonly channel: number;
}

/** The strides of a tensor of this layout and size. */
export function stridesOf(layout: Settings['layout'], height: number, width: number, channels: number): Strides {
  return layout === 'NHWC'
    ? { row: width * channels, column: channels, channel: 1 }
    : { row: width, column: 1, channel: height * width };
}
