//! Vectors: the traits, a scalar as a vector of one lane, and one file for each kind of target.
//!
//! A kernel is written once over [`Simd`]. Every target runs the same operations in the same order, so it gives the same
//! bits. This is the only folder that asks for the target. It knows nothing of rows or pooling.

use core::ops::{Add, Div, Mul};

mod half;
mod scalar;

pub use half::F16;
pub use vectors::{F16x8, Magnitudes, U8x16, U16x8, round_to_bytes};

#[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
mod portable;
#[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
use portable as vectors;

#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
mod wasm;
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
use wasm as vectors;

/// An element type: `f32` or `f64`.
pub trait Element: Simd<Element = Self> + Default + PartialEq {
    /// The widest vector of this element.
    type Vector: Simd<Element = Self>;

    /// The element nearest to `value`.
    fn from_f64(value: f64) -> Self;
}

/// The most lanes that any vector has.
pub const MAX_LANES: usize = 4;

/// A vector of elements. With `T::Vector` a kernel is the body of a loop, with `T` its tail.
pub trait Simd: Copy + Add<Output = Self> + Mul<Output = Self> + Div<Output = Self> {
    /// The type of one lane.
    type Element: Element;

    /// The number of lanes.
    const LANES: usize;

    /// The first `LANES` elements of `from`.
    fn load(from: &[Self::Element]) -> Self;

    /// Writes the lanes to the first `LANES` elements of `to`.
    fn store(self, to: &mut [Self::Element]);

    /// `value` in every lane.
    fn splat(value: Self::Element) -> Self;

    /// Moves every lane to the next higher index. Lane 0 becomes zero.
    #[must_use]
    fn shift_elements_right(self) -> Self;

    /// Moves every lane to the next lower index. The last lane becomes zero.
    #[must_use]
    fn shift_elements_left(self) -> Self;

    /// The even and the odd elements of `self` followed by `next`.
    fn deinterleave(self, next: Self) -> (Self, Self);

    /// The lanes of `self` and `other` alternating, as two vectors: the inverse of `deinterleave`.
    fn interleave(self, other: Self) -> (Self, Self);

    /// The first `count` lanes. The others become zero.
    #[must_use]
    fn first_lanes(self, count: usize) -> Self;

    /// Lane i is the sum of the lanes of `load(i)`.
    #[inline(always)]
    fn sum_lanes(load: impl Fn(usize) -> Self) -> Self {
        let halves = |left: Self, right: Self| {
            let (low, high) = left.interleave(right);
            low + high
        };
        match Self::LANES {
            1 => load(0),
            2 => halves(load(0), load(1)),
            _ => halves(halves(load(0), load(2)), halves(load(1), load(3))),
        }
    }

    /// Transposes the square of the vectors `load(0..LANES)`: lane j of vector i becomes lane i of vector j.
    fn transpose(load: impl Fn(usize) -> Self, store: impl FnMut(usize, Self));
}

/// Transposes a square of 2×2 with one interleaving.
#[inline(always)]
fn transpose_2<V: Simd>(load: impl Fn(usize) -> V, mut store: impl FnMut(usize, V)) {
    let (left, right) = load(0).interleave(load(1));
    store(0, left);
    store(1, right);
}

/// Transposes a square of 4×4: interleaves rows 0 and 2, rows 1 and 3, and then the results.
#[inline(always)]
fn transpose_4<V: Simd>(load: impl Fn(usize) -> V, mut store: impl FnMut(usize, V)) {
    let (even_left, even_right) = load(0).interleave(load(2));
    let (odd_left, odd_right) = load(1).interleave(load(3));
    let (first, second) = even_left.interleave(odd_left);
    let (third, fourth) = even_right.interleave(odd_right);
    for (i, column) in [first, second, third, fourth].into_iter().enumerate() {
        store(i, column);
    }
}
