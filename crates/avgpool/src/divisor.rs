//! What a window's sum is divided by: the one place that forward and backward both ask.
//!
//! It knows how windows count their taps, not what is divided, nor when.

use crate::axis::Axis;
use crate::simd::Element;

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

/// The divisors of an output row, made anew only when a row's differ from the last one's.
pub struct Divisors<'a, T> {
    rule: Divisor,
    rows: &'a Axis,
    column_factors: &'a [T],
    row_factor: Option<f64>,
    row: &'a mut [T],
}

impl<'a, T: Element> Divisors<'a, T> {
    /// How many elements the two rows of [`Divisors::new`] take.
    pub fn lengths(columns: &Axis) -> [u64; 2] {
        [columns.output as u64; 2]
    }

    /// The divisors of all windows, in memory of any content.
    pub fn new(rule: Divisor, rows: &'a Axis, columns: &Axis, [column_factors, row]: [&'a mut [T]; 2]) -> Self {
        // The windows inside the input all count alike; only those at the edges have to be asked one by one.
        let inner = columns.inner();
        for ow in (0..inner.start).chain(inner.end..columns.output) {
            column_factors[ow] = T::from_f64(rule.column_factor(columns, ow));
        }
        if !inner.is_empty() {
            let factor = T::from_f64(rule.column_factor(columns, inner.start));
            column_factors[inner].fill(factor);
        }
        Self { rule, rows, column_factors, row_factor: None, row }
    }

    /// The divisors of the windows of output row `oh`.
    pub fn of_row(&mut self, oh: usize) -> &[T] {
        let factor = self.rule.row_factor(self.rows, oh);
        if self.row_factor != Some(factor) {
            self.row_factor = Some(factor);
            let factor = T::from_f64(factor);
            for (divisor, &column_factor) in self.row.iter_mut().zip(self.column_factors) {
                *divisor = factor * column_factor;
            }
        }
        self.row
    }
}
