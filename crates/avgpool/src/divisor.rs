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

    /// The factors of the columns.
    pub fn column_factors<T: Element>(self, columns: &Axis, factors: &mut [T]) {
        for (ow, factor) in factors.iter_mut().enumerate() {
            *factor = T::from_f64(self.column_factor(columns, ow));
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

/// `quotients[i] = values[i] / divisors[i]`
#[inline(never)]
pub fn divide<T: Element>(quotients: &mut [T], values: &[T], divisors: &[T]) {
    let (values, divisors) = (&values[..quotients.len()], &divisors[..quotients.len()]);
    for_blocks(quotients.len(), &mut Divide { quotients, values, divisors });
}

struct Divide<'a, T> {
    quotients: &'a mut [T],
    values: &'a [T],
    divisors: &'a [T],
}

impl<T: Element> Block<T> for Divide<'_, T> {
    #[inline(always)]
    fn run<L: Lanes<Element = T>, const N: usize>(&mut self, start: usize, last: usize) {
        // SAFETY: blocks lie inside the length, which `divide` has made that of all three.
        unsafe {
            let values: [L; N] = load(self.values, start, last);
            let divisors: [L; N] = load(self.divisors, start, last);
            store(core::array::from_fn::<L, N, _>(|v| values[v] / divisors[v]), self.quotients, start, last);
        }
    }
}
