//! The fast path for 3×3 windows with stride 1 over many channels: windows slide along three rows, in registers.
//!
//! It knows windows that reach over the edges of a plane, and nothing of strides or dilation. It stays because it takes 0.4 to
//! 0.5 of the general path's time (`npm run bench -- --fast-paths`).

#![expect(unsafe_code, reason = "blocks are checked once a row: see blocks.rs")]

use crate::axis::Axis;
use crate::blocks::{Block, add, for_blocks, load, store};
use crate::divisor::divide;
use crate::geometry::Geometry;
use crate::scratch::{cut, total};
use crate::simd::{Element, Lanes, MOST_LANES};

/// What a call needs to know, and how its memory is cut.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// The divisor that all windows have in common, if they have.
    common_divisor: Option<f64>,
    lengths: [usize; 5],
    /// How many elements there are in all.
    pub total: usize,
}

impl Layout {
    /// The layout for a geometry, if this path serves it.
    pub fn new(geometry: &Geometry) -> Option<Self> {
        let slides = |axis: &Axis| (axis.kernel, axis.stride, axis.dilation) == (3, 1, 1) && axis.begin < 3;
        if !geometry.fills_lanes() || !slides(&geometry.rows) || !slides(&geometry.columns) {
            return None;
        }
        let common_divisor = geometry.common_divisor();
        let (width, output_width) = (geometry.input_width() as u64, geometry.output_width() as u64);
        let held = if common_divisor.is_some() { 0 } else { 3 * output_width };
        let lengths = [geometry.rows.output as u64, output_width, width, width.max(output_width), held];
        Some(Self { common_divisor, lengths: lengths.map(|length| length as usize), total: total(&lengths)? })
    }
}

/// Whether this path serves an element type.
pub fn serves<T: Element>() -> bool {
    T::HAS_FAST_PATHS
}

/// `output[oh, ow] = Σ_{i<3, j<3} input[oh − top + i, ow − left + j] / divisor(oh, ow)`
pub fn forward<T: Element>(geometry: &Geometry, layout: &Layout, input: &[T], output: &mut [T], scratch: &mut [T]) {
    let Geometry { rows, columns, divisor, .. } = geometry;
    let (width, output_width) = (geometry.input_width(), geometry.output_width());
    let [row_factors, column_factors, _, zeros, _] = cut(layout.lengths, scratch);
    divisor.row_factors(rows, row_factors);
    divisor.column_factors(columns, column_factors);
    zeros.fill(T::default());
    let (channels, before) = (geometry.channels, columns.begin);
    for (input, output) in geometry.planes(input, output) {
        for ((oh, result), &row_factor) in output.chunks_exact_mut(output_width).enumerate().zip(&*row_factors) {
            let row = |h: usize| &input[h * width..][..width];
            let rows = three(oh, rows.begin, rows.input, row, &zeros[..width]);
            slide(&mut Slide { rows, channels, before, result, row_factor, column_factors });
        }
    }
}

/// `grad_input[ih, iw] = Σ_{i<3, j<3} grad_output[ih + top − i, iw + left − j] / divisor(ih + top − i, iw + left − j)`
///
/// These are the sums of forward. If windows have no divisor in common, rows are divided before they are added, and held for
/// as long as there is a row to add them to.
pub fn backward<T: Element>(
    geometry: &Geometry,
    layout: &Layout,
    grad_output: &[T],
    grad_input: &mut [T],
    scratch: &mut [T],
) {
    let Geometry { rows, columns, divisor, .. } = geometry;
    let (width, output_width) = (geometry.input_width(), geometry.output_width());
    let [row_factors, column_factors, common, zeros, held] = cut(layout.lengths, scratch);
    divisor.row_factors(rows, row_factors);
    divisor.column_factors(columns, column_factors);
    // The sums are divided by the common divisor, or no more.
    common.fill(T::from_f64(layout.common_divisor.unwrap_or(1.0)));
    zeros.fill(T::default());
    let (channels, above, before) = (geometry.channels, 2 - rows.begin, 2 - columns.begin);
    for (grad_output, grad_input) in geometry.planes_back(grad_output, grad_input) {
        let mut divided = 0;
        for (ih, result) in grad_input.chunks_exact_mut(width).enumerate() {
            while !held.is_empty() && divided < (ih + 3).saturating_sub(above).min(rows.output) {
                let quotients = &mut held[divided % 3 * output_width..][..output_width];
                let gradients = &grad_output[divided * output_width..][..output_width];
                divide(quotients, gradients, &row_factors[divided..=divided], column_factors);
                divided += 1;
            }
            let (elements, period) = if held.is_empty() { (grad_output, rows.output) } else { (&*held, 3) };
            let row = |oh: usize| &elements[oh % period * output_width..][..output_width];
            let rows = three(ih, above, rows.output, row, &zeros[..output_width]);
            slide(&mut Slide { rows, channels, before, result, row_factor: T::from_f64(1.0), column_factors: common });
        }
    }
}

