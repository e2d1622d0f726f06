//! 3×3 windows with stride 2 and a padding of 0 or 1, NCHW: strips of even and odd columns.
//!
//! It knows how windows reach over the edges of a plane. 1.3× to 2.3× faster than `Separable`
//! (`npm run bench -- --algorithms`).

#![expect(unsafe_code, reason = "strips jump from row to row: see stride1.rs")]

use super::{Algorithm, Separable};
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
    /// Serves forward where strips are slower.
    by_rows: Option<Separable>,
}

impl<T: Element> Algorithm<T> for Stride2 {
    fn new(geometry: &Geometry) -> Option<Self> {
        let Geometry { rows, columns, .. } = geometry;
        // At most the last tap of the last window lies beyond the input.
        let halves = |axis: &Axis| {
            (axis.kernel, axis.stride, axis.dilation) == (3, 2, 1)
                && axis.pad_begin <= 1
                && axis.output * 2 <= axis.input + axis.pad_begin
        };
        let lanes = T::Vector::LANES;
        let wide = columns.input >= 2 * lanes && columns.output >= lanes;
        if !(geometry.channels == 1 && halves(rows) && halves(columns) && wide) {
            return None;
        }
        // Rows a multiple of 1 KiB apart compete for a few sets of the L1 cache, as in stride1.rs.
        let by_rows = if columns.input.is_multiple_of(1024 / size_of::<T>()) {
            Some(<Separable as Algorithm<T>>::new(geometry)?)
        } else {
            None
        };
        let quotients = (pairs_of(rows) as u64 + 1).checked_mul(pairs_of(columns) as u64 + 1)?;
        let lengths = [rows.output as u64, columns.output as u64, quotients];
        Some(Self { scratch: Scratch::new(lengths, geometry.most_scratch::<T>())?, by_rows })
    }

    fn scratch_len(&self) -> usize {
        self.scratch.len().max(self.by_rows.as_ref().map_or(0, Algorithm::<T>::scratch_len))
    }

    /// `output[oh, ow] = Σ_{i<3, j<3} input[2·oh − pad + i, 2·ow − pad + j] / divisor(oh, ow)`
    fn forward(&self, geometry: &Geometry, input: &[T], output: &mut [T], scratch: &mut [T]) {
        if let Some(separable) = &self.by_rows {
            return separable.forward(geometry, input, output, scratch);
        }
        let Geometry { rows, columns, .. } = geometry;
        let [row_factors, column_factors, _] = self.scratch.split(scratch);
        geometry.row_factors(row_factors);
        geometry.column_factors(0, column_factors);
        for (input, output) in geometry.planes(input, output) {
            let (size, pads) = ([rows.input, columns.input], [rows.pad_begin, columns.pad_begin]);
            sum_plane(&mut Plane { size, pads, input, output, row_factors, column_factors });
        }
    }

    /// `grad_input[ih, iw] = Σ grad_output[oh, ow] / divisor(oh, ow)` over the windows that hold ih and iw. Of two rows or columns,
    /// one lies in two windows: the first one without padding, the second one with it.
    fn backward(&self, geometry: &Geometry, grad_output: &[T], grad_input: &mut [T], scratch: &mut [T]) {
        let Geometry { rows, columns, .. } = geometry;
        let [row_factors, column_factors, quotients] = self.scratch.split(scratch);
        geometry.row_factors(row_factors);
        geometry.column_factors(0, column_factors);
        // Zeros around the quotients stand for the windows beyond the edges.
        let (pitch, [top, left]) = (pairs_of(columns) + 1, [rows, columns].map(|axis| 1 - axis.pad_begin));
        let rows_are_padded = rows.pad_begin == 1;
        quotients.fill(T::default());
        for (grad_output, grad_input) in geometry.planes_back(grad_output, grad_input) {
            let rows = grad_output.chunks_exact(columns.output).zip(row_factors.chunks_exact(1));
            for (quotients, (grad_output, row_factor)) in quotients.chunks_exact_mut(pitch).skip(top).zip(rows) {
                divide(&mut quotients[left..][..columns.output], grad_output, row_factor, column_factors);
            }
            for (r, rows) in grad_input.chunks_mut(2 * columns.input).enumerate() {
                let (first, second) = rows.split_at_mut(columns.input);
                let (upper, lower) = quotients[r * pitch..][..2 * pitch].split_at(pitch);
                let (once, twice, quotients, others) =
                    if rows_are_padded { (first, second, upper, lower) } else { (second, first, lower, upper) };
                if columns.pad_begin == 0 {
                    spread(Spread::<T, true> { once, twice, quotients, others });
                } else {
                    spread(Spread::<T, false> { once, twice, quotients, others });
                }
            }
        }
    }
}

/// The pairs of neighbours, rounded up.
fn pairs_of(axis: &Axis) -> usize {
    axis.input.div_ceil(2)
}

