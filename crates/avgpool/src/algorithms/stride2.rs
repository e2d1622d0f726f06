//! 3×3 windows with stride 2 that halve the size, rounded up, NCHW: strips of even and odd columns.
//!
//! It knows how windows reach over the edges of a plane. 1.5× to 2.4× faster than `Separable`
//! (`npm run bench -- --algorithms`).

#![expect(unsafe_code, reason = "strips jump from row to row: see stride1.rs")]

use super::Algorithm;
use crate::geometry::{Axis, Geometry};
use crate::rows::blocks::{Block, add, for_vectors, load, store};
use crate::rows::divide::divide;
use crate::rows::rolling::{Line, roll};
use crate::rows::scratch::Scratch;
use crate::simd::{Element, Simd};

/// Forward reuses the sum of every second row in two windows. Backward adds up to four quotients for each element.
#[derive(Clone, Copy, Debug)]
pub struct Stride2 {
    scratch: Scratch<3>,
}

impl<T: Element> Algorithm<T> for Stride2 {
    fn new(geometry: &Geometry) -> Option<Self> {
        let Geometry { rows, columns, .. } = geometry;
        let halves = |axis: &Axis| {
            (axis.kernel, axis.stride, axis.dilation, axis.pad_begin) == (3, 2, 1, 1)
                && axis.output == axis.input.div_ceil(2)
        };
        let wide = columns.input >= 2 * T::Vector::LANES;
        if !(geometry.channels == 1 && halves(rows) && halves(columns) && wide) {
            return None;
        }
        let [rows, columns] = [rows.output as u64, columns.output as u64];
        let lengths = [rows, columns, (rows + 1).checked_mul(columns + 1)?];
        Some(Self { scratch: Scratch::new(lengths, geometry.most_scratch::<T>())? })
    }

    fn scratch_len(&self) -> usize {
        self.scratch.len()
    }

    /// `output[oh, ow] = Σ_{i<3, j<3} input[2·oh − 1 + i, 2·ow − 1 + j] / divisor(oh, ow)`
    fn forward(&self, geometry: &Geometry, input: &[T], output: &mut [T], scratch: &mut [T]) {
        let Geometry { rows, columns, .. } = geometry;
        let [row_factors, column_factors, _] = self.scratch.split(scratch);
        geometry.row_factors(row_factors);
        geometry.column_factors(0, column_factors);
        for (input, output) in geometry.planes(input, output) {
            sum_plane(&mut Plane { size: [rows.input, columns.input], input, output, row_factors, column_factors });
        }
    }

    /// `grad_input[ih, iw] = Σ grad_output[oh, ow] / divisor(oh, ow)` over the windows that hold ih and iw. An even row or
    /// column lies in one window, an odd one in two.
    fn backward(&self, geometry: &Geometry, grad_output: &[T], grad_input: &mut [T], scratch: &mut [T]) {
        let Geometry { columns, .. } = geometry;
        let [row_factors, column_factors, quotients] = self.scratch.split(scratch);
        geometry.row_factors(row_factors);
        geometry.column_factors(0, column_factors);
        // A last row and a last column of zeros stand for the windows beyond the edges.
        let pitch = columns.output + 1;
        quotients.fill(T::default());
        for (grad_output, grad_input) in geometry.planes_back(grad_output, grad_input) {
            let rows = grad_output.chunks_exact(columns.output).zip(row_factors.chunks_exact(1));
            for (quotients, (grad_output, row_factor)) in quotients.chunks_exact_mut(pitch).zip(rows) {
                divide(&mut quotients[..columns.output], grad_output, row_factor, column_factors);
            }
            for (r, rows) in grad_input.chunks_mut(2 * columns.input).enumerate() {
                let (even, odd) = rows.split_at_mut(columns.input);
                let (upper, lower) = quotients[r * pitch..][..2 * pitch].split_at(pitch);
                spread(even, odd, upper, lower);
            }
        }
    }
}

/// A plane, its averages, and the two factors of each divisor: one of its row and one of its column.
struct Plane<'a, T> {
    size: [usize; 2],
    input: &'a [T],
    output: &'a mut [T],
    row_factors: &'a [T],
    column_factors: &'a [T],
}

