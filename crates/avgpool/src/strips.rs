//! The fast path for windows of 3×3, 5×5 or 7×7 with stride 1 and padding that keeps the size: strips of columns, from the
//! first row to the last.
//!
//! It knows how windows reach over the edges of a plane, and nothing of strides or dilation. It stays because it takes 0.25
//! to 0.55 of the general path's time under 3×3, and 0.4 to 0.65 under 5×5 and 7×7 on planes of 35×35 and more
//! (`npm run bench -- --fast-paths`).

#![expect(
    unsafe_code,
    reason = "strips jump from row to row, and a check for every load makes them 1.3 to 1.8 times slower"
)]

use crate::axis::Axis;
use crate::blocks::{add, load, store};
use crate::divisor::divide;
use crate::geometry::Geometry;
use crate::scratch::{cut, total};
use crate::simd::{Element, Lanes};

/// What a call needs to know, and how its memory is cut.
#[derive(Clone, Copy, Debug)]
pub struct Strips {
    /// Taps along one side of a window.
    kernel: usize,
    /// The divisor that all windows have in common, if they have.
    common_divisor: Option<f64>,
    lengths: [usize; 4],
    /// How many elements a call works in.
    pub total: usize,
}

impl Strips {
    /// The strips for a geometry, if they serve it.
    pub fn new(geometry: &Geometry) -> Option<Self> {
        let Geometry { rows, columns, .. } = geometry;
        let kernel = columns.kernel;
        let keeps_size = |axis: &Axis| {
            (axis.kernel, axis.stride, axis.dilation, axis.begin, axis.output) == (kernel, 1, 1, kernel / 2, axis.input)
        };
        if !(geometry.channels == 1 && matches!(kernel, 3 | 5 | 7) && keeps_size(rows) && keeps_size(columns)) {
            return None;
        }
        let common_divisor = geometry.common_divisor();
        let plane = if common_divisor.is_some() { 0 } else { geometry.input_len() };
        let lengths = [rows.input, columns.input, plane, plane];
        Some(Self { kernel, common_divisor, lengths, total: total(&lengths.map(|length| length as u64))? })
    }

    /// Whether this path serves an element type, whose rows are long enough for its vectors and lie well in the cache.
    ///
    /// Strips jump from row to row. Rows that are some KB apart compete for the same few places in the innermost cache: on
    /// 512×512 strips of 3×3 take 1.8 times as long as the general path, on 508×508 0.55 times.
    pub fn serves<T: Element>(&self, geometry: &Geometry) -> bool {
        let width = geometry.columns.input;
        T::HAS_FAST_PATHS
            && Edges::new::<T>(self.kernel, width).is_some()
            && !(width * size_of::<T>()).is_multiple_of(1024)
    }
}

/// How a row is cut into strips.
enum Edges {
    /// Two vectors that overlap, each at an edge.
    Both,
    /// A vector at either edge, and between them vectors from which no window reaches over an edge.
    Apart,
}

impl Edges {
    fn new<T: Element>(kernel: usize, width: usize) -> Option<Self> {
        let (reach, vector) = (kernel / 2, T::Vector::COUNT);
        if reach > vector {
            None
        } else if (vector + reach..=2 * vector).contains(&width) {
            Some(Self::Both)
        } else if width >= (2 * vector).max(vector + 2 * reach) {
            Some(Self::Apart)
        } else {
            None
        }
    }
}

/// `output[oh, ow] = Σ_{i<k, j<k} input[oh − k/2 + i, ow − k/2 + j] / divisor(oh, ow)`
pub fn forward<T: Element>(geometry: &Geometry, strips: &Strips, input: &[T], output: &mut [T], scratch: &mut [T]) {
    let Geometry { rows, columns, divisor, .. } = geometry;
    let [row_factors, column_factors, _, _] = cut(strips.lengths, scratch);
    divisor.row_factors(rows, row_factors);
    divisor.column_factors(columns, column_factors);
    for (input, output) in geometry.planes(input, output) {
        sum_plane(strips.kernel, Plane { from: input, to: output, row_factors, column_factors });
    }
}

/// `grad_input[ih, iw] = Σ_{i<k, j<k} grad_output[ih + k/2 − i, iw + k/2 − j] / divisor(ih + k/2 − i, iw + k/2 − j)`
///
/// These are the sums of forward. If windows have no divisor in common, they are divided before they are added.
pub fn backward<T: Element>(
    geometry: &Geometry,
    strips: &Strips,
    grad_output: &[T],
    grad_input: &mut [T],
    scratch: &mut [T],
) {
    let Geometry { rows, columns, divisor, .. } = geometry;
    let [row_factors, column_factors, quotients, divisors] = cut(strips.lengths, scratch);
    // The sums are divided by the common divisor, or no more.
    row_factors.fill(T::from_f64(strips.common_divisor.unwrap_or(1.0)));
    column_factors.fill(T::from_f64(1.0));
    divisor.of_windows(rows, columns, divisors);
    for (grad_output, grad_input) in geometry.planes_back(grad_output, grad_input) {
        let from = if strips.common_divisor.is_some() {
            grad_output
        } else {
            divide(quotients, grad_output, &[T::from_f64(1.0)], divisors);
            &*quotients
        };
        sum_plane(strips.kernel, Plane { from, to: grad_input, row_factors, column_factors });
    }
}

