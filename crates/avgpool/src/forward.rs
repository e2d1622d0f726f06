//! The general path forward: for every output row, add rows, slide the windows along the sum, divide.
//!
//! It knows the order of the steps; backward takes the same ones in reverse.

use crate::geometry::Geometry;
use crate::row::{Quotient, sum_terms, update};
use crate::scratch::{Layout, Scratch};
use crate::simd::Element;

/// `output[oh, ow] = Σ_{i, j} input[taps of oh, taps of ow] / divisor(oh, ow)`, for any geometry.
pub fn forward<T: Element>(geometry: &Geometry, layout: &Layout, input: &[T], output: &mut [T], scratch: &mut [T]) {
    let rows = &geometry.rows;
    let (in_width, out_width) = (geometry.columns.input, geometry.columns.output);
    let Scratch { mut columns, mut queue, mut divisors } = Scratch::new(geometry, layout, scratch);
    columns.start_windows();
    for (input, output) in geometry.planes(input, output) {
        // Output rows whose taps lie on the same input rows follow one another; without dilation these are all.
        for class in 0..rows.spacing.min(rows.output) {
            queue.clear();
            for oh in (class..rows.output).step_by(rows.spacing) {
                let taps = rows.taps(oh);
                let sum = columns.input_row();
                if rows.is_long() {
                    queue.sum(sum, taps, |ih, row| row.copy_from_slice(&input[ih * in_width..][..in_width]));
                } else {
                    // One tap has no next one, and then its distance may be any number.
                    let spacing = taps.step.wrapping_mul(in_width);
                    sum_terms(sum, &input[taps.first * in_width..], taps.count, spacing);
                }
                let output = &mut output[oh * out_width..][..out_width];
                columns.windows(output);
                update::<Quotient, T>(output, divisors.of_row(oh));
            }
        }
    }
}
