//! The width: rows of sums become averages and, backward, gradients become rows to add.
//!
//! It keeps all lanes full, in one of three ways. Of the height it knows only the factors of the divisors.

use super::{Chunks, FEWEST_CHANNELS, Parts};
use crate::geometry::{Axis, Geometry};
use crate::rows::divide::divide;
use crate::rows::neighbours::{Factors, Padded, average_apart, average_near};
use crate::rows::sums::Rows;
use crate::rows::transpose::{transpose, transpose_quotients};
use crate::simd::Element;

/// How forward sums along rows. Backward has no method for padded rows.
#[derive(Clone, Copy, Debug)]
pub enum Method {
    /// Lanes are channels.
    Channels,
    /// Rows are transposed, so that lanes are rows.
    Transposed,
    /// Lanes are neighbours of a row, which lies between zeros. With a stride of 2 and more there is one channel.
    Padded {
        /// Zeros before the first element.
        before: usize,
        /// From the start of a row to the start of the next one.
        pitch: usize,
    },
}

/// The most taps with stride 1 that padded rows are faster for. Prefix and suffix sums of transposed rows are faster for more.
const MOST_NEAR: usize = 14;

/// The same for planes of one row, which must be cut into blocks to be transposed.
const MOST_NEAR_IN_A_ROW: usize = 32;

/// The most taps for each position of a longer stride.
const MOST_APART: usize = 6;

/// Zeros that a row may always hold. With more of them than elements, it is not padded.
const MOST_ZEROS: u64 = 64;

impl Method {
    /// The fastest method, for vectors of `lanes` lanes.
    pub fn new(geometry: &Geometry, lanes: usize) -> Self {
        let Geometry { rows, columns, channels, .. } = geometry;
        let (stride, taps) = (columns.stride, columns.kernel);
        let is_short = match stride {
            _ if !columns.is_regular() => false,
            1 => taps <= if rows.input == 1 { MOST_NEAR_IN_A_ROW } else { MOST_NEAR },
            _ => *channels == 1 && columns.dilation == 1 && taps <= MOST_APART * stride,
        };
        let last_start = (columns.output as u64 - 1) * stride as u64;
        let positions =
            (columns.pad_begin as u64 + columns.input as u64).max(last_start + elements_read(columns, lanes));
        let pitch = positions.saturating_mul(*channels as u64);
        let has_few_zeros = pitch <= 2 * geometry.input_width() as u64 + MOST_ZEROS;
        if is_short && has_few_zeros && geometry.output_width() >= lanes {
            Self::Padded { before: columns.pad_begin * channels, pitch: pitch as usize }
        } else if *channels < FEWEST_CHANNELS {
            Self::Transposed
        } else {
            Self::Channels
        }
    }

    /// Zeros before the first sum of rows, and the distance from one sum to the next, for sums of `width` elements.
    pub fn layout(self, width: usize) -> [usize; 2] {
        if let Self::Padded { before, pitch } = self { [before, pitch] } else { [0, width] }
    }
}

/// The positions of a padded row that an average reads, from its first tap on. With a longer stride they fill whole vectors.
pub fn elements_read(columns: &Axis, lanes: usize) -> u64 {
    if columns.stride == 1 { columns.last_tap() + 1 } else { columns.kernel.next_multiple_of(lanes) as u64 }
}

/// `averages[r, ow] = Σ_j rows[r, taps of ow] / (factors.rows[r] · factors.columns[ow])`, for rows that start with the first tap
/// of window 0.
#[inline(always)]
pub fn average_padded<T: Element>(geometry: &Geometry, averages: &mut [T], rows: Padded<T>, factors: Factors<T>) {
    let Geometry { columns, channels, .. } = geometry;
    if columns.stride == 1 {
        average_near(averages, rows, [columns.kernel, columns.dilation * channels], factors);
    } else {
        average_apart(averages, rows, [columns.kernel, columns.stride], factors);
    }
}

/// The columns of a geometry, with their scratch memory.
pub struct Columns<'a, T> {
    geometry: &'a Geometry,
    method: Method,
    inputs: &'a mut [T],
    outputs: &'a mut [T],
    row_factors: &'a [T],
    column_factors: &'a [T],
}

impl<'a, T: Element> Columns<'a, T> {
    /// The columns for calls with `rows` output rows in all. Also returns the part of the scratch memory for the band.
    #[inline(never)]
    pub fn new(chunks: &Chunks, geometry: &'a Geometry, scratch: &'a mut [T], rows: usize) -> (&'a mut [T], Self) {
        let Parts { band, inputs, outputs, row_factors, column_factors } = chunks.split(scratch);
        let row_factors = &mut row_factors[..chunks.rows.max(geometry.rows.output).min(rows)];
        geometry.row_factors(row_factors);
        geometry.column_factors(0, column_factors);
        (band, Self { geometry, method: chunks.method, inputs, outputs, row_factors, column_factors })
    }

    /// `averages[r, ow] = Σ_j sums[r, taps of ow] / divisor(r, ow)`, for rows of a plane from number `first` on, or of whole
    /// planes.
    #[inline(never)]
    pub fn average(&mut self, averages: &mut [T], sums: &[T], first: usize) {
        let Geometry { columns, column_phases, channels, .. } = self.geometry;
        let width = self.geometry.input_width();
        let count = averages.len() / self.geometry.output_width();
        let row_factors = &self.row_factors[first..][..count];
        match self.method {
            Method::Transposed => {
                let inputs = &mut self.inputs[..sums.len()];
                transpose(inputs, sums, [count, width], width);
                let sources = Rows { elements: inputs, first: 0, width: channels * count };
                let outputs = &mut self.outputs[..averages.len()];
                column_phases.sum_taps(0..columns.output, outputs, sources, 1);
                transpose_quotients(averages, outputs, self.column_factors, row_factors);
            }
            Method::Channels => {
                let sources = Rows { elements: sums, first: 0, width: *channels };
                let outputs = &mut self.outputs[..averages.len()];
                column_phases.sum_taps(0..columns.output, outputs, sources, count);
                divide(averages, outputs, row_factors, self.column_factors);
            }
            Method::Padded { pitch, .. } => {
                let rows = Padded { elements: sums, pitch };
                let factors = Factors { rows: row_factors, columns: self.column_factors };
                average_padded(self.geometry, averages, rows, factors);
            }
        }
    }

    /// `sums[r, iw] = Σ_ow gradients[r, windows of iw] / divisor(r, ow)`, for rows from number `first` on.
    pub fn spread(&mut self, sums: &mut [T], gradients: &[T], first: usize) {
        let Geometry { columns, column_phases, channels, .. } = self.geometry;
        let width = self.geometry.input_width();
        let count = sums.len() / width;
        let row_factors = &self.row_factors[first..][..count];
        let outputs = &mut self.outputs[..gradients.len()];
        if *channels < FEWEST_CHANNELS {
            transpose_quotients(outputs, gradients, row_factors, self.column_factors);
            let inputs = &mut self.inputs[..sums.len()];
            let sources = Rows { elements: outputs, first: 0, width: channels * count };
            column_phases.sum_windows(0..columns.input, inputs, sources, 1);
            transpose(sums, inputs, [width, count], count);
        } else {
            divide(outputs, gradients, row_factors, self.column_factors);
            let sources = Rows { elements: outputs, first: 0, width: *channels };
            column_phases.sum_windows(0..columns.input, sums, sources, count);
        }
    }
}
