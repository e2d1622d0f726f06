//! The general path backward: divide every output row, spread its windows along the row, add such rows.
//!
//! It knows the order of the steps, those of forward in reverse.

use crate::geometry::Geometry;
use crate::row::{Quotient, combine};
use crate::scratch::{Layout, Scratch};
use crate::simd::Element;

/// `grad_input[ih, iw] = Σ_{oh, ow} grad_output[windows of ih, windows of iw] / divisor(oh, ow)`, for any geometry.
pub fn backward<T: Element>(
    geometry: &Geometry,
    layout: &Layout,
    grad_output: &[T],
    grad_input: &mut [T],
    scratch: &mut [T],
) {
    let rows = &geometry.rows;
    let (in_width, out_width) = (geometry.columns.input, geometry.columns.output);
    let Scratch { mut columns, mut queue, mut divisors } = Scratch::new(geometry, layout, scratch);
    columns.start_spread();
    for (grad_output, grad_input) in geometry.planes_back(grad_output, grad_input) {
        // Input rows whose windows are the same output rows follow one another; without dilation these are all.
        for class in 0..rows.dilation.min(rows.input) {
            queue.clear();
            for ih in (class..rows.input).step_by(rows.dilation) {
                let sum = &mut grad_input[ih * in_width..][..in_width];
                queue.sum(sum, rows.windows(ih), |oh, row| {
                    let grad_output = &grad_output[oh * out_width..][..out_width];
                    combine::<Quotient, T>(columns.output_row(), grad_output, divisors.of_row(oh));
                    columns.spread(row);
                });
            }
        }
    }
}
