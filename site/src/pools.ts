// Pools and tensors for the settings. Only code of the worker imports it, because it imports avgpool.

import { AdaptiveAvgPool2d, AvgPool2d, type Tensor } from 'avgpool';
import { poolCall } from './options.js';
import type { Settings } from './state.js';

/** The pool of the settings. Throws the package's error if they are wrong. */
export function poolOf(settings: Settings): AvgPool2d | AdaptiveAvgPool2d {
  const call = poolCall(settings);
  return call.name === 'AvgPool2d' ? new AvgPool2d(call.options) : new AdaptiveAvgPool2d(call.options);
}

/** A shape in the layout of the settings. */
export function shapeOf({ layout }: Settings, height: number, width: number, channels: number): number[] {
  return layout === 'NHWC' ? [height, width, channels] : [channels, height, width];
}

/** The elements of a tensor as numbers. The data of float16 are bits in an engine without Float16Array. */
export function numbersOf(tensor: Tensor): ArrayLike<number> {
  return tensor.data instanceof Uint16Array ? (tensor.toArray() as number[][][]).flat(2) : tensor.data;
}
