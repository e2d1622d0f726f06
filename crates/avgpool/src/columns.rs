//! The windows along one row, and their transpose: the only file that knows how a row is laid out for them.
//!
//! A row stands in zeros (its halo) as wide as the windows reach, so that no window is a special case. With a stride the
//! row is first added up block by block (see [`Axis`]): a window is then `whole` neighbouring blocks and one partial
//! block, each at every output position, and the stride is gone.

use crate::axis::Axis;
use crate::row::{Sum, add_every, combine, set_every, sum_window, update, window_work};
use crate::simd::Element;

/// The rows that windows, and their transpose, are made in.
pub struct Columns<'a, T> {
    axis: &'a Axis,
    /// An input row in its halo, up to the end of the last block.
    padded: &'a mut [T],
    /// An output row in its halo, from which the blocks of the transpose are added up.
    spread: &'a mut [T],
    /// Sums of whole blocks, one for every block that a window touches.
    blocks: &'a mut [T],
    /// Sums of the first `part` taps of the same blocks.
    partial: &'a mut [T],
    /// What the sums of a long window are made in.
    work: &'a mut [T],
}

impl<'a, T: Element> Columns<'a, T> {
    /// How many elements the five rows of [`Columns::new`] take.
    pub fn lengths(axis: &Axis) -> [u64; 5] {
        let [begin, input, output, stride, dilation, spacing] =
            [axis.begin, axis.input, axis.output, axis.stride, axis.dilation, axis.spacing].map(|size| size as u64);
        let reach = (axis.window_blocks() as u64 - 1) * spacing;
        let count = output + reach;
        // A stride longer than the window leaves gaps in its blocks, and the last of them ends with the window.
        let taps = axis.teeth.min(axis.kernel) as u64;
        let last_block = ((count - 1) * stride).saturating_add(((taps - 1) * dilation).saturating_add(1));
        let padded = last_block.max(begin + input);
        let blocks = if stride == 1 { 0 } else { count };
        [padded, count + reach, blocks, blocks, window_work(count, axis.whole as u64, spacing)]
    }

    /// The rows of an axis, in memory of any content.
    pub fn new(axis: &'a Axis, [padded, spread, blocks, partial, work]: [&'a mut [T]; 5]) -> Self {
        Self { axis, padded, spread, blocks, partial, work }
    }

    /// Zeros around the input rows to come, before the first of [`Columns::windows`].
    pub fn start_windows(&mut self) {
        self.padded.fill(T::default());
    }

    /// Zeros around the output rows to come, and wherever no window reaches, before the first of [`Columns::spread`].
    pub fn start_spread(&mut self) {
        self.spread.fill(T::default());
        self.padded.fill(T::default());
    }

    /// Where [`Columns::windows`] expects the input row.
    pub fn input_row(&mut self) -> &mut [T] {
        &mut self.padded[self.axis.begin..][..self.axis.input]
    }

    /// Where [`Columns::spread`] expects the output row: behind as many zeros as the windows of a position reach back.
    pub fn output_row(&mut self) -> &mut [T] {
        let halo = (self.axis.window_blocks() - 1) * self.axis.spacing;
        &mut self.spread[halo..][..self.axis.output]
    }

    /// `sums[o] = Σ input_row[i]` over the positions i under window o.
    pub fn windows(&mut self, sums: &mut [T]) {
        let Self { axis, padded, blocks, partial, work, .. } = self;
        if axis.stride == 1 {
            return sum_window(sums, padded, axis.kernel, axis.spacing, work);
        }
        partial.fill(T::default());
        for tooth in 0..axis.part {
            add_every(partial, &padded[tooth * axis.dilation..], axis.stride);
        }
        if axis.whole > 0 {
            blocks.copy_from_slice(partial);
            for tooth in axis.part..axis.teeth {
                add_every(blocks, &padded[tooth * axis.dilation..], axis.stride);
            }
        }
        sum_window(sums, blocks, axis.whole, axis.spacing, work);
        if axis.part > 0 {
            update::<Sum, T>(sums, &partial[axis.whole * axis.spacing..]);
        }
    }

    /// `row[i] = Σ output_row[o]` over the windows o that hold position i.
    ///
    /// The transpose of [`Columns::windows`], its steps in reverse.
    pub fn spread(&mut self, row: &mut [T]) {
        let Self { axis, padded, spread, blocks, partial, work } = self;
        if axis.stride == 1 {
            return sum_window(row, &spread[axis.begin..], axis.kernel, axis.spacing, work);
        }
        if axis.whole > 0 {
            let behind = if axis.part > 0 { axis.spacing } else { 0 };
            sum_window(blocks, &spread[behind..], axis.whole, axis.spacing, work);
            for tooth in axis.part..axis.teeth {
                set_every(&mut padded[tooth * axis.dilation..], blocks, axis.stride);
            }
        } else {
            blocks.fill(T::default());
        }
        if axis.part > 0 {
            combine::<Sum, T>(partial, blocks, spread);
        }
        for tooth in 0..axis.part {
            set_every(&mut padded[tooth * axis.dilation..], partial, axis.stride);
        }
        row.copy_from_slice(&padded[axis.begin..][..row.len()]);
    }
}
