//! One axis: its output size, its windows and their counts.
//!
//! It knows stride, padding, dilation, ceil mode and adaptive sizes. It knows neither which axis it is, height or width, nor the
//! element type. Functions with many callers are out of line, which keeps the module small.

use core::num::NonZeroU32;
use core::ops::Range;

use crate::rows::progression::uneven_terms;

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
    pub pad_begin: u32,
    /// Zeros after the input.
    pub pad_end: u32,
    /// Whether the last window may hang over the padded edge.
    pub ceil_mode: bool,
}

impl AxisOptions {
    /// The number of windows on an axis of `input` elements, 0 if none fits.
    ///
    /// `floor((input + pad_begin + pad_end − effective) / stride) + 1`, where the effective kernel size is
    /// `dilation · (kernel − 1) + 1`. With `ceil_mode` it is the ceiling instead, less one if the last window would start at or
    /// beyond `input + pad_begin`. As in `PyTorch`, `ceil_mode` allows one window longer than the padded input if it hangs
    /// over by less than a stride.
    pub fn output_size(&self, input: u32) -> u64 {
        let [kernel, stride, dilation] = [self.kernel, self.stride, self.dilation].map(|size| u64::from(size.get()));
        let [pad_begin, pad_end, input] = [self.pad_begin, self.pad_end, input].map(u64::from);
        let effective = dilation * (kernel - 1) + 1;
        let padded = input + pad_begin + pad_end;
        if !self.ceil_mode {
            return if effective <= padded { (padded - effective) / stride + 1 } else { 0 };
        }
        let windows = if effective <= padded {
            (padded - effective).div_ceil(stride) + 1
        } else {
            u64::from(effective - padded < stride)
        };
        let starts_beyond = windows > 0 && (windows - 1) * stride >= input + pad_begin;
        windows - u64::from(starts_beyond)
    }
}

/// An axis with at least one input element and at least one window.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// Elements of the input.
    pub(crate) input: usize,
    /// Windows, and so elements of the output.
    pub(crate) output: usize,
    /// Taps in a window, or in the longest if they differ.
    pub(crate) kernel: usize,
    /// Positions from one window to the next, or to the one `per_stride` later.
    pub(crate) stride: usize,
    /// 1, except where the output size of an adaptive pooling does not divide its input size: 7 inputs have 3 outputs by 3
    /// windows for each stride of 7. Padding is then 0, and dilation 1. No fast path takes such an axis for one of its own: the
    /// kernel is at most 1 for a stride of 1, and 2 for a stride of 2.
    pub(crate) per_stride: usize,
    /// Positions from one tap to the next. A kernel of one tap has a dilation of 1.
    pub(crate) dilation: usize,
    /// Zeros before the input.
    pub(crate) pad_begin: usize,
    /// Zeros after the input.
    pub(crate) pad_end: usize,
    /// Elements before the input and after it, if the axis is a band of a longer one. Only divisors count them.
    pub(crate) beyond: [usize; 2],
    /// Windows before those of the band. Only uneven windows depend on it.
    pub(crate) windows_before: usize,
}

impl Axis {
    /// The axis of `input` elements. `None` if it has no element, no window, or more windows than a `usize` can count.
    pub fn new(input: u32, options: AxisOptions) -> Option<Self> {
        let output = usize::try_from(options.output_size(input)).ok().filter(|&windows| windows > 0 && input > 0)?;
        let [kernel, stride, dilation] =
            [options.kernel, options.stride, options.dilation].map(|size| size.get() as usize);
        let [input, pad_begin, pad_end] = [input, options.pad_begin, options.pad_end].map(|size| size as usize);
        let dilation = if kernel == 1 { 1 } else { dilation };
        Some(Self { input, output, kernel, stride, dilation, pad_begin, pad_end, ..ONE })
    }

