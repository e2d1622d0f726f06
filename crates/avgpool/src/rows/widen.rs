//! Elements that tensors store and kernels do not compute with: widened to f32 before, rounded after.
//!
//! It knows runs of elements, not what they stand for.

use crate::simd::{F16, F16x8, Magnitudes, U16x8, round_to_bytes};

/// An element type of which f32 holds every value.
pub trait Stored: Copy {
    /// The same numbers in f32.
    ///
    /// # Panics
    ///
    /// If the lengths differ.
    fn widen(from: &[Self], to: &mut [f32]);

    /// The nearest elements.
    ///
    /// # Panics
    ///
    /// If the lengths differ.
    fn round(from: &[f32], to: &mut [Self]);
}

/// The elements that are looked at together: if all are finite, which most are, widening takes half the time.
const BLOCK: usize = 512;

/// The smallest number that is rounded to infinity.
const SMALLEST_INFINITE: f32 = 65520.0;

impl Stored for F16 {
    #[inline(never)]
    fn widen(from: &[Self], to: &mut [f32]) {
        assert!(from.len() == to.len(), "equal lengths");
        for (from, to) in from.chunks(BLOCK).zip(to.chunks_mut(BLOCK)) {
            let mut magnitudes = F16x8::default();
            in_eights(
                from,
                to,
                Self::widen,
                #[inline(always)]
                |from, to| {
                    let halves = F16x8::load(from);
                    magnitudes = magnitudes.larger_magnitudes(halves);
                    halves.widen_finite(to);
                },
            );
            if !magnitudes.are_finite() {
                in_eights(from, to, Self::widen, |from, to| F16x8::load(from).widen(to));
            }
        }
    }

    /// To the nearest, ties to even. Numbers from 65520 on become infinity.
    #[inline(never)]
    fn round(from: &[f32], to: &mut [Self]) {
        assert!(from.len() == to.len(), "equal lengths");
        for (from, to) in from.chunks(BLOCK).zip(to.chunks_mut(BLOCK)) {
            let mut magnitudes = Magnitudes::zero();
            in_eights(
                from,
                to,
                Self::round,
                #[inline(always)]
                |from, to| {
                    magnitudes = magnitudes.and_of(from);
                    F16x8::narrow::<true>(from).store(to);
                },
            );
            if !magnitudes.are_below(SMALLEST_INFINITE) {
                in_eights(from, to, Self::round, |from, to| F16x8::narrow::<false>(from).store(to));
            }
        }
    }
}

impl Stored for u8 {
    #[inline(never)]
    fn widen(from: &[Self], to: &mut [f32]) {
        assert!(from.len() == to.len(), "equal lengths");
        in_eights(
            from,
            to,
            Self::widen,
            #[inline(always)]
            |from: &[u8; 8], to| U16x8::of_bytes(from).widen(to),
        );
    }

    /// To the nearest, halves up, from 0 to 255.
    #[inline(never)]
    fn round(from: &[f32], to: &mut [Self]) {
        assert!(from.len() == to.len(), "equal lengths");
        in_eights(from, to, Self::round, round_to_bytes);
    }
}

/// Calls `each` on eight elements of both slices at a time. `convert` does the same for any number of them. It converts the last
/// ones in arrays, so that `each` is inlined once.
#[inline(always)]
fn in_eights<S: Copy + Default, T: Copy + Default>(
    from: &[S],
    to: &mut [T],
    convert: fn(&[S], &mut [T]),
    mut each: impl FnMut(&[S; 8], &mut [T; 8]),
) {
    let (from, last_from) = from.as_chunks();
    let (to, last_to) = to.as_chunks_mut();
    for (from, to) in from.iter().zip(to) {
        each(from, to);
    }
    if !last_from.is_empty() {
        let (mut all_from, mut all_to) = ([S::default(); 8], [T::default(); 8]);
        all_from[..last_from.len()].copy_from_slice(last_from);
        convert(&all_from, &mut all_to);
        last_to.copy_from_slice(&all_to[..last_to.len()]);
    }
}
