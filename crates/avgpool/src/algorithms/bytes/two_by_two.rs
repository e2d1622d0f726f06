//! 2×2 windows with stride 2 inside the plane, of few channels: adds pairs of neighbours in two rows.
//!
//! It knows how to bring the two terms of a pair side by side, whatever the number of channels.

#![expect(unsafe_code, reason = "one check for each row instead of three for each vector makes pictures 2× faster")]

use crate::algorithms::two_by_two::has_tiles;
use crate::algorithms::{Algorithm, Needs};
use crate::geometry::Geometry;
use crate::rows::bytes::LANES;
use crate::simd::U8x16;

/// Averages pairs of rows in one pass.
#[derive(Clone, Copy, Debug)]
pub struct TwoByTwo {
    /// The bytes of a vector in the order of their pairs. A vector holds whole windows.
    order: [u8; 16],
    /// The averages of a vector.
    step: usize,
}

impl<S> Algorithm<u8, S> for TwoByTwo {
    fn new(geometry: &Geometry, _: &mut Needs) -> Option<Self> {
        let channels = geometry.channels;
        let serves = geometry.common_divisor == Some(4.0) && has_tiles(geometry) && channels <= LANES;
        serves.then(|| {
            let windows = LANES / channels;
            // Average i of a vector is channel i % channels of window i / channels. Other lanes are not used.
            let order = core::array::from_fn(|i| {
                let (average, term) = (i / 2, i % 2);
                (2 * (average / channels) * channels + average % channels + term * channels) as u8
            });
            Self { order, step: windows * channels }
        })
    }

    /// `output[oh, ow] = floor(Σ_{i<2, j<2} input[2·oh + i, 2·ow + j] / 4 + 1/2)`
    fn forward(&self, geometry: &Geometry, input: &[u8], output: &mut [u8], _: &mut [S]) {
        let (width, output_width) = (geometry.input_width(), geometry.output_width());
        let mut first = 0;
        for plane in (0..input.len()).step_by(geometry.input_len()) {
            for oh in 0..geometry.rows.output {
                let upper = &input[plane + 2 * oh * width..];
                self.average_rows(upper, &upper[width..], &mut output[first..], output_width);
                first += output_width;
            }
        }
    }
}

/// The bytes of a vector.
const BYTES: usize = 2 * LANES;

impl TwoByTwo {
    /// `output[x] = floor((Σ terms of x in upper + Σ terms of x in lower) / 4 + 1/2)`, for `x < width`.
    ///
    /// A vector may end with lanes that are not used. The next one, or the next row, writes them again.
    #[inline(never)]
    fn average_rows(&self, upper: &[u8], lower: &[u8], output: &mut [u8], width: usize) {
        let (order, step) = (U8x16::load(&self.order), self.step);
        let average = |upper: &[u8], lower: &[u8]| {
            let pairs = |row| U8x16::load(row).select(order).add_pairs();
            pairs(upper).add(pairs(lower)).quarter()
        };
        let last_start = output.len().saturating_sub(LANES).min(lower.len().saturating_sub(BYTES) / 2);
        let whole = if lower.len() < BYTES || output.len() < LANES { 0 } else { width.min(last_start + 1) };
        let mut x = 0;
        while x < whole {
            // SAFETY: x ≤ `last_start`, so both slices have a whole vector. The upper row is the longer one.
            unsafe {
                let [upper, lower] = [upper, lower].map(|row| row.get_unchecked(2 * x..2 * x + BYTES));
                average(upper, lower).store_bytes(output.get_unchecked_mut(x..x + LANES));
            }
            x += step;
        }
        // The last vectors of a tensor.
        while x < width {
            let (mut ends, mut averages) = ([[0; BYTES]; 2], [0; LANES]);
            for (end, row) in ends.iter_mut().zip([upper, lower]) {
                let len = (row.len() - 2 * x).min(BYTES);
                end[..len].copy_from_slice(&row[2 * x..][..len]);
            }
            average(&ends[0], &ends[1]).store_bytes(&mut averages);
            let len = (width - x).min(LANES);
            output[x..x + len].copy_from_slice(&averages[..len]);
            x += step;
        }
    }
}
