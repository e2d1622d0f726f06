//! 3×3 windows with stride 2 and a padding of 0 or 1, NCHW: strips of columns, from the first row to the last.
//!
//! This file knows how windows reach over the edges of a plane. The directions are in files of their own. 1.5× to 3.6×
//! faster than `Separable` (`npm run bench -- --algorithms`).

mod backward;
mod forward;

use super::{Algorithm, Needs};
use crate::geometry::{Axis, Geometry};
use crate::rows::scratch::Scratch;
use crate::simd::{Element, Simd};

/// Forward reuses the sum of every second row in two windows, and backward the quotients of every row.
#[derive(Clone, Copy, Debug)]
pub struct Stride2 {
    scratch: Scratch<2>,
}

/// The size of a plane or a band, its padding, and the two factors of each window's divisor: one of its row and one of its column.
struct Plane<'a, T> {
    height: usize,
    width: usize,
    top: usize,
    left: usize,
    row_factors: &'a [T],
    column_factors: &'a [T],
}

/// The rows of windows in a band of crowded rows. Shorter and longer bands are slower.
const BAND: usize = 4;

/// A strip whose windows reach over no edge.
const INNER: u8 = 0;
/// A strip whose windows reach over the left edge.
const LEFT: u8 = 1;
/// A strip whose windows reach over the right edge.
const RIGHT: u8 = 2;

impl<T: Element> Algorithm<T> for Stride2 {
    fn new(geometry: &Geometry, needs: &mut Needs) -> Option<Self> {
        let algorithm = Self::with(geometry, T::Vector::LANES, geometry.most_scratch::<T>())?;
        needs.scratch_len = algorithm.scratch.len();
        Some(algorithm)
    }

    /// `output[oh, ow] = Σ_{i<3, j<3} input[2·oh − top + i, 2·ow − left + j] / divisor(oh, ow)`
    fn forward(&self, geometry: &Geometry, input: &[T], output: &mut [T], scratch: &mut [T]) {
        forward::average_planes(&self.plane(geometry, scratch), input, output);
    }

    /// `grad_input[ih, iw] = Σ grad_output[oh, ow] / divisor(oh, ow)` over the windows that hold ih and iw.
    fn backward(&self, geometry: &Geometry, grad_output: &[T], grad_input: &mut [T], scratch: &mut [T]) {
        backward::spread_planes(&self.plane(geometry, scratch), grad_output, grad_input);
    }
}

impl Stride2 {
    /// For vectors of `lanes` lanes and this much scratch memory. All element types share this code.
    #[inline(never)]
    fn with(geometry: &Geometry, lanes: usize, most_scratch: usize) -> Option<Self> {
        let Geometry { rows, columns, .. } = geometry;
        // At most the last tap of the last window lies beyond the input.
        let halves = |axis: &Axis| {
            (axis.kernel, axis.stride, axis.dilation) == (3, 2, 1)
                && axis.pad_begin <= 1
                && axis.output * 2 <= axis.input + axis.pad_begin
        };
        let wide = columns.input >= 2 * lanes && columns.output >= lanes;
        if !(geometry.channels == 1 && halves(rows) && halves(columns) && wide) {
            return None;
        }
        let lengths = [rows.output as u64, columns.output as u64];
        Some(Self { scratch: Scratch::new(lengths, most_scratch)? })
    }

    fn plane<'a, T: Element>(&self, geometry: &Geometry, scratch: &'a mut [T]) -> Plane<'a, T> {
        let Geometry { rows, columns, .. } = geometry;
        let [row_factors, column_factors] = self.scratch.split(scratch);
        let row_factors = &mut row_factors[..rows.output];
        geometry.row_factors(row_factors);
        geometry.column_factors(0, column_factors);
        Plane {
            height: rows.input,
            width: columns.input,
            top: rows.pad_begin,
            left: columns.pad_begin,
            row_factors,
            column_factors,
        }
    }
}

impl<T: Element> Plane<'_, T> {
    /// The rows of windows that strips cross before the next band.
    ///
    /// Rows a multiple of 1 KiB apart compete for a few sets of the L1 cache. Other planes are one band.
    fn band(&self) -> usize {
        if self.width.is_multiple_of(1024 / size_of::<T>()) { BAND } else { self.row_factors.len() }
    }

    /// The numbers of elements and of windows of a plane.
    ///
    /// # Panics
    ///
    /// If rows are too short for strips, or if more than the last tap of the last window lies beyond the input.
    fn lens(&self) -> [usize; 2] {
        let Self { height, width, top, left, row_factors, column_factors } = self;
        let (rows, columns) = (row_factors.len(), column_factors.len());
        let is_halved = |input, padding, windows| (0..=2).contains(&(input + padding - 2 * windows));
        assert!(is_halved(*height, *top, rows) && is_halved(*width, *left, columns), "windows from end to end");
        assert!(*top <= 2 && *left <= 1, "no window before the plane");
        assert!(*width >= 2 * T::Vector::LANES && columns >= T::Vector::LANES, "rows of at least two vectors");
        [height.checked_mul(*width), rows.checked_mul(columns)].map(|len| len.expect("a plane in memory"))
    }
}
