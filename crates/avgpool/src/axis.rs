//! One axis, height or width: how many windows it has, what each of them covers and counts.
//!
//! All that is known about stride, padding, dilation and ceil mode is here. An axis does not know whether it is the
//! height or the width, nor which element type runs along it.

use core::num::NonZeroU32;
use core::ops::Range;

/// The options of one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AxisOptions {
    /// Taps in a window.
    pub kernel: NonZeroU32,
    /// Positions from one window to the next.
    pub stride: NonZeroU32,
    /// Positions from one tap to the next.
    pub dilation: NonZeroU32,
    /// Zeros before the input.
    pub begin: u32,
    /// Zeros after the input.
    pub end: u32,
    /// Whether a last window may hang over the padded edge.
    pub ceil_mode: bool,
}

impl AxisOptions {
    /// The number of windows on an axis of `input` elements, 0 when not one fits.
    ///
    /// floor((input + begin + end − span) / stride) + 1, where span = dilation · (kernel − 1) + 1; with `ceil_mode` the
    /// ceiling instead, less one if the last window would start at or beyond `input + begin`. As in `PyTorch`, a window
    /// longer than the padded input is one window under `ceil_mode` if it hangs over by less than a stride.
    pub fn output_size(&self, input: u32) -> u64 {
        let [kernel, stride, dilation] = [self.kernel, self.stride, self.dilation].map(|size| u64::from(size.get()));
        let [begin, end, input] = [self.begin, self.end, input].map(u64::from);
        let span = dilation * (kernel - 1) + 1;
        let padded = input + begin + end;
        if !self.ceil_mode {
            return if span <= padded { (padded - span) / stride + 1 } else { 0 };
        }
        let windows =
            if span <= padded { (padded - span).div_ceil(stride) + 1 } else { u64::from(span - padded < stride) };
        let starts_beyond = windows > 0 && (windows - 1) * stride >= input + begin;
        windows - u64::from(starts_beyond)
    }
}

/// Sums along one axis whose terms lie at even distances, and which lie at even distances themselves.
///
/// Sum `j` is at `result + j·result_step`. Its terms are those of the numbers `start + j·shift .. start + j·shift + terms`
/// that are in `0..sources`, where term `number` is at `source + number·source_step`. What one sum has and the next one has
/// not is `shift` terms at either end, clipped or not.
///
/// Without dilation the windows of an axis are one comb. With it they are several that lie between each other's teeth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Comb {
    /// The position of sum 0.
    pub(crate) result: usize,
    /// From the position of a sum to that of the next one.
    pub(crate) result_step: usize,
    /// How many sums there are.
    pub(crate) results: usize,
    /// The position of term 0.
    pub(crate) source: usize,
    /// From the position of a term to that of the next one.
    pub(crate) source_step: usize,
    /// How many terms there are to add.
    pub(crate) sources: usize,
    /// The first term of sum 0, negative where it is clipped.
    pub(crate) start: i64,
    /// From the first term of a sum to that of the next one.
    pub(crate) shift: usize,
    /// The terms of a sum that is not clipped.
    pub(crate) terms: usize,
}

impl Comb {
    /// The terms of sum `j`.
    #[inline]
    pub(crate) fn terms(&self, j: usize) -> Range<usize> {
        let start = self.start + j as i64 * self.shift as i64;
        let inside = |number: i64| number.clamp(0, self.sources as i64) as usize;
        inside(start)..inside(start + self.terms as i64)
    }

    /// The sums of which no term is clipped.
    pub(crate) fn unclipped(&self) -> Range<usize> {
        let shift = self.shift as u64;
        let first = (self.start.min(0).unsigned_abs().div_ceil(shift) as usize).min(self.results);
        let room = self.sources as i64 - self.terms as i64 - self.start;
        let end = if room < 0 { 0 } else { (room as u64 / shift + 1).min(self.results as u64) as usize };
        first..end.max(first)
    }

    /// Whether the sums are those of another comb, `after` positions later.
    pub(crate) fn equals(&self, other: &Self, after: usize) -> bool {
        *self == Self { result: other.result + after, results: self.results, ..*other }
    }

