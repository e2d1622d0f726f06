//! What a pooling does to planes of one size: two axes, a divisor, and how many channels lie at each position; and nothing
//! of how it is done.

use core::ops::Range;

use crate::axis::Axis;
use crate::divisor::Divisor;
use crate::simd::MOST_LANES;

/// How planes of one size are pooled.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    /// The height.
    pub rows: Axis,
    /// The width.
    pub columns: Axis,
    /// Elements at each position of a plane, which are pooled alike: one, or all channels of NHWC, which are a plane then.
    pub channels: usize,
    /// What sums are divided by.
    pub divisor: Divisor,
}

impl Geometry {
    /// Whether a position has enough channels for vectors of them.
    pub fn fills_lanes(&self) -> bool {
        self.channels >= MOST_LANES
    }

    /// The elements of an input plane.
    pub fn input_len(&self) -> usize {
        self.rows.input * self.input_width()
    }

    /// The elements of an output plane.
    pub fn output_len(&self) -> usize {
        self.rows.output * self.output_width()
    }

    /// The elements of a row of the input.
    pub fn input_width(&self) -> usize {
        self.columns.input * self.channels
    }

    /// The elements of a row of the output.
    pub fn output_width(&self) -> usize {
        self.columns.output * self.channels
    }

    /// Every plane of the input with its plane of the output.
    pub fn planes<'a, T>(&self, input: &'a [T], output: &'a mut [T]) -> impl Iterator<Item = (&'a [T], &'a mut [T])> {
        input.chunks_exact(self.input_len()).zip(output.chunks_exact_mut(self.output_len()))
    }

    /// Every plane of the output with its plane of the input.
    pub fn planes_back<'a, T>(
        &self,
        output: &'a [T],
        input: &'a mut [T],
    ) -> impl Iterator<Item = (&'a [T], &'a mut [T])> {
        output.chunks_exact(self.output_len()).zip(input.chunks_exact_mut(self.input_len()))
    }

    /// Rows of the output, numbered through all planes, as the same rows of one plane or, if they are whole planes, of all
    /// of these.
    pub fn output_rows(&self, rows: Range<usize>) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
        let height = self.rows.output;
        let (first, end) = (rows.start / height, rows.end.div_ceil(height));
        let whole = rows.start.is_multiple_of(height) && rows.end.is_multiple_of(height);
        let step = if whole { end - first } else { 1 };
        (first..end).step_by(step).map(move |plane| {
            let top = plane * height;
            (plane..plane + step, rows.start.max(top) - top..rows.end.min(top + height) - top)
        })
    }

    /// The divisor that all windows have in common, if they have.
    pub fn common_divisor(&self) -> Option<f64> {
        // The first window and the last one are those that reach over an edge, if any does.
        let all_taps = |include_pad| {
            [&self.rows, &self.columns]
                .iter()
                .all(|axis| [0, axis.output - 1].iter().all(|&o| axis.counted(o, include_pad) == axis.kernel as u64))
        };
        let common = match self.divisor {
            Divisor::Fixed(_) => true,
            Divisor::IncludePad => all_taps(true),
            Divisor::ExcludePad => all_taps(false),
        };
        common.then(|| self.divisor.of_window(&self.rows, 0, &self.columns, 0))
    }
}