/// A plane, the one of the sums that are to be written, and what row r and column c of them is divided by: the product of
/// two factors.
struct Plane<'a, T> {
    from: &'a [T],
    to: &'a mut [T],
    row_factors: &'a [T],
    column_factors: &'a [T],
}

fn sum_plane<T: Element>(kernel: usize, plane: Plane<T>) {
    match kernel {
        3 => sum::<T, 3>(plane),
        5 => sum::<T, 5>(plane),
        _ => sum::<T, 7>(plane),
    }
}

/// Out of line: large functions stay long in the engines' baseline compilers.
#[inline(never)]
fn sum<T: Element, const K: usize>(mut plane: Plane<T>) {
    let (height, width) = (plane.row_factors.len(), plane.column_factors.len());
    let size = height.checked_mul(width);
    assert!(size == Some(plane.from.len()) && size == Some(plane.to.len()), "planes of {height}×{width}");
    let vector = T::Vector::COUNT;
    match Edges::new::<T>(K, width).expect("rows that are long enough") {
        Edges::Both => return plane.strip::<T::Vector, K, 2, true, true>(0, width - vector),
        Edges::Apart => {
            plane.strip::<T::Vector, K, 1, true, false>(0, 0);
            plane.strip::<T::Vector, K, 1, false, true>(width - vector, 0);
        }
    }
    let last = width - vector - K / 2;
    let mut start = vector;
    while start < width - vector {
        plane.strip::<T::Vector, K, 1, false, false>(start.min(last), 0);
        start += vector;
    }
}

impl<T: Element> Plane<'_, T> {
    /// The sums in `N` vectors of columns, the first one from column `start` on and the last one from `start + last` on.
    ///
    /// The sums of `K` neighbours in each of the last `K` rows roll through registers. `LEFT` and `RIGHT` strips are those
    /// at the edges, where zeros are shifted in instead of what lies outside.
    #[inline(always)]
    fn strip<L, const K: usize, const N: usize, const LEFT: bool, const RIGHT: bool>(
        &mut self,
        start: usize,
        last: usize,
    ) where
        L: Lanes<Element = T>,
    {
        let (height, width) = (self.row_factors.len(), self.column_factors.len());
        let reach = K / 2;
        let zeros = [L::splat(T::default()); N];
        let Self { from, to, .. } = self;
        let column = |v: usize| start + offset::<L, N>(v, last);
        // SAFETY: of a row and columns that are there: `sum` has checked the sizes.
        let load_one = |at: usize| unsafe { load::<L, 1>(from, at) }[0];
        let row_sum = |row: usize| -> [L; N] {
            core::array::from_fn(|v| {
                let tap = |j: usize| {
                    let (before, behind) = (v * L::COUNT + j, (N - 1 - v) * L::COUNT + K - 1 - j);
                    if LEFT && before < reach {
                        (before..reach).fold(load_one(row + column(0)), |vector, _| vector.before())
                    } else if RIGHT && behind < reach {
                        (behind..reach).fold(load_one(row + column(N - 1)), |vector, _| vector.behind())
                    } else {
                        load_one(row + column(v) + j - reach)
                    }
                };
                let mut sum = tap(0);
                for j in 1..K {
                    sum = sum + tap(j);
                }
                sum
            })
        };
        let mut sums: [[L; N]; K] = [zeros; K];
        let mut step = |next: [L; N], divisors: [L; N], row: Option<usize>| {
            sums = core::array::from_fn(|i| if i + 1 < K { sums[i + 1] } else { next });
            if let Some(row) = row {
                let mut total = sums[0];
                for sum in &sums[1..] {
                    total = add(total, *sum);
                }
                let quotients: [L; N] = core::array::from_fn(|v| total[v] / divisors[v]);
                for (v, quotient) in quotients.into_iter().enumerate() {
                    // SAFETY: as above.
                    unsafe { store([quotient], to, row + column(v)) };
                }
            }
        };
        // SAFETY: as above.
        let column_factors: [L; N] =
            core::array::from_fn(|v| unsafe { load::<L, 1>(self.column_factors, column(v)) }[0]);
        let divisors = |r: usize| {
            let row_factor = L::splat(self.row_factors[r]);
            core::array::from_fn(|v| row_factor * column_factors[v])
        };
        // Row `next` completes the sums of row `next - reach`. Rows beyond the last one are zeros.
        let mut next = 0;
        while next < height + reach {
            // Rows far from the edges have one divisor. K at a time, for then no sum moves from register to register.
            if (K <= 5 || !(LEFT || RIGHT)) && next == 2 * reach {
                let divisors = divisors(reach);
                while next + K <= height {
                    for i in 0..K {
                        step(row_sum((next + i) * width), divisors, Some((next + i - reach) * width));
                    }
                    next += K;
                }
            }
            let sum = if next < height { row_sum(next * width) } else { zeros };
            if next >= reach {
                step(sum, divisors(next - reach), Some((next - reach) * width));
            } else {
                step(sum, zeros, None);
            }
            next += 1;
        }
    }
}

/// Where vector `v` of a strip starts, from where the strip does. As an expression in the strip it costs a fifth of the time:
/// the compiler no longer sees that columns are constants apart.
#[inline(always)]
fn offset<L: Lanes, const N: usize>(v: usize, last: usize) -> usize {
    if v == N - 1 { last } else { v * L::COUNT }
}
