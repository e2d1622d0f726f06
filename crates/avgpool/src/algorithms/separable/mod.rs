//! Almost any geometry: a sum over a window is a sum of rows, then a sum of columns.
//!
//! This file knows how many rows to process at a time. The directions are in files of their own.

mod backward;
mod band;
mod columns;
mod forward;

pub(super) use self::columns::{Columns, Method, average_padded, elements_read};
use super::{Algorithm, Needs};
use crate::geometry::{Bands, Geometry};
use crate::rows::scratch::Scratch;
use crate::simd::{Element, Simd};

/// The approximate number of elements in a chunk of rows. They fit in L1, and take much longer than the overhead of a chunk.
const CHUNK: u64 = 2048;

/// With fewer channels than this, transposing rows is at least as fast, whatever the window.
pub(super) const FEWEST_CHANNELS: usize = 8;

/// Sums rows and then columns, a chunk of rows at a time.
#[derive(Clone, Copy, Debug)]
pub struct Separable {
    chunks: Chunks,
    /// The chunks of the adjoint geometry, if its forward is faster than the backward of this one.
    adjoint: Option<Chunks>,
}

/// How one direction processes a geometry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunks {
    /// Output rows in a chunk: of one plane, or of whole planes. The last chunk of a plane has half as many to half as many again.
    pub rows: usize,
    pub method: Method,
    /// The lengths of the fields of [`Parts`].
    pub scratch: Scratch<5>,
}

/// The scratch memory of a call.
struct Parts<'a, T> {
    /// Rows of the input's width: forward sums of input rows, backward gradients spread over the width.
    band: &'a mut [T],
    /// The band, transposed. Empty if nothing is transposed.
    inputs: &'a mut [T],
    /// Rows of the output's width, transposed if the band is.
    outputs: &'a mut [T],
    /// The rows' factors of the divisors, of a plane or of the planes of a chunk.
    row_factors: &'a mut [T],
    /// The columns' factors of the divisors.
    column_factors: &'a mut [T],
}

impl Chunks {
    /// For vectors of `lanes` lanes and this much scratch memory. All element types share this code.
    #[inline(never)]
    pub fn new(geometry: &Geometry, lanes: usize, most_scratch: usize) -> Option<Self> {
        let [width, output_width, height] =
            [geometry.input_width(), geometry.output_width(), geometry.rows.output].map(|size| size as u64);
        // The sums of rows have the output's height and the input's width. Under much padding these are more elements than
        // input and output have.
        if height.saturating_mul(width) > most_scratch as u64 {
            return None;
        }
        let method = Method::new(geometry, lanes);
        let transposed = geometry.channels < FEWEST_CHANNELS;
        // Transposed rows are processed in whole vectors: 16 rows at a time, or 4 if even those are more than L1 holds or 16
        // take too much memory.
        let steps: &[u64] = match (transposed, width <= 1 << 14) {
            (false, _) => &[1],
            (true, true) => &[16, 4],
            (true, false) => &[4],
        };
        steps.iter().find_map(|step| {
            // With at least half a window of rows in a chunk, long windows share most of their rows.
            let taps = geometry.rows.kernel.min(geometry.rows.input) as u64;
            let rows = (CHUNK / width.max(output_width)).max(taps / 2).div_ceil(*step).max(1) * step;
            // Whole planes, if one fits: then no step processes a plane on its own.
            let rows = if height <= rows { rows / height * height } else { rows };
            let most = most_rows(rows, height);
            let [before, pitch] = method.layout(width as usize).map(|size| size as u64);
            let sums = most.saturating_mul(pitch).saturating_add(before);
            let gradients = (most + geometry.rows.most_windows() as u64).saturating_mul(width);
            let inputs = if transposed { most.saturating_mul(width) } else { 0 };
            let lengths =
                [sums.max(gradients), inputs, most.saturating_mul(output_width), rows.max(height), output_width];
            let scratch = Scratch::new(lengths, most_scratch)?;
            Some(Self { rows: rows as usize, method, scratch })
        })
    }

    /// The planes whose rows are processed together.
    pub fn planes(&self, height: usize) -> usize {
        (self.rows / height).max(1)
    }

    /// The most rows of a chunk.
    pub fn most_rows(&self, height: usize) -> usize {
        most_rows(self.rows as u64, height as u64) as usize
    }

    /// The rows of the next chunk, if `rest` are left. At least one, so that less than a row is an error of its caller.
    pub fn next(&self, rest: usize) -> usize {
        if rest < self.rows + self.rows.div_ceil(2) { rest.max(1) } else { self.rows }
    }

    fn split<'a, T>(&self, memory: &'a mut [T]) -> Parts<'a, T> {
        let [band, inputs, outputs, row_factors, column_factors] = self.scratch.split(memory);
        Parts { band, inputs, outputs, row_factors, column_factors }
    }
}

fn most_rows(rows: u64, height: u64) -> u64 {
    rows.max(height.min(rows + rows / 2))
}

impl Separable {
    #[inline(never)]
    fn with(geometry: &Geometry, needs: &mut Needs, lanes: usize, most_scratch: usize) -> Option<Self> {
        // Long windows are summed in groups, which chunks cut off. Then a band starts between two chunks.
        let step =
            |chunks: &Chunks, geometry: &Geometry| if geometry.row_phases.have_long_sums() { chunks.rows } else { 1 };
        let adjoint = geometry.adjoint().and_then(|adjoint| {
            let chunks = Chunks::new(&adjoint, lanes, most_scratch)?;
            matches!(chunks.method, Method::Padded { .. }).then(|| (chunks, step(&chunks, &adjoint)))
        });
        let chunks = Chunks::new(geometry, lanes, most_scratch)?;
        let (adjoint, inputs) = adjoint.map_or((None, 0), |(chunks, inputs)| (Some(chunks), inputs));
        let scratch_len = chunks.scratch.len().max(adjoint.map_or(0, |chunks| chunks.scratch.len()));
        let bands = Bands { planes: 1, windows: step(&chunks, geometry), inputs };
        *needs = Needs { scratch_len, bands };
        Some(Self { chunks, adjoint })
    }
}

impl<T: Element> Algorithm<T> for Separable {
    fn new(geometry: &Geometry, needs: &mut Needs) -> Option<Self> {
        Self::with(geometry, needs, T::Vector::LANES, geometry.most_scratch::<T>())
    }

    fn forward(&self, geometry: &Geometry, input: &[T], output: &mut [T], scratch: &mut [T]) {
        forward::forward(&self.chunks, geometry, input, output, scratch);
    }

    /// With stride 1 and a common divisor, backward is the forward of another geometry: windows hold windows.
    #[inline(never)]
    fn backward(&self, geometry: &Geometry, grad_output: &[T], grad_input: &mut [T], scratch: &mut [T]) {
        match self.adjoint.zip(geometry.adjoint()) {
            Some((chunks, geometry)) => forward::forward(&chunks, &geometry, grad_output, grad_input, scratch),
            None => backward::backward(&self.chunks, geometry, grad_output, grad_input, scratch),
        }
    }
}
