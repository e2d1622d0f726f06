//! The general path backward: divide every output row, spread its windows along the row, add such rows.
//!
//! It knows the order of the steps, those of forward in reverse.

use crate::columns::{halo, spread};
use crate::plan::Plan;
use crate::row::{Quotient, combine};
use crate::scratch::{Layout, Scratch};
use crate::simd::Element;

/// `grad_input[ih, iw] = Σ_{oh, ow} grad_output[windows of ih, windows of iw] / divisor(oh, ow)`, for any geometry.
pub fn backward<T: Element>(plan: &Plan, layout: &Layout, grad_output: &[T], grad_input: &mut [T], scratch: &mut [T]) {
    let Plan { rows, columns, .. } = plan;
    let Scratch { columns: mut work, mut queue, mut divisors } = Scratch::new(plan, layout, scratch);
    let width = columns.output;
    let halo = halo(columns);
    let planes = grad_output.chunks_exact(plan.output_len()).zip(grad_input.chunks_exact_mut(plan.input_len()));
    for (grad_output, grad_input) in planes {
        // Input rows whose windows are the same output rows follow one another; without dilation these are all.
        for class in 0..rows.dilation.min(rows.input) {
            queue.clear();
            for ih in (class..rows.input).step_by(rows.dilation) {
                let sum = &mut grad_input[ih * columns.input..][..columns.input];
                queue.sum(sum, rows.windows(ih), |oh, row| {
                    let quotients = &mut work.spread[halo..][..width];
                    combine::<Quotient, T>(quotients, &grad_output[oh * width..], divisors.of_row(oh));
                    spread(columns, &mut work, row);
                });
            }
        }
    }
}
