//! The general path forward: rows are added, columns are added, the sums are divided.
//!
//! It knows the order of the steps; backward takes the same ones in reverse.

use crate::geometry::Geometry;
use crate::scratch::{Layout, Scratch};
use crate::simd::Element;
use crate::sums::{Rows, sum_rows};
use crate::transpose::{transpose, transpose_quotients};

/// `output[oh, ow] = Σ_{i, j} input[taps of oh, taps of ow] / divisor(oh, ow)`, for any geometry.
///
/// Output rows are made some at a time, of one plane or several. Input rows are added up to as many sums, which are then
/// turned on their side: their columns are rows, and windows along the width are sums of rows like those along the height.
pub fn forward<T: Element>(geometry: &Geometry, layout: &Layout, input: &[T], output: &mut [T], scratch: &mut [T]) {
    let Geometry { rows, columns, divisor } = geometry;
    let (row_taps, column_taps) = (rows.taps(), columns.taps());
    let Scratch { band, input_columns, output_columns, row_factors, column_factors } = layout.cut(scratch);
    divisor.column_factors(columns, column_factors);
    let row_factors = &mut row_factors[..(layout.rows + rows.output).min(output.len() / columns.output)];
    divisor.row_factors(rows, row_factors);
    for (chunk, output) in output.chunks_mut(layout.rows * columns.output).enumerate() {
        let start = chunk * layout.rows;
        let count = output.len() / columns.output;
        let band = &mut band[..count * columns.input];
        let mut rest = &mut *band;
        for (planes, results) in geometry.output_rows(start..start + count) {
            let elements = &input[planes.start * geometry.input_len()..planes.end * geometry.input_len()];
            let length = planes.len() * results.len() * columns.input;
            let sums = rest.split_off_mut(..length).expect("a band of as many rows");
            sum_rows(&row_taps, &results, sums, Rows { elements, first: 0, width: columns.input }, planes.len());
        }
        let input_columns = &mut input_columns[..count * columns.input];
        transpose(input_columns, band, [count, columns.input]);
        let output_columns = &mut output_columns[..count * columns.output];
        let elements = Rows { elements: input_columns, first: 0, width: count };
        sum_rows(&column_taps, &(0..columns.output), output_columns, elements, 1);
        let row_factors = &row_factors[start % rows.output..][..count];
        transpose_quotients(output, output_columns, column_factors, row_factors);
    }
}
