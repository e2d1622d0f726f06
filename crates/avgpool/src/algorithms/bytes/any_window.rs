//! Any window, in whole numbers: adds rows, then neighbours of their sums, and divides in f64.
//!
//! It serves windows of more taps than f32 holds the sum of. If dilation does not divide the stride, it sums most windows anew.

use bytemuck::cast_slice_mut;

use super::change_of_sum;
use crate::algorithms::{Algorithm, Needs};
use crate::geometry::{Axis, Geometry};
use crate::rows::bytes::{Change, LANES, change_sums};
use crate::rows::scratch::Scratch;

/// Adds vectors of rows, and one sum at a time along the width.
#[derive(Clone, Copy, Debug)]
pub struct AnyWindow {
    /// The sums of rows, those of the channels of a window, and a row of changes.
    scratch: Scratch<3>,
}

impl Algorithm<u8, u64> for AnyWindow {
    fn new(geometry: &Geometry, needs: &mut Needs) -> Option<Self> {
        let width = geometry.input_width() as u64;
        let scratch = Scratch::new([width, geometry.channels as u64, width.div_ceil(4)], usize::MAX)?;
        needs.scratch_len = scratch.len();
        Some(Self { scratch })
    }

    /// `output[oh, ow] = floor(Σ_{i, j} input[taps of oh, taps of ow] / divisor(oh, ow) + 1/2)`
    #[inline(never)]
    fn forward(&self, geometry: &Geometry, input: &[u8], output: &mut [u8], scratch: &mut [u64]) {
        let Geometry { rows, columns, channels, divisor, .. } = geometry;
        let [row_step, column_step] = [geometry.row_phases.residue_step(), geometry.column_phases.residue_step()];
        let [sums, totals, changes] = self.scratch.split(scratch);
        let changes = &mut cast_slice_mut(changes)[..geometry.input_width()];
        for (input, output) in geometry.planes(input, output) {
            for (oh, output) in output.chunks_exact_mut(geometry.output_width()).enumerate() {
                let change = change_from_before(sums, rows, oh, row_step);
                if sums.len() < LANES {
                    add_terms(sums, &change, input);
                } else {
                    for part in change.parts() {
                        change_sums(changes, None, input, sums.len(), &part);
                        for (sum, change) in sums.iter_mut().zip(&*changes) {
                            *sum = sum.wrapping_add_signed(change.cast_signed().into());
                        }
                    }
                }
                let row_factor = divisor.row_factor(rows, oh);
                for (ow, averages) in output.chunks_exact_mut(*channels).enumerate() {
                    let change = change_from_before(totals, columns, ow, column_step);
                    add_terms(totals, &change, sums);
                    let divisor = row_factor * divisor.column_factor(columns, ow);
                    for (average, &total) in averages.iter_mut().zip(&*totals) {
                        *average = (total as f64 / divisor + 0.5) as u8;
                    }
                }
            }
        }
    }
}

/// How the totals of window `o` follow from those of the window before. If that takes more terms, totals become zeros.
fn change_from_before(totals: &mut [u64], axis: &Axis, o: usize, step: usize) -> Change {
    let (earlier, change) = change_of_sum(axis, o, o.checked_sub(1).filter(|_| step == 1));
    if earlier.is_none() {
        totals.fill(0);
    }
    change
}

/// `totals[x] += Σ terms[added, x] − Σ terms[removed, x]`
fn add_terms<T: Copy + Into<u64>>(totals: &mut [u64], change: &Change, terms: &[T]) {
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