    /// Whether sums have so many terms that it is quicker to find first what neighbours share.
    ///
    /// Sweeps take about as long as 4 + 2·shift terms, on rows of 35 elements and more.
    pub(crate) fn is_long(&self) -> bool {
        self.terms.min(self.sources) as u64 > 4 + 2 * self.shift as u64
    }

    /// The sums at the positions `results`.
    pub(crate) fn at(&self, results: &Range<usize>) -> Range<usize> {
        let before =
            |position: usize| position.saturating_sub(self.result).div_ceil(self.result_step).min(self.results);
        before(results.start)..before(results.end)
    }
}

/// How many combs are kept: those of any stride up to 4.
const KEPT: usize = 4;

/// The combs of an axis in one direction. The first ones, in general all, are made once and kept.
pub(crate) struct Combs<'a> {
    axis: &'a Axis,
    make: fn(&Axis, usize) -> Comb,
    count: usize,
    first: [Comb; KEPT],
}

impl<'a> Combs<'a> {
    fn new(axis: &'a Axis, make: fn(&Axis, usize) -> Comb, count: usize) -> Self {
        let mut first = [make(axis, 0); KEPT];
        for (i, comb) in first.iter_mut().enumerate().take(count).skip(1) {
            *comb = make(axis, i);
        }
        Self { axis, make, count, first }
    }

    /// Each of them. They come by the position of their first sum.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Comb> {
        (0..self.count).map(|i| if i < KEPT { self.first[i] } else { (self.make)(self.axis, i) })
    }
}

/// One axis of a plan, of at least one input element and at least one window.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// Elements of the input.
    pub(crate) input: usize,
    /// Windows, and so elements of the output.
    pub(crate) output: usize,
    /// Taps in a window.
    pub(crate) kernel: usize,
    /// Positions from one window to the next.
    pub(crate) stride: usize,
    /// Positions from one tap to the next.
    pub(crate) dilation: usize,
    /// Zeros before the input.
    pub(crate) begin: usize,
    /// Zeros after the input.
    pub(crate) end: usize,
    /// Taps from the first one of a window to the first one of the next window whose taps fall on the same positions.
    teeth: usize,
    /// Windows from one to that next one.
    spacing: usize,
}

impl Axis {
    /// The axis of `input` elements, or nothing if it has no window, no element, or more windows than can be counted.
    pub fn new(input: u32, options: AxisOptions) -> Option<Self> {
        let output = usize::try_from(options.output_size(input)).ok().filter(|&windows| windows > 0 && input > 0)?;
        let [kernel, stride, dilation] =
            [options.kernel, options.stride, options.dilation].map(|size| size.get() as usize);
        let [input, begin, end] = [input, options.begin, options.end].map(|size| size as usize);
        // One tap has no next one to be at a distance from.
        let dilation = if kernel == 1 { 1 } else { dilation };
        let shared = gcd(stride, dilation);
        Some(Self {
            input,
            output,
            kernel,
            stride,
            dilation,
            begin,
            end,
            teeth: stride / shared,
            spacing: dilation / shared,
        })
    }

    /// How many windows there are.
    pub fn output(&self) -> usize {
        self.output
    }

