//! One window over the whole plane, NHWC: adds positions, a vector of channels at a time.
//!
//! 1.9× to 3× faster than `Separable`, and equal in the forward pass on 7×7 positions
//! (`npm run bench -- --algorithms`).

#![expect(unsafe_code, reason = "blocks are checked once a run of positions: see rows/blocks.rs")]

use super::global::is_global;
use super::{Algorithm, Needs};
use crate::geometry::{Bands, Geometry};
use crate::rows::blocks::{Block, add, for_vectors, load, store};
use crate::rows::divide::divide;
use crate::rows::scratch::Scratch;
use crate::simd::{Element, Simd};

/// Positions added in registers. Eight stay in L1, and are no more streams than the prefetcher can follow.
const RUN: usize = 8;

/// Runs in a partial sum in memory. Partial sums keep large planes accurate.
const GROUP: usize = 128;

/// Elements that one `memory.copy` of the backward pass moves: few enough for L1, and enough to be worth a call.
const COPY: usize = 2048;

/// Sums all positions of a plane, in runs and groups of runs.
#[derive(Clone, Copy, Debug)]
pub struct GlobalChannels {
    divisor: f64,
    scratch: Scratch<4>,
}

impl<T: Element> Algorithm<T> for GlobalChannels {
    fn new(geometry: &Geometry, needs: &mut Needs) -> Option<Self> {
        let divisor = geometry.common_divisor?;
        let scratch = Scratch::new([geometry.channels as u64; 4], geometry.most_scratch::<T>())?;
        if !geometry.fills_lanes() || !is_global(geometry) {
            return None;
        }
        *needs = Needs { scratch_len: scratch.len(), bands: Bands::OF_ROWS };
        Some(Self { divisor, scratch })
    }

    /// `output[c] = Σ_{h, w} input[h, w, c] / divisor`
    fn forward(&self, geometry: &Geometry, input: &[T], output: &mut [T], scratch: &mut [T]) {
        let channels = geometry.channels;
        let [mut sums, mut totals, mut spare, divisors] = self.scratch.split(scratch);
        divisors.fill(T::from_f64(self.divisor));
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

    /// `grad_input[h, w, c] = grad_output[c] / divisor`
    fn backward(&self, geometry: &Geometry, grad_output: &[T], grad_input: &mut [T], scratch: &mut [T]) {
        let [_, _, _, divisors] = self.scratch.split(scratch);
        divisors.fill(T::from_f64(self.divisor));
        let channels = geometry.channels;
        let most = COPY.next_multiple_of(channels);
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
}

/// `after[c] = before[c] + Σ_p run[p, c]`
fn add_run<T: Element>(before: &[T], run: &[T], after: &mut [T]) {
    let channels = after.len();
    assert!(before.len() == channels && run.len() >= channels, "sums and at least one position");
    for_vectors(channels, &mut AddRun { before, run, after });
}

struct AddRun<'a, T> {
    before: &'a [T],
    run: &'a [T],
    after: &'a mut [T],
}

impl<T: Element> Block<T> for AddRun<'_, T> {
    #[inline(always)]
    fn run<V: Simd<Element = T>, const N: usize>(&mut self, start: usize) {
        let channels = self.after.len();
        let last = self.run.len() - channels + start;
        // SAFETY: a block lies inside the channels, so it ends at most `channels` − `start` elements after `at` ≤ `last`.
        // `add_run` has checked that the run has a position.
        let position = |at: usize| unsafe { load::<V, N>(self.run, at) };
        let mut sum = position(start);
        let mut at = start + channels;
        while at <= last {
            sum = add(sum, position(at));
            at += channels;
        }
        // SAFETY: `add_run` has checked that `before` is as long as `after`. A block lies inside them.
        unsafe { store(add(load(self.before, start), sum), self.after, start) };
    }
}
