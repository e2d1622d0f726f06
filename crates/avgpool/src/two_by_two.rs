//! The fast path for 2×2 windows with stride 2 that lie inside the plane: neighbouring rows added, then neighbouring lanes
//! or, where there are many channels, neighbouring positions.
//!
//! It stays because it takes 0.2 to 0.35 of the general path's time, in either direction, on planes of 56×56 to 112×112
//! (`npm run bench -- --fast-paths`).

#![expect(unsafe_code, reason = "blocks are checked once a position: see blocks.rs")]

use crate::axis::Axis;
use crate::blocks::{Block, add, for_blocks, load, store};
use crate::divisor::exact_reciprocal;
use crate::geometry::Geometry;
use crate::simd::{Element, Lanes, MOST_LANES};

/// What to multiply by, if this path gives what the general one would: if windows tile the plane (but for a last odd row
/// or column), and have a divisor in common whose reciprocal is exact in either element type.
pub fn scale(geometry: &Geometry) -> Option<f64> {
    let pairs = |axis: &Axis| {
        (axis.kernel, axis.stride, axis.dilation, axis.begin) == (2, 2, 1, 0) && axis.output == axis.input / 2
    };
    let served = geometry.channels == 1 || geometry.fills_lanes();
    let tiles = served && pairs(&geometry.rows) && pairs(&geometry.columns);
    tiles.then(|| geometry.common_divisor()).flatten().and_then(exact_reciprocal)
}

/// `output[oh, ow] = scale · Σ_{i<2, j<2} input[2·oh + i, 2·ow + j]`
pub fn forward<T: Element>(geometry: &Geometry, scale: T, input: &[T], output: &mut [T]) {
    let (width, output_width, channels) = (geometry.input_width(), geometry.output_width(), geometry.channels);
    for (input, output) in geometry.planes(input, output) {
        for (rows, output) in input.chunks_exact(2 * width).zip(output.chunks_exact_mut(output_width)) {
            let (upper, lower) = rows.split_at(width);
            if channels > 1 {
                add_positions(upper, lower, output, scale, channels);
                continue;
            }
            let body = add_pairs::<T::Vector>(upper, lower, output, scale, 0);
            add_pairs::<T>(upper, lower, output, scale, body);
        }
    }
}

/// `output[o] = scale · (upper[2·o] + lower[2·o] + upper[2·o + 1] + lower[2·o + 1])` from `start` on, whole vectors only.
/// Returns where it ends.
#[inline(always)]
fn add_pairs<L: Lanes>(
    upper: &[L::Element],
    lower: &[L::Element],
    output: &mut [L::Element],
    scale: L::Element,
    start: usize,
) -> usize {
    let body = (output.len() - start) / L::COUNT * L::COUNT;
    let upper = upper[2 * start..][..2 * body].chunks_exact(2 * L::COUNT);
    let lower = lower[2 * start..][..2 * body].chunks_exact(2 * L::COUNT);
    let output = output[start..][..body].chunks_exact_mut(L::COUNT);
    for ((upper, lower), output) in upper.zip(lower).zip(output) {
        let left = L::load(upper) + L::load(lower);
        let right = L::load(&upper[L::COUNT..]) + L::load(&lower[L::COUNT..]);
        let (even, odd) = left.deinterleave(right);
        ((even + odd) * L::splat(scale)).store(output);
    }
    start + body
}

/// `grad_input[ih, iw] = scale · grad_output[ih / 2, iw / 2]`, and 0 in a last odd row or column.
pub fn backward<T: Element>(geometry: &Geometry, scale: T, grad_output: &[T], grad_input: &mut [T]) {
    let (width, output_width, channels) = (geometry.input_width(), geometry.output_width(), geometry.channels);
    for (grad_output, grad_input) in geometry.planes_back(grad_output, grad_input) {
        let (tiled, rest) = grad_input.split_at_mut(2 * geometry.rows.output * width);
        rest.fill(T::default());
        for (grad_output, rows) in grad_output.chunks_exact(output_width).zip(tiled.chunks_exact_mut(2 * width)) {
            let (upper, lower) = rows.split_at_mut(width);
            if channels > 1 {
                spread_positions(grad_output, upper, lower, scale, channels);
                continue;
            }
            let body = spread_pairs::<T::Vector>(grad_output, upper, lower, scale, 0);
            spread_pairs::<T>(grad_output, upper, lower, scale, body);
            // One element at most, for which a call of fill would take longer than a short row.
            for odd in upper[2 * output_width..].iter_mut().chain(&mut lower[2 * output_width..]) {
                *odd = T::default();
            }
        }
    }
}

