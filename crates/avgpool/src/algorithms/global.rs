//! One window over the whole plane, NCHW: adds each plane as one run of elements, a vector of planes at a time.
//!
//! 1.4× to 2.8× faster than `Separable` (`npm run bench -- --algorithms`).

#![expect(unsafe_code, reason = "a bounds check for every vector makes planes of 7×7 1.2× slower")]

use super::{Algorithm, Needs};
use crate::geometry::{Bands, Geometry};
use crate::rows::blocks::{Block, add, for_blocks, load, store};
use crate::simd::{Element, MAX_LANES, Simd};

/// The elements of a partial sum. One running sum over a plane of 224×224 would be off by 1e-4 in `f32`.
const BLOCK: usize = 512;

/// Sums each plane without regard to its rows.
#[derive(Clone, Copy, Debug)]
pub struct Global {
    divisor: f64,
}

/// Whether there is one window, and it holds every element of a plane.
pub(super) fn is_global(geometry: &Geometry) -> bool {
    geometry.rows.is_one_window() && geometry.columns.is_one_window()
}

impl<T: Element> Algorithm<T> for Global {
    fn new(geometry: &Geometry, needs: &mut Needs) -> Option<Self> {
        let divisor = geometry.common_divisor?;
        if geometry.channels != 1 || !is_global(geometry) {
            return None;
        }
        needs.bands = Bands::OF_ROWS;
        Some(Self { divisor })
    }

    /// `output[0, 0] = Σ_{h, w} input[h, w] / divisor`
    ///
    /// Out of line: inlined, it makes the module 1 % larger.
    #[inline(never)]
    fn forward(&self, geometry: &Geometry, input: &[T], output: &mut [T], _: &mut [T]) {
        let (len, lanes) = (geometry.input_len(), T::Vector::LANES);
        let divisor = T::Vector::splat(T::from_f64(self.divisor));
        for (planes, averages) in input.chunks(len.saturating_mul(lanes)).zip(output.chunks_mut(lanes)) {
            let quotients = sums_of_planes::<T::Vector>(planes, len) / divisor;
            if averages.len() == lanes {
                quotients.store(averages);
            } else {
                let mut all = [T::default(); MAX_LANES];
                quotients.store(&mut all);
                averages.copy_from_slice(&all[..averages.len()]);
            }
        }
    }

    /// `grad_input[h, w] = grad_output[0, 0] / divisor`
    fn backward(&self, geometry: &Geometry, grad_output: &[T], grad_input: &mut [T], _: &mut [T]) {
        let divisor = T::from_f64(self.divisor);
        for (&grad_output, grad_input) in grad_output.iter().zip(grad_input.chunks_exact_mut(geometry.input_len())) {
            for_blocks(grad_input.len(), &mut Fill { value: grad_output / divisor, elements: grad_input });
        }
    }
}

/// The sums of up to `LANES` planes, one in each lane.
///
/// Four vectors of sums run at the same time, because an addition waits for the one before. Those of a plane, added and
/// transposed, are the sum of the plane without its tail. The tails are added one by one.
#[inline(always)]
fn sums_of_planes<V: Simd>(planes: &[V::Element], len: usize) -> V {
    // If there are fewer planes than lanes, the last plane fills the remaining lanes.
    let last = (planes.len() / len).checked_sub(1).expect("at least one whole plane");
    let vectors = MAX_LANES / V::LANES;
    let plane_of = |i: usize| i.min(last) * len;
    let starts: [usize; MAX_LANES] = core::array::from_fn(|i| plane_of(i / vectors) + i % vectors * V::LANES);
    let zero = V::Element::default();
    let mut totals = [V::splat(zero); MAX_LANES];
    let body = len / MAX_LANES * MAX_LANES;
    let mut next = 0;
    while next < body {
        let end = body.min(next + BLOCK);
        let mut sums = [V::splat(zero); MAX_LANES];
        while next < end {
            for (sum, start) in sums.iter_mut().zip(starts) {
                // SAFETY: plane_of(i) + len ≤ planes.len(). The vectors of a plane are MAX_LANES elements, and
                // next + MAX_LANES ≤ body ≤ len.
                *sum = *sum + unsafe { load::<V, 1>(planes, start + next) }[0];
            }
            next += MAX_LANES;
        }
        totals = add(totals, sums);
    }
    let tails: [V::Element; MAX_LANES] =
        core::array::from_fn(|i| planes[plane_of(i)..][body..len].iter().fold(zero, |sum, &value| sum + value));
    V::load(&tails)
        + V::sum_lanes(
            #[inline(always)]
            |i| (1..vectors).fold(totals[i * vectors], |total, v| total + totals[i * vectors + v]),
        )
}

struct Fill<'a, T> {
    value: T,
    elements: &'a mut [T],
}

impl<T: Element> Block<T> for Fill<'_, T> {
    #[inline(always)]
    fn run<V: Simd<Element = T>, const N: usize>(&mut self, start: usize) {
        // SAFETY: `backward` runs blocks over the length of `elements`, so they lie inside.
        unsafe { store([V::splat(self.value); N], self.elements, start) };
    }
}
