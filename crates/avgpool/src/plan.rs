//! A plan: a geometry, and the algorithm that serves it.

use core::marker::PhantomData;

use crate::algorithms::{Algorithm, Pooled};
use crate::geometry::Geometry;

/// Pools planes of one geometry and element type. Its algorithm is the first of the type's list that serves the geometry, or
/// `A` if that is named.
#[derive(Clone, Copy, Debug)]
pub struct Plan<T: Pooled, A = <T as Pooled>::Algorithm> {
    geometry: Geometry,
    algorithm: A,
    element: PhantomData<T>,
}

impl<T: Pooled, A: Algorithm<T, T::Sum>> Plan<T, A> {
    /// The plan. `None` if `A` does not serve the geometry, or needs more elements of scratch memory than a `usize` can count.
    pub fn new(geometry: Geometry) -> Option<Self> {
        Some(Self { geometry, algorithm: A::new(&geometry)?, element: PhantomData })
    }

    /// Whether slices of these lengths are the same number of whole planes.
    pub fn fits(&self, input_len: usize, output_len: usize) -> bool {
        let planes = input_len / self.geometry.input_len();
        planes.checked_mul(self.geometry.input_len()) == Some(input_len)
            && planes.checked_mul(self.geometry.output_len()) == Some(output_len)
    }

    /// The elements of scratch memory that [`Plan::forward`] and [`Plan::backward`] need.
    pub fn scratch_len(&self) -> usize {
        self.algorithm.scratch_len()
    }

    /// Pools every plane of `input` into a plane of `output`. Writes every element of the output.
    ///
    /// # Panics
    ///
    /// If the slices do not hold the same number of whole planes, or `scratch` is shorter than [`Plan::scratch_len`].
    pub fn forward(&self, input: &[T], output: &mut [T], scratch: &mut [T::Sum]) {
        assert!(self.fits(input.len(), output.len()), "the same number of whole planes");
        self.algorithm.forward(&self.geometry, input, output, scratch);
    }

    /// Applies the transpose of the pooling: adds each `grad_output[oh, ow]`, divided by the window's divisor, to every
    /// element of its window in `grad_input`. Writes every element of `grad_input`.
    ///
    /// # Panics
    ///
    /// If the slices do not hold the same number of whole planes, `scratch` is shorter than [`Plan::scratch_len`], or the
    /// element type has no gradients.
    pub fn backward(&self, grad_output: &[T], grad_input: &mut [T], scratch: &mut [T::Sum]) {
        assert!(T::HAS_GRADIENT, "an element type with gradients");
        assert!(self.fits(grad_input.len(), grad_output.len()), "the same number of whole planes");
        self.algorithm.backward(&self.geometry, grad_output, grad_input, scratch);
    }
}
