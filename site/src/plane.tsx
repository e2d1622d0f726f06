// A picture on a canvas, with a frame around some of its pixels. It knows no pools.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Box } from './messages.js';

/** The pixels of an ImageData. */
export interface Pixels {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** Draws pixels on a canvas of their size, which CSS scales. */
export function Canvas({ id, pixels, label }: { id: string; pixels: Pixels; label?: string }) {
  const ref = useRef<HTMLCanvasElement>(null);
  const { data, width, height } = pixels;
  useEffect(() => {
    const canvas = ref.current as HTMLCanvasElement;
    canvas.width = width;
    canvas.height = height;
    canvas.getContext('2d')?.putImageData(new ImageData(data, width, height), 0, 0);
  }, [data, width, height]);
  return <canvas id={id} ref={ref} {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })} />;
}

/** A box of the aspect ratio of `size`, as large as fits in a frame of the aspect ratio of `frame`. */
export function Plane({
  size,
  frame,
  children,
}: {
  readonly size: { readonly width: number; readonly height: number };
  readonly frame: { readonly width: number; readonly height: number };
  readonly children: ComponentChildren;
}) {
  const ratio = size.width / size.height / (frame.width / frame.height);
  return (
    <div class="frame" style={{ aspectRatio: `${frame.width} / ${frame.height}` }}>
      <div
        class="plane"
        style={{ width: `${Math.min(1, ratio) * 100}%`, aspectRatio: `${size.width} / ${size.height}` }}
      >
        {children}
      </div>
    </div>
  );
}

/** A line around pixels. */
export function Marker({ id, box, size }: { id: string; box: Box; size: { width: number; height: number } }) {
  const percent = (part: number, whole: number) => `${(part / whole) * 100}%`;
  return (
    <div
      id={id}
      class="marker"
      style={{
        left: percent(box.left, size.width),
        top: percent(box.top, size.height),
        width: percent(box.right - box.left, size.width),
        height: percent(box.bottom - box.top, size.height),
      }}
    />
  );
}
