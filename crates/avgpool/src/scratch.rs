//! The memory that one call works in: a slice that the caller brings, cut into rows with names.
//!
//! It knows how long each row has to be, not what is done with it.

use crate::axis::Axis;
use crate::divisor::Divisors;
use crate::plan::Plan;
use crate::row::{LONG, window_work};
use crate::row_queue::RowQueue;
use crate::simd::Element;

/// Rows to work in, for forward and backward alike.
pub struct Scratch<'a, T> {
    /// The rows that windows are made in.
    pub columns: Columns<'a, T>,
    /// The rows that windows have in common.
    pub queue: RowQueue<'a, T>,
    /// What to divide by.
    pub divisors: Divisors<'a, T>,
}

/// The rows that windows along a row, and their transpose, are made in.
pub struct Columns<'a, T> {
    /// An input row in its halo of zeros, up to the end of the last block.
    pub padded: &'a mut [T],
    /// An output row in its halo of zeros, from which backward adds up its blocks.
    pub spread: &'a mut [T],
    /// Sums of whole blocks, one for every block that a window touches.
    pub blocks: &'a mut [T],
    /// Sums of the first `part` taps of the same blocks.
    pub partial: &'a mut [T],
    /// What the sums of a long window are made in.
    pub window: &'a mut [T],
}

impl<'a, T: Element> Scratch<'a, T> {
    /// Cuts `memory`, of `layout.total` elements or more with any values, into the rows of `plan`.
    pub fn new(plan: &'a Plan, layout: &Layout, memory: &'a mut [T]) -> Self {
        let mut rest = memory;
        let [padded, spread, blocks, partial, window, factors, divisors, back, rows] =
            layout.lengths.map(|length| rest.split_off_mut(..length).expect("as much memory as the plan asks for"));
        padded.fill(T::default());
        spread.fill(T::default());
        Self {
            columns: Columns { padded, spread, blocks, partial, window },
            queue: RowQueue::new(rows, back),
            divisors: Divisors::new(plan.divisor, &plan.rows, &plan.columns, factors, divisors),
        }
    }
}

/// How many elements each row takes.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    lengths: [usize; 9],
    /// How many all of them take.
    pub total: usize,
}

impl Layout {
    /// The layout for two axes, or nothing if the machine cannot count as many elements.
    pub fn new(rows: &Axis, columns: &Axis) -> Option<Self> {
        let [begin, input, output, stride, dilation, spacing] =
            [columns.begin, columns.input, columns.output, columns.stride, columns.dilation, columns.spacing]
                .map(|length| length as u64);
        let reach = (columns.window_blocks() as u64 - 1) * spacing;
        let count = output + reach;
        // A stride longer than the window leaves gaps in its blocks, and the last of them ends with the window.
        let taps = columns.teeth.min(columns.kernel) as u64;
        let last_block = ((count - 1) * stride).saturating_add(((taps - 1) * dilation).saturating_add(1));
        let padded = last_block.max(begin + input);
        let spread = count + reach;
        let blocks = if stride == 1 { 0 } else { count };
        let window = window_work(count, columns.whole as u64, spacing);
        // The most rows that one window of either direction holds.
        let taps = if rows.whole > LONG { rows.kernel.min(rows.input.div_ceil(rows.dilation)) } else { 0 };
        let windows = rows.window_blocks().min(rows.output.div_ceil(rows.spacing));
        let queue = (taps.max(windows) as u64).saturating_mul(input);
        let lengths = [padded, spread, blocks, blocks, window, output, output, input, queue];
        let total = usize::try_from(lengths.into_iter().fold(0, u64::saturating_add)).ok()?;
        Some(Self { lengths: lengths.map(|length| length as usize), total })
    }
}