/// Rows `position − above ..` of `count`, three of them; where there is none, it is zeros.
fn three<'a, T>(
    position: usize,
    above: usize,
    count: usize,
    row: impl Fn(usize) -> &'a [T],
    zeros: &'a [T],
) -> [&'a [T]; 3] {
    core::array::from_fn(|i| (position + i).checked_sub(above).filter(|&number| number < count).map_or(zeros, &row))
}

/// `result[x, c] = Σ_{i<3, j<3} rows[i][x − before + j, c] / (row_factor · column_factors[x, c])`
struct Slide<'a, T> {
    rows: [&'a [T]; 3],
    channels: usize,
    before: usize,
    result: &'a mut [T],
    row_factor: T,
    /// The same for all channels of a position.
    column_factors: &'a [T],
}

/// Out of line: large functions stay long in the engines' baseline compilers.
#[inline(never)]
fn slide<T: Element>(slide: &mut Slide<T>) {
    let Slide { rows, channels, result, .. } = &*slide;
    let whole = |row: &[T]| row.len().is_multiple_of(*channels);
    let same = rows.iter().all(|row| row.len() == rows[0].len());
    assert!(same && whole(rows[0]) && whole(result), "rows of whole positions");
    assert!(*channels >= MOST_LANES, "as many channels as lanes");
    for_blocks(*channels, slide);
}

impl<T: Element> Block<T> for Slide<'_, T> {
    /// The sums of a column of three, `left`, `middle` and `right`, take turns, so that none has to move: three positions at
    /// a time take 0.95 of the time.
    #[inline(always)]
    fn run<L: Lanes<Element = T>, const N: usize>(&mut self, start: usize) {
        let Self { rows, channels, before, result, row_factor, column_factors } = self;
        let width = rows[0].len();
        let mut next = start.wrapping_sub(*before * *channels);
        let mut column = || {
            let at = next;
            next = next.wrapping_add(*channels);
            if at < width {
                // SAFETY: a position of rows that `slide` has found to be of whole ones and of one length, and blocks lie
                // inside the channels.
                let [upper, middle, lower] = rows.map(|row| unsafe { load::<L, N>(row, at) });
                add(add(upper, middle), lower)
            } else {
                [L::splat(T::default()); N]
            }
        };
        let end = result.len();
        let mut average = |sums: [[L; N]; 3], at: usize| {
            let divisor = L::splat(*row_factor * column_factors[at]);
            let [left, middle, right] = sums;
            let quotients = add(add(left, middle), right).map(|total| total / divisor);
            // SAFETY: a position of the result, which `slide` has found to be of whole ones.
            unsafe { store(quotients, result, at) };
        };
        let (mut left, mut middle) = (column(), column());
        let mut at = start;
        while at < end {
            let right = column();
            average([left, middle, right], at);
            if at + 2 * *channels >= end {
                (left, middle) = (middle, right);
                at += *channels;
                continue;
            }
            left = column();
            average([middle, right, left], at + *channels);
            middle = column();
            average([right, left, middle], at + 2 * *channels);
            at += 3 * *channels;
        }
    }
}
