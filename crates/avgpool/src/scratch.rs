//! The memory that one call works in: a slice that the caller brings, cut into parts.
//!
//! It knows how long the parts are, not what is done with them.

use crate::geometry::Geometry;

/// Cuts `memory`, which may be longer and have any values, into parts of these lengths.
pub fn cut<T, const N: usize>(lengths: [usize; N], memory: &mut [T]) -> [&mut [T]; N] {
    let mut rest = memory;
    lengths.map(|length| rest.split_off_mut(..length).expect("as much memory as the plan asks for"))
}

/// The sum of the lengths, if the machine can count as far.
pub fn total(lengths: &[u64]) -> Option<usize> {
    usize::try_from(lengths.iter().fold(0_u64, |sum, &length| sum.saturating_add(length))).ok()
}

/// How many elements of a row's sums are worked on at a time: they stay in the innermost cache, and what else there is to
/// do for a chunk of rows is little beside them.
const CHUNK: usize = 2048;

/// With fewer channels, rows turned on their side are as quick or quicker, whatever the window.
const FEWEST_CHANNELS: usize = 8;

/// What the general path works with.
pub struct Scratch<'a, T> {
    /// Rows of the input's width: sums of rows of the input or, backward, what is to be added up to them.
    pub band: &'a mut [T],
    /// The same turned on their side, if they are.
    pub inputs: &'a mut [T],
    /// Rows of the output's width, turned on their side if those are.
    pub outputs: &'a mut [T],
    /// What the windows of a row are divided by, together with `column_factors`; from row 0 on, through planes.
    pub row_factors: &'a mut [T],
    /// What the elements of a row of the output are divided by, together with `row_factors`.
    pub column_factors: &'a mut [T],
}

/// How that memory is cut.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Rows of the output that are worked on at a time.
    pub rows: usize,
    /// Whether rows are turned on their side, so that lanes are rows and not channels.
    pub turned: bool,
    lengths: [usize; 5],
    /// How many elements there are in all.
    pub total: usize,
}

impl Layout {
    /// The layout for a geometry, or nothing if the machine cannot count as many elements.
    pub fn new(geometry: &Geometry) -> Option<Self> {
        let [width, output_width, height] =
            [geometry.input_width(), geometry.output_width(), geometry.rows.output].map(|size| size as u64);
        let turned = geometry.channels < FEWEST_CHANNELS;
        // Whole vectors, if lanes are rows. Very long rows fill the cache a few at a time, and many of them would take more
        // memory than they are worth.
        let step = if !turned {
            1
        } else if width <= 1 << 14 {
            16
        } else {
            4
        };
        // Enough rows that long windows share most of theirs.
        let taps = geometry.rows.kernel.min(geometry.rows.input);
        let rows = (CHUNK as u64 / width).max(taps as u64 / 2).div_ceil(step).max(1) * step;
        // Whole planes, if there is one: then none has to be looked at by itself.
        let rows = if height <= rows { rows / height * height } else { rows };
        let band = (rows + geometry.rows.most_windows() as u64).saturating_mul(width);
        let inputs = if turned { rows.saturating_mul(width) } else { 0 };
        // In 64 bits, for a geometry can ask for more than the machine can count.
        let lengths = [band, inputs, rows.saturating_mul(output_width), rows + height, output_width];
        let total = total(&lengths)?;
        Some(Self { rows: rows as usize, turned, lengths: lengths.map(|length| length as usize), total })
    }

    /// Cuts `memory`, of `total` elements or more.
    pub fn cut<'a, T>(&self, memory: &'a mut [T]) -> Scratch<'a, T> {
        let [band, inputs, outputs, row_factors, column_factors] = cut(self.lengths, memory);
        Scratch { band, inputs, outputs, row_factors, column_factors }
    }
}
