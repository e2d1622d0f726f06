//! The general path forward: for every output row, add rows, slide the windows along the sum, divide.
//!
//! It knows the order of the steps; backward takes the same ones in reverse.

use crate::columns::windows;
use crate::plan::Plan;
use crate::row::{LONG, Quotient, sum_terms, update};
use crate::scratch::{Layout, Scratch};
use crate::simd::Element;

/// `output[oh, ow] = Σ_{i, j} input[taps of oh, taps of ow] / divisor(oh, ow)`, for any geometry.
pub fn forward<T: Element>(plan: &Plan, layout: &Layout, input: &[T], output: &mut [T], scratch: &mut [T]) {
    let Plan { rows, columns, .. } = plan;
    let Scratch { columns: mut work, mut queue, mut divisors } = Scratch::new(plan, layout, scratch);
    let width = columns.input;
    let planes = input.chunks_exact(plan.input_len()).zip(output.chunks_exact_mut(plan.output_len()));
    for (input, output) in planes {
        // Output rows whose taps lie on the same input rows follow one another; without dilation these are all.
        for class in 0..rows.spacing.min(rows.output) {
            queue.clear();
            for oh in (class..rows.output).step_by(rows.spacing) {
                let taps = rows.taps(oh);
                let sum = &mut work.padded[columns.begin..][..width];
                if rows.whole > LONG {
                    queue.sum(sum, taps, |ih, row| row.copy_from_slice(&input[ih * width..][..width]));
                } else {
                    sum_terms(sum, &input[taps.first * width..], taps.count, taps.step * width);
                }
                let output = &mut output[oh * columns.output..][..columns.output];
                windows(columns, &mut work, output);
                update::<Quotient, T>(output, divisors.of_row(oh));
            }
        }
    }
}
