//! 3×3 windows with stride 1, NHWC: windows slide along three rows, in registers.
//!
//! It knows how windows reach over the edges of a plane, and nothing of strides or dilation. 1.4× to 1.9× faster than
//! `Separable` (`npm run bench -- --algorithms`).

#![expect(unsafe_code, reason = "blocks are checked once a row: see rows/blocks.rs")]

use super::{Algorithm, Needs};
use crate::geometry::{Axis, Geometry};
use crate::rows::blocks::{Block, for_vectors, load, store};
use crate::rows::divide::divide;
use crate::rows::rolling::{Line, roll};
use crate::rows::scratch::Scratch;
use crate::simd::{Element, Simd};

/// Reuses the sum of each column of three in three windows.
#[derive(Clone, Copy, Debug)]
pub struct Stride1Channels {
    scratch: Scratch<5>,
}

impl<T: Element> Algorithm<T> for Stride1Channels {
    fn new(geometry: &Geometry, needs: &mut Needs) -> Option<Self> {
        let slides = |axis: &Axis| (axis.kernel, axis.stride, axis.dilation) == (3, 1, 1) && axis.pad_begin < 3;
        if !geometry.fills_lanes() || !slides(&geometry.rows) || !slides(&geometry.columns) {
            return None;
        }
        let (width, output_width) = (geometry.input_width() as u64, geometry.output_width() as u64);
        let held = if geometry.common_divisor.is_some() { 0 } else { 3 * output_width };
        let lengths = [geometry.rows.output as u64, output_width, width, width.max(output_width), held];
        let scratch = Scratch::new(lengths, geometry.most_scratch::<T>())?;
        needs.scratch_len = scratch.len();
        Some(Self { scratch })
    }

    /// `output[oh, ow, c] = Σ_{i<3, j<3} input[oh − top + i, ow − left + j, c] / divisor(oh, ow)`
    fn forward(&self, geometry: &Geometry, input: &[T], output: &mut [T], scratch: &mut [T]) {
        let Geometry { rows, columns, channels, .. } = *geometry;
        let (width, output_width) = (geometry.input_width(), geometry.output_width());
        let [row_factors, column_factors, _, zeros, _] = self.scratch.split(scratch);
        geometry.row_factors(row_factors);
        geometry.column_factors(0, column_factors);
        zeros.fill(T::default());
        let left = columns.pad_begin;
        for (input, output) in geometry.planes(input, output) {
            for ((oh, result), &row_factor) in output.chunks_exact_mut(output_width).enumerate().zip(&*row_factors) {
                let row = |ih: usize| &input[ih * width..][..width];
                let rows = three_rows(oh, rows.pad_begin, rows.input, row, &zeros[..width]);
                slide(&mut Slide { rows, channels, left, result, row_factor, column_factors });
            }
        }
    }

    /// `grad_input[ih, iw, c] = Σ_{i<3, j<3} grad_output[ih + top − i, iw + left − j, c] / divisor(ih + top − i, iw + left − j)`
    ///
    /// These are the sums of forward. Without a common divisor, rows of gradients are divided before they are added. Three
    /// divided rows are stored at a time.
    fn backward(&self, geometry: &Geometry, grad_output: &[T], grad_input: &mut [T], scratch: &mut [T]) {
        let Geometry { rows, columns, channels, .. } = *geometry;
        let (width, output_width) = (geometry.input_width(), geometry.output_width());
        let [row_factors, column_factors, common, zeros, held] = self.scratch.split(scratch);
        geometry.row_factors(row_factors);
        geometry.column_factors(0, column_factors);
        common.fill(T::from_f64(geometry.common_divisor.unwrap_or(1.0)));
        zeros.fill(T::default());
        let (top, left) = (2 - rows.pad_begin, 2 - columns.pad_begin);
        for (grad_output, grad_input) in geometry.planes_back(grad_output, grad_input) {
            let mut divided = 0;
            for (ih, result) in grad_input.chunks_exact_mut(width).enumerate() {
                while !held.is_empty() && divided < (ih + 3).saturating_sub(top).min(rows.output) {
                    let quotients = &mut held[divided % 3 * output_width..][..output_width];
                    let gradients = &grad_output[divided * output_width..][..output_width];
                    divide(quotients, gradients, &row_factors[divided..=divided], column_factors);
                    divided += 1;
                }
                let (elements, period) = if held.is_empty() { (grad_output, rows.output) } else { (&*held, 3) };
                let row = |oh: usize| &elements[oh % period * output_width..][..output_width];
                let rows = three_rows(ih, top, rows.output, row, &zeros[..output_width]);
                slide(&mut Slide {
                    rows,
                    channels,
                    left,
                    result,
                    row_factor: T::from_f64(1.0),
                    column_factors: common,
                });
            }
        }
    }
}

/// The three rows from `position − padding` on. Rows outside `0..count` are zeros.
fn three_rows<'a, T>(
    position: usize,
    padding: usize,
    count: usize,
    row: impl Fn(usize) -> &'a [T],
    zeros: &'a [T],
) -> [&'a [T]; 3] {
    core::array::from_fn(|i| (position + i).checked_sub(padding).filter(|&number| number < count).map_or(zeros, &row))
}

/// `result[x, c] = Σ_{i<3, j<3} rows[i][x − left + j, c] / (row_factor · column_factors[x, c])`
struct Slide<'a, T> {
    rows: [&'a [T]; 3],
    channels: usize,
    left: usize,
    result: &'a mut [T],
    row_factor: T,
    /// The same for all channels of a position.
    column_factors: &'a [T],
}

/// Out of line: engines keep large functions in their baseline compiler for longer.
#[inline(never)]
fn slide<T: Element>(slide: &mut Slide<T>) {
    let Slide { rows, channels, left, result, .. } = &*slide;
    let whole = |row: &[T]| row.len().is_multiple_of(*channels);
    let same = rows.iter().all(|row| row.len() == rows[0].len());
    assert!(same && whole(rows[0]) && whole(result), "rows of whole positions");
    assert!(*left < 3, "less padding than taps");
    for_vectors(*channels, slide);
}

impl<T: Element> Block<T> for Slide<'_, T> {
    #[inline(always)]
    fn run<V: Simd<Element = T>, const N: usize>(&mut self, start: usize) {
        let Self { rows, channels, left, result, row_factor, column_factors } = self;
        let channels = *channels;
        let (positions, windows) = (rows[0].len() / channels, result.len() / channels);
        roll::<V, N, 3, 1>(
            Line { positions, pitch: channels, begin: *left, windows },
            true,
            |at, v| {
                // SAFETY: `slide` has checked that the rows have one length and whole positions. A block lies inside the
                // channels of a position.
                let [upper, middle, lower] = rows.map(|row| unsafe { load::<V, N>(row, at + start) }[v]);
                upper + middle + lower
            },
            |x| [V::splat(*row_factor * column_factors[x * channels + start]); N],
            // SAFETY: as above, for the result.
            |x, v, quotient| unsafe { store([quotient], result, x * channels + start + v * V::LANES) },
        );
    }
}
