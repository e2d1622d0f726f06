// The messages between the page and its worker. It knows no code of either.

import type { Settings } from './state.js';

/** A decoded picture without transparency. */
export interface Picture {
  readonly name: string;
  /** The address of a picture that ships. */
  readonly address?: string;
  /** Four bytes for each pixel: red, green, blue, 255. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
  /** Whether the file has more pixels. */
  readonly isScaled: boolean;
}

/** Work for the worker. */
export type Work =
  | { readonly kind: 'picture'; readonly picture: Picture; readonly settings: Settings }
  | {
      readonly kind: 'gradient';
      readonly size: readonly [height: number, width: number];
      readonly settings: Settings;
      readonly at: readonly [row: number, column: number];
    }
  | { readonly kind: 'grid'; readonly settings: Settings };

export type Request = ({ readonly id: number } & Work) | { readonly id: number; readonly kind: 'cancel' };

/** The pool and the output of a picture. */
export interface Pooled {
  readonly kind: 'pooled';
  readonly settings: Settings;
  readonly pool: string;
  readonly shape: readonly number[];
  /** The averages as numbers, in the layout of the settings. */
  readonly values: ArrayLike<number>;
  /** The output as bytes of an ImageData. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  readonly height: number;
  readonly width: number;
}

/** The median time of a call in milliseconds. */
export interface Timed {
  readonly kind: 'timed';
  readonly time: number;
  readonly calls: number;
}

/** The part of the work that is done, from 0 to 1. */
export interface Progress {
  readonly kind: 'progress';
  readonly done: number;
}

/** The result of the plain loop. */
export type Compared =
  | { readonly kind: 'compared'; readonly time: number; readonly difference: Difference | undefined }
  | { readonly kind: 'skipped'; readonly reason: string };

/** The first element at which two results differ. */
export interface Difference {
  readonly index: number;
  readonly avgpool: number;
  readonly plain: number;
}

/** The gradient of one output. */
export interface Gradient {
  readonly kind: 'gradient';
  readonly height: number;
  readonly width: number;
  /** The gradient of each position of a plane. */
  readonly values: ArrayLike<number>;
  /** The number of positions with a gradient, and the gradient of each: 0 if there is none. */
  readonly positions: number;
  readonly value: number;
  readonly divisor: number | undefined;
  /** The first row and column with a gradient, and those after the last. */
  readonly box: Box;
}

export interface Box {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** The windows of the grid. */
export interface Grid {
  readonly kind: 'grid';
  readonly settings: Settings;
  readonly pool: string;
  readonly shape: readonly [channels: number, height: number, width: number];
  /** The input with its padding, and with the positions beyond it that a window reaches. */
  readonly canvas: { readonly rows: number; readonly columns: number };
  /** Where the input lies on the canvas, and the input with its padding. */
  readonly input: Box;
  readonly padded: Box;
  /** In row-major order. */
  readonly windows: readonly GridWindow[];
}

export interface GridWindow {
  /** Positions on the canvas, in row-major order. */
  readonly taps: readonly (readonly [row: number, column: number])[];
  readonly average: number;
  /** The sum and the divisor; undefined if no tap lies in the input. */
  readonly sum: number | undefined;
  readonly divisor: number | undefined;
}

/** An error of the package, or a limit of the page. */
export interface Failure {
  readonly kind: 'failure';
  readonly message: string;
}

export type Reply = Pooled | Timed | Progress | Compared | Gradient | Grid | Failure;

/** A reply, with the number of its request. */
export type Answer = { readonly id: number; readonly reply: Reply | { readonly kind: 'end' } };
