//! The fast path for windows that hold a whole plane: global average pooling.
//!
//! It knows planes as runs of elements, not as rows and columns.

use crate::blocks::{Block, for_blocks};
use crate::geometry::Geometry;
use crate::simd::{Element, Lanes};

/// As many elements are added up before their sum is added to the others'. One running sum over a plane of 224×224 would
/// be off by 1e-4 in `f32`.
const BLOCK: usize = 512;

/// What to divide by, if there is one window and it holds every element of a plane.
pub fn divisor(geometry: &Geometry) -> Option<f64> {
    let whole = geometry.rows.is_one_window() && geometry.columns.is_one_window();
    whole.then(|| geometry.divisor.of_window(&geometry.rows, 0, &geometry.columns, 0))
}

/// `output[0, 0] = Σ_{h, w} input[h, w] / divisor`
///
/// As many planes as there are lanes are summed in vectors; transposed and added, these are the sums side by side.
pub fn forward<T: Element>(geometry: &Geometry, divisor: T, input: &[T], output: &mut [T]) {
    let size = geometry.input_len();
    let lanes = T::Vector::COUNT;
    let whole = output.len() / lanes * lanes;
    let (groups, rest) = output.split_at_mut(whole);
    for (planes, averages) in input.chunks_exact(lanes * size).zip(groups.chunks_exact_mut(lanes)) {
        let mut total = T::Vector::splat(T::default());
        T::Vector::transpose(
            #[inline(always)]
            |i| sum_of_vectors::<T::Vector>(&planes[i * size..][..size]),
            #[inline(always)]
            |_, sums| total = total + sums,
        );
        total.store(averages);
        let tail = size / lanes * lanes;
        for (plane, average) in planes.chunks_exact(size).zip(averages) {
            *average = plane[tail..].iter().fold(*average, |sum, &value| sum + value) / divisor;
        }
    }
    for (plane, average) in input[whole * size..].chunks_exact(size).zip(rest) {
        *average = sum_of_vectors::<T>(plane) / divisor;
    }
}

/// The sum of all whole vectors of `elements`.
#[inline(always)]
fn sum_of_vectors<L: Lanes>(elements: &[L::Element]) -> L {
    let zero = L::splat(L::Element::default());
    let mut total = zero;
    for block in elements.chunks(BLOCK) {
        let mut sums = [zero; 4];
        let fours = block.chunks_exact(4 * L::COUNT);
        let rest = fours.remainder();
        for four in fours {
            sums = core::array::from_fn(|v| sums[v] + L::load(&four[v * L::COUNT..]));
        }
        for vector in rest.chunks_exact(L::COUNT) {
            sums[0] = sums[0] + L::load(vector);
        }
        total = total + ((sums[0] + sums[1]) + (sums[2] + sums[3]));
    }
    total
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
