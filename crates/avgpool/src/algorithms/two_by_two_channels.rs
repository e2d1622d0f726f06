//! 2×2 windows with stride 2 inside the plane, NHWC: adds four positions, a vector of channels at a time.
//!
//! Where channels do not fill a vector, as in pictures, it ends with channels of the next position. They are written again.
//!
//! 3.5× to 3.7× faster than `Separable` on 56×56 positions of 64 channels, and 2.7× faster on pictures
//! (`npm run bench -- --algorithms`).

#![expect(unsafe_code, reason = "blocks are checked once a position: see rows/blocks.rs")]

use super::two_by_two::Tiles;
use super::{Algorithm, Needs};
use crate::geometry::Geometry;
use crate::rows::blocks::{Block, add, for_vectors, load, store};
use crate::simd::{Element, Simd};

/// Averages four positions of two rows, channel by channel.
#[derive(Clone, Copy, Debug)]
pub struct TwoByTwoChannels<T>(Tiles<T>);

impl<T: Element> Algorithm<T> for TwoByTwoChannels<T> {
    fn new(geometry: &Geometry, needs: &mut Needs) -> Option<Self> {
        let tiles = Tiles::new(geometry)?;
        if geometry.channels == 1 {
            return None;
        }
        needs.scratch_len = tiles.scratch.len();
        Some(Self(tiles))
    }

    /// `output[oh, ow, c] = Σ_{i<2, j<2} input[2·oh + i, 2·ow + j, c] / divisor`
    fn forward(&self, geometry: &Geometry, input: &[T], output: &mut [T], scratch: &mut [T]) {
        self.0.forward(geometry, input, output, scratch, |upper, lower, output, factor| {
            add_positions(upper, lower, output, factor, geometry.channels);
        });
    }

    /// `grad_input[ih, iw, c] = grad_output[ih / 2, iw / 2, c] / divisor`, and 0 in a last odd row or column.
    fn backward(&self, geometry: &Geometry, grad_output: &[T], grad_input: &mut [T], scratch: &mut [T]) {
        self.0.backward(geometry, grad_output, grad_input, scratch, |grad_output, upper, lower, factor| {
            spread_positions(grad_output, upper, lower, factor, geometry.channels);
            for row in [upper, lower] {
                row[2 * grad_output.len()..].fill(T::default());
            }
        });
    }
}

/// A block at one position of the smaller plane.
trait AtPosition<T>: Block<T> {
    fn move_to(&mut self, position: usize);
}

/// Runs `block` over all channels of positions that have `len` elements in all, in order.
#[inline(always)]
fn for_positions<T: Element>(len: usize, channels: usize, block: &mut impl AtPosition<T>) {
    let lanes = T::Vector::LANES;
    if channels >= lanes {
        for position in 0..len / channels {
            block.move_to(position);
            for_vectors(channels, block);
        }
        return;
    }
    // The vectors of the last positions would end beyond the row.
    let whole = (len + channels).saturating_sub(lanes) / channels;
    for position in 0..whole {
        block.move_to(position);
        block.run::<T::Vector, 1>(0);
    }
    for position in whole..len / channels {
        block.move_to(position);
        for channel in 0..channels {
            block.run::<T, 1>(channel);
        }
    }
}

/// `output[o, c] = factor · (upper[2·o, c] + lower[2·o, c] + upper[2·o + 1, c] + lower[2·o + 1, c])`
#[inline(never)]
fn add_positions<T: Element>(upper: &[T], lower: &[T], output: &mut [T], factor: T, channels: usize) {
    let len = output.len();
    assert!(upper.len().min(lower.len()) / 2 >= len, "two positions in each row for every average");
    for_positions(len, channels, &mut AddPositions { upper, lower, output, factor, channels, to: 0 });
}

struct AddPositions<'a, T> {
    upper: &'a [T],
    lower: &'a [T],
    output: &'a mut [T],
    factor: T,
    channels: usize,
    /// The first element of the position.
    to: usize,
}

impl<T: Element> AtPosition<T> for AddPositions<'_, T> {
    #[inline(always)]
    fn move_to(&mut self, position: usize) {
        self.to = position * self.channels;
    }
}

impl<T: Element> Block<T> for AddPositions<'_, T> {
    #[inline(always)]
    fn run<V: Simd<Element = T>, const N: usize>(&mut self, start: usize) {
        let (to, from) = (self.to + start, 2 * self.to + start);
        // SAFETY: `add_positions` has checked that each row has two positions for every average. A block that ends inside the
        // averages has its terms inside both rows.
        let column = |at: usize| unsafe { add(load::<V, N>(self.upper, at), load(self.lower, at)) };
        let averages = add(column(from), column(from + self.channels)).map(|sum| sum * V::splat(self.factor));
        // SAFETY: as above.
        unsafe { store(averages, self.output, to) };
    }
}

/// `upper[i, c] = lower[i, c] = factor · grad_output[i / 2, c]`
#[inline(never)]
fn spread_positions<T: Element>(grad_output: &[T], upper: &mut [T], lower: &mut [T], factor: T, channels: usize) {
    let len = grad_output.len();
    assert!(upper.len().min(lower.len()) / 2 >= len, "two positions in each row for every gradient");
    for_positions(len, channels, &mut SpreadPositions { grad_output, upper, lower, factor, channels, from: 0 });
}

struct SpreadPositions<'a, T> {
    grad_output: &'a [T],
    upper: &'a mut [T],
    lower: &'a mut [T],
    factor: T,
    channels: usize,
    /// The first element of the position.
    from: usize,
}

impl<T: Element> AtPosition<T> for SpreadPositions<'_, T> {
    #[inline(always)]
    fn move_to(&mut self, position: usize) {
        self.from = position * self.channels;
    }
}

impl<T: Element> Block<T> for SpreadPositions<'_, T> {
    #[inline(always)]
    fn run<V: Simd<Element = T>, const N: usize>(&mut self, start: usize) {
        let (from, to) = (self.from + start, 2 * self.from + start);
        // SAFETY: `spread_positions` has checked that each row has two positions for every gradient. A block that ends inside
        // the gradients has its results inside both rows.
        unsafe {
            let gradients = load::<V, N>(self.grad_output, from).map(|gradient| gradient * V::splat(self.factor));
            for row in [&mut *self.upper, &mut *self.lower] {
                store(gradients, row, to);
                store(gradients, row, to + self.channels);
            }
        }
    }
}
