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
/// It processes a chunk of gradient rows at a time, of one plane or whole planes: spreads them over the width, then sums those
/// of the input rows that they complete.
#[inline(never)]
pub fn backward<T: Element>(
    chunks: &Chunks,
    geometry: &Geometry,
    grad_output: &[T],
    grad_input: &mut [T],
    scratch: &mut [T],
) {
    let (width, output_width, height) = (geometry.input_width(), geometry.output_width(), geometry.rows.output);
    let (band, mut columns) = Columns::new(chunks, geometry, scratch, grad_output.len() / output_width);
    let planes = chunks.planes(height);
    for (grad_output, grad_input) in
        grad_output.chunks(planes * geometry.output_len()).zip(grad_input.chunks_mut(planes * geometry.input_len()))
    {
        let planes = grad_input.len() / geometry.input_len();
        let (mut band, mut rest, mut done) = (Band::new(&mut *band, width), grad_input, 0);
        // A band has the chunks of its plane, after the rows that its first ones need of the chunk before.
        let (mut first, end, before) = (0, planes * height, geometry.rows.windows_before % chunks.rows);
        while first < end {
            let rows = if first == 0 && before > 0 { end.min(chunks.rows - before) } else { chunks.next(end - first) };
            let gradients = &grad_output[first * output_width..][..rows * output_width];
            columns.spread(band.append(rows), gradients, first);
            let complete = geometry.rows.complete(first + rows);
            if complete > done {
                let sums = rest.split_off_mut(..planes * (complete - done) * width).expect("rows of the gradient");
                geometry.row_phases.sum_windows(done..complete, sums, band.rows(), planes);
                done = complete;
            }
            let is_done = done == geometry.rows.input;
            first += rows;
            band.drop_before(if is_done { first } else { geometry.rows.earliest_window(done) });
        }
    }
}
