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
    /// divisor(oh, ow) = `along_rows(rows, oh)` · `along_columns(columns, ow)`
    fn along_rows(self, rows: &Axis, oh: usize) -> f64 {
        match self {
            Self::IncludePad => rows.counted(oh, true) as f64,
            Self::ExcludePad => rows.counted(oh, false) as f64,
            Self::Fixed(value) => value,
        }
    }

    fn along_columns(self, columns: &Axis, ow: usize) -> f64 {
        match self {
            Self::IncludePad => columns.counted(ow, true) as f64,
            Self::ExcludePad => columns.counted(ow, false) as f64,
            Self::Fixed(_) => 1.0,
        }
    }

    /// The divisor that all windows have in common, if they have.
    pub fn common(self, rows: &Axis, columns: &Axis) -> Option<f64> {
        let all_inside = [rows, columns].into_iter().all(|axis| axis.inner() == (0..axis.output));
        (all_inside || matches!(self, Self::Fixed(_)))
            .then(|| self.along_rows(rows, 0) * self.along_columns(columns, 0))
    }
}

/// The divisors of an output row, made anew only when a row's differ from the last one's.
pub struct Divisors<'a, T> {
    rule: Divisor,
    rows: &'a Axis,
    columns: &'a [T],
    row: &'a mut [T],
    height: Option<f64>,
}

impl<'a, T: Element> Divisors<'a, T> {
    /// The divisors of a plan, in the memory of two output rows.
    pub fn new(rule: Divisor, rows: &'a Axis, columns: &Axis, factors: &'a mut [T], row: &'a mut [T]) -> Self {
        // The windows inside the input all count alike; only those at the edges have to be asked one by one.
        let inner = columns.inner();
        for ow in (0..inner.start).chain(inner.end..columns.output) {
            factors[ow] = T::from_f64(rule.along_columns(columns, ow));
        }
        if !inner.is_empty() {
            let factor = T::from_f64(rule.along_columns(columns, inner.start));
            factors[inner].fill(factor);
        }
        Self { rule, rows, columns: factors, row, height: None }
    }

    /// The divisors of the windows of output row `oh`.
    pub fn of_row(&mut self, oh: usize) -> &[T] {
        let height = self.rule.along_rows(self.rows, oh);
        if self.height != Some(height) {
            self.height = Some(height);
            let height = T::from_f64(height);
            for (divisor, &width) in self.row.iter_mut().zip(self.columns) {
                *divisor = height * width;
            }
        }
        self.row
    }
}
