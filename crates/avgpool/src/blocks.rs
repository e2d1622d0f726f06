//! A row, cut into blocks of vectors: four at a time, then what is left.
//!
//! It knows how long a row is, not what is done with it.

use crate::simd::{Element, Lanes};

/// What is done with `N` vectors of a row.
pub trait Block<T> {
    /// The first vector starts at `start`, the next ones follow it, and the last one starts at `start + last`: it may
    /// overlap the one before.
    fn run<L: Lanes<Element = T>, const N: usize>(&mut self, start: usize, last: usize);
}

/// Runs `block` until every element of a row of `width` has been in one, some in two.
#[inline(always)]
pub fn for_blocks<T: Element>(width: usize, block: &mut impl Block<T>) {
    let vector = T::Vector::COUNT;
    if width < vector {
        for start in 0..width {
            block.run::<T, 1>(start, 0);
        }
        return;
    }
    let mut start = 0;
    while width - start >= 4 * vector {
        block.run::<T::Vector, 4>(start, 3 * vector);
        start += 4 * vector;
    }
    let rest = width - start;
    match rest.div_ceil(vector) {
        0 => {}
        1 => block.run::<T::Vector, 1>(width - vector, 0),
        2 => block.run::<T::Vector, 2>(start, rest - vector),
        3 => block.run::<T::Vector, 3>(start, rest - vector),
        _ => block.run::<T::Vector, 4>(start, rest - vector),
    }
}

/// The vectors of a block, of a row that starts at `row[0]`.
#[inline(always)]
pub fn load<L: Lanes, const N: usize>(row: &[L::Element], last: usize) -> [L; N] {
    let row = &row[..last + L::COUNT];
    core::array::from_fn(|v| L::load(&row[offset::<L, N>(v, last)..]))
}

/// Writes the vectors of a block.
#[inline(always)]
pub fn store<L: Lanes, const N: usize>(vectors: [L; N], row: &mut [L::Element], last: usize) {
    let row = &mut row[..last + L::COUNT];
    for (v, vector) in vectors.into_iter().enumerate() {
        vector.store(&mut row[offset::<L, N>(v, last)..]);
    }
}

#[inline(always)]
fn offset<L: Lanes, const N: usize>(v: usize, last: usize) -> usize {
    if v == N - 1 { last } else { v * L::COUNT }
}

/// `left + right`, vector by vector.
#[inline(always)]
pub fn add<L: Lanes, const N: usize>(left: [L; N], right: [L; N]) -> [L; N] {
    core::array::from_fn(|v| left[v] + right[v])
}
