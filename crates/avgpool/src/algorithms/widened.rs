//! Element types that are only stored: planes are widened to f32, pooled, and rounded once.
//!
//! It knows how many planes fit in L1, not how they are pooled.

use super::{Algorithm, Needs};
use crate::geometry::Geometry;
use crate::rows::scratch::Scratch;
use crate::rows::widen::Stored;

/// The approximate number of widened elements of a group of planes, of the input and of the output.
const GROUP: u64 = 4096;

/// Pools groups of planes in f32, by `A`.
#[derive(Clone, Copy, Debug)]
pub struct Widened<A> {
    algorithm: A,
    /// Planes in a group.
    planes: usize,
    /// The widened planes of the input and of the output.
    scratch: Scratch<2>,
}

impl<T: Stored, A: Algorithm<f32>> Algorithm<T, f32> for Widened<A> {
    fn new(geometry: &Geometry, needs: &mut Needs) -> Option<Self> {
        let lengths = [geometry.input_len(), geometry.output_len()].map(|length| length as u64);
        let planes = (GROUP / lengths[0].max(lengths[1])).max(1);
        let scratch = Scratch::new(lengths.map(|length| length.saturating_mul(planes)), usize::MAX)?;
        let planes = planes as usize;
        let algorithm = A::new(geometry, needs)?;
        needs.scratch_len = needs.scratch_len.saturating_add(scratch.len());
        // Whole groups, whose algorithm can depend on the number of planes.
        needs.bands.planes = needs.bands.planes.max(planes);
        Some(Self { algorithm, planes, scratch })
    }

    fn forward(&self, geometry: &Geometry, input: &[T], output: &mut [T], scratch: &mut [f32]) {
        let (wide, scratch) = scratch.split_at_mut(self.scratch.len());
        let [wide_input, wide_output] = self.scratch.split(wide);
        let groups = input.chunks(self.planes * geometry.input_len());
        for (input, output) in groups.zip(output.chunks_mut(self.planes * geometry.output_len())) {
            let (wide_input, wide_output) = (&mut wide_input[..input.len()], &mut wide_output[..output.len()]);
            T::widen(input, wide_input);
            self.algorithm.forward(geometry, wide_input, wide_output, scratch);
            T::round(wide_output, output);
        }
    }

    fn backward(&self, geometry: &Geometry, grad_output: &[T], grad_input: &mut [T], scratch: &mut [f32]) {
        let (wide, scratch) = scratch.split_at_mut(self.scratch.len());
        let [wide_input, wide_output] = self.scratch.split(wide);
        let groups = grad_output.chunks(self.planes * geometry.output_len());
        for (grad_output, grad_input) in groups.zip(grad_input.chunks_mut(self.planes * geometry.input_len())) {
            let (wide_input, wide_output) =
                (&mut wide_input[..grad_input.len()], &mut wide_output[..grad_output.len()]);
            T::widen(grad_output, wide_output);
            self.algorithm.backward(geometry, wide_output, wide_input, scratch);
            T::round(wide_input, grad_input);
        }
    }
}