/// A plane, its averages, and the two factors of each divisor: one of its row and one of its column.
struct Plane<'a, T> {
    size: [usize; 2],
    pads: [usize; 2],
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
    let (lanes, pad) = (T::Vector::LANES, plane.pads[1]);
    assert!(pad <= 1 && 2 * columns <= width + pad, "at most one tap beyond the row");
    assert!(width >= 2 * lanes && columns >= lanes, "rows of at least two vectors");
    let mut start = 0;
    if pad == 1 {
        plane.strip::<T::Vector, { LEFT }>(0);
        start = lanes;
    }
    let (last, reaches_over) = (columns - lanes, 2 * columns == width + pad);
    let inner_end = if reaches_over { last } else { columns };
    while start < inner_end {
        plane.strip::<T::Vector, { INNER }>(start.min(last));
        start += lanes;
    }
    if reaches_over {
        plane.strip::<T::Vector, { RIGHT }>(last);
    }
}

/// A strip whose windows reach over no edge.
const INNER: u8 = 0;
/// A strip whose windows reach over the left edge, with padding.
const LEFT: u8 = 1;
/// A strip whose windows reach over the right edge.
const RIGHT: u8 = 2;

impl<T: Element> Plane<'_, T> {
    /// The averages of a vector of columns from `start` on. Each adds two new row sums to the last row sum of the average
    /// above.
    #[inline(always)]
    fn strip<V: Simd<Element = T>, const EDGE: u8>(&mut self, start: usize) {
        let Self { size: [height, width], pads: [pad_rows, pad], input, output, row_factors, column_factors } = self;
        let (height, width, pad, columns) = (*height, *width, *pad, column_factors.len());
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
                    let (left, middle) = pair(2 * start - pad);
                    left + middle + left.shift_elements_left()
                }
                _ => {
                    let ((left, middle), (_, right)) = (pair(2 * start - pad), pair(2 * start - pad + 1));
                    left + middle + right
                }
            }
        };
        // SAFETY: `sum_plane` starts strips so that `start` + LANES is at most the number of columns.
        let [column_factors] = unsafe { load::<V, 1>(column_factors, start) };
        roll::<V, 1, 3, 2>(
            Line { positions: height, pitch: width, begin: *pad_rows, windows: row_factors.len(), inner_loop: true },
            row_sum,
            |row| [V::splat(row_factors[row]) * column_factors],
            // SAFETY: as above. There is a row of averages for every factor.
            |row, _, average| unsafe { store([average], output, row * columns + start) },
        );
    }
}

/// Two rows of a gradient. The windows of one row of quotients hold both, and those of another row hold one. Of two columns,
/// the first one lies in two windows if `FIRST_IN_TWO`, otherwise the second one.
struct Spread<'a, T, const FIRST_IN_TWO: bool> {
    /// The row that lies in windows of `quotients` alone. It is empty if it would lie beyond the plane.
    once: &'a mut [T],
    /// The row that lies in windows of `others` too. It may be empty as well.
    twice: &'a mut [T],
    quotients: &'a [T],
    others: &'a [T],
}

/// `once[2·c] = quotients[c]` and `once[2·c + 1] = quotients[c] + quotients[c + 1]`. If the first column is in two windows,
/// `once[2·c] = quotients[c] + quotients[c + 1]` and `once[2·c + 1] = quotients[c + 1]`. Likewise `twice` of
/// `quotients + others`.
#[inline(never)]
fn spread<T: Element, const FIRST_IN_TWO: bool>(mut rows: Spread<T, FIRST_IN_TWO>) {
    let (width, len) = (rows.once.len().max(rows.twice.len()), rows.quotients.len());
    let pairs = width / 2;
    assert!(len > width.div_ceil(2) && rows.others.len() == len, "a quotient beyond every pair");
    let [once, twice] = [rows.once.len(), rows.twice.len()];
    assert!(once == width || once == 0 && twice == width, "rows of the same length");
    assert!(twice == width || twice == 0, "rows of the same length");
    if width % 2 == 1 {
        let [mut here, mut next] = [rows.quotients[pairs], rows.quotients[pairs + 1]];
        for row in [&mut *rows.once, &mut *rows.twice] {
            if let Some(last) = row.last_mut() {
                *last = if FIRST_IN_TWO { here + next } else { here };
            }
            (here, next) = (here + rows.others[pairs], next + rows.others[pairs + 1]);
        }
    }
    for_vectors(pairs, &mut rows);
}

impl<T: Element, const FIRST_IN_TWO: bool> Block<T> for Spread<'_, T, FIRST_IN_TWO> {
    #[inline(always)]
    fn run<V: Simd<Element = T>, const N: usize>(&mut self, start: usize) {
        // SAFETY: `spread` has checked that there is one quotient more than pairs. Blocks lie inside the pairs.
        let [mut here, mut next] = unsafe { [load::<V, N>(self.quotients, start), load(self.quotients, start + 1)] };
        for row in [&mut *self.once, &mut *self.twice] {
            if !row.is_empty() {
                for v in 0..N {
                    let both = here[v] + next[v];
                    let (left, right) = if FIRST_IN_TWO { both.interleave(next[v]) } else { here[v].interleave(both) };
                    // SAFETY: `spread` has checked that rows have two elements for every pair.
                    unsafe { store([left, right], row, 2 * (start + v * V::LANES)) };
                }
            }
            // SAFETY: as above.
            let [below, next_below] = unsafe { [load::<V, N>(self.others, start), load(self.others, start + 1)] };
            (here, next) = (add(here, below), add(next, next_below));
        }
    }
}
