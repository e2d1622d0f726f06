//! The geometry of a pooling: two axes, their phases, the channels and a divisor.
//!
//! It knows sizes and positions, not elements or algorithms.

use core::num::NonZeroU32;
use core::ops::Range;

mod axis;
mod divisor;
mod phases;

pub use axis::{Axis, AxisOptions};
pub use divisor::Divisor;
use phases::Phases;

use crate::simd::{Element, MAX_LANES};

/// How planes of one size are pooled.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    /// The height. For planes of one column, which are seen as one row, the width.
    pub(crate) rows: Axis,
    /// The width. For planes of one column, the height.
    pub(crate) columns: Axis,
    /// The phases of the height.
    pub(crate) row_phases: Phases,
    /// The phases of the width.
    pub(crate) column_phases: Phases,
    /// Elements at each position of a plane: 1 in NCHW, where a channel is a plane of its own, and all channels in NHWC.
    pub(crate) channels: usize,
    /// The divisors of the windows.
    pub(crate) divisor: Divisor,
    /// The divisor of all windows, if [`Divisor::common`] finds one.
    pub(crate) common_divisor: Option<f64>,
}

impl Geometry {
    /// The geometry of planes with these axes and this number of channels at each position, which is 1 in NCHW.
    ///
    /// `None` if a plane has more elements than a `usize` can count.
    pub fn new(rows: Axis, columns: Axis, channels: NonZeroU32, divisor: Divisor) -> Option<Self> {
        let channels = channels.get() as usize;
        // A column lies in memory as a row does, and rows have faster algorithms.
        let is_column = channels == 1 && columns.input == 1 && columns.output == 1;
        let (rows, columns) = if is_column { (columns, rows) } else { (rows, columns) };
        let countable = |rows: usize, columns: usize| rows.checked_mul(columns)?.checked_mul(channels);
        countable(rows.input, columns.input)?;
        countable(rows.output, columns.output)?;
        let (row_phases, column_phases) = (Phases::new(rows), Phases::new(columns));
        let common_divisor = divisor.common(&rows, &columns);
        Some(Self { rows, columns, row_phases, column_phases, channels, divisor, common_divisor })
    }

    /// The geometry whose forward is the backward of this one. `None` unless strides are 1, windows share a divisor and padding
    /// is shorter than a window.
    #[inline(never)]
    pub(crate) fn adjoint(&self) -> Option<Self> {
        let (rows, columns) = (self.rows.adjoint()?, self.columns.adjoint()?);
        let channels = NonZeroU32::new(self.channels as u32)?;
        Self::new(rows, columns, channels, Divisor::Fixed(self.common_divisor?))
    }

    /// Whether the channels of a position fill a vector of any element type.
    pub(crate) fn fills_lanes(&self) -> bool {
        self.channels >= MAX_LANES
    }

    /// The elements of an input plane.
    pub(crate) fn input_len(&self) -> usize {
        self.rows.input * self.input_width()
    }

    /// The elements of an output plane.
    pub(crate) fn output_len(&self) -> usize {
        self.rows.output * self.output_width()
    }

    /// The elements of a row of the input.
    pub(crate) fn input_width(&self) -> usize {
        self.columns.input * self.channels
    }

    /// The elements of a row of the output.
    pub(crate) fn output_width(&self) -> usize {
        self.columns.output * self.channels
    }

    /// Writes the row factors of the divisors of the first rows, which are numbered through all planes.
    pub(crate) fn row_factors<T: Element>(&self, factors: &mut [T]) {
        self.divisor.row_factors(&self.rows, factors);
    }

    /// Writes the column factors of the divisors, of the elements of a row from number `start` on.
    pub(crate) fn column_factors<T: Element>(&self, start: usize, factors: &mut [T]) {
        self.divisor.column_factors(&self.columns, self.channels, start, factors);
    }

    /// The most elements of scratch memory that a plan may take: those of the larger plane, and 256 KiB.
    pub fn most_scratch<T>(&self) -> usize {
        self.input_len().max(self.output_len()).saturating_add((256 << 10) / size_of::<T>())
    }

