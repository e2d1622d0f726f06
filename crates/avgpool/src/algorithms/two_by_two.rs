//! 2×2 windows with stride 2 inside the plane, NCHW: adds two rows, then neighbouring lanes.
//!
//! 2× to 4× faster than `Separable` on planes of 56×56 to 112×112 (`npm run bench -- --algorithms`).

use super::{Algorithm, Needs};
use crate::geometry::{Axis, Geometry};
use crate::rows::divide::{Scale, divide};
use crate::rows::scratch::Scratch;
use crate::simd::{Element, Simd};

/// Averages pairs of rows in one pass, or in two passes if sums must be divided.
#[derive(Clone, Copy, Debug)]
pub struct TwoByTwo<T>(Tiles<T>);

impl<T: Element> Algorithm<T> for TwoByTwo<T> {
    fn new(geometry: &Geometry, needs: &mut Needs) -> Option<Self> {
        let tiles = Tiles::new(geometry)?;
        if geometry.channels != 1 {
            return None;
        }
        needs.scratch_len = tiles.scratch.len();
        Some(Self(tiles))
    }

    /// `output[oh, ow] = Σ_{i<2, j<2} input[2·oh + i, 2·ow + j] / divisor`
    fn forward(&self, geometry: &Geometry, input: &[T], output: &mut [T], scratch: &mut [T]) {
        self.0.forward(geometry, input, output, scratch, |upper, lower, output, factor| {
            let body = add_pairs::<T::Vector>(upper, lower, output, factor, 0);
            if output.len() < T::Vector::LANES {
                add_pairs::<T>(upper, lower, output, factor, body);
            } else if body < output.len() {
                // The last vector overlaps the one before.
                add_pairs::<T::Vector>(upper, lower, output, factor, output.len() - T::Vector::LANES);
            }
        });
    }

    /// `grad_input[ih, iw] = grad_output[ih / 2, iw / 2] / divisor`, and 0 in a last odd row or column.
    fn backward(&self, geometry: &Geometry, grad_output: &[T], grad_input: &mut [T], scratch: &mut [T]) {
        self.0.backward(geometry, grad_output, grad_input, scratch, |grad_output, upper, lower, factor| {
            let body = spread_pairs::<T::Vector>(grad_output, upper, lower, factor, 0);
            if grad_output.len() < T::Vector::LANES {
                spread_pairs::<T>(grad_output, upper, lower, factor, body);
            } else if body < grad_output.len() {
                spread_pairs::<T::Vector>(grad_output, upper, lower, factor, grad_output.len() - T::Vector::LANES);
            }
            let odd = 2 * grad_output.len();
            if odd < upper.len() {
                (upper[odd], lower[odd]) = (T::default(), T::default());
            }
        });
    }
}

/// Whether 2×2 windows tile planes, except for a last odd row or column.
pub(super) fn has_tiles(geometry: &Geometry) -> bool {
    let pairs = |axis: &Axis| {
        (axis.kernel, axis.stride, axis.dilation, axis.pad_begin) == (2, 2, 1, 0) && axis.output == axis.input / 2
    };
    pairs(&geometry.rows) && pairs(&geometry.columns)
}

/// 2×2 windows that tile planes, except for a last odd row or column. Each row of output has two rows of input.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tiles<T> {
    scale: Scale<T>,
    /// A plane of sums or of quotients, the divisors of its rows, and a row of ones. All are empty if a factor is enough.
    pub scratch: Scratch<3>,
}

impl<T: Element> Tiles<T> {
    /// The tiles of a geometry, or `None` if its windows do not tile planes or have different divisors.
    pub fn new(geometry: &Geometry) -> Option<Self> {
        if !has_tiles(geometry) {
            return None;
        }
        let scale = Scale::new(geometry.common_divisor?);
        let lengths = match scale {
            Scale::Multiply(_) => [0; 3],
            Scale::Divide(_) => [geometry.output_len(), geometry.rows.output, geometry.output_width()],
        };
        let lengths = lengths.map(|length| length as u64);
        Some(Self { scale, scratch: Scratch::new(lengths, geometry.most_scratch::<T>())? })
    }

