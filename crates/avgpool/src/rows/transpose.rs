//! Transposes matrices, one square of vectors at a time, and can divide their elements at the same time.
//!
//! It knows matrices and divisors, not what they stand for.

#![expect(unsafe_code, reason = "a bounds check for every vector makes transposing 1.5× slower (npm run bench)")]

use super::blocks::{load, store};
use crate::simd::{Element, Simd};

/// `result[c, r] = matrix[r, c]`, for a matrix of `rows`×`columns`. A row starts `pitch` elements after the one before. Rows
/// overlap if that is less than `columns`.
#[inline(never)]
pub fn transpose<T: Element>(result: &mut [T], matrix: &[T], [rows, columns]: [usize; 2], pitch: usize) {
    transpose_with(result, matrix, [rows, columns], pitch, &Same);
}

/// `result[c, r] = matrix[r, c] / (row_factors[r] · column_factors[c])`. The factors give the size of the matrix.
#[inline(never)]
pub fn transpose_quotients<T: Element>(result: &mut [T], matrix: &[T], row_factors: &[T], column_factors: &[T]) {
    let size = [row_factors.len(), column_factors.len()];
    transpose_with(result, matrix, size, column_factors.len(), &Quotient { row_factors, column_factors });
}

/// An operation on a vector of the matrix, from row `r` and the columns from `c` on.
trait Map<T> {
    fn apply<V: Simd<Element = T>>(&self, vector: V, r: usize, c: usize) -> V;
}

struct Same;

struct Quotient<'a, T> {
    row_factors: &'a [T],
    column_factors: &'a [T],
}

impl<T> Map<T> for Same {
    #[inline(always)]
    fn apply<V: Simd<Element = T>>(&self, vector: V, _: usize, _: usize) -> V {
        vector
    }
}

impl<T: Copy> Map<T> for Quotient<'_, T> {
    #[inline(always)]
    fn apply<V: Simd<Element = T>>(&self, vector: V, r: usize, c: usize) -> V {
        vector / (V::splat(self.row_factors[r]) * V::load(&self.column_factors[c..]))
    }
}

#[inline(always)]
fn transpose_with<T: Element>(
    result: &mut [T],
    matrix: &[T],
    [rows, columns]: [usize; 2],
    pitch: usize,
    map: &impl Map<T>,
) {
    if rows.min(columns) < T::Vector::LANES {
        transpose_squares::<T>(result, matrix, [rows, columns], pitch, map);
    } else {
        transpose_squares::<T::Vector>(result, matrix, [rows, columns], pitch, map);
    }
}

/// Squares of `LANES`×`LANES`. The last one in either direction may overlap the one before.
#[inline(always)]
fn transpose_squares<V: Simd>(
    result: &mut [V::Element],
    matrix: &[V::Element],
    [rows, columns]: [usize; 2],
    pitch: usize,
    map: &impl Map<V::Element>,
) {
    assert!(rows.min(columns) >= V::LANES, "at least one square");
    let size = rows.checked_mul(columns).expect("a matrix in memory");
    let last_row = (rows - 1).checked_mul(pitch).expect("rows in memory");
    let (matrix, result) = (&matrix[..last_row + columns], &mut result[..size]);
    let mut r = 0;
    loop {
        let mut c = 0;
        loop {
            V::transpose(
                #[inline(always)]
                // SAFETY: there is a square, so r + i < rows and c + LANES ≤ columns. The matrix ends with its last row.
                |i| map.apply(unsafe { load::<V, 1>(matrix, (r + i) * pitch + c) }[0], r + i, c),
                #[inline(always)]
                // SAFETY: c + i < columns and r + LANES ≤ rows, as above. The result has rows · columns elements.
                |i, vector| unsafe { store([vector], result, (c + i) * rows + r) },
            );
            if c + V::LANES == columns {
                break;
            }
            c = (c + V::LANES).min(columns - V::LANES);
        }
        if r + V::LANES == rows {
            break;
        }
        r = (r + V::LANES).min(rows - V::LANES);
    }
}
