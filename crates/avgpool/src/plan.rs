//! A plan: everything about a pooling that does not depend on the data, checked once.
//!
//! It chooses the kernel. It does not know how many planes there will be, nor of which element type.

use core::num::NonZeroU32;

use crate::axis::Axis;
use crate::divisor::Divisor;
use crate::geometry::Geometry;
use crate::scratch::Layout;
use crate::simd::Element;
use crate::strips::Strips;
use crate::{backward, forward, global, halving, sliding, small_planes, strips, two_by_two};

/// How planes of one size are pooled.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    geometry: Geometry,
    kernel: Kernel,
}

/// The ways to compute a plan: each has a forward and a backward, and gives what the general one would. What serves only
/// some calls has the general way beside it.
#[derive(Clone, Copy, Debug)]
enum Kernel {
    General(General),
    Strips(Strips, General),
    Halving(halving::Layout, General),
    TwoByTwo { scale: f64 },
    Global { divisor: f64 },
    Sliding(sliding::Layout, General),
}

/// The general way: lanes are rows or, where planes are small and many, planes.
#[derive(Clone, Copy, Debug)]
struct General {
    rows: Layout,
    planes: Option<small_planes::Layout>,
}

impl Kernel {
    fn new(geometry: &Geometry) -> Option<Self> {
        if let Some(scale) = two_by_two::scale(geometry) {
            return Some(Self::TwoByTwo { scale });
        }
        if let Some(divisor) = global::divisor(geometry) {
            return Some(Self::Global { divisor });
        }
        let general = General { rows: Layout::new(geometry)?, planes: small_planes::Layout::new(geometry) };
        let kernel = if let Some(strips) = Strips::new(geometry) {
            Self::Strips(strips, general)
        } else if let Some(sliding) = sliding::Layout::new(geometry) {
            Self::Sliding(sliding, general)
        } else if let Some(halving) = halving::Layout::new(geometry) {
            Self::Halving(halving, general)
        } else {
            Self::General(general)
        };
        Some(kernel)
    }
}

impl General {
    fn total(&self) -> usize {
        self.planes.map_or(0, |layout| layout.total).max(self.rows.total)
    }

    fn forward<T: Element>(&self, geometry: &Geometry, input: &[T], output: &mut [T], scratch: &mut [T]) {
        match &self.planes {
            Some(layout) if small_planes::serves(geometry, input) => {
                small_planes::forward(geometry, layout, input, output, scratch);
            }
            _ => forward::forward(geometry, &self.rows, input, output, scratch),
        }
    }

    fn backward<T: Element>(&self, geometry: &Geometry, grad_output: &[T], grad_input: &mut [T], scratch: &mut [T]) {
        match &self.planes {
            Some(layout) if small_planes::serves(geometry, grad_input) => {
                small_planes::backward(geometry, layout, grad_output, grad_input, scratch);
            }
            _ => backward::backward(geometry, &self.rows, grad_output, grad_input, scratch),
        }
    }
}

impl Plan {
    /// The plan of two axes, as many channels at each position (1, if each channel is a plane of its own), and a divisor;
    /// or nothing if a plane, or what it takes to pool one, has more elements than the machine can count.
    pub fn new(rows: Axis, columns: Axis, channels: NonZeroU32, divisor: Divisor) -> Option<Self> {
        let channels = channels.get() as usize;
        let countable = |rows: usize, columns: usize| rows.checked_mul(columns)?.checked_mul(channels);
        countable(rows.input, columns.input)?;
        countable(rows.output, columns.output)?;
        let geometry = Geometry { rows, columns, channels, divisor };
        Some(Self { geometry, kernel: Kernel::new(&geometry)? })
    }

    /// Whether slices of these lengths are as many whole planes of input as of output.
    pub fn fits(&self, input: usize, output: usize) -> bool {
        let planes = input / self.geometry.input_len();
        planes.checked_mul(self.geometry.input_len()) == Some(input)
            && planes.checked_mul(self.geometry.output_len()) == Some(output)
    }

    /// How many elements [`Plan::forward`] and [`Plan::backward`] need to work in.
    pub fn scratch_len(&self) -> usize {
        match &self.kernel {
            Kernel::General(general) => general.total(),
            Kernel::Strips(strips, general) => strips.total.max(general.total()),
            Kernel::Halving(halving, general) => halving.total.max(general.total()),
            Kernel::Sliding(sliding, general) => sliding.total.max(general.total()),
            Kernel::TwoByTwo { .. } => 0,
            Kernel::Global { .. } => global::scratch_len(&self.geometry),
        }
    }

    /// Pools every plane of `input` into a plane of `output`, all of which is written.
    ///
    /// # Panics
    ///
    /// If the slices are not as many whole planes, or `scratch` is shorter than [`Plan::scratch_len`].
    pub fn forward<T: Element>(&self, input: &[T], output: &mut [T], scratch: &mut [T]) {
        assert!(self.fits(input.len(), output.len()), "not as many whole planes");
        let geometry = &self.geometry;
        match &self.kernel {
            Kernel::TwoByTwo { scale } => two_by_two::forward(geometry, T::from_f64(*scale), input, output),
            Kernel::Global { divisor } => global::forward(geometry, T::from_f64(*divisor), input, output, scratch),
            Kernel::Strips(strips, _) if strips.serves::<T>(geometry) => {
                strips::forward(geometry, strips, input, output, scratch);
            }
            Kernel::Halving(halving, _) if halving::serves::<T>(geometry) => {
                halving::forward(geometry, halving, input, output, scratch);
            }
            Kernel::Sliding(sliding, _) if sliding::serves::<T>() => {
                sliding::forward(geometry, sliding, input, output, scratch);
            }
            Kernel::General(general)
            | Kernel::Strips(_, general)
            | Kernel::Halving(_, general)
            | Kernel::Sliding(_, general) => {
                general.forward(geometry, input, output, scratch);
            }
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
        let geometry = &self.geometry;
        match &self.kernel {
            Kernel::TwoByTwo { scale } => two_by_two::backward(geometry, T::from_f64(*scale), grad_output, grad_input),
            Kernel::Global { divisor } => {
                global::backward(geometry, T::from_f64(*divisor), grad_output, grad_input, scratch);
            }
            Kernel::Strips(strips, _) if strips.serves::<T>(geometry) => {
                strips::backward(geometry, strips, grad_output, grad_input, scratch);
            }
            Kernel::Halving(halving, _) if halving::serves::<T>(geometry) => {
                halving::backward(geometry, halving, grad_output, grad_input, scratch);
            }
            Kernel::Sliding(sliding, _) if sliding::serves::<T>() => {
                sliding::backward(geometry, sliding, grad_output, grad_input, scratch);
            }
            Kernel::General(general)
            | Kernel::Strips(_, general)
            | Kernel::Halving(_, general)
            | Kernel::Sliding(_, general) => {
                general.backward(geometry, grad_output, grad_input, scratch);
            }
        }
    }
}
