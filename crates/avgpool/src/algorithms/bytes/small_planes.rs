//! Small planes: widened to f32, which has algorithms for them.

use super::{MOST_TAPS_IN_F32, taps};
use crate::algorithms::{Algorithm, Needs, Pooled, Widened};
use crate::geometry::{Bands, Divisor, Geometry};

/// The most elements of a row. The other algorithms take about 50 ns for each row, however short.
const LONGEST: usize = 128;

/// The most elements of a plane, which bounds the scratch memory.
const LARGEST: usize = 1 << 14;

/// Pools groups of planes in f32.
#[derive(Clone, Copy, Debug)]
pub struct SmallPlanes(Widened<<f32 as Pooled>::Algorithm>);

impl Algorithm<u8, f32> for SmallPlanes {
    fn new(geometry: &Geometry, needs: &mut Needs) -> Option<Self> {
        let is_small = geometry.input_width().max(geometry.output_width()) <= LONGEST
            && geometry.input_len().max(geometry.output_len()) <= LARGEST;
        // Counted divisors are whole numbers, and at most the number of taps.
        let is_exact = taps(geometry) <= MOST_TAPS_IN_F32 && !matches!(geometry.divisor, Divisor::Fixed(_));
        if !is_small || !is_exact {
            return None;
        }
        let algorithm = Algorithm::<u8, f32>::new(geometry, needs)?;
        // Results are exact, whatever the number of planes. But the algorithms of f32 may not split one.
        needs.bands = Bands { planes: 2, ..Bands::OF_WINDOWS };
        Some(Self(algorithm))
    }

    /// `output[oh, ow] = floor(Σ_{i, j} input[taps of oh, taps of ow] / divisor(oh, ow) + 1/2)`
    fn forward(&self, geometry: &Geometry, input: &[u8], output: &mut [u8], scratch: &mut [f32]) {
        self.0.forward(geometry, input, output, scratch);
    }
}