    /// The parts of the scratch memory, with the divisors and the ones in place.
    fn split<'a>(&self, scratch: &'a mut [T]) -> [&'a mut [T]; 3] {
        let [plane, divisors, ones] = self.scratch.split(scratch);
        if let Scale::Divide(divisor) = self.scale {
            divisors.fill(divisor);
        }
        ones.fill(T::from_f64(1.0));
        [plane, divisors, ones]
    }

    /// Calls `add(upper, lower, output, factor)` for every row of output, and divides planes for which a factor is not
    /// enough. Out of line: engines keep large functions in their baseline compiler for longer.
    #[inline(never)]
    pub fn forward(
        &self,
        geometry: &Geometry,
        input: &[T],
        output: &mut [T],
        scratch: &mut [T],
        add: impl Fn(&[T], &[T], &mut [T], T),
    ) {
        let (width, output_width) = (geometry.input_width(), geometry.output_width());
        let [sums, divisors, ones] = self.split(scratch);
        for (input, output) in geometry.planes(input, output) {
            let (results, factor) = match self.scale {
                Scale::Multiply(factor) => (&mut *output, factor),
                Scale::Divide(_) => (&mut *sums, T::from_f64(1.0)),
            };
            for (rows, results) in input.chunks_exact(2 * width).zip(results.chunks_exact_mut(output_width)) {
                let (upper, lower) = rows.split_at(width);
                add(upper, lower, results, factor);
            }
            if let Scale::Divide(_) = self.scale {
                divide(output, sums, divisors, ones);
            }
        }
    }

    /// Calls `spread(grad_output, upper, lower, factor)` for every row of gradients, divided if a factor is not enough.
    #[inline(never)]
    pub fn backward(
        &self,
        geometry: &Geometry,
        grad_output: &[T],
        grad_input: &mut [T],
        scratch: &mut [T],
        spread: impl Fn(&[T], &mut [T], &mut [T], T),
    ) {
        let (width, output_width) = (geometry.input_width(), geometry.output_width());
        let [quotients, divisors, ones] = self.split(scratch);
        for (grad_output, grad_input) in geometry.planes_back(grad_output, grad_input) {
            let (gradients, factor) = match self.scale {
                Scale::Multiply(factor) => (grad_output, factor),
                Scale::Divide(_) => {
                    divide(quotients, grad_output, divisors, ones);
                    (&*quotients, T::from_f64(1.0))
                }
            };
            let (tiled, odd_row) = grad_input.split_at_mut(2 * geometry.rows.output * width);
            for (gradients, rows) in gradients.chunks_exact(output_width).zip(tiled.chunks_exact_mut(2 * width)) {
                let (upper, lower) = rows.split_at_mut(width);
                spread(gradients, upper, lower, factor);
            }
            odd_row.fill(T::default());
        }
    }
}

/// `output[o] = factor · (upper[2·o] + lower[2·o] + upper[2·o + 1] + lower[2·o + 1])` from `start` on, in whole vectors.
/// Returns the end.
#[inline(always)]
fn add_pairs<V: Simd>(
    upper: &[V::Element],
    lower: &[V::Element],
    output: &mut [V::Element],
    factor: V::Element,
    start: usize,
) -> usize {
    let body = (output.len() - start) / V::LANES * V::LANES;
    let upper = upper[2 * start..][..2 * body].chunks_exact(2 * V::LANES);
    let lower = lower[2 * start..][..2 * body].chunks_exact(2 * V::LANES);
    let output = output[start..][..body].chunks_exact_mut(V::LANES);
    for ((upper, lower), output) in upper.zip(lower).zip(output) {
        let left = V::load(upper) + V::load(lower);
        let right = V::load(&upper[V::LANES..]) + V::load(&lower[V::LANES..]);
        let (even, odd) = left.deinterleave(right);
        ((even + odd) * V::splat(factor)).store(output);
    }
    start + body
}

/// `upper[i] = lower[i] = factor · grad_output[i / 2]` from `i = 2·start` on, in whole vectors. Returns the end.
#[inline(always)]
fn spread_pairs<V: Simd>(
    grad_output: &[V::Element],
    upper: &mut [V::Element],
    lower: &mut [V::Element],
    factor: V::Element,
    start: usize,
) -> usize {
    let body = (grad_output.len() - start) / V::LANES * V::LANES;
    let grad_output = grad_output[start..][..body].chunks_exact(V::LANES);
    let upper = upper[2 * start..][..2 * body].chunks_exact_mut(2 * V::LANES);
    let lower = lower[2 * start..][..2 * body].chunks_exact_mut(2 * V::LANES);
    for ((grad_output, upper), lower) in grad_output.zip(upper).zip(lower) {
        let gradient = V::load(grad_output) * V::splat(factor);
        let (left, right) = gradient.interleave(gradient);
        left.store(upper);
        right.store(&mut upper[V::LANES..]);
        left.store(lower);
        right.store(&mut lower[V::LANES..]);
    }
    start + body
}
