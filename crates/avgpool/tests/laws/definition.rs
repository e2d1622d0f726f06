//! The definition of pooling: a loop nest over taps in f64. It shares no code with the kernels, not even for sizes and
//! divisors.

use std::num::NonZeroU32;
use std::ops::Range;

use avgpool::{Axis, AxisOptions, Divisor};

/// One axis of a geometry: the elements of the input, and the options.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    pub input: u32,
    pub options: AxisOptions,
    /// The output size of an adaptive pooling, which has no options.
    pub adaptive: Option<NonZeroU32>,
}

impl Side {
    pub fn kernel(&self) -> i64 {
        if self.adaptive.is_some() {
            return (0..self.output()).map(|o| self.adaptive_window(o).count() as i64).max().unwrap_or(0);
        }
        i64::from(self.options.kernel.get())
    }

    /// The output size by the formula, in floating point.
    pub fn output(&self) -> i64 {
        if let Some(size) = self.adaptive {
            return size.get().into();
        }
        let AxisOptions { stride, dilation, pad_begin, pad_end, ceil_mode, .. } = self.options;
        let effective = f64::from(dilation.get()) * (self.kernel() - 1) as f64 + 1.0;
        let padded = f64::from(self.input) + f64::from(pad_begin) + f64::from(pad_end);
        let steps = (padded - effective) / f64::from(stride.get());
        let windows = 1.0 + if ceil_mode { steps.ceil() } else { steps.floor() };
        let starts_beyond = (windows - 1.0) * f64::from(stride.get()) >= f64::from(self.input) + f64::from(pad_begin);
        if ceil_mode && starts_beyond { windows as i64 - 1 } else { windows as i64 }
    }

    /// The windows of the axis.
    fn windows(&self) -> Vec<Window> {
        (0..self.output()).map(|o| self.window(o)).collect()
    }

    /// The positions of window `o` of an adaptive pooling.
    fn adaptive_window(&self, o: i64) -> Range<usize> {
        // A quotient of such small numbers is whole, or far from a whole number.
        let edge = |o: i64| (o * i64::from(self.input)) as f64 / self.output() as f64;
        edge(o).floor() as usize..edge(o + 1).ceil() as usize
    }

    fn window(&self, o: i64) -> Window {
        if self.adaptive.is_some() {
            let inside: Vec<usize> = self.adaptive_window(o).collect();
            return Window { before_padded_end: inside.len(), inside };
        }
        let AxisOptions { stride, dilation, pad_begin, pad_end, .. } = self.options;
        let (input, padded_end) = (i64::from(self.input), i64::from(self.input) + i64::from(pad_end));
        let mut window = Window { inside: Vec::new(), before_padded_end: 0 };
        for tap in 0..self.kernel() {
            let position = o * i64::from(stride.get()) + tap * i64::from(dilation.get()) - i64::from(pad_begin);
            if (0..input).contains(&position) {
                window.inside.push(position as usize);
            }
            window.before_padded_end += usize::from(position < padded_end);
        }
        window
    }
}

/// A window of one axis.
struct Window {
    /// The positions of its taps inside the input.
    inside: Vec<usize>,
    /// The number of its taps before the padded end.
    before_padded_end: usize,
}

/// A case of a law. Its `Debug` output reproduces it.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    pub height: Side,
    pub width: Side,
    pub channels: u32,
    pub divisor: Divisor,
    pub planes: usize,
}

/// The outputs of the definition.
pub struct Averages {
    /// Σ input / divisor. 0 for a window without an element.
    pub exact: Vec<f64>,
    /// Σ |input| / |divisor|. Rounding errors are measured against it.
    pub magnitude: Vec<f64>,
}

impl Geometry {
    pub fn input_len(&self) -> usize {
        self.planes * (self.height.input * self.width.input * self.channels) as usize
    }

    pub fn output_len(&self) -> usize {
        self.planes * (self.height.output() * self.width.output()) as usize * self.channels as usize
    }

