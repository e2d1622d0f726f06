//! `F16`: an element type that is only stored. Its vectors are eight at a time, and only change their width.

#![expect(unsafe_code, reason = "Pod is a promise about the memory of a type")]

use bytemuck::{Pod, Zeroable};

/// The bits of an IEEE 754 half-precision number.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct F16(pub u16);

// SAFETY: it is a u16, of which all bits may be zero.
unsafe impl Zeroable for F16 {}
// SAFETY: it is a u16, which has no padding and allows all bits.
unsafe impl Pod for F16 {}

/// Lowers the exponent of an `f32` to that of a half with the same bits, from the bias of 127 to that of 15.
pub(super) const REBIAS: f32 = f32::from_bits((127 - 112) << 23);

/// The bits of an `f32`, shifted so that its exponent and mantissa lie where those of a half do.
pub(super) const SHIFT: u32 = 13;

/// The smallest number that a half cannot hold: infinity has the bits that would follow those of the largest number.
pub(super) const INFINITE: f32 = 65536.0;

/// The bits of the smallest normal half, as an `f32`. Smaller ones have its distance.
pub(super) const SMALLEST_NORMAL: u32 = (127 - 14) << 23;
