// Inflates data only to measure it, because the decoder itself has no limit. It does not know pixels.

import { Buffer } from 'node:buffer';
import { inflateSync } from 'node:zlib';
import { refusal } from './refusal.js';

/** workerd refuses data up to 64 KiB below the limit of inflateSync. */
const MARGIN = 2 ** 20;

/** Refuses data that does not inflate to the expected size. Inflating ends soon after it. */
export function checkInflatedSize({ IDAT }, expected) {
  const size = measure(Buffer.concat(IDAT.map(({ data }) => data)), expected + MARGIN);
  if (size !== expected) {
    throw refusal(`its data should inflate to ${expected} bytes, got ${size > expected ? 'more' : size}`);
  }
}

function measure(data, most) {
  try {
    return inflateSync(data, { maxOutputLength: most }).length;
  } catch (error) {
    if (error instanceof RangeError) {
      return Number.POSITIVE_INFINITY;
    }
    throw refusal('its data cannot be inflated');
  }
}
