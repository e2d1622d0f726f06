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
/// It computes a chunk of output rows at a time: of one plane, or whole planes. Sums of input rows become averages of their
/// columns.
#[inline(never)]
pub fn forward<T: Element>(chunks: &Chunks, geometry: &Geometry, input: &[T], output: &mut [T], scratch: &mut [T]) {
    let (width, output_width, height) = (geometry.input_width(), geometry.output_width(), geometry.rows.output);
    let (band, mut columns) = Columns::new(chunks, geometry, scratch, output.len() / output_width);
    let [before, pitch] = chunks.method.layout(width);
    if pitch > width {
        // Sums are written between these zeros.
        band.fill(T::default());
    }
    let planes = chunks.planes(height);
    for (input, output) in
        input.chunks(planes * geometry.input_len()).zip(output.chunks_mut(planes * geometry.output_len()))
    {
        let sources = Rows { elements: input, first: 0, width };
        let planes = input.len() / geometry.input_len();
        let (mut first, mut rest) = (0, output);
        while !rest.is_empty() {
            let rows = chunks.next(rest.len() / output_width);
            let averages = rest.split_off_mut(..rows * output_width).expect("rows of the output");
            let results = first..height.min(first + rows);
            let sums = &mut band[before..][..rows * pitch];
            geometry.row_phases.sum_taps_apart(results, sums, pitch, sources, planes);
            columns.average(averages, &band[..rows * pitch], first);
            first += rows;
        }
    }
}
