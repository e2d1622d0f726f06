//! Matrices with rows and columns exchanged, a square of lanes at a time.
//!
//! It knows matrices, not what is in them.

#![expect(unsafe_code, reason = "a check for every vector makes transposing 1.5 times slower (npm run bench)")]

use crate::blocks::{load, store};
use crate::simd::{Element, Lanes};

/// `result[c, r] = matrix[r, c]`, for a matrix of `rows`×`columns`.
#[inline(never)]
pub fn transpose<T: Element>(result: &mut [T], matrix: &[T], [rows, columns]: [usize; 2]) {
    transpose_with(result, matrix, [rows, columns], &Same);
}

/// `result[c, r] = matrix[r, c] / (row_factors[r] · column_factors[c])`, for a matrix of as many rows and columns.
#[inline(never)]
pub fn transpose_quotients<T: Element>(result: &mut [T], matrix: &[T], row_factors: &[T], column_factors: &[T]) {
    let size = [row_factors.len(), column_factors.len()];
    transpose_with(result, matrix, size, &Quotient { row_factors, column_factors });
}

/// What is done with the elements `c..` of row `r` on their way.
trait Map<T> {
    fn apply<L: Lanes<Element = T>>(&self, vector: L, r: usize, c: usize) -> L;
}

struct Same;

struct Quotient<'a, T> {
    row_factors: &'a [T],
    column_factors: &'a [T],
}

impl<T> Map<T> for Same {
    #[inline(always)]
    fn apply<L: Lanes<Element = T>>(&self, vector: L, _: usize, _: usize) -> L {
        vector
    }
}

impl<T: Copy> Map<T> for Quotient<'_, T> {
    #[inline(always)]
    fn apply<L: Lanes<Element = T>>(&self, vector: L, r: usize, c: usize) -> L {
        vector / (L::splat(self.row_factors[r]) * L::load(&self.column_factors[c..]))
    }
}

#[inline(always)]
fn transpose_with<T: Element>(result: &mut [T], matrix: &[T], [rows, columns]: [usize; 2], map: &impl Map<T>) {
    if rows.min(columns) < T::Vector::COUNT {
        squares::<T>(result, matrix, [rows, columns], map);
    } else {
        squares::<T::Vector>(result, matrix, [rows, columns], map);
    }
}

/// A loop over squares, of which the last one in either direction may overlap the one before.
#[inline(always)]
fn squares<L: Lanes>(
    result: &mut [L::Element],
    matrix: &[L::Element],
    [rows, columns]: [usize; 2],
    map: &impl Map<L::Element>,
) {
    let size = rows.checked_mul(columns).expect("a matrix that is there");
    let (matrix, result) = (&matrix[..size], &mut result[..size]);
    let mut r = 0;
    loop {
        let mut c = 0;
        loop {
            L::transpose(
                #[inline(always)]
                // SAFETY: r + i < rows and c + COUNT ≤ columns, and there are rows · columns elements.
                |i| map.apply(unsafe { load::<L, 1>(matrix, (r + i) * columns + c) }[0], r + i, c),
                #[inline(always)]
                // SAFETY: c + i < columns and r + COUNT ≤ rows.
                |i, vector| unsafe { store([vector], result, (c + i) * rows + r) },
            );
            if c + L::COUNT == columns {
                break;
            }
            c = (c + L::COUNT).min(columns - L::COUNT);
        }
        if r + L::COUNT == rows {
            break;
        }
        r = (r + L::COUNT).min(rows - L::COUNT);
    }
}
