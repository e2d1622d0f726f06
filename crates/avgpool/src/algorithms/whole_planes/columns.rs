//! The width of whole planes: long rows are cut into blocks, which fill the lanes.
//!
//! It knows where the windows of a row are not clipped. It knows nothing of the height and of divisors.

use core::ops::Range;

use crate::algorithms::separable::FEWEST_CHANNELS;
use crate::geometry::{Axis, Direction, Geometry};
use crate::rows::sums::Rows;
use crate::rows::transpose::transpose;
use crate::simd::Element;

/// Sums the columns of any number of rows. The lanes are channels, blocks of a long row, or empty.
#[inline(never)]
pub fn sum_columns<T: Element>(
    geometry: &Geometry,
    direction: Direction,
    sums: &mut [T],
    elements: &[T],
    memory: &mut [T],
) {
    let Geometry { columns, column_phases, channels, .. } = geometry;
    let (from, to) = match direction {
        Direction::Forward => (columns.input, columns.output),
        Direction::Backward => (columns.output, columns.input),
    };
    let sum = |positions: Range<usize>, sums: &mut [T], sources: Rows<T>, rows| match direction {
        Direction::Forward => column_phases.sum_taps(positions, sums, sources, rows),
        Direction::Backward => column_phases.sum_windows(positions, sums, sources, rows),
    };
    let Some(blocks) = Blocks::new(geometry, direction, memory.len()) else {
        return sum(0..to, sums, Rows { elements, first: 0, width: *channels }, elements.len() / (from * channels));
    };
    for (elements, sums) in elements.chunks_exact(from * channels).zip(sums.chunks_exact_mut(to * channels)) {
        for edge in [0..blocks.inner.start, blocks.inner.end..to] {
            if !edge.is_empty() {
                let sums = &mut sums[edge.start * channels..edge.end * channels];
                sum(edge, sums, Rows { elements, first: 0, width: *channels }, 1);
            }
        }
        let sums = &mut sums[..blocks.inner.end * channels];
        let together = BLOCKS * blocks.len;
        let mut next = blocks.inner.start;
        while next < blocks.inner.end {
            // The last blocks may overlap the ones before.
            let start = next.min(blocks.inner.end - together);
            let positions = start..start + blocks.len;
            let sources = sources_of(columns, direction, &positions);
            let count = sources.len() * channels;
            let (transposed, results) = memory.split_at_mut(BLOCKS * count);
            let results = &mut results[..together * channels];
            transpose(transposed, &elements[sources.start * channels..], [BLOCKS, count], blocks.step * channels);
            let sources = Rows { elements: transposed, first: sources.start, width: BLOCKS * channels };
            sum(positions, results, sources, 1);
            let sums = &mut sums[start * channels..][..together * channels];
            transpose(sums, results, [blocks.len * channels, BLOCKS], BLOCKS);
            next = start + together;
        }
    }
}

/// Blocks that are summed at the same time.
const BLOCKS: usize = 16;

/// The fewest positions of a block and its terms. Shorter blocks take longer than their sums; those of twice the length do
/// not fit in L1.
const SHORTEST: u64 = 512;

/// Equal blocks of a row. Each sum of a block has the terms of the same sum of the next block, one step later.
struct Blocks {
    /// The positions of the sums without a clipped term.
    inner: Range<usize>,
    /// The sums of a block.
    len: usize,
    /// The positions of terms from one block to the next.
    step: usize,
}

impl Blocks {
    /// `None` if the lanes are channels, rows are too short, or windows too long for `memory`.
    fn new(geometry: &Geometry, direction: Direction, memory: usize) -> Option<Self> {
        let Geometry { columns, channels, .. } = geometry;
        let [outputs, inputs] = geometry.column_phases.period();
        let [input, output, stride, pad_begin] =
            [columns.input, columns.output, columns.stride, columns.pad_begin].map(|size| size as u64);
        let last_tap = columns.last_tap();
        let (inner, sums, terms, shared) = match direction {
            Direction::Forward if !columns.is_regular() => (0..output, outputs, inputs, last_tap),
            Direction::Backward if !columns.is_regular() => (0..input, inputs, outputs, columns.swapped().last_tap()),
            Direction::Forward => {
                let end = (input + pad_begin).saturating_sub(last_tap).div_ceil(stride);
                (pad_begin.div_ceil(stride)..end.min(output), outputs, inputs, last_tap)
            }
            Direction::Backward => {
                let end = (output * stride).saturating_sub(pad_begin);
                (last_tap.saturating_sub(pad_begin)..end.min(input), inputs, outputs, last_tap / stride + 1)
            }
        };
        let most = (memory / (BLOCKS * channels)) as u64;
        let periods = most.min(SHORTEST.max(4 * shared)).checked_sub(shared)? / (sums + terms);
        let len = periods * sums;
        let fits = len > 0 && inner.start + BLOCKS as u64 * len <= inner.end;
        (fits && *channels < FEWEST_CHANNELS).then(|| Self {
            inner: inner.start as usize..inner.end as usize,
            len: len as usize,
            step: (periods * terms) as usize,
        })
    }
}

/// The positions of the terms of the sums at these positions. No term is clipped.
fn sources_of(columns: &Axis, direction: Direction, sums: &Range<usize>) -> Range<usize> {
    let last = sums.end - 1;
    let held = |axis: &Axis| {
        axis.start(sums.start) as usize..axis.start(last) as usize + (axis.taps(last) - 1) * axis.dilation + 1
    };
    match direction {
        Direction::Forward => held(columns),
        Direction::Backward if !columns.is_regular() => held(&columns.swapped()),
        Direction::Backward => {
            let last_window = (last as u64 + columns.pad_begin as u64) / columns.stride as u64;
            columns.earliest_window(sums.start)..last_window as usize + 1
        }
    }
}
