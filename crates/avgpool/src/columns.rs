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
    input_columns: &'a mut [T],
    output_columns: &'a mut [T],
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
        let Scratch { band, input_columns, output_columns, row_factors, column_factors } = layout.cut(scratch);
        let row_factors = &mut row_factors[..(layout.rows + geometry.rows.output).min(rows)];
        geometry.divisor.row_factors(&geometry.rows, row_factors);
        geometry.divisor.column_factors(&geometry.columns, column_factors);
        let turned = layout.turned;
        (band, Self { geometry, combs, turned, input_columns, output_columns, row_factors, column_factors })
    }

    /// `averages[r, ow] = Σ_j sums[r, taps of ow] / divisor(r, ow)`, for some rows from row `first` on, numbered through
    /// all planes.
    pub fn average(&mut self, averages: &mut [T], sums: &[T], first: usize) {
        let Geometry { rows, columns, channels, .. } = *self.geometry;
        let width = self.geometry.input_width();
        let count = sums.len() / width;
        let row_factors = &self.row_factors[first % rows.output..][..count];
        let output_columns = &mut self.output_columns[..averages.len()];
        if self.turned {
            let input_columns = &mut self.input_columns[..sums.len()];
            transpose(input_columns, sums, [count, width]);
            let elements = Rows { elements: input_columns, first: 0, width: channels * count };
            sum_rows(&self.combs, &(0..columns.output), output_columns, elements, 1);
            transpose_quotients(averages, output_columns, self.column_factors, row_factors);
        } else {
            let elements = Rows { elements: sums, first: 0, width: channels };
            sum_rows(&self.combs, &(0..columns.output), output_columns, elements, count);
            divide(averages, output_columns, row_factors, self.column_factors);
        }
    }

    /// `sums[r, iw] = Σ_ow gradients[r, windows of iw] / divisor(r, ow)`, for some rows from row `first` on, numbered
    /// through all planes.
    pub fn spread(&mut self, sums: &mut [T], gradients: &[T], first: usize) {
        let Geometry { rows, columns, channels, .. } = *self.geometry;
        let width = self.geometry.input_width();
        let count = sums.len() / width;
        let row_factors = &self.row_factors[first % rows.output..][..count];
        let output_columns = &mut self.output_columns[..gradients.len()];
        if self.turned {
            transpose_quotients(output_columns, gradients, row_factors, self.column_factors);
            let input_columns = &mut self.input_columns[..sums.len()];
            let elements = Rows { elements: output_columns, first: 0, width: channels * count };
            sum_rows(&self.combs, &(0..columns.input), input_columns, elements, 1);
            transpose(sums, input_columns, [width, count]);
        } else {
            divide(output_columns, gradients, row_factors, self.column_factors);
            let elements = Rows { elements: output_columns, first: 0, width: channels };
            sum_rows(&self.combs, &(0..columns.input), sums, elements, count);
        }
    }
}