    /// The geometry as the kernels know it.
    pub fn of_kernels(&self) -> avgpool::Geometry {
        let [rows, columns] = [self.height, self.width].map(|side| match side.adaptive {
            Some(output) => Axis::adaptive(NonZeroU32::new(side.input).expect("an input"), output),
            None => Axis::new(side.input, side.options).expect("an axis"),
        });
        let channels = NonZeroU32::new(self.channels).expect("a channel");
        avgpool::Geometry::new(rows, columns, channels, self.divisor).expect("a geometry")
    }

    /// Every position of a plane of `len` elements, each in another channel than the one before.
    pub fn every_position(&self, len: usize) -> impl Iterator<Item = usize> + use<> {
        let channels = self.channels as usize;
        (0..len / channels).map(move |position| position * channels + position % channels)
    }

    /// kH + kW, the factor of the accuracy bound, which holds as long as nothing underflows.
    pub fn terms(&self) -> f64 {
        (self.height.kernel() + self.width.kernel()) as f64
    }

    /// Averages in f64.
    pub fn definition(&self, input: &[f64]) -> Averages {
        let mut averages = Averages { exact: Vec::new(), magnitude: Vec::new() };
        self.for_each_window(input.len(), |taps| {
            let (mut sum, mut magnitude) = (0.0, 0.0);
            // Unlike a loop, this takes no longer than two nested loops.
            taps.iter().for_each(|tap| {
                sum += input[tap];
                magnitude += input[tap].abs();
            });
            averages.exact.push(if taps.are_none() { 0.0 } else { sum / taps.divisor });
            averages.magnitude.push(if taps.are_none() { 0.0 } else { magnitude / taps.divisor.abs() });
        });
        averages
    }

    /// Averages in whole numbers: floor(sum / divisor + 1/2), from 0 to 255.
    pub fn definition_of_bytes(&self, input: &[u8]) -> Vec<u8> {
        let mut averages = Vec::new();
        self.for_each_window(input.len(), |taps| {
            if taps.are_none() {
                return averages.push(0);
            }
            let sum: u64 = taps.iter().map(|tap| u64::from(input[tap])).sum();
            // The divisor is this number of parts, and has few bits.
            let parts = (taps.divisor * 1024.0) as i128;
            assert!(parts as f64 == taps.divisor * 1024.0, "{}", taps.divisor);
            let average = ((2 * 1024 * i128::from(sum) + parts) * parts.signum()).div_euclid(2 * parts.abs());
            averages.push(average.clamp(0, 255) as u8);
        });
        averages
    }

    /// Visits the taps of every window, in the order of the output, for an input of `len` elements.
    fn for_each_window(&self, len: usize, mut visit: impl FnMut(&Taps)) {
        let channels = self.channels as usize;
        let row_len = self.width.input as usize * channels;
        let (rows, columns) = (self.height.windows(), self.width.windows());
        for plane in (0..len).step_by(self.height.input as usize * row_len) {
            for row in &rows {
                for column in &columns {
                    let divisor = match self.divisor {
                        Divisor::IncludePad => (row.before_padded_end * column.before_padded_end) as f64,
                        Divisor::ExcludePad => (row.inside.len() * column.inside.len()) as f64,
                        Divisor::Fixed(value) => value,
                    };
                    for first in plane..plane + channels {
                        visit(&Taps { rows: &row.inside, columns: &column.inside, first, row_len, channels, divisor });
                    }
                }
            }
        }
    }
}

/// The taps of a window inside the input, as indices of a tensor.
struct Taps<'a> {
    rows: &'a [usize],
    columns: &'a [usize],
    /// The first element of the plane and the channel.
    first: usize,
    row_len: usize,
    channels: usize,
    divisor: f64,
}

impl Taps<'_> {
    fn are_none(&self) -> bool {
        self.rows.is_empty() || self.columns.is_empty()
    }

    fn iter(&self) -> impl Iterator<Item = usize> {
        let row = |h| self.first + h * self.row_len;
        self.rows.iter().flat_map(move |h| self.columns.iter().map(move |w| row(h) + w * self.channels))
    }
}
