//! 3×3, 5×5 and 7×7 windows with stride 1 that keep the size, NCHW: strips of columns, from the first row to the last.
//!
//! It knows how windows reach over the edges of a plane, and nothing of strides or dilation. Under 3×3 it is 1.6× to 4.9×
//! faster than `Separable`, and under 5×5 and 7×7 it is 1.5× to 4.2× faster (`npm run bench -- --algorithms`).

#![expect(
    unsafe_code,
    reason = "strips jump from row to row, and a bounds check for every load makes them 1.3× to 1.8× slower"
)]

use super::Algorithm;
use crate::geometry::{Axis, Geometry};
use crate::rows::blocks::{load, store};
use crate::rows::divide::divide;
use crate::rows::rolling::{Line, roll};
use crate::rows::scratch::Scratch;
use crate::simd::{Element, Simd};

/// Sums strips one vector wide, or two where rows are short.
#[derive(Clone, Copy, Debug)]
pub struct Stride1 {
    /// Taps along one side of a window.
    kernel: usize,
    scratch: Scratch<5>,
}

/// How strips cover a row.
enum Edges {
    /// Two vectors, one at either edge. They overlap if the row is shorter than both.
    Both,
    /// A vector at either edge, and vectors between them whose windows reach over no edge.
    Apart,
}

impl Edges {
    fn new(radius: usize, lanes: usize, width: usize) -> Option<Self> {
        if radius > lanes {
            None
        } else if (lanes + radius..=2 * lanes).contains(&width) {
            Some(Self::Both)
        } else if width >= (2 * lanes).max(lanes + 2 * radius) {
            Some(Self::Apart)
        } else {
            None
        }
    }
}

impl<T: Element> Algorithm<T> for Stride1 {
    fn new(geometry: &Geometry) -> Option<Self> {
        let Geometry { rows, columns, .. } = geometry;
        let (kernel, width) = (columns.kernel, columns.input);
        let keeps_size = |axis: &Axis| {
            (axis.kernel, axis.stride, axis.dilation, axis.pad_begin, axis.output)
                == (kernel, 1, 1, kernel / 2, axis.input)
        };
        if !(geometry.channels == 1 && matches!(kernel, 3 | 5 | 7) && keeps_size(rows) && keeps_size(columns)) {
            return None;
        }
        // Rows a multiple of 1 KiB apart compete for a few sets of the L1 cache. On 512×512, strips of 3×3 are slower
        // than `Separable`. On 508×508 they are faster.
        if width.is_multiple_of(1024 / size_of::<T>()) {
            return None;
        }
        Edges::new(kernel / 2, T::Vector::LANES, width)?;
        let plane = if geometry.common_divisor.is_some() { 0 } else { geometry.input_len() as u64 };
        let (height, width) = (rows.input as u64, width as u64);
        let lengths = [height, width, height, width, plane];
        Some(Self { kernel, scratch: Scratch::new(lengths, geometry.most_scratch::<T>())? })
    }

    fn scratch_len(&self) -> usize {
        self.scratch.len()
    }

    /// `output[oh, ow] = Σ_{i<k, j<k} input[oh − k/2 + i, ow − k/2 + j] / divisor(oh, ow)`
    fn forward(&self, geometry: &Geometry, input: &[T], output: &mut [T], scratch: &mut [T]) {
        let [row_factors, column_factors, ..] = self.scratch.split(scratch);
        geometry.row_factors(row_factors);
        geometry.column_factors(0, column_factors);
        for (input, output) in geometry.planes(input, output) {
            self.sum_plane(Plane { from: input, to: output, row_factors, column_factors });
        }
    }

    /// `grad_input[ih, iw] = Σ_{i<k, j<k} grad_output[ih + k/2 − i, iw + k/2 − j] / divisor(ih + k/2 − i, iw + k/2 − j)`
    ///
    /// These are the sums of forward. Without a common divisor, gradients are divided before they are added.
    fn backward(&self, geometry: &Geometry, grad_output: &[T], grad_input: &mut [T], scratch: &mut [T]) {
        let [row_factors, column_factors, common, ones, quotients] = self.scratch.split(scratch);
        geometry.row_factors(row_factors);
        geometry.column_factors(0, column_factors);
        common.fill(T::from_f64(geometry.common_divisor.unwrap_or(1.0)));
        ones.fill(T::from_f64(1.0));
        for (grad_output, grad_input) in geometry.planes_back(grad_output, grad_input) {
            let from = if geometry.common_divisor.is_some() {
                grad_output
            } else {
                divide(quotients, grad_output, row_factors, column_factors);
                &*quotients
            };
            self.sum_plane(Plane { from, to: grad_input, row_factors: common, column_factors: ones });
        }
    }
}

