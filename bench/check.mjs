// Compares the result of an engine with avgpool's in float64. The tests of avgpool check avgpool itself.

import { prepare, prepareWith } from './engines/avgpool.mjs';

/** Prepares a pooling in a copy of avgpool, calls it once and checks the result. */
export function prepareChecked(avgpool, pooling, direction, data) {
  const call = prepareWith(avgpool, pooling, direction, data);
  call.run();
  check('avgpool', pooling, direction, data, call.read());
  return call;
}

/** The greatest difference of a result that is rounded once, relative to an average above 1. */
const tolerances = { float32: 1e-5, float64: 1e-12, float16: 1e-3, uint8: 0 };

const roundHalfUp = (average) => Math.floor(average + 0.5);

/**
 * Throws if an element of `result` differs by more than rounding.
 *
 * @param dtype the element type in which the engine computes.
 * @param round how it rounds averages to bytes.
 */
export function check(engine, pooling, direction, data, result, { dtype = 'float32', round = roundHalfUp } = {}) {
  const reference = prepare(pooling, direction, data, 'float64');
  reference.run();
  const averages = reference.read();
  reference.dispose();
  const expected = dtype === 'uint8' ? averages.map(round) : averages;
  const tolerance = tolerances[dtype];
  const wrong = expected.findIndex(
    (value, i) => !(Math.abs(value - result[i]) <= tolerance * Math.max(1, Math.abs(value))),
  );
  if (wrong >= 0) {
    const place = `element ${wrong} of the ${direction} pass of ${pooling.name}`;
    throw new Error(`${engine} returns a wrong result: ${place} is ${result[wrong]}, expected ${expected[wrong]}`);
  }
  if (result.length !== expected.length) {
    throw new Error(`${engine} returns ${result.length} elements for ${pooling.name}, expected ${expected.length}`);
  }
}
