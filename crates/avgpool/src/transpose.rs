//! Matrices with rows and columns exchanged, a square of lanes at a time.
//!
//! It knows matrices, not what is in them.

use crate::simd::{Element, Lanes};

/// `result[c, r] = matrix[r, c]`, for a matrix of `rows`×`columns`.
#[inline(never)]
pub fn transpose<T: Element>(result: &mut [T], matrix: &[T], [rows, columns]: [usize; 2]) {
    transpose_with(result, matrix, [rows, columns], Same);
}

/// `result[c, r] = matrix[r, c] / (row_factors[r] · column_factors[c])`, for a matrix of as many rows and columns.
#[inline(never)]
pub fn transpose_quotients<T: Element>(result: &mut [T], matrix: &[T], row_factors: &[T], column_factors: &[T]) {
    let size = [row_factors.len(), column_factors.len()];
    transpose_with(result, matrix, size, Quotient { row_factors, column_factors });
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
fn transpose_with<T: Element>(result: &mut [T], matrix: &[T], [rows, columns]: [usize; 2], map: impl Map<T>) {
    if rows.min(columns) < T::Vector::COUNT {
        squares::<T>(result, matrix, [rows, columns], map);
    } else {
        squares::<T::Vector>(result, matrix, [rows, columns], map);
    }
}

#[inline(always)]
fn squares<L: Lanes>(
    result: &mut [L::Element],
    matrix: &[L::Element],
    [rows, columns]: [usize; 2],
    map: impl Map<L::Element>,
) {
    // The last square may overlap the one before.
    let mut r = 0;
    loop {
        let matrix = &matrix[r * columns..][..L::COUNT * columns];
        let result = &mut result[r..];
        let mut c = 0;
        loop {
            L::transpose(
                #[inline(always)]
                |i| map.apply(L::load(&matrix[i * columns + c..]), r + i, c),
                #[inline(always)]
                |i, vector| vector.store(&mut result[(c + i) * rows..]),
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
