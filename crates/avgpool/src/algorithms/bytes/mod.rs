//! Bytes: sums of whole numbers are exact, so each average is rounded once, halves up.
//!
//! This file knows which sums are exact, and how one row of sums follows from another. There is no backward: the gradient of
//! a rounded average is 0 almost everywhere.

mod any_window;
mod by_rows;
mod short_windows;
mod small_planes;
mod two_by_two;

pub use any_window::AnyWindow;
pub use by_rows::ByRows;
pub use short_windows::ShortWindows;
pub use small_planes::SmallPlanes;
pub use two_by_two::TwoByTwo;

use core::marker::PhantomData;

use bytemuck::{Pod, cast_slice_mut};

use super::{Algorithm, Needs};
use crate::geometry::{Axis, Geometry};
use crate::rows::bytes::{Change, Terms};

/// The most taps with which f32 is exact: it holds the sums. Their quotients by a whole number below 2^16 are never rounded to
/// a half, because the nearest one is further away than the rounding error.
const MOST_TAPS_IN_F32: u64 = (1 << 16) - 1;

/// The taps of a window, inside the plane or not.
fn taps(geometry: &Geometry) -> u64 {
    geometry.rows.kernel as u64 * geometry.columns.kernel as u64
}

/// How the sum of window `o` of an axis follows from that of window `before`, if that takes fewer terms. Otherwise, `None` and how
/// it follows from zeros.
#[inline(never)]
fn change_of_sum(axis: &Axis, o: usize, before: Option<usize>) -> (Option<usize>, Change) {
    let step = axis.dilation;
    let terms_of = |o| {
        let (first, count) = axis.inside(o);
        Terms { first, count, step }
    };
    let end_of = |terms: Terms| terms.first + terms.count * step;
    let new = terms_of(o);
    if let Some(old) = before.map(terms_of)
        && new.count > 0
        && new.first < end_of(old)
    {
        let removed = Terms { count: (new.first - old.first) / step, ..old };
        let added = Terms { first: end_of(old), count: (end_of(new) - end_of(old)) / step, step };
        if removed.count + added.count < new.count {
            return (before, Change { added, removed });
        }
    }
    (None, Change { added: new, removed: Terms::NONE })
}

/// `A`, whose scratch memory has elements of type `S`, in a list whose sums are u64.
#[derive(Clone, Copy, Debug)]
pub struct Recast<S, A> {
    algorithm: A,
    element: PhantomData<S>,
}

impl<S: Pod, A: Algorithm<u8, S>> Algorithm<u8, u64> for Recast<S, A> {
    fn new(geometry: &Geometry, needs: &mut Needs) -> Option<Self> {
        let algorithm = A::new(geometry, needs)?;
        needs.scratch_len = needs.scratch_len.div_ceil(size_of::<u64>() / size_of::<S>());
        Some(Self { algorithm, element: PhantomData })
    }

    fn forward(&self, geometry: &Geometry, input: &[u8], output: &mut [u8], scratch: &mut [u64]) {
        self.algorithm.forward(geometry, input, output, cast_slice_mut(scratch));
    }
}
