//! Rows cut into blocks of vectors: four at a time, then what is left.
//!
//! It knows how long a row is, not what is done with it.

#![expect(unsafe_code, reason = "a check for every load makes 3×3 sums 1.3 times slower (npm run bench)")]

use crate::simd::{Element, Lanes};

/// What is done with `N` vectors of a row.
pub trait Block<T> {
    /// The first vector starts at `start`, the next ones follow it, and the last one starts at `start + last`: it may
    /// overlap the one before.
    fn run<L: Lanes<Element = T>, const N: usize>(&mut self, start: usize, last: usize);
}

/// Runs `block` until every element of a row of `width` has been in one, some perhaps in two; none beyond it ever is.
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

/// The vectors of a block whose first one is at `elements[at]`.
///
/// # Safety
///
/// `at + last + L::COUNT` is at most the number of elements, and no vector starts behind the last one: `last` is
/// `(N − 2) · L::COUNT` or more.
#[inline(always)]
pub unsafe fn load<L: Lanes, const N: usize>(elements: &[L::Element], at: usize, last: usize) -> [L; N] {
    debug_assert!(at + last + L::COUNT <= elements.len(), "a block of {N} at {at}, {last}, of {}", elements.len());
    debug_assert!(last + 2 * L::COUNT >= N * L::COUNT, "a block of {N} vectors of which the last is at {last}");
    // SAFETY: the caller's promise.
    let block = unsafe { elements.get_unchecked(at..at + last + L::COUNT) };
    core::array::from_fn(|v| {
        let start = offset::<L, N>(v, last);
        // SAFETY: every vector of a block ends where the last one does or before.
        L::load(unsafe { block.get_unchecked(start..start + L::COUNT) })
    })
}

/// Writes the vectors of a block whose first one is at `elements[at]`.
///
/// # Safety
///
/// As for [`load`].
#[inline(always)]
pub unsafe fn store<L: Lanes, const N: usize>(vectors: [L; N], elements: &mut [L::Element], at: usize, last: usize) {
    debug_assert!(at + last + L::COUNT <= elements.len(), "a block of {N} at {at}, {last}, of {}", elements.len());
    debug_assert!(last + 2 * L::COUNT >= N * L::COUNT, "a block of {N} vectors of which the last is at {last}");
    // SAFETY: the caller's promise.
    let block = unsafe { elements.get_unchecked_mut(at..at + last + L::COUNT) };
    for (v, vector) in vectors.into_iter().enumerate() {
        let start = offset::<L, N>(v, last);
        // SAFETY: every vector of a block ends where the last one does or before.
        vector.store(unsafe { block.get_unchecked_mut(start..start + L::COUNT) });
    }
}

/// Where vector `v` of a block starts, from where the block does.
#[inline(always)]
pub fn offset<L: Lanes, const N: usize>(v: usize, last: usize) -> usize {
    if v == N - 1 { last } else { v * L::COUNT }
}

/// `left + right`, vector by vector.
#[inline(always)]
pub fn add<L: Lanes, const N: usize>(left: [L; N], right: [L; N]) -> [L; N] {
    core::array::from_fn(|v| left[v] + right[v])
}