    /// For every output position, the input positions under its window: forward adds these.
    pub(crate) fn taps(&self) -> Combs<'_> {
        Combs::new(self, Self::taps_comb, self.spacing.min(self.output))
    }

    /// For every input position, the output positions whose windows hold it: backward adds these.
    pub(crate) fn windows(&self) -> Combs<'_> {
        Combs::new(self, Self::windows_comb, self.period())
    }

    /// The windows `result`, `result + spacing`, … , whose taps fall on the same positions modulo the dilation.
    fn taps_comb(&self, result: usize) -> Comb {
        let (start, dilation) = (self.start(result), self.dilation as i64);
        let source = start.rem_euclid(dilation) as usize;
        Comb {
            result,
            result_step: self.spacing,
            results: steps(result, self.output, self.spacing),
            source,
            source_step: self.dilation,
            sources: steps(source, self.input, self.dilation),
            start: start.div_euclid(dilation),
            shift: self.teeth,
            terms: self.kernel,
        }
    }

    /// The input positions `result`, `result + period`, … , whose windows are the same ones modulo `spacing`.
    ///
    /// Window o holds input position i by tap t if o·stride + t·dilation = i + begin. So the windows are `spacing` apart,
    /// and the last of them holds it by the first tap that can: the one with t·dilation ≡ i + begin modulo the stride.
    fn windows_comb(&self, result: usize) -> Comb {
        let [teeth, spacing, kernel] = [self.teeth, self.spacing, self.kernel].map(|size| size as u64);
        let (shared, position) = (self.stride as u64 / teeth, result as u64 + self.begin as u64);
        let tap = position / shared % teeth * inverse(spacing % teeth, teeth) % teeth;
        let held = position.is_multiple_of(shared) && tap < kernel;
        let (tap, terms) = if held { (tap, (kernel - tap).div_ceil(teeth)) } else { (0, 0) };
        let last = (position as i64 - (tap * self.dilation as u64) as i64).div_euclid(self.stride as i64);
        let source = last.rem_euclid(spacing as i64) as usize;
        Comb {
            result,
            result_step: self.period(),
            results: steps(result, self.input, self.period()),
            source,
            source_step: self.spacing,
            sources: steps(source, self.output, self.spacing),
            start: last.div_euclid(spacing as i64) - terms as i64 + 1,
            shift: 1,
            terms: terms as usize,
        }
    }

    /// Input positions from one to the next whose windows are the same ones, a `spacing` later; no more than there are.
    fn period(&self) -> usize {
        (self.stride as u64 * self.spacing as u64).min(self.input as u64) as usize
    }

    /// Whether there is one window, and it holds every element.
    pub(crate) fn is_one_window(&self) -> bool {
        self.output == 1
            && self.dilation == 1
            && self.taps_before(self.start(0), self.input as i64) == self.begin as u64 + self.input as u64
    }

    /// How many input positions, from the first on, no window holds but the first `windows`.
    pub(crate) fn complete(&self, windows: usize) -> usize {
        if windows >= self.output { self.input } else { self.start(windows).clamp(0, self.input as i64) as usize }
    }

    /// The first window that holds input position `i` or a later one.
    pub(crate) fn earliest_window(&self, i: usize) -> usize {
        let position = i as u64 + self.begin as u64;
        position.saturating_sub(self.reach()).div_ceil(self.stride as u64).min(self.output as u64) as usize
    }

    /// As many windows as start before a position and hold it or a later one, or more.
    pub(crate) fn most_windows(&self) -> usize {
        (self.reach() / self.stride as u64 + 1).min(self.output as u64) as usize
    }

    /// The taps of window `o` that the divisor counts: those before `input + end` if padding is counted, otherwise those
    /// inside the input. At least 1, so that a window without a single element is 0 / 1.
    pub(crate) fn counted(&self, o: usize, include_pad: bool) -> u64 {
        let start = self.start(o);
        let count = if include_pad {
            self.taps_before(start, self.input as i64 + self.end as i64)
        } else {
            self.taps_before(start, self.input as i64) - self.taps_before(start, 0)
        };
        count.max(1)
    }

    /// The input position of the first tap of window `o`, negative in the padding.
    fn start(&self, o: usize) -> i64 {
        o as i64 * self.stride as i64 - self.begin as i64
    }

    /// How many taps of the window that starts at `start` fall before position `limit`.
    fn taps_before(&self, start: i64, limit: i64) -> u64 {
        let room = (limit - start).max(0) as u64;
        // Only at the edges is there anything to divide, and a division costs more than adding up a short row.
        if room == 0 {
            0
        } else if room > self.reach() {
            self.kernel as u64
        } else {
            room.div_ceil(self.dilation as u64)
        }
    }

    /// Positions from the first tap of a window to its last.
    fn reach(&self) -> u64 {
        self.dilation as u64 * (self.kernel as u64 - 1)
    }
}

/// How many of `first`, `first + step`, … are below `limit`.
fn steps(first: usize, limit: usize, step: usize) -> usize {
    limit.saturating_sub(first).div_ceil(step)
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The number below `modulus` that `a` times it is 1 modulo `modulus`, where the two have no common factor (Euclid).
fn inverse(a: u64, modulus: u64) -> u64 {
    let (mut old, mut new) = ((modulus as i64, 0), (a as i64, 1));
    while new.0 != 0 {
        let quotient = old.0 / new.0;
        (old, new) = (new, (old.0 - quotient * new.0, old.1 - quotient * new.1));
    }
    old.1.rem_euclid(modulus as i64) as u64
}
