//! The general path forward: rows are added, columns are added, the sums are divided.
//!
//! It knows the order of the steps; backward takes the same ones in reverse.

use crate::columns::Columns;
use crate::geometry::Geometry;
use crate::scratch::Layout;
use crate::simd::Element;
use crate::sums::{Rows, sum_rows};

/// `output[oh, ow] = Σ_{i, j} input[taps of oh, taps of ow] / divisor(oh, ow)`, for any geometry.
///
/// Output rows are made some at a time, of one plane or several. Input rows are added up to as many sums, and the columns
/// of these to averages.
pub fn forward<T: Element>(geometry: &Geometry, layout: &Layout, input: &[T], output: &mut [T], scratch: &mut [T]) {
    let Geometry { rows, columns, .. } = geometry;
    let (width, output_width) = (geometry.input_width(), geometry.output_width());
    let row_taps = rows.taps();
    let all_rows = output.len() / output_width;
    let (band, mut columns) = Columns::new(geometry, columns.taps(), layout, scratch, all_rows);
    for (chunk, output) in output.chunks_mut(layout.rows * output_width).enumerate() {
        let start = chunk * layout.rows;
        let count = output.len() / output_width;
        let band = &mut band[..count * width];
        let mut rest = &mut *band;
        for (planes, results) in geometry.output_rows(start..start + count) {
            let elements = &input[planes.start * geometry.input_len()..planes.end * geometry.input_len()];
            let sums = rest.split_off_mut(..planes.len() * results.len() * width).expect("a band of as many rows");
            sum_rows(&row_taps, &results, sums, Rows { elements, first: 0, width }, planes.len());
        }
        columns.average(output, band, start);
    }
}
