//! Quotients of rows, and the choice between dividing and multiplying by the reciprocal.
//!
//! It knows divisors as numbers, not how windows count their taps.

#![expect(unsafe_code, reason = "blocks are checked once a row: see blocks.rs")]

use super::blocks::{Block, for_blocks, load, store};
use crate::simd::{Element, Simd};

/// A division by one number.
#[derive(Clone, Copy, Debug)]
pub enum Scale<T> {
    /// Multiplying by this factor gives the bits of the division.
    Multiply(T),
    /// Divide by this number: no such factor is known.
    Divide(T),
}

impl<T: Element> Scale<T> {
    /// The division by `divisor`.
    ///
    /// The reciprocal of a power of two is exact. Those of 9, 25 and 49 would still average constants exactly, but would
    /// change other averages. They would make 3×3 windows at most 5 % faster.
    pub fn new(divisor: f64) -> Self {
        let smallest = f64::from(f32::MIN_POSITIVE);
        let power_of_two = divisor.to_bits().trailing_zeros() >= f64::MANTISSA_DIGITS - 1;
        if power_of_two && (smallest..=smallest.recip()).contains(&divisor.abs()) {
            Self::Multiply(T::from_f64(divisor.recip()))
        } else {
            Self::Divide(T::from_f64(divisor))
        }
    }
}

/// `quotients[r, c] = values[r, c] / (row_factors[r] · column_factors[c])`
#[inline(never)]
pub fn divide<T: Element>(quotients: &mut [T], values: &[T], row_factors: &[T], column_factors: &[T]) {
    let width = column_factors.len();
    let rows = quotients.chunks_exact_mut(width).zip(values.chunks_exact(width));
    for ((quotients, values), &row_factor) in rows.zip(row_factors) {
        for_blocks(width, &mut Divide { quotients, values, row_factor, column_factors });
    }
}

struct Divide<'a, T> {
    quotients: &'a mut [T],
    values: &'a [T],
    row_factor: T,
    column_factors: &'a [T],
}

impl<T: Element> Block<T> for Divide<'_, T> {
    #[inline(always)]
    fn run<V: Simd<Element = T>, const N: usize>(&mut self, start: usize) {
        let row_factor = V::splat(self.row_factor);
        // SAFETY: `divide` has made all three slices one row long. A block lies inside a row.
        unsafe {
            let values: [V; N] = load(self.values, start);
            let factors: [V; N] = load(self.column_factors, start);
            let quotients = core::array::from_fn::<V, N, _>(|v| values[v] / (row_factor * factors[v]));
            store(quotients, self.quotients, start);
        }
    }
}
