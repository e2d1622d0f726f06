//! The fast path for 3×3 windows with stride 2 and padding that halves the size, rounded up.
//!
//! It knows even and odd columns, and how windows reach over the edges of a plane. It stays because it takes 0.35 to 0.55 of
//! the general path's time (`npm run bench -- --fast-paths`).

#![expect(unsafe_code, reason = "strips jump from row to row: see strips.rs")]

use crate::axis::Axis;
use crate::blocks::{Block, add, for_blocks, load, store};
use crate::divisor::divide;
use crate::geometry::Geometry;
use crate::scratch::{cut, total};
use crate::simd::{Element, Lanes};

/// How the memory of a call is cut.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    lengths: [usize; 3],
    /// How many elements there are in all.
    pub total: usize,
}

impl Layout {
    /// The layout for a geometry, if this path serves it.
    pub fn new(geometry: &Geometry) -> Option<Self> {
        let Geometry { rows, columns, .. } = geometry;
        let halves = |axis: &Axis| {
            (axis.kernel, axis.stride, axis.dilation, axis.begin) == (3, 2, 1, 1)
                && axis.output == axis.input.div_ceil(2)
        };
        if !(geometry.channels == 1 && halves(rows) && halves(columns)) {
            return None;
        }
        let quotients = (rows.output + 1).checked_mul(columns.output + 1)?;
        let lengths = [rows.output, columns.output, quotients];
        Some(Self { lengths, total: total(&lengths.map(|length| length as u64))? })
    }
}

/// Whether this path serves an element type, and rows are long enough for its vectors.
pub fn serves<T: Element>(geometry: &Geometry) -> bool {
    T::HAS_FAST_PATHS && geometry.columns.input >= 2 * T::Vector::COUNT
}

/// `output[oh, ow] = Σ_{i<3, j<3} input[2·oh − 1 + i, 2·ow − 1 + j] / divisor(oh, ow)`
pub fn forward<T: Element>(geometry: &Geometry, layout: &Layout, input: &[T], output: &mut [T], scratch: &mut [T]) {
    let Geometry { rows, columns, divisor, .. } = geometry;
    let [row_factors, column_factors, _] = cut(layout.lengths, scratch);
    divisor.row_factors(rows, row_factors);
    divisor.column_factors(columns, column_factors);
    for (input, output) in geometry.planes(input, output) {
        sum_plane(&mut Plane { size: [rows.input, columns.input], input, output, row_factors, column_factors });
    }
}

/// A plane, its averages, and what row r and column c of them is divided by: the product of two factors.
struct Plane<'a, T> {
    size: [usize; 2],
    input: &'a [T],
    output: &'a mut [T],
    row_factors: &'a [T],
    column_factors: &'a [T],
}

/// Out of line: large functions stay long in the engines' baseline compilers.
#[inline(never)]
fn sum_plane<T: Element>(plane: &mut Plane<T>) {
    let ([height, width], [rows, columns]) = (plane.size, [plane.row_factors.len(), plane.column_factors.len()]);
    assert!(height.checked_mul(width) == Some(plane.input.len()), "a plane of {height}×{width}");
    assert!(rows.checked_mul(columns) == Some(plane.output.len()), "averages of {rows}×{columns}");
    assert!([rows, columns] == [height.div_ceil(2), width.div_ceil(2)], "half as many rows and columns");
    let vector = T::Vector::COUNT;
    assert!(width >= 2 * vector, "rows of two vectors");
    plane.strip::<T::Vector, { LEFT }>(0);
    let mut start = vector;
    while start + vector < columns {
        plane.strip::<T::Vector, { INNER }>(start);
        start += vector;
    }
    if width % 2 == 1 {
        plane.strip::<T::Vector, { RIGHT }>(columns - vector);
    } else if columns > vector {
        plane.strip::<T::Vector, { INNER }>(columns - vector);
    }
}

/// Windows that reach over no edge, over the left one, and, of an odd width, over the right one.
const INNER: u8 = 0;
const LEFT: u8 = 1;
const RIGHT: u8 = 2;

