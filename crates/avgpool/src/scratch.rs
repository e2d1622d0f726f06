//! The memory that one call works in: a slice that the caller brings, cut into parts.
//!
//! It knows how long the parts are, not what is done with them.

use crate::geometry::Geometry;

/// How many elements of a row's sums are worked on at a time, where rows are not too long: they stay in the innermost
/// cache, and the work that a chunk of rows takes beside them is small.
const CHUNK: usize = 2048;

/// What forward and backward work with.
pub struct Scratch<'a, T> {
    /// Rows of the input's width, sums of rows of the input or, backward, what is to be added up to them.
    pub band: &'a mut [T],
    /// The same, column by column.
    pub input_columns: &'a mut [T],
    /// Rows of the output's width, column by column.
    pub output_columns: &'a mut [T],
    /// What the windows in a row are divided by, together with `column_factors`.
    pub row_factors: &'a mut [T],
    /// What the windows in a column are divided by, together with `row_factors`.
    pub column_factors: &'a mut [T],
}

impl<'a, T> Scratch<'a, T> {
    /// Cuts `memory`, of `layout.total` elements or more with any values.
    pub fn new(layout: &Layout, memory: &'a mut [T]) -> Self {
        let mut rest = memory;
        let [band, input_columns, output_columns, row_factors, column_factors] =
            layout.lengths.map(|length| rest.split_off_mut(..length).expect("as much memory as the layout says"));
        Self { band, input_columns, output_columns, row_factors, column_factors }
    }
}

/// How the memory is cut.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Rows of the output that are worked on at a time.
    pub rows: usize,
    lengths: [usize; 5],
    /// How many elements there are in all.
    pub total: usize,
}

impl Layout {
    /// The layout for a geometry, or nothing if the machine cannot count as many elements.
    pub fn new(geometry: &Geometry) -> Option<Self> {
        let [width, columns, height] =
            [geometry.columns.input, geometry.columns.output, geometry.rows.output].map(|size| size as u64);
        let taps = geometry.rows.kernel.min(geometry.rows.input);
        let rows = (CHUNK / geometry.columns.input).max(taps / 2).next_multiple_of(16).max(16) as u64;
        let band = (rows + geometry.rows.most_windows() as u64).saturating_mul(width);
        // In 64 bits, for a geometry can ask for more than the machine can count.
        let lengths = [band, rows.saturating_mul(width), rows.saturating_mul(columns), rows + height, columns];
        let total = usize::try_from(lengths.into_iter().fold(0, u64::saturating_add)).ok()?;
        Some(Self { rows: rows as usize, lengths: lengths.map(|length| length as usize), total })
    }
}