    /// The axis of an adaptive pooling: window o has the positions from `floor(o · input / output)` up to
    /// `ceil((o + 1) · input / output)`. Each counts in the divisor.
    #[inline(never)]
    pub fn adaptive(input: NonZeroU32, output: NonZeroU32) -> Self {
        let [input, output] = [input, output].map(|size| size.get() as usize);
        let shared = gcd(input, output);
        Self { input, output, ..ONE }.with_steps(input / shared, output / shared)
    }

    /// The axis with `per_stride` adaptive windows for each `stride`.
    #[inline(never)]
    fn with_steps(self, stride: usize, per_stride: usize) -> Self {
        let kernel = if per_stride == 1 { stride } else { (stride - 1).div_ceil(per_stride) + 1 };
        Self { kernel, stride, per_stride, ..self }
    }

    /// The number of windows.
    pub fn output(&self) -> usize {
        self.output
    }

    /// Whether neighbouring windows are a stride apart.
    pub(crate) fn is_regular(&self) -> bool {
        self.per_stride == 1
    }

    /// The axis of the adaptive pooling whose windows hold the windows of an input position of this one.
    #[inline(never)]
    pub(crate) fn swapped(&self) -> Self {
        let (input, output, before) = (self.output, self.input, self.beyond[0]);
        let swapped = Self { input, output, beyond: [self.windows_before, 0], windows_before: before, ..*self };
        swapped.with_steps(self.per_stride, self.stride)
    }

    /// The input that these windows hold, and at least one element. They must not all start after the input.
    pub(crate) fn inputs_of(&self, windows: &Range<usize>) -> Range<usize> {
        let last = windows.end - 1;
        let first = self.start(windows.start).max(0);
        let end = self.start(last) + (self.dilation * (self.taps(last) - 1) + 1) as i64;
        first as usize..end.clamp(first + 1, self.input as i64) as usize
    }

    /// The windows that hold these elements, and at least one that starts before them.
    pub(crate) fn windows_of(&self, inputs: &Range<usize>) -> Range<usize> {
        let first = self.earliest_window(inputs.start).min(self.last_window(inputs.start));
        first..self.last_window(inputs.end - 1) + 1
    }

    /// Makes a band of the axis: these elements and these windows alone.
    pub(crate) fn restrict(&mut self, inputs: &Range<usize>, windows: &Range<usize>) {
        self.pad_begin = (inputs.start as i64 - self.start(windows.start)) as usize;
        self.beyond = [self.beyond[0] + inputs.start, self.beyond[1] + self.input - inputs.end];
        self.windows_before += windows.start;
        (self.input, self.output) = (inputs.len(), windows.len());
    }

    /// The last window that starts at or before input position `i`.
    #[inline(never)]
    pub(crate) fn last_window(&self, i: usize) -> usize {
        if !self.is_regular() {
            let swapped = self.swapped();
            return swapped.start(i) as usize + swapped.taps(i) - 1;
        }
        ((i as u64 + self.pad_begin as u64) / self.stride as u64).min(self.output as u64 - 1) as usize
    }

    /// The axis whose windows hold the windows of an input position. `None` unless the stride is 1 and padding is shorter than
    /// a window.
    pub(crate) fn adjoint(&self) -> Option<Self> {
        let pad_begin = usize::try_from(self.last_tap().checked_sub(self.pad_begin as u64)?).ok()?;
        (self.is_regular() && self.stride == 1).then_some(Self {
            input: self.output,
            output: self.input,
            pad_begin,
            ..*self
        })
    }

    /// Whether there is one window, and it holds every element.
    pub(crate) fn is_one_window(&self) -> bool {
        self.output == 1
            && self.dilation == 1
            && self.taps_before(self.start(0), self.input as i64) == self.pad_begin as u64 + self.input as u64
    }

    /// The number of input positions before the start of window `windows`. No later window holds them.
    pub(crate) fn complete(&self, windows: usize) -> usize {
        if windows >= self.output { self.input } else { self.start(windows).clamp(0, self.input as i64) as usize }
    }

