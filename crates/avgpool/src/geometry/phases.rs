//! The sums of one axis, as arithmetic progressions.
//!
//! All taps of a window have the same residue modulo the dilation. Windows of one residue form a phase, and each phase is one
//! progression (a polyphase decomposition). This file knows positions, not rows.

use core::ops::Range;

use super::axis::{Axis, gcd};
use crate::rows::progression::Progression;
use crate::rows::sums::{Rows, sum_rows};
use crate::simd::Element;

/// The number of progressions that a plan stores. Without dilation these are all of them for strides of up to 4.
const STORED: usize = 4;

/// The progressions of an axis in both directions.
#[derive(Clone, Copy, Debug)]
pub struct Phases {
    pattern: Pattern,
    taps: [Progression; STORED],
    windows: [Progression; STORED],
    /// Whether forward and backward take prefix and suffix sums. All phases do, or none: the first phase of a band can be any.
    are_long: [bool; 2],
}

impl Phases {
    /// The phases of an axis.
    #[inline(never)]
    pub fn new(axis: Axis) -> Self {
        let pattern = Pattern::new(axis);
        let (mut taps, mut windows) = ([pattern.taps(0); STORED], [pattern.windows(0); STORED]);
        for phase in 1..STORED {
            (taps[phase], windows[phase]) = (pattern.taps(phase), pattern.windows(phase));
        }
        let are_long = [&taps, &windows].map(|stored| stored.iter().any(Progression::has_long_sums));
        Self { pattern, taps, windows, are_long }
    }

    /// Makes phases of a band of the axis. Its sums add their terms in the same order.
    pub fn restrict(&mut self, band: Axis) {
        *self = Self { are_long: self.are_long, ..Self::new(band) };
    }

    /// Whether any sums are prefix and suffix sums. Their bits depend on the sums that are found together.
    pub fn have_long_sums(&self) -> bool {
        self.are_long != [false; 2]
    }

    /// The distance at which windows and taps repeat: in outputs and in inputs.
    pub fn period(&self) -> [u64; 2] {
        let Pattern { axis, window_step, .. } = self.pattern;
        [axis.per_stride, axis.stride].map(|step| step as u64 * window_step as u64)
    }

    /// From a window to the next one whose taps have the same residue modulo the dilation.
    pub fn residue_step(&self) -> usize {
        self.pattern.window_step
    }

    /// Forward: every output position adds the input positions under its window. Writes the sums at `outputs`, in each of
    /// `matrices` consecutive matrices.
    pub fn sum_taps<T: Element>(&self, outputs: Range<usize>, sums: &mut [T], sources: Rows<T>, matrices: usize) {
        self.sum_taps_apart(outputs, sums, sources.width, sources, matrices);
    }

    /// The same, where a sum starts `pitch` elements after the one before.
    #[inline(never)]
    pub fn sum_taps_apart<T: Element>(
        &self,
        outputs: Range<usize>,
        sums: &mut [T],
        pitch: usize,
        sources: Rows<T>,
        matrices: usize,
    ) {
        let count = self.pattern.window_step.min(self.pattern.axis.output);
        let progressions = self.met(&self.taps, Pattern::taps, count, &outputs);
        sum_rows(progressions, self.are_long[0], &outputs, sums, pitch, sources, matrices);
    }

    /// Backward: every input position adds the output positions whose windows hold it. Writes the sums at `inputs`, likewise.
    #[inline(never)]
    pub fn sum_windows<T: Element>(&self, inputs: Range<usize>, sums: &mut [T], sources: Rows<T>, matrices: usize) {
        let count = self.pattern.period;
        let progressions = self.met(&self.windows, Pattern::windows, count, &inputs);
        sum_rows(progressions, self.are_long[1], &inputs, sums, sources.width, sources, matrices);
    }

    /// The progressions with a sum at one of these positions.
    fn met<'a>(
        &'a self,
        stored: &'a [Progression; STORED],
        phase: fn(&Pattern, usize) -> Progression,
        count: usize,
        positions: &Range<usize>,
    ) -> impl Iterator<Item = Progression> + 'a {
        // A long dilation has more phases than a few rows have positions.
        let (first, met) =
            if positions.len() < count { (positions.start % count, positions.len()) } else { (0, count) };
        (first..first + met).map(move |i| {
            let i = if i < count { i } else { i - count };
            if i < STORED { stored[i] } else { phase(&self.pattern, i) }
        })
    }
}

