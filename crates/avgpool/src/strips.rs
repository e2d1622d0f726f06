//! The fast path for small square windows with stride 1: strips of columns, from the first row to the last.
//!
//! It knows where windows reach over an edge, and nothing of strides.

#![expect(unsafe_code, reason = "safe loads make strips 1.3 to 1.8 times slower (npm run bench)")]

use crate::axis::Axis;
use crate::blocks::{Block, add, for_blocks, load, store};
use crate::divisor::Divisor;
use crate::geometry::Geometry;
use crate::simd::{Element, Lanes};

/// The widest vector there is; narrower planes are left to the general path.
const WIDEST: usize = 4;

/// How the memory is cut that a call works in.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Taps along one side of a window.
    kernel: usize,
    lengths: [usize; 5],
    /// How many elements there are in all.
    pub total: usize,
}

impl Layout {
    /// The layout for windows of 3×3, 5×5 or 7×7 with stride 1 that no padding surrounds wholly.
    pub fn new(geometry: &Geometry) -> Option<Self> {
        let Geometry { rows, columns, divisor } = geometry;
        let kernel = columns.kernel;
        let fits = |axis: &Axis| {
            (axis.kernel, axis.stride, axis.dilation) == (kernel, 1, 1) && axis.begin.max(axis.end) < kernel
        };
        let wide = columns.input.min(columns.output) >= WIDEST;
        let common = geometry.common_divisor().is_some() || matches!(divisor, Divisor::IncludePad);
        if !(matches!(kernel, 3 | 5 | 7) && fits(rows) && fits(columns) && wide) {
            return None;
        }
        let _ = common;
        let height = rows.input.max(rows.output);
        let width = columns.input.max(columns.output);
        let halo = height.checked_mul(width + 2 * kernel + 2 * WIDEST)?;
        let lengths = [halo, height, width, height, width];
        Some(Self { kernel, lengths, total: lengths.iter().try_fold(0_usize, |sum, &length| sum.checked_add(length))? })
    }

    fn cut<'a, T>(&self, memory: &'a mut [T]) -> [&'a mut [T]; 5] {
        let mut rest = memory;
        self.lengths.map(|length| rest.split_off_mut(..length).expect("as much memory as the layout says"))
    }
}

/// `output[oh, ow] = Σ_{i<k, j<k} input[oh − top + i, ow − left + j] / divisor(oh, ow)`
pub fn forward<T: Element>(geometry: &Geometry, layout: &Layout, input: &[T], output: &mut [T], scratch: &mut [T]) {
    let Geometry { rows, columns, divisor } = geometry;
    let [halo, row_factors, column_factors, _, _] = layout.cut(scratch);
    divisor.row_factors(rows, &mut row_factors[..rows.output]);
    divisor.column_factors(columns, &mut column_factors[..columns.output]);
    let task = Task {
        from: [rows.input, columns.input],
        to: [rows.output, columns.output],
        before: [rows.begin, columns.begin],
        row_factors: &row_factors[..rows.output],
        column_factors: &column_factors[..columns.output],
        quotients: None,
    };
    halo.fill(T::default());
    for (input, output) in geometry.planes(input, output) {
        sum(layout.kernel, &task, input, output, halo);
    }
}

/// `grad_input[ih, iw] = Σ_{i<k, j<k} grad_output[ih + top − i, iw + left − j] / divisor(ih + top − i, iw + left − j)`
///
/// The same sums of the gradient, with as much padding as the windows reach over the edges.
pub fn backward<T: Element>(
    geometry: &Geometry,
    layout: &Layout,
    grad_output: &[T],
    grad_input: &mut [T],
    scratch: &mut [T],
) {
    let Geometry { rows, columns, divisor } = geometry;
    let [halo, row_factors, column_factors, out_rows, out_columns] = layout.cut(scratch);
    let common = geometry.common_divisor();
    row_factors.fill(T::from_f64(common.unwrap_or(1.0)));
    column_factors.fill(T::from_f64(1.0));
    divisor.row_factors(rows, &mut out_rows[..rows.output]);
    divisor.column_factors(columns, &mut out_columns[..columns.output]);
    let task = Task {
        from: [rows.output, columns.output],
        to: [rows.input, columns.input],
        before: [layout.kernel - 1 - rows.begin, layout.kernel - 1 - columns.begin],
        row_factors: &row_factors[..rows.input],
        column_factors: &column_factors[..columns.input],
        quotients: common.is_none().then_some((&out_rows[..rows.output], &out_columns[..columns.output])),
    };
    halo.fill(T::default());
    for (grad_output, grad_input) in geometry.planes_back(grad_output, grad_input) {
        sum(layout.kernel, &task, grad_output, grad_input, halo);
    }
}

/// What is done with every plane.
struct Task<'a, T> {
    /// The size of a plane.
    from: [usize; 2],
    /// The size of what it becomes.
    to: [usize; 2],
    /// How far windows reach over the upper and the left edge.
    before: [usize; 2],
    row_factors: &'a [T],
    column_factors: &'a [T],
    /// What elements are divided by before they are added, if not all by the same.
    quotients: Option<(&'a [T], &'a [T])>,
}

