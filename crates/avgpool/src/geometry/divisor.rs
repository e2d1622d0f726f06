//! The divisor of a window, for forward and backward alike.
//!
//! It knows how windows count their taps, not when or how sums are divided.

use core::ops::Range;

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
        (self.is_same(rows, &(0..rows.output)) && self.is_same(columns, &(0..columns.output)))
            .then(|| self.row_factor(rows, 0) * self.column_factor(columns, 0))
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

    /// Writes the column factors of the elements of a row from number `start` on. The channels of a position share a factor.
    #[inline(never)]
    pub(crate) fn column_factors<T: Element>(self, columns: &Axis, channels: usize, start: usize, factors: &mut [T]) {
        let windows = start / channels..(start + factors.len() - 1) / channels + 1;
        if let Some(factor) = self.common_column_factor(columns, &windows) {
            return factors.fill(T::from_f64(factor));
        }
        let (mut ow, mut end) = (start / channels, channels - start % channels);
        let mut rest = factors;
        while !rest.is_empty() {
            let factor = T::from_f64(self.column_factor(columns, ow));
            rest.split_off_mut(..end.min(rest.len())).expect("elements of a position").fill(factor);
            (ow, end) = (ow + 1, channels);
        }
    }

    /// The column factor of these windows, if they are known to have the same.
    pub(crate) fn common_column_factor(self, columns: &Axis, windows: &Range<usize>) -> Option<f64> {
        self.is_same(columns, windows).then(|| self.column_factor(columns, windows.start))
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

    /// Whether these windows of an axis are known to have the same factor.
    fn is_same(self, axis: &Axis, windows: &Range<usize>) -> bool {
        match self {
            Self::IncludePad => axis.counts_are_equal(windows, true),
            Self::ExcludePad => axis.counts_are_equal(windows, false),
            Self::Fixed(_) => true,
        }
    }

    /// A fixed divisor is the factor of the row, and the factor of the column is 1.
    pub(crate) fn row_factor(self, rows: &Axis, oh: usize) -> f64 {
        if let Self::Fixed(value) = self { value } else { self.count(rows, oh) }
    }

    pub(crate) fn column_factor(self, columns: &Axis, ow: usize) -> f64 {
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
