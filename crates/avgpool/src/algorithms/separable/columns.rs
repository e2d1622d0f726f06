//! The width: rows of sums become averages and, backward, gradients become rows to add.
//!
//! It keeps all lanes full: with many channels, lanes are channels; with few, rows are transposed and lanes are rows. Of the
//! height it knows only the factors of the divisors.

use super::{Parts, Separable};
use crate::geometry::Geometry;
use crate::rows::divide::divide;
use crate::rows::sums::Rows;
use crate::rows::transpose::{transpose, transpose_quotients};
use crate::simd::Element;

/// The columns of a geometry, with their scratch memory.
pub struct Columns<'a, T> {
    geometry: &'a Geometry,
    transposed: bool,
    inputs: &'a mut [T],
    outputs: &'a mut [T],
    row_factors: &'a [T],
    column_factors: &'a [T],
}

impl<'a, T: Element> Columns<'a, T> {
    /// The columns for calls with `rows` output rows in all. Also returns the part of the scratch memory for the band.
    pub fn new(
        separable: &Separable,
        geometry: &'a Geometry,
        scratch: &'a mut [T],
        rows: usize,
    ) -> (&'a mut [T], Self) {
        let Parts { band, inputs, outputs, row_factors, column_factors } = separable.split(scratch);
        let row_factors = &mut row_factors[..(separable.rows + geometry.rows.output).min(rows)];
        geometry.row_factors(row_factors);
        geometry.column_factors(0, column_factors);
        (band, Self { geometry, transposed: separable.transposed, inputs, outputs, row_factors, column_factors })
    }

    /// `averages[r, ow] = Σ_j sums[r, taps of ow] / divisor(r, ow)`, for rows from number `first` on. Rows are numbered
    /// through all planes.
    pub fn average(&mut self, averages: &mut [T], sums: &[T], first: usize) {
        let Geometry { rows, columns, column_phases, channels, .. } = self.geometry;
        let width = self.geometry.input_width();
        let count = sums.len() / width;
        let row_factors = &self.row_factors[first % rows.output..][..count];
        let outputs = &mut self.outputs[..averages.len()];
        if self.transposed {
            let inputs = &mut self.inputs[..sums.len()];
            transpose(inputs, sums, [count, width], width);
            let sources = Rows { elements: inputs, first: 0, width: channels * count };
            column_phases.sum_taps(0..columns.output, outputs, sources, 1);
            transpose_quotients(averages, outputs, self.column_factors, row_factors);
        } else {
            let sources = Rows { elements: sums, first: 0, width: *channels };
            column_phases.sum_taps(0..columns.output, outputs, sources, count);
            divide(averages, outputs, row_factors, self.column_factors);
        }
    }

    /// `sums[r, iw] = Σ_ow gradients[r, windows of iw] / divisor(r, ow)`, for rows from number `first` on.
    pub fn spread(&mut self, sums: &mut [T], gradients: &[T], first: usize) {
        let Geometry { rows, columns, column_phases, channels, .. } = self.geometry;
        let width = self.geometry.input_width();
        let count = sums.len() / width;
        let row_factors = &self.row_factors[first % rows.output..][..count];
        let outputs = &mut self.outputs[..gradients.len()];
        if self.transposed {
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
