//! A plan: a geometry, and the algorithm that serves it.

use core::marker::PhantomData;
use core::ops::Range;

use crate::algorithms::{Algorithm, Needs, Pooled};
use crate::geometry::{Direction, Geometry, Piece};

/// Pools planes of one geometry and element type. Its algorithm is the first of the type's list that serves the geometry, or
/// `A` if that is named.
#[derive(Clone, Copy, Debug)]
pub struct Plan<T: Pooled, A = <T as Pooled>::Algorithm> {
    geometry: Geometry,
    algorithm: A,
    needs: Needs,
    element: PhantomData<T>,
}

impl<T: Pooled, A: Algorithm<T, T::Sum>> Plan<T, A> {
    /// The plan. `None` if `A` does not serve the geometry, or needs more elements of scratch memory than a `usize` can count.
    pub fn new(geometry: Geometry) -> Option<Self> {
        let mut needs = Needs::NONE;
        let algorithm = A::new(&geometry, &mut needs)?;
        Some(Self { geometry, algorithm, needs, element: PhantomData })
    }

    /// The elements of scratch memory that a call needs.
    pub fn scratch_len(&self) -> usize {
        self.needs.scratch_len
    }

    /// Part `part` of `parts` of a call for `planes` planes: see [`Geometry::part`].
    pub fn part(&self, direction: Direction, planes: usize, [part, parts]: [usize; 2]) -> Range<usize> {
        self.geometry.part(self.needs.bands, direction, planes, [part, parts])
    }

    /// Pools every plane of `input` into a plane of `output`. Writes every element of the output.
    ///
    /// # Panics
    ///
    /// If the slices do not hold the same number of whole planes, or `scratch` is shorter than [`Plan::scratch_len`].
    pub fn forward(&self, input: &[T], output: &mut [T], scratch: &mut [T::Sum]) {
        self.run_all(Direction::Forward, input, output, scratch);
    }

    /// Applies the transpose of the pooling: adds each `grad_output[oh, ow]`, divided by the window's divisor, to every
    /// element of its window in `grad_input`. Writes every element of `grad_input`.
    ///
    /// # Panics
    ///
    /// If the slices do not hold the same number of whole planes, `scratch` is shorter than [`Plan::scratch_len`], or the
    /// element type has no gradients.
    pub fn backward(&self, grad_output: &[T], grad_input: &mut [T], scratch: &mut [T::Sum]) {
        self.run_all(Direction::Backward, grad_output, grad_input, scratch);
    }

    fn run_all(&self, direction: Direction, from: &[T], to: &mut [T], scratch: &mut [T::Sum]) {
        let planes =
            self.geometry.planes_in(direction, [from.len(), to.len()]).expect("the same number of whole planes");
        self.run(direction, self.part(direction, planes, [0, 1]), from, to, scratch);
    }

    /// Runs a part of a call. `to` holds its results alone.
    ///
    /// # Panics
    ///
    /// If `from` does not hold what the part reads, `to` has another length, `scratch` is shorter than [`Plan::scratch_len`], or
    /// the element type has no gradients.
    pub fn run(&self, direction: Direction, part: Range<usize>, from: &[T], to: &mut [T], scratch: &mut [T::Sum]) {
        let (mut part, mut rest) = (part, to);
        while !part.is_empty() {
            let Piece { from: elements, to, band } = self.geometry.next_piece(direction, &mut part);
            let to = rest.split_off_mut(..to.len()).expect("a place for every result");
            self.algorithm.run(direction, band.as_ref().unwrap_or(&self.geometry), &from[elements], to, scratch);
        }
        assert!(rest.is_empty(), "a result for every place");
    }
}
