// Compares the result of an engine with avgpool's in float64. The tests of avgpool check avgpool itself.

import { prepare, prepareWith } from './engines/avgpool.mjs';

/** Prepares a pooling in a copy of avgpool, calls it once and checks the result. */
export function prepareChecked(avgpool, pooling, direction, data) {
  const call = prepareWith(avgpool, pooling, direction, data);
  call.run();
  check('avgpool', pooling, direction, data, call.read());
  return call;
}

/** Throws if an element of `result` differs by more than rounding. */
export function check(engine, pooling, direction, data, result) {
  const reference = prepare(pooling, direction, data, 'float64');
  reference.run();
  const expected = reference.read();
  reference.dispose();
  const tolerance = result instanceof Float64Array ? 1e-12 : 1e-5;
  const wrong = expected.findIndex((value, i) => !(Math.abs(value - result[i]) <= tolerance));
  if (wrong >= 0) {
    const place = `element ${wrong} of the ${direction} pass of ${pooling.name}`;
    throw new Error(`${engine} returns a wrong result: ${place} is ${result[wrong]}, expected ${expected[wrong]}`);
  }
  if (result.length !== expected.length) {
    throw new Error(`${engine} returns ${result.length} elements for ${pooling.name}, expected ${expected.length}`);
  }
}