fn sum<T: Element>(kernel: usize, task: &Task<T>, from: &[T], to: &mut [T], halo: &mut [T]) {
    match kernel {
        3 => task.plane::<3>(from, to, halo),
        5 => task.plane::<5>(from, to, halo),
        _ => task.plane::<7>(from, to, halo),
    }
}

struct Copy<'a, T> {
    row: &'a [T],
    copy: &'a mut [T],
}

impl<T: Element> Block<T> for Copy<'_, T> {
    #[inline(always)]
    fn run<L: Lanes<Element = T>, const N: usize>(&mut self, start: usize, last: usize) {
        // SAFETY: both are as long.
        unsafe { store(load::<L, N>(self.row, start, last), self.copy, start, last) }
    }
}

struct Divide<'a, T> {
    row: &'a [T],
    copy: &'a mut [T],
    row_factor: T,
    column_factors: &'a [T],
}

impl<T: Element> Block<T> for Divide<'_, T> {
    #[inline(always)]
    fn run<L: Lanes<Element = T>, const N: usize>(&mut self, start: usize, last: usize) {
        // SAFETY: all are as long.
        unsafe {
            let factors = load::<L, N>(self.column_factors, start, last);
            let row = load::<L, N>(self.row, start, last);
            let row_factor = L::splat(self.row_factor);
            let quotient = core::array::from_fn(|v| row[v] / (row_factor * factors[v]));
            store::<L, N>(quotient, self.copy, start, last);
        }
    }
}

