// Half-precision numbers as their bits, for engines without Float16Array and for arrays of bits.
//
// Both conversions pass through the bits of a double. It knows no element types.

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** Turns the exponent of a half, of bias 15, into that of the double with the same fields, of bias 1023. */
const REBIAS = 2 ** 1008;

/** The smallest magnitude beyond the halves: infinity has the bits that follow those of the largest one. */
const INFINITE = 65536;

/** The bits of the half nearest to a number, ties to even. */
export function toBits(value: number): number {
  double[0] = value;
  const sign = ((words[1] as number) >>> 16) & 0x8000;
  const magnitude = Math.min(Math.abs(value), INFINITE);
  if (Number.isNaN(magnitude)) {
    return 0x7e00;
  }
  double[0] = magnitude;
  // Adding a number whose last bit is that of the half rounds once. Subnormal halves have the last bit of 2^−14.
  words[1] = Math.max((words[1] as number) & 0x7ff00000, (1023 - 14) << 20) + (42 << 20);
  words[0] = 0;
  const distance = double[0];
  double[0] = (magnitude + distance - distance) / REBIAS;
  return sign | ((words[1] as number) >>> 10);
}

/** The number that a half is, from its bits. */
export function toNumber(bits: number): number {
  words[0] = 0;
  words[1] = (bits & 0x7fff) << 10;
  const finite = (double[0] as number) * REBIAS;
  const magnitude = finite < INFINITE ? finite : finite === INFINITE ? Number.POSITIVE_INFINITY : Number.NaN;
  return bits & 0x8000 ? -magnitude : magnitude;
}