/// Out of line: engines keep large functions in their baseline compiler for longer.
#[inline(never)]
fn sum_plane<T: Element>(plane: &mut Plane<T>) {
    let ([height, width], [rows, columns]) = (plane.size, [plane.row_factors.len(), plane.column_factors.len()]);
    assert!(height.checked_mul(width) == Some(plane.input.len()), "a plane of {height}×{width}");
    assert!(rows.checked_mul(columns) == Some(plane.output.len()), "averages of {rows}×{columns}");
    assert!([rows, columns] == [height.div_ceil(2), width.div_ceil(2)], "half the rows and columns");
    let lanes = T::Vector::LANES;
    assert!(width >= 2 * lanes, "rows of at least two vectors");
    plane.strip::<T::Vector, { LEFT }>(0);
    let (last, odd) = (columns - lanes, width % 2 == 1);
    let inner_end = if odd { last } else { columns };
    let mut start = lanes;
    while start < inner_end {
        plane.strip::<T::Vector, { INNER }>(start.min(last));
        start += lanes;
    }
    if odd {
        plane.strip::<T::Vector, { RIGHT }>(last);
    }
}

/// A strip whose windows reach over no edge.
const INNER: u8 = 0;
/// A strip whose windows reach over the left edge.
const LEFT: u8 = 1;
/// A strip whose windows reach over the right edge. Only an odd width has one.
const RIGHT: u8 = 2;

impl<T: Element> Plane<'_, T> {
    /// The averages of a vector of columns from `start` on. Each adds two new row sums to the last row sum of the average
    /// above.
    #[inline(always)]
    fn strip<V: Simd<Element = T>, const EDGE: u8>(&mut self, start: usize) {
        let Self { size: [height, width], input, output, row_factors, column_factors } = self;
        let (height, width, columns) = (*height, *width, column_factors.len());
        let row_sum = |row: usize, _| {
            let pair = |column: usize| {
                // SAFETY: `sum_plane` has checked the size of the plane and that rows hold 2·LANES elements. It starts
                // strips so that column + 2·LANES is at most the width.
                let [left, right] = unsafe { load::<V, 2>(input, row + column) };
                left.deinterleave(right)
            };
            match EDGE {
                LEFT => {
                    let (even, odd) = pair(0);
                    odd.shift_elements_right() + even + odd
                }
                RIGHT => {
                    let (odd, even) = pair(2 * start - 1);
                    odd + even + odd.shift_elements_left()
                }
                _ => {
                    let ((even, odd), (_, left_odd)) = (pair(2 * start), pair(2 * start - 2));
                    left_odd + even + odd
                }
            }
        };
        // SAFETY: `sum_plane` starts strips so that `start` + LANES is at most the number of columns.
        let [column_factors] = unsafe { load::<V, 1>(column_factors, start) };
        roll::<V, 1, 3, 2>(
            Line { positions: height, pitch: width, begin: 1, windows: row_factors.len(), inner_loop: true },
            row_sum,
            |row| [V::splat(row_factors[row]) * column_factors],
            // SAFETY: as above. There is a row of averages for every factor.
            |row, _, average| unsafe { store([average], output, row * columns + start) },
        );
    }
}

/// `even[2·c] = upper[c]`, `even[2·c + 1] = upper[c] + upper[c + 1]`, and the same of `upper + lower` in `odd`, unless that
/// is empty.
#[inline(never)]
fn spread<T: Element>(even: &mut [T], odd: &mut [T], upper: &[T], lower: &[T]) {
    let pairs = even.len() / 2;
    assert!(upper.len() > pairs && lower.len() == upper.len(), "a quotient beyond every pair");
    assert!(odd.is_empty() || odd.len() == even.len(), "rows of the same length");
    if even.len() % 2 == 1 {
        even[2 * pairs] = upper[pairs];
        if let Some(last) = odd.last_mut() {
            *last = upper[pairs] + lower[pairs];
        }
    }
    for_vectors(pairs, &mut Spread { even, odd, upper, lower });
}

struct Spread<'a, T> {
    even: &'a mut [T],
    odd: &'a mut [T],
    upper: &'a [T],
    lower: &'a [T],
}

impl<T: Element> Block<T> for Spread<'_, T> {
    #[inline(always)]
    fn run<V: Simd<Element = T>, const N: usize>(&mut self, start: usize) {
        // SAFETY: `spread` has checked that there is one quotient more than pairs. Blocks lie inside the pairs.
        let [mut here, mut next] = unsafe { [load::<V, N>(self.upper, start), load(self.upper, start + 1)] };
        for row in [&mut *self.even, &mut *self.odd] {
            if row.is_empty() {
                return;
            }
            for v in 0..N {
                let (left, right) = here[v].interleave(here[v] + next[v]);
                let at = 2 * (start + v * V::LANES);
                // SAFETY: `spread` has checked that both rows have the same length: two elements for every pair.
                unsafe { store([left, right], row, at) };
            }
            // SAFETY: as above.
            let [below, next_below] = unsafe { [load::<V, N>(self.lower, start), load(self.lower, start + 1)] };
            (here, next) = (add(here, below), add(next, next_below));
        }
    }
}