/// `upper[i] = lower[i] = scale · grad_output[i / 2]` from `i = 2·start` on, whole vectors only. Returns where it ends.
#[inline(always)]
fn spread_pairs<L: Lanes>(
    grad_output: &[L::Element],
    upper: &mut [L::Element],
    lower: &mut [L::Element],
    scale: L::Element,
    start: usize,
) -> usize {
    let body = (grad_output.len() - start) / L::COUNT * L::COUNT;
    let grad_output = grad_output[start..][..body].chunks_exact(L::COUNT);
    let upper = upper[2 * start..][..2 * body].chunks_exact_mut(2 * L::COUNT);
    let lower = lower[2 * start..][..2 * body].chunks_exact_mut(2 * L::COUNT);
    for ((grad_output, upper), lower) in grad_output.zip(upper).zip(lower) {
        let gradient = L::load(grad_output) * L::splat(scale);
        let (left, right) = gradient.interleave(gradient);
        left.store(upper);
        right.store(&mut upper[L::COUNT..]);
        left.store(lower);
        right.store(&mut lower[L::COUNT..]);
    }
    start + body
}

/// The same as `add_pairs`, of positions with many channels.
#[inline(never)]
fn add_positions<T: Element>(upper: &[T], lower: &[T], output: &mut [T], scale: T, channels: usize) {
    assert!(channels >= MOST_LANES, "as many channels as lanes");
    let pairs = upper.chunks_exact(2 * channels).zip(lower.chunks_exact(2 * channels));
    for ((upper, lower), output) in pairs.zip(output.chunks_exact_mut(channels)) {
        for_blocks(channels, &mut AddPositions { upper, lower, output, scale });
    }
}

struct AddPositions<'a, T> {
    upper: &'a [T],
    lower: &'a [T],
    output: &'a mut [T],
    scale: T,
}

impl<T: Element> Block<T> for AddPositions<'_, T> {
    #[inline(always)]
    fn run<L: Lanes<Element = T>, const N: usize>(&mut self, start: usize) {
        let right = self.output.len();
        // SAFETY: blocks lie inside the channels, as many as there are in `output`, and of which the rows have twice as many.
        let column = |at: usize| unsafe { add(load::<L, N>(self.upper, at), load(self.lower, at)) };
        let averages = add(column(start), column(right + start)).map(|sum| sum * L::splat(self.scale));
        // SAFETY: likewise.
        unsafe { store(averages, self.output, start) };
    }
}

/// The same as `spread_pairs`, of positions with many channels.
#[inline(never)]
fn spread_positions<T: Element>(grad_output: &[T], upper: &mut [T], lower: &mut [T], scale: T, channels: usize) {
    assert!(channels >= MOST_LANES, "as many channels as lanes");
    let (tiled, rest) = upper.split_at_mut(2 * grad_output.len());
    rest.fill(T::default());
    let (tiled_below, rest) = lower.split_at_mut(2 * grad_output.len());
    rest.fill(T::default());
    let pairs = tiled.chunks_exact_mut(2 * channels).zip(tiled_below.chunks_exact_mut(2 * channels));
    for ((upper, lower), grad_output) in pairs.zip(grad_output.chunks_exact(channels)) {
        for_blocks(channels, &mut SpreadPositions { grad_output, upper, lower, scale });
    }
}

struct SpreadPositions<'a, T> {
    grad_output: &'a [T],
    upper: &'a mut [T],
    lower: &'a mut [T],
    scale: T,
}

impl<T: Element> Block<T> for SpreadPositions<'_, T> {
    #[inline(always)]
    fn run<L: Lanes<Element = T>, const N: usize>(&mut self, start: usize) {
        let right = self.grad_output.len();
        // SAFETY: blocks lie inside the channels, as many as there are in the gradient, and of which the rows have twice as
        // many.
        unsafe {
            let gradients = load::<L, N>(self.grad_output, start).map(|vector| vector * L::splat(self.scale));
            for row in [&mut *self.upper, &mut *self.lower] {
                store(gradients, row, start);
                store(gradients, row, right + start);
            }
        }
    }
}
