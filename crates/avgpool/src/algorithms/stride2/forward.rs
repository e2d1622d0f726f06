//! Forward: each strip is a vector of averages wide.
//!
//! It knows strips and the edges that they lie at, not geometries.

#![expect(unsafe_code, reason = "strips jump from row to row: see stride1.rs")]

use super::{INNER, LEFT, Plane, RIGHT};
use crate::rows::blocks::{load, store};
use crate::rows::rolling::{Line, roll};
use crate::simd::{Element, Simd};

/// The averages of all planes.
///
/// Out of line: engines keep large functions in their baseline compiler for longer.
#[inline(never)]
pub fn average_planes<T: Element>(plane: &Plane<T>, input: &[T], output: &mut [T]) {
    let Plane { height, width, top, left, row_factors, column_factors } = *plane;
    let (windows, columns, lanes) = (row_factors.len(), column_factors.len(), T::Vector::LANES);
    let [len, averages_len] = plane.lens();
    let line = Line { positions: height, pitch: width, begin: top, windows };
    let band = plane.band();
    let (last, reaches_over) = (columns - lanes, 2 * columns == width + left);
    let inner_end = if reaches_over { last } else { columns };
    for (input, output) in input.chunks_exact(len).zip(output.chunks_exact_mut(averages_len)) {
        let mut next = 0;
        for (averages, row_factors) in output.chunks_mut(band * columns).zip(row_factors.chunks(band)) {
            let (first, line) = line.part(next, row_factors.len(), 2);
            next += band;
            let mut strips =
                Strips { line, left, input: &input[first * width..], averages, row_factors, column_factors };
            let mut start = 0;
            if left == 1 {
                strips.average::<T::Vector, LEFT>(0);
                start = lanes;
            }
            while start < inner_end {
                strips.average::<T::Vector, INNER>(start.min(last));
                start += lanes;
            }
            if reaches_over {
                strips.average::<T::Vector, RIGHT>(last);
            }
        }
    }
}

/// The strips of a band of windows. Its input starts with the first row that they hold.
struct Strips<'a, T> {
    line: Line,
    left: usize,
    input: &'a [T],
    averages: &'a mut [T],
    row_factors: &'a [T],
    column_factors: &'a [T],
}

impl<T: Element> Strips<'_, T> {
    /// The averages of a vector of columns from `start` on. Each adds two new row sums to the last row sum of the average
    /// above.
    #[inline(always)]
    fn average<V: Simd<Element = T>, const EDGE: u8>(&mut self, start: usize) {
        let Self { line, left, input, averages, row_factors, column_factors } = self;
        let (left, columns) = (*left, column_factors.len());
        let row_sum = |row: usize, _| {
            let pair = |column: usize| {
                // SAFETY: `Plane::lens` has checked that rows hold 2·LANES elements and all taps but the last one.
                // `average_planes` starts strips so that column + 2·LANES is at most the width.
                let [left, right] = unsafe { load::<V, 2>(input, row + column) };
                left.deinterleave(right)
            };
            match EDGE {
                LEFT => {
                    let (even, odd) = pair(0);
                    odd.shift_elements_right() + even + odd
                }
                RIGHT => {
                    let (left, middle) = pair(2 * start - left);
                    left + middle + left.shift_elements_left()
                }
                _ => {
                    let ((left, middle), (_, right)) = (pair(2 * start - left), pair(2 * start - left + 1));
                    left + middle + right
                }
            }
        };
        // SAFETY: `average_planes` starts strips so that `start` + LANES is at most the number of columns.
        let [column_factors] = unsafe { load::<V, 1>(column_factors, start) };
        roll::<V, 1, 3, 2>(
            *line,
            EDGE == INNER,
            row_sum,
            |row| [V::splat(row_factors[row]) * column_factors],
            // SAFETY: as above. There is a row of averages for every factor.
            |row, _, average| unsafe { store([average], averages, row * columns + start) },
        );
    }
}
