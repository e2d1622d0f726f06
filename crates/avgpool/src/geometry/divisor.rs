//! The divisor of a window, for forward and backward alike.
//!
//! It knows how windows count their taps, not when or how sums are divided.

use super::axis::Axis;
use crate::simd::Element;

/// The rule for the divisor of a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Divisor {
    /// The taps before the padded end. Padding counts, the overhang of ceil mode does not.
    IncludePad,
    /// The taps inside the input.
    ExcludePad,
    /// This number for every window.
    Fixed(f64),
}

impl Divisor {
    /// The divisor of all windows, if it is fixed or the counts along both axes are known to be equal. `None` does not mean
    /// that divisors differ.
    pub(crate) fn common(self, rows: &Axis, columns: &Axis) -> Option<f64> {
        let same = |axis: &Axis| match self {
            Self::IncludePad => axis.counts_are_equal(true),
            Self::ExcludePad => axis.counts_are_equal(false),
            Self::Fixed(_) => true,
        };
        (same(rows) && same(columns)).then(|| self.row_factor(rows, 0) * self.column_factor(columns, 0))
    }

    /// Writes the divisors of all windows: each is the product of a factor for its row and one for its column.
    pub(crate) fn of_windows<T: Element>(self, rows: &Axis, columns: &Axis, divisors: &mut [T]) {
        for (oh, divisors) in divisors.chunks_exact_mut(columns.output).enumerate() {
            let row = self.row_factor(rows, oh);
            for (ow, divisor) in divisors.iter_mut().enumerate() {
                *divisor = T::from_f64(row) * T::from_f64(self.column_factor(columns, ow));
            }
        }
    }

    /// Writes the column factor of every element of a row. The channels of a position share a factor.
    pub(crate) fn column_factors<T: Element>(self, columns: &Axis, factors: &mut [T]) {
        let channels = factors.len() / columns.output;
        for (ow, factors) in factors.chunks_exact_mut(channels).enumerate() {
            factors.fill(T::from_f64(self.column_factor(columns, ow)));
        }
    }

    /// Writes the factors of the first rows, which are numbered through all planes.
    pub(crate) fn row_factors<T: Element>(self, rows: &Axis, factors: &mut [T]) {
        let (of_plane, more) = factors.split_at_mut(rows.output.min(factors.len()));
        for (oh, factor) in of_plane.iter_mut().enumerate() {
            *factor = T::from_f64(self.row_factor(rows, oh));
        }
        for (factor, &same) in more.iter_mut().zip(of_plane.iter().cycle()) {
            *factor = same;
        }
    }

    /// A fixed divisor is the factor of the row, and the factor of the column is 1.
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
