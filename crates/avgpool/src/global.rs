//! The fast path for windows that hold a whole plane: global average pooling.
//!
//! It knows planes as runs of elements or, where there are many channels, of positions; not as rows and columns. It stays
//! because it takes 0.1 to 0.9 of the time of a window that is a column short (`npm run bench -- --fast-paths`).

#![expect(unsafe_code, reason = "a check for every vector makes planes of 7×7 1.2 times slower")]

use crate::blocks::{Block, add, for_blocks, load, store};
use crate::divisor::divide;
use crate::geometry::Geometry;
use crate::scratch::cut;
use crate::simd::{Element, Lanes, MOST_LANES};

/// As many elements are added up before their sum is added to the others'. One running sum over a plane of 224×224 would
/// be off by 1e-4 in `f32`.
const BLOCK: usize = 512;

/// With many channels, so many positions are added up in registers: they stay in the innermost cache, and more of them at a
/// time would be more than the hardware foresees.
const RUN: usize = 8;

/// As many runs are added up before their sum is added to the others'.
const GROUP: usize = 128;

/// What a call works in, in rows of channels.
const SCRATCH_ROWS: usize = 4;

/// What to divide by, if there is one window and it holds every element of a plane.
pub fn divisor(geometry: &Geometry) -> Option<f64> {
    let served = geometry.channels == 1 || geometry.fills_lanes();
    geometry.channels.checked_mul(SCRATCH_ROWS)?;
    let whole = served && geometry.rows.is_one_window() && geometry.columns.is_one_window();
    whole.then(|| geometry.divisor.of_window(&geometry.rows, 0, &geometry.columns, 0))
}

/// `output[0, 0] = Σ_{h, w} input[h, w] / divisor`
pub fn forward<T: Element>(geometry: &Geometry, divisor: T, input: &[T], output: &mut [T], scratch: &mut [T]) {
    let size = geometry.input_len();
    if geometry.channels > 1 {
        return average_positions(geometry, divisor, input, output, scratch);
    }
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
                *sum = *sum + unsafe { load::<L, 1>(planes, start + next) }[0];
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
pub fn backward<T: Element>(
    geometry: &Geometry,
    divisor: T,
    grad_output: &[T],
    grad_input: &mut [T],
    scratch: &mut [T],
) {
    if geometry.channels > 1 {
        return spread_positions(geometry, divisor, grad_output, grad_input, scratch);
    }
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
    fn run<L: Lanes<Element = T>, const N: usize>(&mut self, start: usize) {
        // SAFETY: blocks lie inside the elements.
        unsafe { store([L::splat(self.value); N], self.elements, start) };
    }
}

/// How many elements of scratch a call needs.
pub fn scratch_len(geometry: &Geometry) -> usize {
    if geometry.channels > 1 { SCRATCH_ROWS * geometry.channels } else { 0 }
}

/// The same as `forward`, of many channels: `output[c] = Σ_{h, w} input[h, w, c] / divisor`.
///
/// Runs of positions are added up in registers, and groups of runs in memory, before they are added to the others.
fn average_positions<T: Element>(geometry: &Geometry, divisor: T, input: &[T], output: &mut [T], scratch: &mut [T]) {
    let channels = geometry.channels;
    let [mut sums, mut spare, mut totals, divisors] = cut([channels; SCRATCH_ROWS], scratch);
    divisors.fill(divisor);
    assert!(channels >= MOST_LANES, "as many channels as lanes");
    let add_run = |before: &[T], run: &[T], after: &mut [T]| for_blocks(channels, &mut AddRun { before, run, after });
    for (input, averages) in geometry.planes(input, output) {
        totals.fill(T::default());
        for group in input.chunks(channels.saturating_mul(GROUP * RUN)) {
            sums.fill(T::default());
            for run in group.chunks(channels.saturating_mul(RUN)) {
                add_run(sums, run, spare);
                (sums, spare) = (spare, sums);
            }
            add_run(totals, sums, spare);
            (totals, spare) = (spare, totals);
        }
        divide(averages, totals, &[T::from_f64(1.0)], divisors);
    }
}

/// `after[c] = before[c] + Σ_p run[p, c]`
struct AddRun<'a, T> {
    before: &'a [T],
    run: &'a [T],
    after: &'a mut [T],
}

impl<T: Element> Block<T> for AddRun<'_, T> {
    #[inline(always)]
    fn run<L: Lanes<Element = T>, const N: usize>(&mut self, start: usize) {
        let channels = self.after.len();
        // SAFETY: blocks lie inside the channels, as many as there are before, after and in each position of a run.
        let position = |at: usize| unsafe { load::<L, N>(self.run, at) };
        let mut sum = position(start);
        let mut at = start + channels;
        while at < self.run.len() {
            sum = add(sum, position(at));
            at += channels;
        }
        // SAFETY: likewise.
        unsafe { store(add(load(self.before, start), sum), self.after, start) };
    }
}

/// The same as `backward`, of many channels: `grad_input[h, w, c] = grad_output[c] / divisor`.
fn spread_positions<T: Element>(
    geometry: &Geometry,
    divisor: T,
    grad_output: &[T],
    grad_input: &mut [T],
    scratch: &mut [T],
) {
    let channels = geometry.channels;
    let [divisors, ..] = cut([channels; SCRATCH_ROWS], scratch);
    divisors.fill(divisor);
    // Copied from what stays in the innermost cache, and no less at a time than is worth a call.
    let most = (BLOCK * MOST_LANES).next_multiple_of(channels);
    for (grad_output, grad_input) in geometry.planes_back(grad_output, grad_input) {
        divide(&mut grad_input[..channels], grad_output, &[T::from_f64(1.0)], divisors);
        let mut done = channels;
        while done < grad_input.len() {
            let more = done.min(most).min(grad_input.len() - done);
            grad_input.copy_within(..more, done);
            done += more;
        }
    }
}