impl Stride1 {
    fn sum_plane<T: Element>(&self, plane: Plane<T>) {
        match self.kernel {
            3 => sum_windows::<T, 3>(plane),
            5 => sum_windows::<T, 5>(plane),
            _ => sum_windows::<T, 7>(plane),
        }
    }
}

/// A plane, the plane of its sums, and the two factors of each sum's divisor: one of its row and one of its column.
struct Plane<'a, T> {
    from: &'a [T],
    to: &'a mut [T],
    row_factors: &'a [T],
    column_factors: &'a [T],
}

/// Out of line: engines keep large functions in their baseline compiler for longer.
#[inline(never)]
fn sum_windows<T: Element, const K: usize>(mut plane: Plane<T>) {
    let (height, width) = (plane.row_factors.len(), plane.column_factors.len());
    let size = height.checked_mul(width);
    assert!(size == Some(plane.from.len()) && size == Some(plane.to.len()), "planes of {height}×{width}");
    let lanes = T::Vector::LANES;
    match Edges::new(K / 2, lanes, width).expect("rows long enough for strips") {
        Edges::Both => return plane.strip::<T::Vector, K, 2, true, true>(0, width - lanes),
        Edges::Apart => {
            plane.strip::<T::Vector, K, 1, true, false>(0, 0);
            plane.strip::<T::Vector, K, 1, false, true>(width - lanes, 0);
        }
    }
    let last = width - lanes - K / 2;
    let mut start = lanes;
    while start < width - lanes {
        plane.strip::<T::Vector, K, 1, false, false>(start.min(last), 0);
        start += lanes;
    }
}

impl<T: Element> Plane<'_, T> {
    /// The sums in `N` vectors of columns. The first vector starts at column `start`, and the last one at `start + last`.
    ///
    /// The row sums of the last `K` rows, each of `K` neighbours, roll through registers. `LEFT` and `RIGHT` strips lie at the
    /// edges. They shift in zeros from outside.
    #[inline(always)]
    fn strip<V, const K: usize, const N: usize, const LEFT: bool, const RIGHT: bool>(
        &mut self,
        start: usize,
        last: usize,
    ) where
        V: Simd<Element = T>,
    {
        let (height, width) = (self.row_factors.len(), self.column_factors.len());
        let radius = K / 2;
        let Self { from, to, .. } = self;
        let column = |v: usize| start + offset::<V, N>(v, last);
        // SAFETY: `sum_windows` has checked the size of the plane, and starts strips inside it.
        let load_one = |row: usize, column: usize| unsafe { load::<V, 1>(from, row + column) }[0];
        let row_sum = |row: usize, v: usize| {
            let tap = |j: usize| {
                let (to_left, to_right) = (v * V::LANES + j, (N - 1 - v) * V::LANES + K - 1 - j);
                if LEFT && to_left < radius {
                    (to_left..radius).fold(load_one(row, column(0)), |vector, _| vector.shift_elements_right())
                } else if RIGHT && to_right < radius {
                    (to_right..radius).fold(load_one(row, column(N - 1)), |vector, _| vector.shift_elements_left())
                } else {
                    load_one(row, column(v) + j - radius)
                }
            };
            let mut sum = tap(0);
            for j in 1..K {
                sum = sum + tap(j);
            }
            sum
        };
        // SAFETY: as above.
        let column_factors: [V; N] =
            core::array::from_fn(|v| unsafe { load::<V, 1>(self.column_factors, column(v)) }[0]);
        // In the edge strips of 7×7, the loop would make the module 2 % larger.
        let inner_loop = K <= 5 || !(LEFT || RIGHT);
        roll::<V, N, K, 1>(
            Line { positions: height, pitch: width, begin: radius, windows: height, inner_loop },
            row_sum,
            |row| {
                let row_factor = V::splat(self.row_factors[row]);
                core::array::from_fn(|v| row_factor * column_factors[v])
            },
            // SAFETY: as above.
            |row, v, quotient| unsafe { store([quotient], to, row * width + column(v)) },
        );
    }
}

/// The distance of vector `v` from the start of its strip. Written inside `strip`, it costs 20 % of the time: the compiler no
/// longer sees constant distances between columns.
#[inline(always)]
fn offset<V: Simd, const N: usize>(v: usize, last: usize) -> usize {
    if v == N - 1 { last } else { v * V::LANES }
}
