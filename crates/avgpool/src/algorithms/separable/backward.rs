//! Backward: divides gradients, spreads them along columns, spreads them along rows.
//!
//! It knows the order of the steps, which is that of forward in reverse.

use super::Chunks;
use super::band::Band;
use super::columns::Columns;
use crate::geometry::Geometry;
use crate::simd::Element;

/// `grad_input[ih, iw] = Σ_{oh, ow} grad_output[windows of ih, windows of iw] / divisor(oh, ow)`
///
/// It processes a chunk of gradient rows at a time, of one plane or several: spreads them over the width, then sums those of
/// the input rows that they complete.
#[inline(never)]
pub fn backward<T: Element>(
    chunks: &Chunks,
    geometry: &Geometry,
    grad_output: &[T],
    grad_input: &mut [T],
    scratch: &mut [T],
) {
    let (width, output_width) = (geometry.input_width(), geometry.output_width());
    let (band, mut columns) = Columns::new(chunks, geometry, scratch, grad_output.len() / output_width);
    let mut band = Band::new(band, width);
    let mut rest = grad_input;
    for (chunk, gradients) in grad_output.chunks(chunks.rows * output_width).enumerate() {
        let rows = chunk * chunks.rows..chunk * chunks.rows + gradients.len() / output_width;
        columns.spread(band.append(rows.len()), gradients, rows.start);
        for (planes, results) in geometry.input_rows(rows.clone()) {
            let sums = rest.split_off_mut(..planes.len() * results.len() * width).expect("rows of the gradient");
            let sources = band.rows(planes.start * geometry.rows.output..planes.end * geometry.rows.output);
            geometry.row_phases.sum_windows(results, sums, sources, planes.len());
        }
        band.drop_before(geometry.first_pending_row(rows.end));
    }
}
