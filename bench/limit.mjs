// The streaming limit of a pooling, and avgpool's time as a multiple of it.

import { elementBytes } from './cases.mjs';
import { prepare } from './engines/avgpool.mjs';
import { medianRatio, timeInTurn } from './measure.mjs';
import { streaming } from './streaming.mjs';

/** The streaming calls that read and write arrays of the same sizes as a pass. `make` makes them, on one thread by default. */
export function streamingFor(direction, data, dtype = 'float32', make = streaming) {
  const [inputBytes, outputBytes] = bytesOf(data, dtype);
  return direction === 'forward' ? make(inputBytes, outputBytes) : make(outputBytes, inputBytes);
}

/** The numbers of bytes of the input and of the output. `data` is of `dataFor`. */
export function bytesOf({ input, gradOutput }, dtype) {
  return [input, gradOutput].map(({ length }) => length * elementBytes[dtype]);
}

/** The multiple for one direction of a pooling, measured in turn with the limit. `data` is of `dataFor`. */
export async function multipleOfLimit(pooling, direction, data, timing) {
  const { run, dispose } = prepare(pooling, direction, data);
  const { stream } = streamingFor(direction, data);
  const [limitTimes, times] = await timeInTurn([stream, run], timing);
  dispose();
  return medianRatio(times, limitTimes);
}
