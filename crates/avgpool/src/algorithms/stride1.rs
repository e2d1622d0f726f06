//! 3×3, 5×5 and 7×7 windows with stride 1, NCHW: strips of columns, from the first row to the last.
//!
//! It knows how windows reach over the edges of a plane, and nothing of strides or dilation. Under 3×3 it is 1.5× to 4.5×
//! faster than `Separable`, and under 5×5 and 7×7 it is 1.2× to 3.7× faster (`npm run bench -- --algorithms`).

#![expect(
    unsafe_code,
    reason = "strips jump from row to row, and a bounds check for every load makes them 1.3× to 1.8× slower"
)]

use core::ops::Range;

use super::{Algorithm, Needs};
use crate::geometry::{Axis, Geometry};
use crate::rows::blocks::{load, store};
use crate::rows::divide::divide;
use crate::rows::rolling::{Line, roll};
use crate::rows::scratch::Scratch;
use crate::simd::{Element, Simd};

/// Sums strips one vector wide inside a plane, and two strips at its edges at the same time. Serves kernels of up to `LARGEST`.
#[derive(Clone, Copy, Debug)]
pub struct Stride1<const LARGEST: usize>(Layout);

#[derive(Clone, Copy, Debug)]
struct Layout {
    /// Taps along one side of a window.
    kernel: usize,
    /// Planes whose gradients are divided at the same time.
    group: usize,
    scratch: Scratch<5>,
}

/// The approximate number of elements in a group of planes. Division by short rows would take longer than the sums.
const GROUP: usize = 2048;

/// Rows of one vector: the planes whose strips are summed at the same time. One plane at a time takes 2.4× as long.
const TOGETHER: usize = 4;

impl<T: Element, const LARGEST: usize> Algorithm<T> for Stride1<LARGEST> {
    fn new(geometry: &Geometry, needs: &mut Needs) -> Option<Self> {
        let layout = Layout::new(geometry, T::Vector::LANES, geometry.most_scratch::<T>())?;
        if layout.kernel > LARGEST {
            return None;
        }
        needs.scratch_len = layout.scratch.len();
        Some(Self(layout))
    }

    /// `output[oh, ow] = Σ_{i<k, j<k} input[oh − top + i, ow − left + j] / divisor(oh, ow)`
    fn forward(&self, geometry: &Geometry, input: &[T], output: &mut [T], scratch: &mut [T]) {
        let Geometry { rows, columns, .. } = geometry;
        let [row_factors, column_factors, ..] = self.0.scratch.split(scratch);
        let (row_factors, column_factors) = (&mut row_factors[..rows.output], &mut column_factors[..columns.output]);
        geometry.row_factors(row_factors);
        geometry.column_factors(0, column_factors);
        let (size, padding) = ([rows.input, columns.input], [rows.pad_begin, columns.pad_begin]);
        Self::sum_planes(self.0.kernel, Planes { size, padding, from: input, to: output, row_factors, column_factors });
    }

    /// `grad_input[ih, iw] = Σ_{i<k, j<k} grad_output[ih + top − i, iw + left − j] / divisor(ih + top − i, iw + left − j)`
    ///
    /// These are the sums of forward, with a padding of k − 1 − top and k − 1 − left. Without a common divisor, gradients are
    /// divided before they are added.
    fn backward(&self, geometry: &Geometry, grad_output: &[T], grad_input: &mut [T], scratch: &mut [T]) {
        let Geometry { rows, columns, .. } = geometry;
        let Layout { kernel, group, scratch: layout } = self.0;
        let [row_factors, column_factors, common, ones, quotients] = layout.split(scratch);
        let (row_factors, common) = (&mut row_factors[..rows.output], &mut common[..rows.input]);
        common.fill(T::from_f64(geometry.common_divisor.unwrap_or(1.0)));
        ones.fill(T::from_f64(1.0));
        let size = [rows.output, columns.output];
        let padding = [rows, columns].map(|axis| kernel - 1 - axis.pad_begin);
        let sum_planes = |from: &[T], to: &mut [T]| {
            Self::sum_planes(kernel, Planes { size, padding, from, to, row_factors: common, column_factors: ones });
        };
        if geometry.common_divisor.is_some() {
            return sum_planes(grad_output, grad_input);
        }
        let row_factors = if group > 1 {
            // Each group is one row, which has the divisors of all its windows.
            let (first, others) = column_factors.split_at_mut(geometry.output_len());
            geometry.divisor.of_windows(rows, columns, first);
            others.chunks_exact_mut(first.len()).for_each(|divisors| divisors.copy_from_slice(first));
            &ones[..1]
        } else {
            geometry.row_factors(row_factors);
            geometry.column_factors(0, column_factors);
            row_factors
        };
        let groups = grad_output.chunks(group * geometry.output_len());
        for (grad_output, grad_input) in groups.zip(grad_input.chunks_mut(group * geometry.input_len())) {
            let quotients = &mut quotients[..grad_output.len()];
            divide(quotients, grad_output, row_factors, &column_factors[..grad_output.len() / row_factors.len()]);
            sum_planes(quotients, grad_input);
        }
    }
}

