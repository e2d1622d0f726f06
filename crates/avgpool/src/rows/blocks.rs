//! Rows in blocks of vectors: four at a time, then two, then one.
//!
//! It knows the length of a row, not the operation on it.

#![expect(unsafe_code, reason = "a bounds check for every load makes 3×3 sums 1.3× slower (npm run bench)")]

use crate::simd::{Element, Simd};

/// An operation on `N` vectors of a row.
pub trait Block<T> {
    /// Runs on the `N` consecutive vectors from element `start`.
    fn run<V: Simd<Element = T>, const N: usize>(&mut self, start: usize);
}

/// Runs `block` over a row of `width` elements. Every element is in one block or in two, and no block reaches beyond the row.
///
/// The tail runs two vectors at a time, then one. A body for three vectors would speed up rows of three vectors by up to
/// 20 % and grow the module by 4 %. The body for two vectors is worth up to 40 %.
#[inline(always)]
pub fn for_blocks<T: Element>(width: usize, block: &mut impl Block<T>) {
    let lanes = T::Vector::LANES;
    if width < lanes {
        for start in 0..width {
            block.run::<T, 1>(start);
        }
        return;
    }
    let mut start = 0;
    while width - start >= 4 * lanes {
        block.run::<T::Vector, 4>(start);
        start += 4 * lanes;
    }
    while width >= 2 * lanes && width - start > lanes {
        let at = start.min(width - 2 * lanes);
        block.run::<T::Vector, 2>(at);
        start = at + 2 * lanes;
    }
    while start < width {
        block.run::<T::Vector, 1>(start.min(width - lanes));
        start += lanes;
    }
}

/// Does the same for rows of at least one vector. The compiler then leaves the scalar loop out.
///
/// # Panics
///
/// If the row is shorter than a vector.
#[inline(always)]
pub fn for_vectors<T: Element>(width: usize, block: &mut impl Block<T>) {
    assert!(width >= T::Vector::LANES, "at least one vector");
    for_blocks(width, block);
}

/// The `N` vectors from `elements[at]` on.
///
/// # Safety
///
/// `at + N · V::LANES` must be at most the number of elements.
#[inline(always)]
pub unsafe fn load<V: Simd, const N: usize>(elements: &[V::Element], at: usize) -> [V; N] {
    debug_assert!(at + N * V::LANES <= elements.len(), "{N} vectors at {at} of {}", elements.len());
    core::array::from_fn(|v| {
        let start = at + v * V::LANES;
        // SAFETY: the caller's promise.
        V::load(unsafe { elements.get_unchecked(start..start + V::LANES) })
    })
}

/// Writes `N` vectors from `elements[at]` on.
///
/// # Safety
///
/// As for [`load`].
#[inline(always)]
pub unsafe fn store<V: Simd, const N: usize>(vectors: [V; N], elements: &mut [V::Element], at: usize) {
    debug_assert!(at + N * V::LANES <= elements.len(), "{N} vectors at {at} of {}", elements.len());
    for (v, vector) in vectors.into_iter().enumerate() {
        let start = at + v * V::LANES;
        // SAFETY: the caller's promise.
        vector.store(unsafe { elements.get_unchecked_mut(start..start + V::LANES) });
    }
}

/// `left + right`, vector by vector.
#[inline(always)]
pub fn add<V: Simd, const N: usize>(left: [V; N], right: [V; N]) -> [V; N] {
    core::array::from_fn(|v| left[v] + right[v])
}
