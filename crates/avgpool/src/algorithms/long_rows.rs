//! Planes of one long row, NCHW: 1-D pooling, a block of the row at a time.
//!
//! It knows which elements a block reads, and how blocks reach over the ends of the row. 3× to 8× faster than `Separable` and
//! `WholePlanes`, and equal backward with longer strides (`npm run bench -- --algorithms`).

use super::separable::{Method, average_padded, elements_read};
use super::whole_planes::divide_windows;
use super::{Algorithm, AnyGeometry, Needs};
use crate::geometry::Geometry;
use crate::rows::neighbours::{Factors, Padded};
use crate::rows::scratch::Scratch;
use crate::simd::{Element, Simd};

/// The averages of a block. They, their divisors and their terms stay in L1.
const BLOCK: usize = 1024;

/// Sums neighbours where they lie. Only blocks at the ends of the row are copied, between zeros.
#[derive(Clone, Copy, Debug)]
pub struct LongRows {
    /// The lengths of a block's terms, its column factors, and a plane of quotients.
    scratch: Scratch<3>,
    /// Serves backward with a stride of 2 and more.
    strided: AnyGeometry,
}

impl LongRows {
    /// The scratch memory for vectors of `lanes` lanes, if this serves the geometry. All element types share this code.
    #[inline(never)]
    fn scratch(geometry: &Geometry, lanes: usize, most_scratch: usize) -> Option<Scratch<3>> {
        let Geometry { rows, columns, .. } = geometry;
        let is_padded = matches!(Method::new(geometry, lanes), Method::Padded { .. });
        let is_long = columns.input.min(columns.output) >= BLOCK;
        if !(geometry.channels == 1 && is_padded && is_long && rows.input == 1 && rows.is_one_window()) {
            return None;
        }
        let terms = (BLOCK - 1) as u64 * columns.stride as u64 + elements_read(columns, lanes);
        let quotients = if geometry.common_divisor.is_some() { 0 } else { columns.output };
        Scratch::new([terms, BLOCK as u64, quotients as u64], most_scratch)
    }
}

impl<T: Element> Algorithm<T> for LongRows {
    fn new(geometry: &Geometry, needs: &mut Needs) -> Option<Self> {
        let scratch = Self::scratch(geometry, T::Vector::LANES, geometry.most_scratch::<T>())?;
        let strided = Algorithm::<T>::new(geometry, needs)?;
        needs.scratch_len = needs.scratch_len.max(scratch.len());
        Some(Self { scratch, strided })
    }

    /// `output[0, ow] = Σ_j input[0, taps of ow] / divisor(0, ow)`
    fn forward(&self, geometry: &Geometry, input: &[T], output: &mut [T], scratch: &mut [T]) {
        let Geometry { rows, columns, divisor, .. } = geometry;
        let [terms, factors, _] = self.scratch.split(scratch);
        let row_factor = [T::from_f64(divisor.row_factor(rows, 0))];
        let mut held = None;
        for start in blocks(columns.output) {
            // Most blocks have the factors of the block before. Writing them takes as long as the sums.
            let common = divisor.common_column_factor(columns, &(start..start + BLOCK));
            if common.is_none() || common != held {
                geometry.column_factors(start, factors);
                held = common;
            }
            let factors = Factors { rows: &row_factor, columns: &*factors };
            for (input, output) in geometry.planes(input, output) {
                let output = &mut output[start..start + BLOCK];
                let row = terms_from(input, columns.start(start), terms);
                average_padded(geometry, output, row, factors);
            }
        }
    }

    /// `grad_input[0, iw] = Σ_ow grad_output[0, windows of iw] / divisor(0, ow)`
    ///
    /// With stride 1 these are the sums of forward. Without a common divisor, gradients are divided before they are added.
    fn backward(&self, geometry: &Geometry, grad_output: &[T], grad_input: &mut [T], scratch: &mut [T]) {
        let Geometry { columns, common_divisor, .. } = geometry;
        if columns.stride > 1 {
            return self.strided.backward(geometry, grad_output, grad_input, scratch);
        }
        let [terms, factors, quotients] = self.scratch.split(scratch);
        let divisor = [T::from_f64(common_divisor.unwrap_or(1.0))];
        for (grad_output, grad_input) in geometry.planes_back(grad_output, grad_input) {
            let from = if common_divisor.is_some() {
                grad_output
            } else {
                divide_windows(geometry, quotients, grad_output, factors);
                &*quotients
            };
            factors.fill(T::from_f64(1.0));
            let factors = Factors { rows: &divisor, columns: factors };
            for start in blocks(columns.input) {
                // The last tap of the first window that holds the first position.
                let first = (start + columns.pad_begin) as i64 - columns.last_tap() as i64;
                let row = terms_from(from, first, terms);
                average_padded(geometry, &mut grad_input[start..start + BLOCK], row, factors);
            }
        }
    }
}

/// The first positions of blocks that cover a row of `len` elements. The last block may overlap the one before.
fn blocks(len: usize) -> impl Iterator<Item = usize> {
    (0..len).step_by(BLOCK).map(move |start| start.min(len - BLOCK))
}

/// As many elements as `memory` has, from position `first` on: those of `row` where all exist, otherwise a copy with zeros.
#[inline(never)]
fn terms_from<'a, T: Element>(row: &'a [T], first: i64, memory: &'a mut [T]) -> Padded<'a, T> {
    let len = memory.len();
    if let Some(elements) = usize::try_from(first).ok().and_then(|first| row.get(first..)?.get(..len)) {
        return Padded { elements, pitch: len };
    }
    let at = |position: i64| position.clamp(0, row.len() as i64) as usize;
    let held = at(first)..at(first + len as i64);
    memory.fill(T::default());
    let before = (held.start as i64 - first).min(len as i64) as usize;
    memory[before..][..held.len()].copy_from_slice(&row[held]);
    Padded { elements: memory, pitch: len }
}