impl Layout {
    /// For vectors of `lanes` lanes and this much scratch memory. All element types share this code.
    #[inline(never)]
    fn new(geometry: &Geometry, lanes: usize, most_scratch: usize) -> Option<Self> {
        let Geometry { rows, columns, common_divisor, .. } = geometry;
        let Axis { kernel, pad_begin: padding, .. } = *columns;
        let is_alike = |axis: &Axis| {
            let padded = axis.input + 2 * axis.pad_begin + 1;
            (axis.kernel, axis.stride, axis.dilation, axis.output + kernel) == (kernel, 1, 1, padded)
        };
        let has_strips = matches!((kernel, padding), (3, 0..3) | (5, 2) | (7, 3));
        if geometry.channels != 1 || !has_strips || !is_alike(rows) || !is_alike(columns) || rows.pad_begin >= kernel {
            return None;
        }
        // Rows a multiple of 1 KiB apart, which are 64 vectors, compete for a few sets of the L1 cache. On 512×512, strips
        // of 3×3 are slower than `Separable`. On 508×508 they are faster.
        if columns.input.is_multiple_of(64 * lanes) {
            return None;
        }
        if !covers(columns, lanes) || !covers(&columns.adjoint()?, lanes) {
            return None;
        }
        let plane = geometry.output_len();
        let group = (GROUP / plane).max(1);
        let divided = if common_divisor.is_some() { 0 } else { group * plane };
        let divisors = if group > 1 { divided } else { 0 };
        let lengths =
            [rows.output, columns.output.max(divisors), rows.input, columns.input, divided].map(|length| length as u64);
        Some(Self { kernel, group, scratch: Scratch::new(lengths, most_scratch)? })
    }
}

/// Whether strips of `lanes` lanes cover the rows of sums, and find all their taps.
fn covers(columns: &Axis, lanes: usize) -> bool {
    let Axis { input, output, kernel, pad_begin: padding, .. } = *columns;
    let inner = output <= 2 * lanes || output >= lanes + 2 * padding;
    let edges = input >= lanes + kernel - 1 - padding;
    output >= lanes && inner && (edges || is_one_vector(columns, lanes))
}

/// Whether rows of 3×3 windows are one vector, before and after.
fn is_one_vector(columns: &Axis, lanes: usize) -> bool {
    (columns.kernel, columns.input, columns.output) == (3, lanes, lanes)
}

impl<const LARGEST: usize> Stride1<LARGEST> {
    fn sum_planes<T: Element>(kernel: usize, planes: Planes<T>) {
        match (kernel, planes.padding[1]) {
            (5, _) if LARGEST >= 5 => sum_windows::<T, 5, 2>(planes),
            (7, _) if LARGEST >= 7 => sum_windows::<T, 7, 3>(planes),
            (_, 0) => sum_windows::<T, 3, 0>(planes),
            (_, 1) => sum_windows::<T, 3, 1>(planes),
            _ => sum_windows::<T, 3, 2>(planes),
        }
    }
}

/// Planes, the planes of their sums, and the two factors of each sum's divisor: one of its row and one of its column.
struct Planes<'a, T> {
    size: [usize; 2],
    padding: [usize; 2],
    from: &'a [T],
    to: &'a mut [T],
    row_factors: &'a [T],
    column_factors: &'a [T],
}

/// Sums windows of `K`×`K`, with `P` zeros at either end of a row.
///
/// Out of line: engines keep large functions in their baseline compiler for longer.
#[inline(never)]
fn sum_windows<T: Element, const K: usize, const P: usize>(planes: Planes<T>) {
    let Planes { size: [height, width], padding: [top, _], from, to, row_factors, column_factors } = planes;
    let [rows, columns] = [row_factors.len(), column_factors.len()];
    let lanes = T::Vector::LANES;
    let [len, sums_len] =
        [height.checked_mul(width), rows.checked_mul(columns)].map(|len| len.expect("planes in memory"));
    assert!(columns + K == width + 2 * P + 1 && columns >= lanes, "a window for every sum, and a vector of sums");
    let is_narrow = (K, P) == (3, 1) && width == lanes;
    assert!(is_narrow || width >= lanes + K - 1 - P, "the taps of an edge in the row");
    assert!(columns <= 2 * lanes || columns >= lanes + 2 * P, "a strip between the edges");
    assert!(from.len() / len * sums_len == to.len(), "a plane of sums for every plane");
    let line = Line { positions: height, pitch: width, begin: top, windows: rows };
    let (mut from, mut to) = (from, to);
    let mut next = |count: usize| {
        let (from, to) = (from.split_off(..count * len)?, to.split_off_mut(..count * sums_len)?);
        Some(Strips { line, from, to, row_factors, column_factors })
    };
    if is_narrow {
        while let Some(mut planes) = next(TOGETHER) {
            planes.sum_narrow::<T::Vector, K, P, TOGETHER>(len, sums_len);
        }
        while let Some(mut plane) = next(1) {
            plane.sum_narrow::<T::Vector, K, P, 1>(len, sums_len);
        }
    }
    while let Some(mut plane) = next(1) {
        if P == 0 && columns > 2 * lanes {
            plane.sum_inner::<T::Vector, K>(P, 0..columns);
        } else {
            plane.sum_edges::<T::Vector, K, P>();
            if columns > 2 * lanes {
                plane.sum_inner::<T::Vector, K>(P, lanes..columns - lanes);
            }
        }
    }
}