    /// The first window whose last tap is at input position `i` or later.
    #[inline(never)]
    pub(crate) fn earliest_window(&self, i: usize) -> usize {
        if !self.is_regular() {
            return self.swapped().start(i) as usize;
        }
        let position = i as u64 + self.pad_begin as u64;
        position.saturating_sub(self.last_tap()).div_ceil(self.stride as u64).min(self.output as u64) as usize
    }

    /// An upper bound on the number of windows that start before a position and end at it or later.
    #[inline(never)]
    pub(crate) fn most_windows(&self) -> usize {
        if !self.is_regular() {
            return self.swapped().kernel;
        }
        (self.last_tap() / self.stride as u64 + 1).min(self.output as u64) as usize
    }

    /// The taps of window `o` that the divisor counts: those before `input + pad_end` if padding counts, otherwise those
    /// inside the input. At least 1, so that a window without an element gives 0 / 1.
    #[inline(never)]
    pub(crate) fn counted(&self, o: usize, include_pad: bool) -> u64 {
        if !self.is_regular() {
            return self.taps(o) as u64;
        }
        let (start, [before, after]) = (self.start(o), self.beyond.map(|elements| elements as i64));
        let end = self.input as i64 + after;
        let (first, end) = if include_pad { (start, end + self.pad_end as i64) } else { (-before, end) };
        let count = self.taps_before(start, end) - self.taps_before(start, first);
        count.max(1)
    }

    /// The taps of window `o` inside the input: the position of the first one, 0 if there is none, and their number.
    #[inline(never)]
    pub(crate) fn inside(&self, o: usize) -> (usize, usize) {
        let start = self.start(o);
        let before = self.taps_before(start, 0);
        let first = start + (before * self.dilation as u64) as i64;
        let count =
            if self.is_regular() { self.taps_before(start, self.input as i64) - before } else { self.taps(o) as u64 };
        if count == 0 { (0, 0) } else { (first as usize, count as usize) }
    }

    /// Whether this is one window, or the divisor counts every tap of each of these windows. Then they have the same count.
    pub(crate) fn counts_are_equal(&self, windows: &Range<usize>, include_pad: bool) -> bool {
        // If any window reaches over an edge, the first or the last one does.
        let all_taps = |o| self.counted(o, include_pad) == self.kernel as u64;
        windows.len() == 1 || (self.is_regular() && all_taps(windows.start) && all_taps(windows.end - 1))
    }

    /// The input position of the first tap of window `o`, negative in the padding.
    #[inline(never)]
    pub(crate) fn start(&self, o: usize) -> i64 {
        if self.is_regular() {
            o as i64 * self.stride as i64 - self.pad_begin as i64
        } else {
            self.uneven(o).start as i64 - self.beyond[0] as i64
        }
    }

    /// The number of taps of window `o`, inside the input or not.
    #[inline(never)]
    pub(crate) fn taps(&self, o: usize) -> usize {
        if self.is_regular() { self.kernel } else { self.uneven(o).len() }
    }

    fn uneven(&self, o: usize) -> Range<usize> {
        uneven_terms(self.windows_before + o, self.stride, self.per_stride)
    }

    /// The number of taps before position `limit` in a window that starts at `start`.
    fn taps_before(&self, start: i64, limit: i64) -> u64 {
        let distance = (limit - start).max(0) as u64;
        // Only windows at the edges divide: a division costs more than adding a short row.
        if distance == 0 {
            0
        } else if distance > self.last_tap() {
            self.kernel as u64
        } else {
            distance.div_ceil(self.dilation as u64)
        }
    }

    /// The distance from the first tap of a window to its last.
    pub(crate) fn last_tap(&self) -> u64 {
        self.dilation as u64 * (self.kernel as u64 - 1)
    }
}

/// The axis of one element and one window.
const ONE: Axis = Axis {
    input: 1,
    output: 1,
    kernel: 1,
    stride: 1,
    per_stride: 1,
    dilation: 1,
    pad_begin: 0,
    pad_end: 0,
    beyond: [0; 2],
    windows_before: 0,
};

/// The greatest common divisor.
pub(super) fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
