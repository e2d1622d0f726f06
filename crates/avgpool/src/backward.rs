//! The general path backward: gradients are divided, spread along columns, spread along rows.
//!
//! It knows the order of the steps, those of forward in reverse.

use crate::geometry::Geometry;
use crate::scratch::{Layout, Scratch};
use crate::simd::Element;
use crate::sums::{Rows, sum_rows};
use crate::transpose::{transpose, transpose_quotients};

/// `grad_input[ih, iw] = Σ_{oh, ow} grad_output[windows of ih, windows of iw] / divisor(oh, ow)`, for any geometry.
///
/// Rows of the gradient are divided and turned on their side, spread over the input's width there, and turned back. They
/// are held for as long as there are input rows to add them to.
pub fn backward<T: Element>(
    geometry: &Geometry,
    layout: &Layout,
    grad_output: &[T],
    grad_input: &mut [T],
    scratch: &mut [T],
) {
    let Geometry { rows, columns, divisor } = geometry;
    let (row_windows, column_windows) = (rows.windows(), columns.windows());
    let width = columns.input;
    let Scratch { band, input_columns, output_columns, row_factors, column_factors } = layout.cut(scratch);
    divisor.column_factors(columns, column_factors);
    let all_rows = grad_output.len() / columns.output;
    let row_factors = &mut row_factors[..(layout.rows + rows.output).min(all_rows)];
    divisor.row_factors(rows, row_factors);
    // Spreads rows of the gradient, numbered through all planes, over the input's width.
    let mut spread = |start: usize, band: &mut [T]| {
        let count = layout.rows.min(all_rows - start);
        let grad_output = &grad_output[start * columns.output..][..count * columns.output];
        let row_factors = &row_factors[start % rows.output..][..count];
        let output_columns = &mut output_columns[..grad_output.len()];
        transpose_quotients(output_columns, grad_output, row_factors, column_factors);
        let input_columns = &mut input_columns[..count * width];
        let elements = Rows { elements: output_columns, first: 0, width: count };
        sum_rows(&column_windows, &(0..width), input_columns, elements, 1);
        transpose(&mut band[..count * width], input_columns, [width, count]);
        count
    };
    if layout.rows.is_multiple_of(rows.output) {
        let planes = layout.rows / rows.output;
        for (i, grad_input) in grad_input.chunks_mut(planes * geometry.input_len()).enumerate() {
            let count = spread(i * layout.rows, band);
            let sources = Rows { elements: &band[..count * width], first: 0, width };
            sum_rows(&row_windows, &(0..rows.input), grad_input, sources, count / rows.output);
        }
        return;
    }
    // The rows in the band. They may end before a plane does whose last windows lie in the padding.
    let mut held = 0_usize..0;
    for (plane, grad_input) in grad_input.chunks_exact_mut(geometry.input_len()).enumerate() {
        let base = plane * rows.output;
        let mut done = 0;
        while done < rows.input {
            let ready = rows.complete(held.end.saturating_sub(base));
            if ready > done {
                let skipped = base.saturating_sub(held.start);
                let elements = &band[skipped * width..];
                let sources = Rows { elements, first: (held.start + skipped) - base, width };
                sum_rows(&row_windows, &(done..ready), &mut grad_input[done * width..ready * width], sources, 1);
                done = ready;
            } else {
                let still = held.start.max(base + rows.earliest_window(done)).min(held.end);
                band.copy_within((still - held.start) * width..held.len() * width, 0);
                held.start = still;
                held.end += spread(held.end, &mut band[held.len() * width..]);
            }
        }
    }
}
