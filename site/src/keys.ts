// Positions in the output, and how keys move them.

export type Position = readonly [row: number, column: number];

/** The index in a list of this length that is nearest. */
export function inside(index: number, length: number): number {
  return Math.min(length - 1, Math.max(0, index));
}

/** The position after a key; undefined if the key moves nothing. */
export function moved(event: KeyboardEvent, [row, column]: Position, [height, width]: Position): Position | undefined {
  const step = event.shiftKey ? 10 : 1;
  const targets: Readonly<Record<string, Position>> = {
    ArrowUp: [row - step, column],
    ArrowDown: [row + step, column],
    ArrowLeft: [row, column - step],
    ArrowRight: [row, column + step],
    Home: [row, 0],
    End: [row, width - 1],
    PageUp: [0, column],
    PageDown: [height - 1, column],
  };
  const target = targets[event.key];
  return target && [inside(target[0], height), inside(target[1], width)];
}
