// The output as a picture, on which pointer and keyboard choose an output.

import { moved, type Position } from './keys.js';
import type { Pooled } from './messages.js';
import { Canvas, Marker, Plane } from './plane.js';

export function OutputPlane({
  output,
  frame,
  at,
  onChoose,
}: {
  readonly output: Pooled | undefined;
  readonly frame: { readonly width: number; readonly height: number };
  readonly at: Position;
  readonly onChoose: (at: Position) => void;
}) {
  if (!output) {
    return <Plane size={frame} frame={frame} children={undefined} />;
  }
  const { height, width } = output;
  const [row, column] = at;
  const choose = (event: PointerEvent) => {
    const target = event.currentTarget as HTMLElement;
    const box = target.getBoundingClientRect();
    const index = (offset: number, length: number, count: number) =>
      Math.min(count - 1, Math.max(0, Math.floor((offset / length) * count)));
    onChoose([index(event.clientY - box.top, box.height, height), index(event.clientX - box.left, box.width, width)]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = moved(event, at, [height, width]);
    if (next) {
      event.preventDefault();
      onChoose(next);
    }
  };
  return (
    <Plane size={output} frame={frame}>
      <button
        id="output-plane"
        class="chooser"
        type="button"
        aria-label={`Output of ${height} rows and ${width} columns. Arrow keys choose an output.`}
        aria-describedby="chosen"
        onPointerDown={choose}
        onPointerMove={(event) => event.buttons === 1 && choose(event)}
        onKeyDown={onKeyDown}
      >
        <Canvas id="output" pixels={{ data: output.pixels, width, height }} />
        <Marker id="chosen-marker" box={{ top: row, left: column, bottom: row + 1, right: column + 1 }} size={output} />
      </button>
    </Plane>
  );
}
