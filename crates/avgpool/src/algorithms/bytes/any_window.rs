//! Any window, in whole numbers: adds rows, then neighbours of their sums, and divides in f64.
//!
//! It serves windows of more taps than f32 holds the sum of, and divisors that are not whole.

use super::change_of_sum;
use crate::algorithms::Algorithm;
use crate::geometry::{Axis, Geometry};
use crate::rows::scratch::Scratch;

/// Adds one term at a time.
#[derive(Clone, Copy, Debug)]
pub struct AnyWindow {
    /// The sums of rows, and those of the channels of a window.
    scratch: Scratch<2>,
}

impl Algorithm<u8, u64> for AnyWindow {
    fn new(geometry: &Geometry) -> Option<Self> {
        let lengths = [geometry.input_width(), geometry.channels];
        Some(Self { scratch: Scratch::new(lengths.map(|length| length as u64), usize::MAX)? })
    }

    fn scratch_len(&self) -> usize {
        self.scratch.len()
    }

    /// `output[oh, ow] = floor(Σ_{i, j} input[taps of oh, taps of ow] / divisor(oh, ow) + 1/2)`
    #[inline(never)]
    fn forward(&self, geometry: &Geometry, input: &[u8], output: &mut [u8], scratch: &mut [u64]) {
        let Geometry { rows, columns, channels, divisor, .. } = geometry;
        let steps = [geometry.row_phases.residue_step(), geometry.column_phases.residue_step()];
        let [sums, totals] = self.scratch.split(scratch);
        for (input, output) in geometry.planes(input, output) {
            for (oh, output) in output.chunks_exact_mut(geometry.output_width()).enumerate() {
                change_totals(sums, rows, oh, steps[0], input);
                let row_factor = divisor.row_factor(rows, oh);
                for (ow, averages) in output.chunks_exact_mut(*channels).enumerate() {
                    change_totals(totals, columns, ow, steps[1], sums);
                    let divisor = row_factor * divisor.column_factor(columns, ow);
                    for (average, &total) in averages.iter_mut().zip(&*totals) {
                        *average = (total as f64 / divisor + 0.5) as u8;
                    }
                }
            }
        }
    }
}

/// `totals[x] = Σ terms[t, x]` over the taps t of window `o`. If it is not the first one, totals are those of the window before.
fn change_totals<T: Copy + Into<u64>>(totals: &mut [u64], axis: &Axis, o: usize, step: usize, terms: &[T]) {
    let (earlier, change) = change_of_sum(axis, o, o.checked_sub(1).filter(|_| step == 1));
    if earlier.is_none() {
        totals.fill(0);
    }
    let len = totals.len();
    for term in change.added.iter() {
        for (total, &value) in totals.iter_mut().zip(&terms[term * len..]) {
            *total += value.into();
        }
    }
    for term in change.removed.iter() {
        for (total, &value) in totals.iter_mut().zip(&terms[term * len..]) {
            *total -= value.into();
        }
    }
}
