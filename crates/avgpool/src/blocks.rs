//! Rows cut into blocks of vectors: four at a time, then two, then one.
//!
//! It knows how long a row is, not what is done with it.

#![expect(unsafe_code, reason = "a check for every load makes 3×3 sums 1.3 times slower (npm run bench)")]

use crate::simd::{Element, Lanes};

/// What is done with `N` vectors of a row.
pub trait Block<T> {
    /// The vectors follow each other, the first one from `start` on.
    fn run<L: Lanes<Element = T>, const N: usize>(&mut self, start: usize);
}

/// Runs `block` until every element of a row of `width` has been in one, some perhaps in two; none beyond it ever is.
///
/// What is left of a row is done two vectors at a time, and one. A body for three as well would make the module a
/// twenty-fifth larger; without it, rows of three vectors take up to 1.2 of the time, and without that for two 1.4. Who knows
/// that a row is a vector or longer asserts it: then no body for shorter ones is compiled.
#[inline(always)]
pub fn for_blocks<T: Element>(width: usize, block: &mut impl Block<T>) {
    let vector = T::Vector::COUNT;
    if width < vector {
        for start in 0..width {
            block.run::<T, 1>(start);
        }
        return;
    }
    let mut start = 0;
    while width - start >= 4 * vector {
        block.run::<T::Vector, 4>(start);
        start += 4 * vector;
    }
    while width >= 2 * vector && width - start > vector {
        let at = start.min(width - 2 * vector);
        block.run::<T::Vector, 2>(at);
        start = at + 2 * vector;
    }
    while start < width {
        block.run::<T::Vector, 1>(start.min(width - vector));
        start += vector;
    }
}

/// `N` vectors from `elements[at]` on.
///
/// # Safety
///
/// They are there: `at + N · L::COUNT` is at most the number of elements.
#[inline(always)]
pub unsafe fn load<L: Lanes, const N: usize>(elements: &[L::Element], at: usize) -> [L; N] {
    debug_assert!(at + N * L::COUNT <= elements.len(), "{N} vectors at {at} of {}", elements.len());
    core::array::from_fn(|v| {
        let start = at + v * L::COUNT;
        // SAFETY: the caller's promise.
        L::load(unsafe { elements.get_unchecked(start..start + L::COUNT) })
    })
}

/// Writes `N` vectors from `elements[at]` on.
///
/// # Safety
///
/// As for [`load`].
#[inline(always)]
pub unsafe fn store<L: Lanes, const N: usize>(vectors: [L; N], elements: &mut [L::Element], at: usize) {
    debug_assert!(at + N * L::COUNT <= elements.len(), "{N} vectors at {at} of {}", elements.len());
    for (v, vector) in vectors.into_iter().enumerate() {
        let start = at + v * L::COUNT;
        // SAFETY: the caller's promise.
        vector.store(unsafe { elements.get_unchecked_mut(start..start + L::COUNT) });
    }
}

/// `left + right`, vector by vector.
#[inline(always)]
pub fn add<L: Lanes, const N: usize>(left: [L; N], right: [L; N]) -> [L; N] {
    core::array::from_fn(|v| left[v] + right[v])
}
