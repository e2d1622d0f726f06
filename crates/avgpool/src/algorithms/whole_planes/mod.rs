//! Any geometry in little scratch memory: sums along one axis of a whole plane, then along the other.
//!
//! It serves planes of few long rows, and planes with more padding than elements, for which `Separable` takes too much memory
//! or time. This file chooses the axis that comes first.

mod columns;

use columns::sum_columns;

use super::{Algorithm, Needs};
use crate::geometry::{Bands, Direction, Geometry};
use crate::rows::divide::divide;
use crate::rows::sums::Rows;
use crate::simd::Element;

/// Between both axes there is one plane of sums, in the order that makes it smaller. Then it is never larger than the larger of
/// input and output.
#[derive(Clone, Copy, Debug)]
pub struct WholePlanes {
    /// Whether forward sums rows first, and backward last. The plane of sums then has the height of the output and the width
    /// of the input. Otherwise it has the height of the input and the width of the output.
    rows_first: bool,
    sums_len: usize,
    /// The scratch memory of a plane: its sums or its quotients.
    plane_len: usize,
    /// The scratch memory of a row: its blocks, or a part of its divisors.
    row_len: usize,
}

impl WholePlanes {
    /// For this much scratch memory. All element types share this code.
    #[inline(never)]
    fn with(geometry: &Geometry, most_scratch: usize) -> Self {
        let Geometry { rows, columns, .. } = geometry;
        // The products fit in 64 bits. One of them may be more than a `usize` counts.
        let [rows_then_columns, columns_then_rows] =
            [rows.output as u64 * geometry.input_width() as u64, rows.input as u64 * geometry.output_width() as u64];
        let rows_first = columns.output > columns.input || rows_then_columns <= columns_then_rows;
        let sums_len = if rows_first { rows_then_columns } else { columns_then_rows } as usize;
        let plane_len = sums_len.max(geometry.output_len());
        let row_len = most_scratch - geometry.input_len().max(geometry.output_len());
        Self { rows_first, sums_len, plane_len, row_len }
    }
}

impl<T: Element> Algorithm<T> for WholePlanes {
    fn new(geometry: &Geometry, needs: &mut Needs) -> Option<Self> {
        let algorithm = Self::with(geometry, geometry.most_scratch::<T>());
        *needs = Needs { scratch_len: algorithm.plane_len + algorithm.row_len, bands: Bands::NONE };
        Some(algorithm)
    }

    /// `output[oh, ow] = Σ_{i, j} input[taps of oh, taps of ow] / divisor(oh, ow)`
    #[inline(never)]
    fn forward(&self, geometry: &Geometry, input: &[T], output: &mut [T], scratch: &mut [T]) {
        let (scratch, row) = scratch.split_at_mut(self.plane_len);
        for (input, output) in geometry.planes(input, output) {
            let sums = &mut scratch[..self.sums_len];
            if self.rows_first {
                sum_rows(geometry, Direction::Forward, sums, input);
                sum_columns(geometry, Direction::Forward, output, sums, row);
            } else {
                sum_columns(geometry, Direction::Forward, sums, input, row);
                sum_rows(geometry, Direction::Forward, output, sums);
            }
            let sums = &mut scratch[..output.len()];
            sums.copy_from_slice(output);
            divide_windows(geometry, output, sums, row);
        }
    }

    /// `grad_input[ih, iw] = Σ_{oh, ow} grad_output[windows of ih, windows of iw] / divisor(oh, ow)`
    ///
    /// The gradient of the input holds sums along one axis for as long as it has no results.
    #[inline(never)]
    fn backward(&self, geometry: &Geometry, grad_output: &[T], grad_input: &mut [T], scratch: &mut [T]) {
        let (scratch, row) = scratch.split_at_mut(self.plane_len);
        let (width, output_width) = (geometry.input_width(), geometry.output_width());
        for (grad_output, grad_input) in geometry.planes_back(grad_output, grad_input) {
            divide_windows(geometry, &mut scratch[..grad_output.len()], grad_output, row);
            if self.rows_first {
                // If the output has more rows than the input, the sums take several turns. The output is then wider, so the sums of
                // a turn overwrite no quotient of the next one.
                let (height, count) = (geometry.rows.output, geometry.rows.input);
                for first in (0..height).step_by(count) {
                    let end = (first + count).min(height);
                    let sums = &mut grad_input[..(end - first) * width];
                    let quotients = &scratch[first * output_width..end * output_width];
                    sum_columns(geometry, Direction::Backward, sums, quotients, row);
                    scratch[first * width..end * width].copy_from_slice(sums);
                }
                sum_rows(geometry, Direction::Backward, grad_input, &scratch[..self.sums_len]);
            } else {
                let sums = &mut grad_input[..self.sums_len];
                sum_rows(geometry, Direction::Backward, sums, &scratch[..grad_output.len()]);
                scratch[..self.sums_len].copy_from_slice(sums);
                sum_columns(geometry, Direction::Backward, grad_input, &scratch[..self.sums_len], row);
            }
        }
    }
}

/// Sums rows of any width.
fn sum_rows<T: Element>(geometry: &Geometry, direction: Direction, sums: &mut [T], elements: &[T]) {
    let Geometry { rows, row_phases, .. } = geometry;
    let rows_of = |height: usize| Rows { elements, first: 0, width: elements.len() / height };
    match direction {
        Direction::Forward => row_phases.sum_taps(0..rows.output, sums, rows_of(rows.input), 1),
        Direction::Backward => row_phases.sum_windows(0..rows.input, sums, rows_of(rows.output), 1),
    }
}

/// The elements of a row that are divided at a time: their factors stay in L1.
const FACTORS: usize = 2048;

/// `quotients[oh, ow] = values[oh, ow] / divisor(oh, ow)`, for one plane. `memory` is for factors.
#[inline(never)]
pub(super) fn divide_windows<T: Element>(geometry: &Geometry, quotients: &mut [T], values: &[T], memory: &mut [T]) {
    let Geometry { rows, divisor, .. } = geometry;
    let width = geometry.output_width();
    let most = memory.len().min(FACTORS);
    for start in (0..width).step_by(most) {
        let end = width.min(start + most);
        let factors = &mut memory[..end - start];
        geometry.column_factors(start, factors);
        for oh in 0..rows.output {
            let block = oh * width + start..oh * width + end;
            let row_factor = T::from_f64(divisor.row_factor(rows, oh));
            divide(&mut quotients[block.clone()], &values[block], &[row_factor], factors);
        }
    }
}