impl<T: Element> Task<'_, T> {
    #[inline(always)]
    fn plane<const K: usize>(&self, from: &[T], to: &mut [T], halo: &mut [T]) {
        let vector = T::Vector::COUNT;
        let [height, width] = self.from;
        let [_, columns] = self.to;
        let before = self.before[1];
        // The columns whose windows reach over the left and the right edge, in whole vectors.
        let left = before.next_multiple_of(vector);
        let right = (columns + K - 1 - before - width).next_multiple_of(vector);
        if K == 3 && self.quotients.is_none() && before == 1 && columns == width && columns >= vector {
            self.same::<K>(from, to);
            return;
        }
        if self.quotients.is_some() || left + right + vector > columns {
            self.through_halo::<K>(from, to, halo, 0, columns);
            return;
        }
        let (left_halo, right_halo) = halo.split_at_mut(height * (left + K - 1));
        self.through_halo::<K>(from, to, left_halo, 0, left);
        self.strips::<K>(from, width, to, left, left - before, columns - left - right);
        self.through_halo::<K>(from, to, right_halo, columns - right, right);
    }

    #[inline(never)]
    fn same<const K: usize>(&self, from: &[T], to: &mut [T]) {
        let vector = T::Vector::COUNT;
        let [_, width] = self.from;
        assert!(from.len() >= self.from[0] * width, "rows as long as the windows reach");
        assert!(to.len() >= self.to[0] * self.to[1], "as many sums");
        assert!(self.row_factors.len() == self.to[0] && self.column_factors.len() == self.to[1], "a factor for each");
        if width == vector {
            self.strip::<T::Vector, K, 1, true, true>(from, width, to, 0, 0, 0);
        } else if width <= 2 * vector {
            self.strip::<T::Vector, K, 2, true, true>(from, width, to, 0, 0, width - vector);
        } else {
            self.strip::<T::Vector, K, 1, true, false>(from, width, to, 0, 0, 0);
            let mut start = vector;
            while start + vector < width {
                self.strip::<T::Vector, K, 1, false, false>(from, width, to, start, start - 1, 0);
                start += vector;
            }
            let last = width - vector;
            self.strip::<T::Vector, K, 1, false, true>(from, width, to, last, last - 1, 0);
        }
    }

    /// The sums in `count` columns from `first` on, from a copy of what they hold that is surrounded by zeros.
    #[inline(always)]
    fn through_halo<const K: usize>(&self, from: &[T], to: &mut [T], halo: &mut [T], first: usize, count: usize) {
        if count == 0 {
            return;
        }
        let [height, width] = self.from;
        let pitch = count + K - 1;
        // Column 0 of the copy is this many columns to the left of column 0 of the plane, or to the right of it.
        let shift = self.before[1];
        let begin = first.saturating_sub(shift);
        let end = (first + pitch - shift).min(width);
        let offset = begin + shift - first;
        let halo = &mut halo[..height * pitch];
        for (r, (row, copy)) in from.chunks_exact(width).zip(halo.chunks_exact_mut(pitch)).enumerate() {
            let (row, copy) = (&row[begin..end], &mut copy[offset..][..end - begin]);
            match self.quotients {
                None => for_blocks(row.len(), &mut Copy { row, copy }),
                Some((rows, columns)) => {
                    for_blocks(row.len(), &mut Divide { row, copy, row_factor: rows[r], column_factors: &columns[begin..end] });
                }
            }
        }
        self.strips::<K>(halo, pitch, to, first, 0, count);
    }

    /// The sums in `count` columns from `first` on, whose windows start at column `at` of rows `pitch` apart.
    #[inline(never)]
    fn strips<const K: usize>(&self, from: &[T], pitch: usize, to: &mut [T], first: usize, at: usize, count: usize) {
        let vector = T::Vector::COUNT;
        let [height, _] = self.from;
        assert!(from.len() >= height * pitch && at + count + K - 1 <= pitch, "rows as long as the windows reach");
        assert!(to.len() >= self.to[0] * self.to[1] && first + count <= self.to[1] && count >= vector, "as many sums");
        assert!(self.row_factors.len() == self.to[0] && self.column_factors.len() == self.to[1], "a factor for each");
        let mut start = 0;
        while start < count {
            let rest = count - start;
            if rest > vector && rest < 3 * vector {
                let last = vector.min(rest - vector);
                self.strip::<T::Vector, K, 2, false, false>(from, pitch, to, first + start, at + start, last);
                start += vector + last;
            } else {
                start = start.min(count - vector);
                self.strip::<T::Vector, K, 1, false, false>(from, pitch, to, first + start, at + start, 0);
                start += vector;
            }
        }
    }

    /// The sums of `N` vectors of columns: row sums roll through registers, K of them at any time.
    #[inline(always)]
    fn strip<L: Lanes<Element = T>, const K: usize, const N: usize, const LEFT: bool, const RIGHT: bool>(
        &self,
        from: &[T],
        pitch: usize,
        to: &mut [T],
        first: usize,
        at: usize,
        last: usize,
    ) {
        let [height, _] = self.from;
        let [rows, columns] = self.to;
        let zeros = [L::splat(T::default()); N];
        // SAFETY: `strips` has checked that all rows and all columns are there.
        let factors: [L; N] = unsafe { load(self.column_factors, first, last) };
        let row_sum = |row: usize| {
            // SAFETY: as above, of a row that is there.
            let at = |j: usize| unsafe { load::<L, N>(from, row + j, last) };
            if !(LEFT || RIGHT) {
                let mut sum = at(0);
                for j in 1..K {
                    sum = add(sum, at(j));
                }
                return sum;
            }
            // SAFETY: as above; the vectors at an edge are shifted instead.
            let one = |at: usize| unsafe { load::<L, 1>(from, at, 0) }[0];
            let first = if LEFT { row } else { row + 1 };
            let middle: [L; N] = unsafe { load(from, first, last) };
            core::array::from_fn(|v| {
                let position = first + if v == N - 1 { last } else { v * L::COUNT };
                let before = if LEFT && v == 0 { middle[v].before() } else { one(position - 1) };
                let behind = if RIGHT && v == N - 1 { middle[v].behind() } else { one(position + 1) };
                before + middle[v] + behind
            })
        };
        // Rows above the plane wrap to large numbers.
        let any_row_sum = |r: usize| if r < height { row_sum(r * pitch + at) } else { zeros };
        let above = 0_usize.wrapping_sub(self.before[0]);
        let mut sums: [[L; N]; K] = core::array::from_fn(|i| {
            if i == 0 { zeros } else { any_row_sum(above.wrapping_add(i - 1)) }
        });
        let below = above.wrapping_add(K - 1);
        let mut step = |next: [L; N], divisors: [L; N], to_row: usize| {
            sums = core::array::from_fn(|i| if i + 1 < K { sums[i + 1] } else { next });
            let mut total = sums[0];
            for i in 1..K {
                total = add(total, sums[i]);
            }
            let quotient = core::array::from_fn(|v| total[v] / divisors[v]);
            // SAFETY: as above, of a row that is there.
            unsafe { store::<L, N>(quotient, to, to_row, last) };
        };
        let divisors = |o: usize| {
            let row_factor = L::splat(self.row_factors[o]);
            core::array::from_fn(|v| row_factor * factors[v])
        };
        // The rows of which no term is clipped have a divisor in common.
        let first_inner = self.before[0].min(rows);
        let inner_end = (height + self.before[0] + 1).saturating_sub(K).clamp(first_inner, rows);
        let mut o = 0;
        while o < first_inner {
            step(any_row_sum(below.wrapping_add(o)), divisors(o), o * columns + first);
            o += 1;
        }
        if first_inner < inner_end {
            let divisors = divisors(o);
            let mut row = below.wrapping_add(o) * pitch + at;
            let mut to_row = o * columns + first;
            while o + K <= inner_end {
                for _ in 0..K {
                    step(row_sum(row), divisors, to_row);
                    row += pitch;
                    to_row += columns;
                }
                o += K;
            }
            while o < inner_end {
                step(row_sum(row), divisors, to_row);
                row += pitch;
                to_row += columns;
                o += 1;
            }
        }
        while o < rows {
            step(any_row_sum(below.wrapping_add(o)), divisors(o), o * columns + first);
            o += 1;
        }
    }
}
