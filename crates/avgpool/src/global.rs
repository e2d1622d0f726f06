//! The fast path for windows that hold a whole plane: global average pooling.
//!
//! It knows planes as runs of elements, not as rows and columns. It stays because it takes 0.2 to 0.8 of the time of a window
//! that is a column short (`npm run bench -- --fast-paths`).

#![expect(unsafe_code, reason = "a check for every vector makes planes of 7×7 1.2 times slower")]

use crate::blocks::{Block, add, for_blocks, load, offset};
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
    for (planes, averages) in input.chunks(size.saturating_mul(lanes)).zip(output.chunks_mut(lanes)) {
        let quotients = sums_of_planes::<T::Vector>(planes, size) / T::Vector::splat(divisor);
        if averages.len() == lanes {
            quotients.store(averages);
        } else {
            let mut all = [T::default(); MOST_LANES];
            quotients.store(&mut all);
            averages.copy_from_slice(&all[..averages.len()]);
        }
    }
}

/// The sums of as many planes as there are lanes, or fewer, side by side.
///
/// Each plane is added up in vectors of neighbours. Transposed and added, these are the sums of whole vectors; what is left
/// of each plane is added one by one.
#[inline(always)]
fn sums_of_planes<L: Lanes>(planes: &[L::Element], size: usize) -> L {
    // Where a plane is missing, the last one is added up again.
    let last = planes.len() / size - 1;
    let starts: [usize; MOST_LANES] = core::array::from_fn(|i| i.min(last) * size);
    let zero = L::Element::default();
    let mut totals = [L::splat(zero); MOST_LANES];
    let body = size / L::COUNT * L::COUNT;
    let mut next = 0;
    while next < body {
        let end = body.min(next + BLOCK);
        let mut sums = [L::splat(zero); MOST_LANES];
        while next < end {
            for (sum, start) in sums.iter_mut().zip(starts).take(L::COUNT) {
                // SAFETY: every plane ends at start + size or before, and next + COUNT ≤ body ≤ size.
                *sum = *sum + unsafe { load::<L, 1>(planes, start + next, 0) }[0];
            }
            next += L::COUNT;
        }
        totals = add(totals, sums);
    }
    let rests: [L::Element; MOST_LANES] =
        core::array::from_fn(|i| planes[starts[i]..][body..size].iter().fold(zero, |sum, &value| sum + value));
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
            L::splat(self.value).store(&mut block[offset::<L, N>(v, last)..]);
        }
    }
}
