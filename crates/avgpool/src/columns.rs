//! The general path along the width: rows of sums become averages and, backward, gradients become what is added to rows.
//!
//! It knows the two ways to keep the lanes full. With many channels a lane is a channel. With few of them, or one, rows are
//! turned on their side, and a lane is a row. Of the height it knows no more than what a row is divided by.

use crate::axis::Combs;
use crate::divisor::divide;
use crate::geometry::Geometry;
use crate::scratch::{Layout, Scratch};
use crate::simd::Element;
use crate::sums::{Rows, sum_rows};
use crate::transpose::{transpose, transpose_quotients};

/// The columns of a geometry in one direction, with the memory that they take.
pub struct Columns<'a, T> {
    geometry: &'a Geometry,
    combs: Combs<'a>,
    turned: bool,
    inputs: &'a mut [T],
    outputs: &'a mut [T],
    row_factors: &'a [T],
    column_factors: &'a [T],
}

impl<'a, T: Element> Columns<'a, T> {
    /// The columns whose sums are those of `combs`, of `rows` rows of output in all. Also gives the band of memory that
    /// the rows work in.
    pub fn new(
        geometry: &'a Geometry,
        combs: Combs<'a>,
        layout: &Layout,
        scratch: &'a mut [T],
        rows: usize,
    ) -> (&'a mut [T], Self) {
        let Scratch { band, inputs, outputs, row_factors, column_factors } = layout.cut(scratch);
        let row_factors = &mut row_factors[..(layout.rows + geometry.rows.output).min(rows)];
        geometry.divisor.row_factors(&geometry.rows, row_factors);
        geometry.divisor.column_factors(&geometry.columns, column_factors);
        let turned = layout.turned;
        (band, Self { geometry, combs, turned, inputs, outputs, row_factors, column_factors })
    }

    /// `averages[r, ow] = Σ_j sums[r, taps of ow] / divisor(r, ow)`, for some rows from row `first` on, numbered through
    /// all planes.
    pub fn average(&mut self, averages: &mut [T], sums: &[T], first: usize) {
        let Geometry { rows, columns, channels, .. } = *self.geometry;
        let width = self.geometry.input_width();
        let count = sums.len() / width;
        let row_factors = &self.row_factors[first % rows.output..][..count];
        let outputs = &mut self.outputs[..averages.len()];
        if self.turned {
            let inputs = &mut self.inputs[..sums.len()];
            transpose(inputs, sums, [count, width]);
            let elements = Rows { elements: inputs, first: 0, width: channels * count };
            sum_rows(&self.combs, &(0..columns.output), outputs, elements, 1);
            transpose_quotients(averages, outputs, self.column_factors, row_factors);
        } else {
            let elements = Rows { elements: sums, first: 0, width: channels };
            sum_rows(&self.combs, &(0..columns.output), outputs, elements, count);
            divide(averages, outputs, row_factors, self.column_factors);
        }
    }

    /// `sums[r, iw] = Σ_ow gradients[r, windows of iw] / divisor(r, ow)`, for some rows from row `first` on, numbered
    /// through all planes.
    pub fn spread(&mut self, sums: &mut [T], gradients: &[T], first: usize) {
        let Geometry { rows, columns, channels, .. } = *self.geometry;
        let width = self.geometry.input_width();
        let count = sums.len() / width;
        let row_factors = &self.row_factors[first % rows.output..][..count];
        let outputs = &mut self.outputs[..gradients.len()];
        if self.turned {
            transpose_quotients(outputs, gradients, row_factors, self.column_factors);
            let inputs = &mut self.inputs[..sums.len()];
            let elements = Rows { elements: outputs, first: 0, width: channels * count };
            sum_rows(&self.combs, &(0..columns.input), inputs, elements, 1);
            transpose(sums, inputs, [width, count]);
        } else {
            divide(outputs, gradients, row_factors, self.column_factors);
            let elements = Rows { elements: outputs, first: 0, width: channels };
            sum_rows(&self.combs, &(0..columns.input), sums, elements, count);
        }
    }
}