impl<T: Element> Plane<'_, T> {
    /// The averages of a vector of columns from `start` on. Two sums of three neighbours a row are all that is new to it.
    #[inline(always)]
    fn strip<L: Lanes<Element = T>, const EDGE: u8>(&mut self, start: usize) {
        let Self { size: [height, width], input, output, row_factors, column_factors } = self;
        let (height, width, columns) = (*height, *width, column_factors.len());
        let row_sum = |row: usize| {
            let pair = |column: usize| {
                // SAFETY: of a row that is there. `sum_plane` has checked that it has 2·COUNT elements or more, and
                // starts strips so that column + 2·COUNT is at most the width.
                let [left, right] = unsafe { load::<L, 2>(input, row * width + column) };
                left.deinterleave(right)
            };
            match EDGE {
                LEFT => {
                    let (even, odd) = pair(0);
                    odd.before() + even + odd
                }
                RIGHT => {
                    let (odd, even) = pair(2 * start - 1);
                    odd + even + odd.behind()
                }
                _ => {
                    let ((even, odd), (_, before)) = (pair(2 * start), pair(2 * start - 2));
                    before + even + odd
                }
            }
        };
        // SAFETY: `start` + COUNT is at most the number of columns.
        let [column_factors] = unsafe { load::<L, 1>(column_factors, start) };
        let mut above = L::splat(T::default());
        for (r, &row_factor) in row_factors.iter().enumerate() {
            let middle = row_sum(2 * r);
            let below = if 2 * r + 1 < height { row_sum(2 * r + 1) } else { L::splat(T::default()) };
            let average = (above + middle + below) / (L::splat(row_factor) * column_factors);
            // SAFETY: likewise, and there are as many rows as factors.
            unsafe { store([average], output, r * columns + start) };
            above = below;
        }
    }
}

/// `grad_input[ih, iw] = Σ grad_output[oh, ow] / divisor(oh, ow)` over the windows that hold ih and iw: of an even row or
/// column one, of an odd one two.
pub fn backward<T: Element>(
    geometry: &Geometry,
    layout: &Layout,
    grad_output: &[T],
    grad_input: &mut [T],
    scratch: &mut [T],
) {
    let Geometry { rows, columns, divisor, .. } = geometry;
    let [row_factors, column_factors, quotients] = cut(layout.lengths, scratch);
    divisor.row_factors(rows, row_factors);
    divisor.column_factors(columns, column_factors);
    // A row and a column of zeros behind the others stand for the windows that are not there.
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

/// `even[2·c] = upper[c]`, `even[2·c + 1] = upper[c] + upper[c + 1]`, and `odd`, if there is such a row, the same of
/// `upper + lower`.
#[inline(never)]
fn spread<T: Element>(even: &mut [T], odd: &mut [T], upper: &[T], lower: &[T]) {
    let pairs = even.len() / 2;
    assert!(pairs >= T::Vector::COUNT, "as many pairs as lanes");
    assert!(upper.len() > pairs && lower.len() == upper.len(), "a quotient beyond every pair");
    assert!(odd.is_empty() || odd.len() == even.len(), "rows of the same length");
    if even.len() % 2 == 1 {
        even[2 * pairs] = upper[pairs];
        if let Some(last) = odd.last_mut() {
            *last = upper[pairs] + lower[pairs];
        }
    }
    for_blocks(pairs, &mut Spread { even, odd, upper, lower });
}

struct Spread<'a, T> {
    even: &'a mut [T],
    odd: &'a mut [T],
    upper: &'a [T],
    lower: &'a [T],
}

impl<T: Element> Block<T> for Spread<'_, T> {
    #[inline(always)]
    fn run<L: Lanes<Element = T>, const N: usize>(&mut self, start: usize) {
        // SAFETY: `spread` has checked that there is one quotient more than pairs, and blocks lie inside the pairs.
        let [mut here, mut next] = unsafe { [load::<L, N>(self.upper, start), load(self.upper, start + 1)] };
        for row in [&mut *self.even, &mut *self.odd] {
            if row.is_empty() {
                return;
            }
            for v in 0..N {
                let (left, right) = here[v].interleave(here[v] + next[v]);
                let at = 2 * (start + v * L::COUNT);
                // SAFETY: a row has two elements for every pair.
                unsafe { store([left, right], row, at) };
            }
            // SAFETY: as above.
            let [below, next_below] = unsafe { [load::<L, N>(self.lower, start), load(self.lower, start + 1)] };
            (here, next) = (add(here, below), add(next, next_below));
        }
    }
}
