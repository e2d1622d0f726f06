//! A plan: everything about a pooling that does not depend on the data, checked once.
//!
//! It chooses the kernel. It does not know how many planes there will be, nor of which element type.

use crate::axis::Axis;
use crate::divisor::Divisor;
use crate::geometry::Geometry;
use crate::scratch::Layout;
use crate::simd::Element;
use crate::strips::Strips;
use crate::{backward, forward, global, small_planes, strips, two_by_two};

/// How planes of one size are pooled.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    geometry: Geometry,
    kernel: Kernel,
}

/// The ways to compute a plan: each has a forward and a backward, and gives what the general one would.
#[derive(Clone, Copy, Debug)]
enum Kernel {
    General(Layout, Option<small_planes::Layout>),
    TwoByTwo { scale: f64 },
    Global { divisor: f64 },
    Strips(Strips, Layout),
}

impl Plan {
    /// The plan of two axes and a divisor, or nothing if a plane, or what it takes to pool one, has more elements than the
    /// machine can count.
    pub fn new(rows: Axis, columns: Axis, divisor: Divisor) -> Option<Self> {
        rows.input.checked_mul(columns.input)?;
        rows.output.checked_mul(columns.output)?;
        let geometry = Geometry { rows, columns, divisor };
        let kernel = if let Some(scale) = two_by_two::scale(&geometry) {
            Kernel::TwoByTwo { scale }
        } else if let Some(divisor) = global::divisor(&geometry) {
            Kernel::Global { divisor }
        } else if let Some(strips) = Strips::new(&geometry) {
            Kernel::Strips(strips, Layout::new(&geometry)?)
        } else {
            Kernel::General(Layout::new(&geometry)?, small_planes::Layout::new(&geometry))
        };
        Some(Self { geometry, kernel })
    }

    /// Whether slices of these lengths are as many whole planes of input as of output.
    pub fn fits(&self, input: usize, output: usize) -> bool {
        let planes = input / self.geometry.input_len();
        planes.checked_mul(self.geometry.input_len()) == Some(input)
            && planes.checked_mul(self.geometry.output_len()) == Some(output)
    }

    /// How many elements [`Plan::forward`] and [`Plan::backward`] need to work in.
    pub fn scratch_len(&self) -> usize {
        match self.kernel {
            Kernel::General(layout, small) => small.map_or(0, |small| small.total).max(layout.total),
            Kernel::Strips(strips, layout) => strips.scratch_len().max(layout.total),
            Kernel::TwoByTwo { .. } | Kernel::Global { .. } => 0,
        }
    }

    /// Pools every plane of `input` into a plane of `output`, all of which is written.
    ///
    /// # Panics
    ///
    /// If the slices are not as many whole planes, or `scratch` is shorter than [`Plan::scratch_len`].
    pub fn forward<T: Element>(&self, input: &[T], output: &mut [T], scratch: &mut [T]) {
        assert!(self.fits(input.len(), output.len()), "not as many whole planes");
        match &self.kernel {
            Kernel::General(_, Some(layout)) if input.len() >= small_planes::FEWEST * self.geometry.input_len() => {
                small_planes::forward(&self.geometry, layout, input, output, scratch);
            }
            Kernel::Global { divisor } => global::forward(&self.geometry, T::from_f64(*divisor), input, output),
            Kernel::Strips(strips, _) if strips.serve::<T>(&self.geometry) => strips::forward(&self.geometry, strips, input, output, scratch),
            Kernel::General(layout, _) | Kernel::Strips(_, layout) => forward::forward(&self.geometry, layout, input, output, scratch),
            Kernel::TwoByTwo { scale } => two_by_two::forward(&self.geometry, T::from_f64(*scale), input, output),
        }
    }

    /// Writes to `grad_input` the transpose of the pooling, applied to `grad_output`: each `grad_output[oh, ow]`, divided
    /// by the window's divisor, is added to every element of the window.
    ///
    /// # Panics
    ///
    /// If the slices are not as many whole planes, or `scratch` is shorter than [`Plan::scratch_len`].
    pub fn backward<T: Element>(&self, grad_output: &[T], grad_input: &mut [T], scratch: &mut [T]) {
        assert!(self.fits(grad_input.len(), grad_output.len()), "not as many whole planes");
        match &self.kernel {
            Kernel::General(_, Some(layout)) if grad_input.len() >= small_planes::FEWEST * self.geometry.input_len() => {
                small_planes::backward(&self.geometry, layout, grad_output, grad_input, scratch);
            }
            Kernel::Global { divisor } => {
                global::backward(&self.geometry, T::from_f64(*divisor), grad_output, grad_input);
            }
            Kernel::Strips(strips, _) if strips.serve::<T>(&self.geometry) => strips::backward(&self.geometry, strips, grad_output, grad_input, scratch),
            Kernel::General(layout, _) | Kernel::Strips(_, layout) => backward::backward(&self.geometry, layout, grad_output, grad_input, scratch),
            Kernel::TwoByTwo { scale } => {
                two_by_two::backward(&self.geometry, T::from_f64(*scale), grad_output, grad_input);
            }
        }
    }
}