/// The strips of one plane, or of several planes of narrow rows. The row sums of the last rows roll through registers.
struct Strips<'a, T> {
    line: Line,
    from: &'a [T],
    to: &'a mut [T],
    row_factors: &'a [T],
    column_factors: &'a [T],
}

impl<T: Element> Strips<'_, T> {
    /// The strips at these columns. Their windows reach over no edge. The last one may overlap the one before.
    #[inline(never)]
    fn sum_inner<V: Simd<Element = T>, const K: usize>(&mut self, padding: usize, columns: Range<usize>) {
        let from = self.from;
        let last = self.column_factors.len() - V::LANES - padding;
        for start in columns.step_by(V::LANES) {
            let start = start.min(last);
            let row_sum = |row: usize, _| sum_taps::<V, K>(|j| load_one(from, row + start - padding + j));
            self.sum::<V, K, 1>(row_sum, [start], [start], true);
        }
    }

    /// The first and the last strip, which overlap if rows are short. Zeros come in from outside.
    #[inline(always)]
    fn sum_edges<V: Simd<Element = T>, const K: usize, const P: usize>(&mut self) {
        let from = self.from;
        let [right, last] = [self.line.pitch, self.column_factors.len()].map(|width| width - V::LANES);
        let row_sum = |row: usize, v: usize| {
            sum_taps::<V, K>(|j| {
                if v == 0 { tap_left::<V, P>(from, row, j) } else { tap_right::<V, K, P>(from, row + right, j) }
            })
        };
        self.sum::<V, K, 2>(row_sum, [0, last], [0, last], false);
    }

    /// `N` planes of `len` elements and `sums_len` sums, whose rows are one vector.
    #[inline(always)]
    fn sum_narrow<V: Simd<Element = T>, const K: usize, const P: usize, const N: usize>(
        &mut self,
        len: usize,
        sums_len: usize,
    ) {
        let from = self.from;
        let row_sum = |row: usize, v: usize| {
            let row = row + v * len;
            sum_taps::<V, K>(
                |j| if j < P { tap_left::<V, P>(from, row, j) } else { tap_right::<V, K, P>(from, row, j) },
            )
        };
        self.sum::<V, K, N>(row_sum, core::array::from_fn(|v| v * sums_len), [0; N], false);
    }

    /// The sums of `N` vectors, which start at these elements and have the factors of these columns.
    #[inline(always)]
    fn sum<V: Simd<Element = T>, const K: usize, const N: usize>(
        &mut self,
        row_sum: impl Fn(usize, usize) -> V,
        starts: [usize; N],
        columns: [usize; N],
        inner_loop: bool,
    ) {
        let width = self.column_factors.len();
        let column_factors = columns.map(|column| load_one::<V>(self.column_factors, column));
        roll::<V, N, K, 1>(
            self.line,
            inner_loop,
            row_sum,
            |row| {
                let row_factor = V::splat(self.row_factors[row]);
                column_factors.map(|column_factor| row_factor * column_factor)
            },
            // SAFETY: `sum_windows` has checked the size of the sums. A strip lies inside them.
            |row, v, quotient| unsafe { store([quotient], self.to, row * width + starts[v]) },
        );
    }
}

/// `Σ_{j<K} tap(j)`
#[inline(always)]
fn sum_taps<V: Simd, const K: usize>(tap: impl Fn(usize) -> V) -> V {
    (1..K).fold(tap(0), |sum, j| sum + tap(j))
}

/// Tap `j` of the first windows of the row from element `row` on.
#[inline(always)]
fn tap_left<V: Simd, const P: usize>(from: &[V::Element], row: usize, j: usize) -> V {
    if j < P {
        (j..P).fold(load_one(from, row), |vector: V, _| vector.shift_elements_right())
    } else {
        load_one(from, row + j - P)
    }
}

/// Tap `j` of the last windows of a row whose last vector starts at element `end`.
#[inline(always)]
fn tap_right<V: Simd, const K: usize, const P: usize>(from: &[V::Element], end: usize, j: usize) -> V {
    let inside = K - 1 - P;
    if j > inside {
        (inside..j).fold(load_one(from, end), |vector: V, _| vector.shift_elements_left())
    } else {
        load_one(from, end + j - inside)
    }
}

/// The vector from element `at` on.
#[inline(always)]
fn load_one<V: Simd>(from: &[V::Element], at: usize) -> V {
    // SAFETY: `sum_windows` has checked the sizes of planes and factors, and that rows hold the taps of a strip at either edge.
    // Other strips start between these two.
    let [vector] = unsafe { load(from, at) };
    vector
}
