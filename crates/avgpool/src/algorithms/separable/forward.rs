//! Forward: adds rows, adds columns, divides.
//!
//! It knows the order of the steps. Backward takes them in reverse.

use super::Chunks;
use super::columns::Columns;
use crate::geometry::Geometry;
use crate::rows::sums::Rows;
use crate::simd::Element;

/// `output[oh, ow] = Σ_{i, j} input[taps of oh, taps of ow] / divisor(oh, ow)`
///
/// It computes a chunk of output rows at a time, of one plane or several: sums of input rows, then averages of their columns.
#[inline(never)]
pub fn forward<T: Element>(chunks: &Chunks, geometry: &Geometry, input: &[T], output: &mut [T], scratch: &mut [T]) {
    let (width, output_width) = (geometry.input_width(), geometry.output_width());
    let (band, mut columns) = Columns::new(chunks, geometry, scratch, output.len() / output_width);
    let [before, pitch] = chunks.method.layout(width);
    if pitch > width {
        // Sums are written between these zeros.
        band.fill(T::default());
    }
    for (chunk, output) in output.chunks_mut(chunks.rows * output_width).enumerate() {
        let rows = chunk * chunks.rows..chunk * chunks.rows + output.len() / output_width;
        let mut rest = &mut band[before..][..rows.len() * pitch];
        for (planes, results) in geometry.output_rows(rows.clone()) {
            let elements = &input[planes.start * geometry.input_len()..planes.end * geometry.input_len()];
            let sources = Rows { elements, first: 0, width };
            let sums = rest.split_off_mut(..planes.len() * results.len() * pitch).expect("rows of the band");
            geometry.row_phases.sum_taps_apart(results, sums, pitch, sources, planes.len());
        }
        columns.average(output, &band[..rows.len() * pitch], rows.start);
    }
}
