//! The general path backward: gradients are divided, spread along columns, spread along rows.
//!
//! It knows the order of the steps, those of forward in reverse.

use crate::columns::Columns;
use crate::geometry::Geometry;
use crate::scratch::Layout;
use crate::simd::Element;
use crate::sums::{Rows, sum_rows};

/// `grad_input[ih, iw] = Σ_{oh, ow} grad_output[windows of ih, windows of iw] / divisor(oh, ow)`, for any geometry.
///
/// Rows of the gradient are divided and spread over the input's width. They are held for as long as there are input rows to
/// add them to.
pub fn backward<T: Element>(
    geometry: &Geometry,
    layout: &Layout,
    grad_output: &[T],
    grad_input: &mut [T],
    scratch: &mut [T],
) {
    let Geometry { rows, columns, .. } = geometry;
    let (width, output_width) = (geometry.input_width(), geometry.output_width());
    let row_windows = rows.windows();
    let all_rows = grad_output.len() / output_width;
    let (band, mut columns) = Columns::new(geometry, columns.windows(), layout, scratch, all_rows);
    // Spreads rows of the gradient, numbered through all planes, over the input's width.
    let mut spread = |start: usize, band: &mut [T]| {
        let count = layout.rows.min(all_rows - start);
        let gradients = &grad_output[start * output_width..][..count * output_width];
        columns.spread(&mut band[..count * width], gradients, start);
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
