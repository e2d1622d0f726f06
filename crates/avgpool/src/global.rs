//! The fast path for windows that hold a whole plane: global average pooling.
//!
//! It knows planes as runs of elements, not as rows and columns.

#![expect(unsafe_code, reason = "a check for every vector")]

use crate::blocks::{Block, add, for_blocks, load};
use crate::geometry::Geometry;
use crate::simd::{Element, Lanes};

/// As many elements are added up before their sum is added to the others'. One running sum over a plane of 224×224 would
/// be off by 1e-4 in `f32`.
const BLOCK: usize = 512;

/// As many lanes as any vector has.
const MOST_LANES: usize = 4;

/// What to divide by, if there is one window and it holds every element of a plane.
pub fn divisor(geometry: &Geometry) -> Option<f64> {
    let whole = geometry.rows.is_one_window() && geometry.columns.is_one_window();
    whole.then(|| geometry.divisor.of_window(&geometry.rows, 0, &geometry.columns, 0))
}

/// `output[0, 0] = Σ_{h, w} input[h, w] / divisor`
pub fn forward<T: Element>(geometry: &Geometry, divisor: T, input: &[T], output: &mut [T]) {
    let size = geometry.input_len();
    let lanes = T::Vector::COUNT;
    let whole = output.len() / lanes * lanes;
    let (groups, rest) = output.split_at_mut(whole);
    for (planes, averages) in input.chunks_exact(lanes * size).zip(groups.chunks_exact_mut(lanes)) {
        (sums_of_planes::<T::Vector>(planes, size) / T::Vector::splat(divisor)).store(averages);
    }
    for (plane, average) in input[whole * size..].chunks_exact(size).zip(rest) {
        *average = sums_of_planes::<T>(plane, size) / divisor;
    }
}

/// The sums of as many planes as there are lanes, side by side.
///
/// Each plane is added up in vectors of neighbours. Transposed and added, these are the sums of whole vectors; what is left
/// of each plane is added one by one.
#[inline(always)]
fn sums_of_planes<L: Lanes>(planes: &[L::Element], size: usize) -> L {
    assert!(planes.len() >= L::COUNT * size, "a plane for every lane");
    let zero = L::Element::default();
    let mut totals = [L::splat(zero); MOST_LANES];
    let body = size / L::COUNT * L::COUNT;
    let mut start = 0;
    while start < body {
        let end = body.min(start + BLOCK);
        let mut sums = [L::splat(zero); MOST_LANES];
        while start < end {
            for (i, sum) in sums.iter_mut().take(L::COUNT).enumerate() {
                // SAFETY: there are COUNT planes, and start + COUNT ≤ body ≤ size.
                *sum = *sum + unsafe { load::<L, 1>(planes, i * size + start, 0) }[0];
            }
            start += L::COUNT;
        }
        totals = add(totals, sums);
    }
    let mut rests = [zero; MOST_LANES];
    for (rest, plane) in rests.iter_mut().zip(planes.chunks_exact(size)) {
        *rest = plane[body..].iter().fold(zero, |sum, &value| sum + value);
    }
    let mut result = L::load(&rests);
    L::transpose(
        #[inline(always)]
        |i| totals[i],
        #[inline(always)]
        |_, sums| result = result + sums,
    );
    result
}

/// `grad_input[h, w] = grad_output[0, 0] / divisor`
pub fn backward<T: Element>(geometry: &Geometry, divisor: T, grad_output: &[T], grad_input: &mut [T]) {
    for (&grad_output, grad_input) in grad_output.iter().zip(grad_input.chunks_exact_mut(geometry.input_len())) {
        for_blocks(grad_input.len(), &mut Fill { value: grad_output / divisor, elements: grad_input });
    }
}

struct Fill<'a, T> {
    value: T,
    elements: &'a mut [T],
}

impl<T: Element> Block<T> for Fill<'_, T> {
    #[inline(always)]
    fn run<L: Lanes<Element = T>, const N: usize>(&mut self, start: usize, last: usize) {
        let block = &mut self.elements[start..][..last + L::COUNT];
        for v in 0..N {
            L::splat(self.value).store(&mut block[if v == N - 1 { last } else { v * L::COUNT }..]);
        }
    }
}
