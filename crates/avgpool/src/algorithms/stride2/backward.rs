//! Backward: each strip is two vectors of gradients wide.
//!
//! It knows strips and the edges that they lie at, not geometries.
//!
//! Positions count from the first tap of window 0. Windows c − 1 and c hold position 2·c, and window c alone holds position
//! 2·c + 1. So all elements of a strip are sums of two vectors of quotients: `here` of windows c, c + 1, …, and `next` of
//! windows c + 1, c + 2, …. The same holds for rows.

#![expect(unsafe_code, reason = "strips jump from row to row: see stride1.rs")]

use super::{INNER, LEFT, Plane, RIGHT};
use crate::rows::blocks::{add, load, store};
use crate::simd::{Element, Simd};

/// The gradients of all planes.
///
/// Out of line: engines keep large functions in their baseline compiler for longer.
#[inline(never)]
pub fn spread_planes<T: Element>(plane: &Plane<T>, grad_output: &[T], grad_input: &mut [T]) {
    let Plane { width, left, row_factors, column_factors, .. } = *plane;
    let (windows, columns, lanes) = (row_factors.len(), column_factors.len(), T::Vector::LANES);
    let [len, gradients_len] = plane.lens();
    let band = plane.band();
    let last = width - 2 * lanes;
    for (gradients, results) in grad_output.chunks_exact(gradients_len).zip(grad_input.chunks_exact_mut(len)) {
        let mut strips = Strips { plane, gradients, results };
        let mut end = 0;
        while end < windows {
            let band = [end, windows.min(end + band)];
            end = band[1];
            let mut next = 0;
            if left == 0 {
                strips.spread::<T::Vector, LEFT>(band, 0);
                next = 2 * lanes;
            }
            while next < width {
                let start = next.min(last);
                if first_next(start, left) + lanes > columns {
                    strips.spread::<T::Vector, RIGHT>(band, start);
                } else {
                    strips.spread::<T::Vector, INNER>(band, start);
                }
                next += 2 * lanes;
            }
        }
    }
}

/// The first window of `next` in the strip from column `start` on.
fn first_next(start: usize, left: usize) -> usize {
    (start + left).div_ceil(2)
}

struct Strips<'a, T> {
    plane: &'a Plane<'a, T>,
    gradients: &'a [T],
    results: &'a mut [T],
}

impl<T: Element> Strips<'_, T> {
    /// Two vectors of columns from `start` on: the rows that the windows `band[0]..band[1]` complete.
    #[inline(always)]
    fn spread<V: Simd<Element = T>, const EDGE: u8>(&mut self, band: [usize; 2], start: usize) {
        let Self { plane, gradients, results } = self;
        let Plane { height, width, top, left, row_factors, column_factors } = **plane;
        let columns = column_factors.len();
        // SAFETY: `Plane::lens` has checked the number of columns. `spread_planes` starts a strip at the left edge if `next`
        // starts with window 0, at the right edge if it ends with window `columns`, and otherwise between these two.
        let load_one = |elements: &[T], at: usize| unsafe { load::<V, 1>(elements, at) }[0];
        let (zero, next) = (V::splat(T::default()), first_next(start, left));
        let [here_factors, next_factors] = match EDGE {
            LEFT => [zero, load_one(column_factors, 0)],
            RIGHT => [load_one(column_factors, columns - V::LANES), zero],
            _ => [load_one(column_factors, next - 1), load_one(column_factors, next)],
        };
        let quotients = |row: usize| {
            let row_factor = V::splat(row_factors[row]);
            let quotient =
                |window: usize, factors: V| load_one(gradients, row * columns + window) / (row_factor * factors);
            match EDGE {
                LEFT => {
                    let next = quotient(0, next_factors);
                    [next.shift_elements_right(), next]
                }
                RIGHT => {
                    let here = quotient(columns - V::LANES, here_factors);
                    [here, here.shift_elements_left()]
                }
                _ => [quotient(next - 1, here_factors), quotient(next, next_factors)],
            }
        };
        let starts_alone = !(start + left).is_multiple_of(2);
        let [mut row, end] = band;
        let mut at = (2 * row).saturating_sub(top) * width + start;
        let mut store_row = |[here, next]: [V; 2]| {
            let both = here + next;
            let (first, second) = if starts_alone { here.interleave(both) } else { both.interleave(next) };
            // SAFETY: as above. No row lies beyond the last one: each window but the first one has two.
            unsafe { store([first, second], results, at) };
            at += width;
        };
        let mut above = if row > 0 { quotients(row - 1) } else { [zero; 2] };
        // The first window starts above the plane. Above a band, it ends with the first row of the band.
        if row == 0 && top > 0 {
            above = quotients(0);
            if top == 1 {
                store_row(above);
            }
            row = 1;
        }
        while row < end {
            let quotients = quotients(row);
            store_row(add(above, quotients));
            store_row(quotients);
            above = quotients;
            row += 1;
        }
        if end == row_factors.len() {
            for _ in 2 * end..height + top {
                store_row(above);
                above = [zero; 2];
            }
        }
    }
}