    /// Forward: every plane of the input with its plane of the output.
    pub(crate) fn planes<'a, T>(
        &self,
        input: &'a [T],
        output: &'a mut [T],
    ) -> impl Iterator<Item = (&'a [T], &'a mut [T])> {
        input.chunks_exact(self.input_len()).zip(output.chunks_exact_mut(self.output_len()))
    }

    /// Backward: every plane of the output's gradient with its plane of the input's gradient.
    pub(crate) fn planes_back<'a, T>(
        &self,
        grad_output: &'a [T],
        grad_input: &'a mut [T],
    ) -> impl Iterator<Item = (&'a [T], &'a mut [T])> {
        grad_output.chunks_exact(self.output_len()).zip(grad_input.chunks_exact_mut(self.input_len()))
    }

    /// The number of planes in this many elements to read and to write. `None` unless both hold the same number of whole planes.
    pub fn planes_in(&self, direction: Direction, [from_len, to_len]: [usize; 2]) -> Option<usize> {
        let [from_plane, to_plane] = direction.order(self.input_len(), self.output_len());
        let planes = from_len / from_plane;
        let fits = planes.checked_mul(from_plane) == Some(from_len) && planes.checked_mul(to_plane) == Some(to_len);
        fits.then_some(planes)
    }

    /// Part `part` of `parts` of a call for `planes` planes: a range of the rows of its results, which are numbered through all
    /// planes. The parts have about the same size. Some can be empty.
    #[inline(never)]
    pub fn part(&self, bands: Bands, direction: Direction, planes: usize, [part, parts]: [usize; 2]) -> Range<usize> {
        let [_, height] = direction.order(self.rows.input, self.rows.output);
        let Bands { planes: together, windows, inputs } = bands;
        let rows = planes * height;
        if parts == 1 {
            return 0..rows;
        }
        let start = |part: usize| {
            let row = rows / parts * part + part.min(rows % parts);
            let (plane, row) = (row / height, row % height);
            if plane == planes {
                return rows;
            }
            if together > 1 {
                // The last part takes what is left.
                let last = (planes / together).saturating_sub(1);
                return (plane / together).min(last) * together * height;
            }
            // A last chunk that is too short belongs to the one before.
            let whole = |row: usize, height: usize, step: usize| {
                let start = row - row % step;
                if start > 0 && height - start < step.div_ceil(2) { start - step } else { start }
            };
            let windows = |window| whole(window, self.rows.output, windows);
            let row = if direction == Direction::Forward {
                // A band has at least one window that starts before the end of the input.
                windows(row.min(self.rows.last_window(self.rows.input - 1)))
            } else if inputs > 0 {
                whole(row, height, inputs)
            } else {
                self.rows.complete(windows(self.rows.last_window(row)))
            };
            plane * height + row
        };
        start(part)..start(part + 1)
    }

    /// The first piece of a part: as many whole planes as it has there, or else a band of one. `rows` becomes the rest of the part.
    #[inline(never)]
    pub fn next_piece(&self, direction: Direction, rows: &mut Range<usize>) -> Piece {
        let [from_height, height] = direction.order(self.rows.input, self.rows.output);
        let [from_width, width] = direction.order(self.input_width(), self.output_width());
        let (plane, first, planes) = (rows.start / height, rows.start % height, rows.len() / height);
        let (mut from, mut count, mut geometry) = (0..planes * from_height, planes * height, None);
        if first > 0 || planes == 0 {
            let band = first..height.min(first + rows.len());
            count = band.len();
            from =
                if direction == Direction::Forward { self.rows.inputs_of(&band) } else { self.rows.windows_of(&band) };
            let geometry = geometry.insert(*self);
            let [inputs, windows] = direction.order(&from, &band);
            geometry.rows.restrict(inputs, windows);
            geometry.row_phases.restrict(geometry.rows);
        }
        let before = plane * from_height;
        let to = rows.start * width..(rows.start + count) * width;
        rows.start += count;
        Piece { band: geometry, from: (before + from.start) * from_width..(before + from.end) * from_width, to }
    }
}

/// A direction of a pooling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the input to the output.
    Forward,
    /// From the gradient of the output to the gradient of the input.
    Backward,
}

impl Direction {
    /// What a call reads and what it writes, of something that the input and the output have.
    fn order<T>(self, of_input: T, of_output: T) -> [T; 2] {
        match self {
            Self::Forward => [of_input, of_output],
            Self::Backward => [of_output, of_input],
        }
    }
}

/// Where a call can be split into parts whose bits are those of the whole call.
#[derive(Clone, Copy, Debug)]
pub struct Bands {
    /// The planes that stay together. With more than one, no plane is split.
    pub planes: usize,
    /// A band starts with a multiple of this many windows. Backward, its first row is the first one of such a window.
    pub windows: usize,
    /// Backward, a band starts with a multiple of this many rows instead, unless it is 0.
    pub inputs: usize,
}

impl Bands {
    /// Each window can start a band.
    pub(crate) const OF_WINDOWS: Self = Self { planes: 1, windows: 1, inputs: 0 };
    /// Backward, each row can start a band.
    pub(crate) const OF_ROWS: Self = Self { inputs: 1, ..Self::OF_WINDOWS };
    /// No plane is split.
    pub(crate) const NONE: Self = Self { windows: usize::MAX, ..Self::OF_WINDOWS };
}

/// A piece of a part, which one call of an algorithm computes.
pub struct Piece {
    /// The elements that the call reads.
    pub from: Range<usize>,
    /// The elements that it writes.
    pub to: Range<usize>,
    /// The geometry of a band. `None` for whole planes.
    pub band: Option<Geometry>,
}