/// The distances at which windows and taps repeat.
#[derive(Clone, Copy, Debug)]
struct Pattern {
    axis: Axis,
    /// From a window to the next one of its phase, in windows: dilation / gcd(stride, dilation).
    window_step: usize,
    /// Between the first taps of those two windows, in taps: stride / gcd(stride, dilation).
    tap_step: usize,
    /// From an input position to the next one of its phase. At most the input size. An adaptive axis has one phase.
    period: usize,
}

impl Pattern {
    fn new(axis: Axis) -> Self {
        let shared = gcd(axis.stride, axis.dilation);
        let (window_step, tap_step) = (axis.dilation / shared, axis.stride / shared);
        let period = if axis.is_regular() { axis.stride as u64 * window_step as u64 } else { 1 };
        let period = period.min(axis.input as u64) as usize;
        Self { axis, window_step, tap_step, period }
    }

    /// The windows `phase`, `phase + window_step`, …, whose taps share their residue modulo the dilation.
    fn taps(&self, phase: usize) -> Progression {
        let Self { axis, window_step, tap_step, .. } = self;
        let dilation = axis.dilation as i64;
        // Uneven sums know their terms by their numbers.
        let start = if axis.is_regular() { axis.start(phase) } else { -(axis.beyond[0] as i64) };
        let first_source = start.rem_euclid(dilation) as usize;
        Progression {
            first_sum: phase,
            sum_step: *window_step,
            sums: steps(phase, axis.output, *window_step),
            first_source,
            source_step: axis.dilation,
            sources: steps(first_source, axis.input, axis.dilation),
            start: start.div_euclid(dilation),
            shift: *tap_step,
            per_shift: axis.per_stride,
            sums_before: axis.windows_before,
            terms: axis.kernel,
        }
    }

    /// The input positions `phase`, `phase + period`, …, whose windows share their residue modulo `window_step`.
    ///
    /// Window o holds input position i by tap t if o·stride + t·dilation = i + `pad_begin`. So the windows of a position are
    /// `window_step` apart. The last of them holds it by the smallest tap t with t·dilation ≡ i + `pad_begin` modulo the
    /// stride.
    fn windows(&self, phase: usize) -> Progression {
        if !self.axis.is_regular() {
            return Self::new(self.axis.swapped()).taps(phase);
        }
        let Self { axis, period, .. } = self;
        let [tap_step, window_step, kernel] = [self.tap_step, self.window_step, axis.kernel].map(|size| size as u64);
        let (shared, position) = (axis.stride as u64 / tap_step, phase as u64 + axis.pad_begin as u64);
        let tap = position / shared % tap_step * inverse(window_step % tap_step, tap_step) % tap_step;
        let held = position.is_multiple_of(shared) && tap < kernel;
        let (tap, terms) = if held { (tap, (kernel - tap).div_ceil(tap_step)) } else { (0, 0) };
        let last = (position as i64 - (tap * axis.dilation as u64) as i64).div_euclid(axis.stride as i64);
        let first_source = last.rem_euclid(window_step as i64) as usize;
        Progression {
            first_sum: phase,
            sum_step: *period,
            sums: steps(phase, axis.input, *period),
            first_source,
            source_step: self.window_step,
            sources: steps(first_source, axis.output, self.window_step),
            start: last.div_euclid(window_step as i64) - terms as i64 + 1,
            shift: 1,
            per_shift: 1,
            sums_before: 0,
            terms: terms as usize,
        }
    }
}

/// The number of `first`, `first + step`, … below `limit`.
fn steps(first: usize, limit: usize, step: usize) -> usize {
    limit.saturating_sub(first).div_ceil(step)
}

/// The inverse of `a` modulo `modulus`, by Euclid's algorithm. The two have no common factor.
fn inverse(a: u64, modulus: u64) -> u64 {
    let (mut old, mut new) = ((modulus as i64, 0), (a as i64, 1));
    while new.0 != 0 {
        let quotient = old.0 / new.0;
        (old, new) = (new, (old.0 - quotient * new.0, old.1 - quotient * new.1));
    }
    old.1.rem_euclid(modulus as i64) as u64
}
