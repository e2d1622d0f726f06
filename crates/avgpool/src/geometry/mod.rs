//! The geometry of a pooling: two axes, their phases, the channels and a divisor.
//!
//! It knows sizes and positions, not elements or algorithms.

use core::num::NonZeroU32;
use core::ops::Range;

mod axis;
mod divisor;
mod phases;

pub use axis::{Axis, AxisOptions};
pub use divisor::Divisor;
use phases::Phases;

use crate::simd::{Element, MAX_LANES};

/// How planes of one size are pooled.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    /// The height. For planes of one column, which are seen as one row, the width.
    pub(crate) rows: Axis,
    /// The width. For planes of one column, the height.
    pub(crate) columns: Axis,
    /// The phases of the height.
    pub(crate) row_phases: Phases,
    /// The phases of the width.
    pub(crate) column_phases: Phases,
    /// Elements at each position of a plane: 1 in NCHW, where a channel is a plane of its own, and all channels in NHWC.
    pub(crate) channels: usize,
    /// The divisors of the windows.
    pub(crate) divisor: Divisor,
    /// The divisor of all windows, if [`Divisor::common`] finds one.
    pub(crate) common_divisor: Option<f64>,
}

impl Geometry {
    /// The geometry of planes with these axes and this number of channels at each position, which is 1 in NCHW.
    ///
    /// `None` if a plane has more elements than a `usize` can count.
    pub fn new(rows: Axis, columns: Axis, channels: NonZeroU32, divisor: Divisor) -> Option<Self> {
        let channels = channels.get() as usize;
        // A column lies in memory as a row does, and rows have faster algorithms.
        let is_column = channels == 1 && columns.input == 1 && columns.output == 1;
        let (rows, columns) = if is_column { (columns, rows) } else { (rows, columns) };
        let countable = |rows: usize, columns: usize| rows.checked_mul(columns)?.checked_mul(channels);
        countable(rows.input, columns.input)?;
        countable(rows.output, columns.output)?;
        let (row_phases, column_phases) = (Phases::new(rows), Phases::new(columns));
        let common_divisor = divisor.common(&rows, &columns);
        Some(Self { rows, columns, row_phases, column_phases, channels, divisor, common_divisor })
    }

    /// The geometry whose forward is the backward of this one. `None` unless strides are 1, windows share a divisor and padding
    /// is shorter than a window.
    #[inline(never)]
    pub(crate) fn adjoint(&self) -> Option<Self> {
        let (rows, columns) = (self.rows.adjoint()?, self.columns.adjoint()?);
        let channels = NonZeroU32::new(self.channels as u32)?;
        Self::new(rows, columns, channels, Divisor::Fixed(self.common_divisor?))
    }

    /// Whether the channels of a position fill a vector of any element type.
    pub(crate) fn fills_lanes(&self) -> bool {
        self.channels >= MAX_LANES
    }

    /// The elements of an input plane.
    pub(crate) fn input_len(&self) -> usize {
        self.rows.input * self.input_width()
    }

    /// The elements of an output plane.
    pub(crate) fn output_len(&self) -> usize {
        self.rows.output * self.output_width()
    }

    /// The elements of a row of the input.
    pub(crate) fn input_width(&self) -> usize {
        self.columns.input * self.channels
    }

    /// The elements of a row of the output.
    pub(crate) fn output_width(&self) -> usize {
        self.columns.output * self.channels
    }

    /// Writes the row factors of the divisors of the first rows, which are numbered through all planes.
    pub(crate) fn row_factors<T: Element>(&self, factors: &mut [T]) {
        self.divisor.row_factors(&self.rows, factors);
    }

    /// Writes the column factors of the divisors, of the elements of a row from number `start` on.
    pub(crate) fn column_factors<T: Element>(&self, start: usize, factors: &mut [T]) {
        self.divisor.column_factors(&self.columns, self.channels, start, factors);
    }

    /// The most elements of scratch memory that a plan may take: those of the larger plane, and 256 KiB.
    pub fn most_scratch<T>(&self) -> usize {
        self.input_len().max(self.output_len()).saturating_add((256 << 10) / size_of::<T>())
    }

    /// Forward: every plane of the input with its plane of the output.
    pub(crate) fn planes<'a, T>(
        &self,
        input: &'a [T],
        output: &'a mut [T],
    ) -> impl Iterator<Item = (&'a [T], &'a mut [T])> {
        input.chunks_exact(self.input_len()).zip(output.chunks_exact_mut(self.output_len()))
    }

    /// Backward: every plane of the output's gradient with its plane of the input's gradient.
    pub(crate) fn planes_back<'a, T>(
        &self,
        grad_output: &'a [T],
        grad_input: &'a mut [T],
    ) -> impl Iterator<Item = (&'a [T], &'a mut [T])> {
        grad_output.chunks_exact(self.output_len()).zip(grad_input.chunks_exact_mut(self.input_len()))
    }

    /// Splits output rows, which are numbered through all planes, into ranges of planes, each with its range of rows. Whole
    /// planes form one range. Otherwise each plane is a range of its own.
    pub(crate) fn output_rows(&self, rows: Range<usize>) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
        let height = self.rows.output;
        let (mut next, end) = (rows.start / height, rows.end.div_ceil(height));
        let whole = rows.start.is_multiple_of(height) && rows.end.is_multiple_of(height);
        let step = if whole { end - next } else { 1 };
        core::iter::from_fn(move || {
            let (planes, top) = (next..next + step, next * height);
            next += step;
            (planes.start < end).then(|| (planes, rows.start.max(top) - top..rows.end.min(top + height) - top))
        })
    }

    /// Backward: the same ranges of planes, each with the input rows that these output rows complete. Ranges that complete no
    /// row are left out.
    pub(crate) fn input_rows(&self, rows: Range<usize>) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
        self.output_rows(rows)
            .map(|(planes, windows)| (planes, self.rows.complete(windows.start)..self.rows.complete(windows.end)))
            .filter(|(_, completed)| !completed.is_empty())
    }

    /// Backward: the first output row that an incomplete input row needs, after the output rows before `end` are done. Rows are
    /// numbered through all planes.
    pub(crate) fn first_pending_row(&self, end: usize) -> usize {
        let top = end / self.rows.output * self.rows.output;
        let complete = self.rows.complete(end - top);
        if complete == self.rows.input { end } else { top + self.rows.earliest_window(complete) }
    }
}
