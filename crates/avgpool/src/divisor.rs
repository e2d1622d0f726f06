//! What a window's sum is divided by: the one place that forward and backward both ask.
//!
//! It knows how windows count their taps and how rows are divided, not which rows, nor when.

#![expect(unsafe_code, reason = "blocks are checked once a row: see blocks.rs")]

use crate::axis::Axis;
use crate::blocks::{Block, for_blocks, load, store};
use crate::simd::{Element, Lanes};

/// How a window's divisor is found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Divisor {
    /// The taps before the padded end: padding counts, what ceil mode lets hang over it does not.
    IncludePad,
    /// The taps inside the input.
    ExcludePad,
    /// This number, for every window.
    Fixed(f64),
}

impl Divisor {
    /// The divisor of window (oh, ow), a product of a factor for the row and one for the column.
    pub fn of_window(self, rows: &Axis, oh: usize, columns: &Axis, ow: usize) -> f64 {
        self.row_factor(rows, oh) * self.column_factor(columns, ow)
    }

    /// The divisors of all windows.
    pub fn of_windows<T: Element>(self, rows: &Axis, columns: &Axis, divisors: &mut [T]) {
        for (oh, divisors) in divisors.chunks_exact_mut(columns.output).enumerate() {
            let row = self.row_factor(rows, oh);
            for (ow, divisor) in divisors.iter_mut().enumerate() {
                *divisor = T::from_f64(row) * T::from_f64(self.column_factor(columns, ow));
            }
        }
    }

    /// The factors of the elements of a row.
    pub fn column_factors<T: Element>(self, columns: &Axis, factors: &mut [T]) {
        let channels = factors.len() / columns.output;
        for (ow, factors) in factors.chunks_exact_mut(channels).enumerate() {
            factors.fill(T::from_f64(self.column_factor(columns, ow)));
        }
    }

    /// The factors of the rows, numbered through all planes.
    pub fn row_factors<T: Element>(self, rows: &Axis, factors: &mut [T]) {
        let (of_plane, more) = factors.split_at_mut(rows.output.min(factors.len()));
        for (oh, factor) in of_plane.iter_mut().enumerate() {
            *factor = T::from_f64(self.row_factor(rows, oh));
        }
        for (factor, &same) in more.iter_mut().zip(of_plane.iter().cycle()) {
            *factor = same;
        }
    }

    /// What is fixed for a whole window is its row's factor, and its column's is 1.
    fn row_factor(self, rows: &Axis, oh: usize) -> f64 {
        if let Self::Fixed(value) = self { value } else { self.count(rows, oh) }
    }

    fn column_factor(self, columns: &Axis, ow: usize) -> f64 {
        self.count(columns, ow)
    }

    fn count(self, axis: &Axis, o: usize) -> f64 {
        match self {
            Self::IncludePad => axis.counted(o, true) as f64,
            Self::ExcludePad => axis.counted(o, false) as f64,
            Self::Fixed(_) => 1.0,
        }
    }
}

/// What to multiply by instead of dividing, where that is the same: for powers of two, in either element type.
pub fn exact_reciprocal(divisor: f64) -> Option<f64> {
    let smallest = f64::from(f32::MIN_POSITIVE);
    let power_of_two = divisor.to_bits().trailing_zeros() >= f64::MANTISSA_DIGITS - 1;
    (power_of_two && (smallest..=smallest.recip()).contains(&divisor.abs())).then(|| divisor.recip())
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
    fn run<L: Lanes<Element = T>, const N: usize>(&mut self, start: usize) {
        let row_factor = L::splat(self.row_factor);
        // SAFETY: blocks lie inside the length of a row, which all three are of.
        unsafe {
            let values: [L; N] = load(self.values, start);
            let factors: [L; N] = load(self.column_factors, start);
            let quotients = core::array::from_fn::<L, N, _>(|v| values[v] / (row_factor * factors[v]));
            store(quotients, self.quotients, start);
        }
    }
}
