//! Windows of at most 256 taps that all count: adds rows in 16-bit integers, then neighbours of the sums.
//!
//! It knows how sums lie between zeros, so that no window is clipped along the width.

use super::{change_of_sum, taps};
use crate::algorithms::{Algorithm, Needs};
use crate::geometry::Geometry;
use crate::rows::bytes::{LANES, Reciprocal, Runs, average_sums, change_sums, sum_runs};
use crate::rows::scratch::Scratch;

/// Adds rows and then neighbours, and multiplies the sums by a reciprocal.
#[derive(Clone, Copy, Debug)]
pub struct ShortWindows {
    reciprocal: Reciprocal,
    /// A run is a position, or the whole row if neighbouring sums are neighbours in memory.
    runs: Runs,
    /// Two rows of sums between zeros, and a row of totals. Each ends with a spare vector.
    scratch: Scratch<3>,
}

/// With a stride of 2 and more, each position has a vector of its own.
const FEWEST_CHANNELS: usize = 3;

impl Algorithm<u8, u16> for ShortWindows {
    fn new(geometry: &Geometry, needs: &mut Needs) -> Option<Self> {
        let (columns, channels) = (&geometry.columns, geometry.channels);
        let taps = taps(geometry);
        let fills_lanes = columns.stride == 1 || channels >= FEWEST_CHANNELS;
        let is_long = geometry.input_width().min(geometry.output_width()) >= LANES;
        if !(geometry.common_divisor == Some(taps as f64) && fills_lanes && is_long) {
            return None;
        }
        let (terms, distance) = (columns.kernel, columns.dilation * channels);
        let runs = if columns.stride == 1 {
            Runs::one(geometry.output_width(), terms, distance)
        } else {
            Runs::of_positions(columns.output, channels, columns.stride * channels, terms, distance)
        };
        let last_start = (columns.output as u64 - 1) * columns.stride as u64;
        let positions = (columns.pad_begin as u64 + columns.input as u64).max(last_start + columns.last_tap() + 1);
        let sums = positions * channels as u64 + LANES as u64;
        let totals = (geometry.output_width() + LANES) as u64;
        let scratch = Scratch::new([sums, sums, totals], geometry.most_scratch::<u64>().saturating_mul(4))?;
        let reciprocal = Reciprocal::new(taps)?;
        needs.scratch_len = scratch.len();
        Some(Self { reciprocal, runs, scratch })
    }

    /// `output[oh, ow] = floor(Σ_{i<kH, j<kW} input[taps of oh, taps of ow] / (kH·kW) + 1/2)`
    #[inline(never)]
    fn forward(&self, geometry: &Geometry, input: &[u8], output: &mut [u8], scratch: &mut [u16]) {
        let [mut sums, mut spare, totals] = self.scratch.split(scratch);
        sums.fill(0);
        spare.fill(0);
        let before = geometry.columns.pad_begin * geometry.channels;
        let columns = before..before + geometry.input_width();
        let is_dense = geometry.row_phases.residue_step() == 1;
        for (input, output) in geometry.planes(input, output) {
            for (oh, output) in output.chunks_exact_mut(geometry.output_width()).enumerate() {
                let (earlier, change) = change_of_sum(&geometry.rows, oh, oh.checked_sub(1).filter(|_| is_dense));
                (sums, spare) = (spare, sums);
                let earlier = earlier.map(|_| &spare[columns.clone()]);
                change_sums(&mut sums[columns.clone()], earlier, input, geometry.input_width(), &change);
                sum_runs(totals, sums, &self.runs);
                average_sums(output, totals, self.reciprocal);
            }
        }
    }
}
