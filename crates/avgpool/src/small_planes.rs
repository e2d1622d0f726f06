//! The general path for many small planes: a lane is a plane, where otherwise it is a row.
//!
//! It knows the order of the steps. Backward takes those of forward in reverse. It stays because it takes 0.4 to 0.75 of the
//! time on planes of 7×7 and 8×8, and as long as the other on those of 20×20 (built with `LARGEST` = 0 and without, and
//! timed in turn).

use crate::geometry::Geometry;
use crate::scratch::cut;
use crate::simd::Element;
use crate::sums::{Rows, sum_rows};
use crate::transpose::{transpose, transpose_quotients};

/// Planes of more elements than this are large: several of them would not stay in the innermost cache.
const LARGEST: usize = 512;

/// What a group of planes has in all, about.
const GROUP: usize = 4096;

/// With fewer planes lanes would stay empty.
const FEWEST: usize = 8;

/// How the memory is cut that a call works in.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Planes that are worked on at a time.
    planes: usize,
    lengths: [usize; 5],
    /// How many elements there are in all.
    pub total: usize,
}

impl Layout {
    /// The layout for planes that are small.
    pub fn new(geometry: &Geometry) -> Option<Self> {
        let (input, output) = (geometry.input_len(), geometry.output_len());
        let sums = geometry.rows.output.checked_mul(geometry.columns.input)?;
        let largest = input.max(output).max(sums);
        if largest > LARGEST || geometry.channels > 1 {
            return None;
        }
        let planes = (GROUP / largest).next_multiple_of(16);
        let lengths = [planes * input, planes * sums, planes * output, output, planes];
        Some(Self { planes, lengths, total: lengths.iter().sum() })
    }
}

/// Whether planes of these elements are as many as this way serves.
pub fn serves<T: Element>(geometry: &Geometry, input: &[T]) -> bool {
    T::HAS_FAST_PATHS && input.len() / geometry.input_len() >= FEWEST
}

/// `output[oh, ow] = Σ_{i, j} input[taps of oh, taps of ow] / divisor(oh, ow)`, for any geometry.
pub fn forward<T: Element>(geometry: &Geometry, layout: &Layout, input: &[T], output: &mut [T], scratch: &mut [T]) {
    let Geometry { rows, columns, divisor, .. } = geometry;
    let (row_taps, column_taps) = (rows.taps(), columns.taps());
    let [inputs, sums, outputs, divisors, ones] = cut(layout.lengths, scratch);
    divisor.of_windows(rows, columns, divisors);
    ones.fill(T::from_f64(1.0));
    let groups = input.chunks(layout.planes * geometry.input_len());
    for (input, output) in groups.zip(output.chunks_mut(layout.planes * geometry.output_len())) {
        let lanes = input.len() / geometry.input_len();
        let inputs = &mut inputs[..input.len()];
        transpose(inputs, input, [lanes, geometry.input_len()]);
        let sums = &mut sums[..rows.output * columns.input * lanes];
        let sources = Rows { elements: inputs, first: 0, width: columns.input * lanes };
        sum_rows(&row_taps, &(0..rows.output), sums, sources, 1);
        let outputs = &mut outputs[..output.len()];
        let sources = Rows { elements: sums, first: 0, width: lanes };
        sum_rows(&column_taps, &(0..columns.output), outputs, sources, rows.output);
        transpose_quotients(output, outputs, divisors, &ones[..lanes]);
    }
}

/// `grad_input[ih, iw] = Σ_{oh, ow} grad_output[windows of ih, windows of iw] / divisor(oh, ow)`, for any geometry.
pub fn backward<T: Element>(
    geometry: &Geometry,
    layout: &Layout,
    grad_output: &[T],
    grad_input: &mut [T],
    scratch: &mut [T],
) {
    let Geometry { rows, columns, divisor, .. } = geometry;
    let (row_windows, column_windows) = (rows.windows(), columns.windows());
    let [inputs, sums, outputs, divisors, ones] = cut(layout.lengths, scratch);
    divisor.of_windows(rows, columns, divisors);
    ones.fill(T::from_f64(1.0));
    let groups = grad_output.chunks(layout.planes * geometry.output_len());
    for (grad_output, grad_input) in groups.zip(grad_input.chunks_mut(layout.planes * geometry.input_len())) {
        let lanes = grad_input.len() / geometry.input_len();
        let outputs = &mut outputs[..grad_output.len()];
        transpose_quotients(outputs, grad_output, &ones[..lanes], divisors);
        let sums = &mut sums[..rows.output * columns.input * lanes];
        let sources = Rows { elements: outputs, first: 0, width: lanes };
        sum_rows(&column_windows, &(0..columns.input), sums, sources, rows.output);
        let inputs = &mut inputs[..grad_input.len()];
        let sources = Rows { elements: sums, first: 0, width: columns.input * lanes };
        sum_rows(&row_windows, &(0..rows.input), inputs, sources, 1);
        transpose(grad_input, inputs, [geometry.input_len(), lanes]);
    }
}
