//! Almost any window: adds rows of bytes in 16-bit integers, then averages their sums along the width as `Separable` does.
//!
//! It knows the order of the steps, and which sums still exist to start from.

use bytemuck::cast_slice_mut;

use super::{MOST_TAPS_IN_F32, change_of_sum, taps};
use crate::algorithms::separable::{Chunks, Columns};
use crate::algorithms::{Algorithm, Needs};
use crate::geometry::{Divisor, Geometry};
use crate::rows::bytes::{LANES, add_changes, change_sums};
use crate::rows::scratch::Scratch;
use crate::rows::widen::Stored;
use crate::simd::{Element, Simd};

/// Adds rows, and averages their sums in f32.
#[derive(Clone, Copy, Debug)]
pub struct ByRows {
    chunks: Chunks,
    /// The averages of a chunk, a row of changes, and what the chunk needs.
    scratch: Scratch<3>,
}

impl Algorithm<u8, f32> for ByRows {
    fn new(geometry: &Geometry, needs: &mut Needs) -> Option<Self> {
        if geometry.input_width() < LANES || taps(geometry) > MOST_TAPS_IN_F32 {
            return None;
        }
        let most = geometry.most_scratch::<f32>();
        let chunks = Chunks::new(geometry, <f32 as Element>::Vector::LANES, most)?;
        let averages = chunks.most_rows(geometry.rows.output) as u64 * geometry.output_width() as u64;
        let lengths = [averages, geometry.input_width() as u64, chunks.scratch.len() as u64];
        let scratch = Scratch::new(lengths, most)?;
        needs.scratch_len = scratch.len();
        Some(Self { chunks, scratch })
    }

    /// `output[oh, ow] = floor(Σ_{i, j} input[taps of oh, taps of ow] / divisor(oh, ow) + 1/2)`
    #[inline(never)]
    fn forward(&self, geometry: &Geometry, input: &[u8], output: &mut [u8], scratch: &mut [f32]) {
        let (width, output_width, height) = (geometry.input_width(), geometry.output_width(), geometry.rows.output);
        let [averages, changes, scratch] = self.scratch.split(scratch);
        let changes = &mut cast_slice_mut(changes)[..width];
        // f32 rounds quotients by some fixed divisors to a half. So it only sums, and f64 divides.
        let mut summed = *geometry;
        if let Divisor::Fixed(_) = geometry.divisor {
            summed.divisor = Divisor::Fixed(1.0);
        }
        let (band, mut columns) = Columns::new(&self.chunks, &summed, scratch, output.len() / output_width);
        let [before, pitch] = self.chunks.method.layout(width);
        band.fill(0.0);
        let step = geometry.row_phases.residue_step();
        let planes = self.chunks.planes(height);
        for (input, output) in
            input.chunks(planes * geometry.input_len()).zip(output.chunks_mut(planes * geometry.output_len()))
        {
            let (mut first, mut rest) = (0, output);
            while !rest.is_empty() {
                let count = self.chunks.next(rest.len() / output_width);
                let output = rest.split_off_mut(..count * output_width).expect("rows of the output");
                for i in 0..count {
                    let (plane, oh) = ((first + i) / height, (first + i) % height);
                    let bytes = &input[plane * geometry.input_len()..][..geometry.input_len()];
                    let (earlier, change) = change_of_sum(&geometry.rows, oh, (i.min(oh) >= step).then(|| oh - step));
                    let start = before + i * pitch;
                    if earlier.is_some() {
                        let earlier = start - step * pitch;
                        band.copy_within(earlier..earlier + width, start);
                    } else {
                        band[start..start + width].fill(0.0);
                    }
                    for part in change.parts() {
                        change_sums(changes, None, bytes, width, &part);
                        add_changes(&mut band[start..start + width], changes);
                    }
                }
                let averages = &mut averages[..output.len()];
                columns.average(averages, &band[..count * pitch], first);
                if let Divisor::Fixed(divisor) = geometry.divisor {
                    for (average, &sum) in output.iter_mut().zip(&*averages) {
                        *average = (f64::from(sum) / divisor + 0.5) as u8;
                    }
                } else {
                    u8::round(averages, output);
                }
                first += count;
            }
        }
    }
}
