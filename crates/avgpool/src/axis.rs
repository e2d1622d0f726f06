//! One axis, height or width: how many windows it has, what each of them covers and counts.
//!
//! All that is known about stride, padding, dilation and ceil mode is here. An axis does not know whether it is the
//! height or the width, nor which element type runs along it.

use core::num::NonZeroU32;
use core::ops::Range;

use crate::row::LONG;

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

/// Indices at even distances: `first`, `first + step`, … , `count` of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Progression {
    /// The first index; 0 when there is none.
    pub(crate) first: usize,
    /// How many there are.
    pub(crate) count: usize,
    /// The distance from one to the next.
    pub(crate) step: usize,
}

/// One axis of a plan, of at least one input element and at least one window.
///
/// Where windows overlap, what they share is found through blocks. A *block* is as much of a window as one stride skips:
/// without dilation `stride` neighbouring positions, so that a window is `whole` blocks and the first `part` taps of the
/// next one. With dilation a block is `teeth` = stride / gcd(stride, dilation) taps, and the next block of the same
/// window is `spacing` = dilation / gcd(stride, dilation) windows further on.
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
    /// Taps in a block.
    pub(crate) teeth: usize,
    /// Windows from a block to the next one of the same window.
    pub(crate) spacing: usize,
    /// Whole blocks in a window.
    pub(crate) whole: usize,
    /// Taps of a window beyond its whole blocks.
    pub(crate) part: usize,
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
        let teeth = stride / shared;
        Some(Self {
            input,
            output,
            kernel,
            stride,
            dilation,
            begin,
            end,
            teeth,
            spacing: dilation / shared,
            whole: kernel / teeth,
            part: kernel % teeth,
        })
    }

    /// How many windows there are.
    pub fn output(&self) -> usize {
        self.output
    }

    /// Whether windows are long enough that what they share is found first.
    pub(crate) fn is_long(&self) -> bool {
        self.whole > LONG
    }

    /// Blocks that a window touches, the last one perhaps in part.
    pub(crate) fn window_blocks(&self) -> usize {
        self.whole + usize::from(self.part > 0)
    }

    /// The input positions under the window at output position `o`: forward reads these.
    pub(crate) fn taps(&self, o: usize) -> Progression {
        let start = self.start(o);
        let skipped = self.taps_before(start, 0);
        let count = self.taps_before(start, self.input as i64) - skipped;
        let first = if count > 0 { start + (skipped * self.dilation as u64) as i64 } else { 0 };
        Progression { first: first as usize, count: count as usize, step: self.dilation }
    }

    /// The output positions whose windows hold input position `i`: backward reads these.
    pub(crate) fn windows(&self, i: usize) -> Progression {
        let [stride, dilation, teeth, step] =
            [self.stride, self.dilation, self.teeth, self.spacing].map(|size| size as u64);
        let position = i as u64 + self.begin as u64;
        let earliest = position.saturating_sub(self.reach()).div_ceil(stride);
        let latest = (position / stride).min(self.output as u64 - 1);
        let none = Progression { first: 0, count: 0, step: self.spacing };
        // Dilated windows hold a position only if a tap falls on it: if o·stride ≡ position modulo dilation, which is
        // o·teeth ≡ position / gcd modulo spacing and has one solution below spacing.
        let first = if dilation == 1 {
            earliest
        } else {
            let gcd = dilation / step;
            if !position.is_multiple_of(gcd) {
                return none;
            }
            let residue = position / gcd % step * inverse(teeth % step, step) % step;
            earliest + (residue + step - earliest % step) % step
        };
        if first > latest {
            return none;
        }
        let count = (latest - first) as usize / self.spacing + 1;
        Progression { first: first as usize, count, step: self.spacing }
    }

    /// The output positions whose windows lie wholly inside the input.
    pub(crate) fn inner(&self) -> Range<usize> {
        let first = self.begin.div_ceil(self.stride).min(self.output);
        let room = (self.input as u64 + self.begin as u64).saturating_sub(self.reach());
        let end = room.div_ceil(self.stride as u64).min(self.output as u64) as usize;
        first..end.max(first)
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
