//! Sums of neighbours of a row, without transposing it.
//!
//! It knows rows with zeros at both ends, so that no sum is clipped. It knows neither planes nor padding.

#![expect(unsafe_code, reason = "blocks are checked once for all rows: see blocks.rs")]

use super::blocks::{Block, add, for_vectors, load, store};
use crate::simd::{Element, MAX_LANES, Simd};

/// Rows with zeros at both ends.
#[derive(Clone, Copy)]
pub struct Padded<'a, T> {
    pub elements: &'a [T],
    /// From the start of a row to the start of the next one, with all zeros.
    pub pitch: usize,
}

/// The divisors of averages: each is the product of a factor for its row and one for its column.
#[derive(Clone, Copy)]
pub struct Factors<'a, T> {
    pub rows: &'a [T],
    pub columns: &'a [T],
}

/// `averages[r, o] = Σ_{j<terms} rows[r, o + j·distance] / (factors.rows[r] · factors.columns[o])`
///
/// # Panics
///
/// If a row is shorter than its terms.
#[inline(never)]
pub fn average_near<T: Element>(
    averages: &mut [T],
    rows: Padded<T>,
    [terms, distance]: [usize; 2],
    factors: Factors<T>,
) {
    let width = factors.columns.len();
    assert!(width + (terms - 1) * distance <= rows.pitch, "every term inside its row");
    assert!(averages.len() == factors.rows.len() * width, "an average for every factor");
    let rows = rows.elements.chunks_exact(rows.pitch).zip(factors.rows);
    for (averages, (row, &row_factor)) in averages.chunks_exact_mut(width).zip(rows) {
        for_vectors(width, &mut AverageNear { averages, row, terms, distance, row_factor, factors: factors.columns });
    }
}

struct AverageNear<'a, T> {
    averages: &'a mut [T],
    row: &'a [T],
    terms: usize,
    distance: usize,
    row_factor: T,
    factors: &'a [T],
}

impl<T: Element> Block<T> for AverageNear<'_, T> {
    #[inline(always)]
    fn run<V: Simd<Element = T>, const N: usize>(&mut self, start: usize) {
        // SAFETY: `average_near` has checked that the last block of a row has all its terms. A block lies inside the averages.
        unsafe {
            let sums = sum_near::<V, N>(self.row, start, self.terms, self.distance);
            let factors = load::<V, N>(self.factors, start);
            let row_factor = V::splat(self.row_factor);
            store(core::array::from_fn::<V, N, _>(|v| sums[v] / (row_factor * factors[v])), self.averages, start);
        }
    }
}

/// `Σ_{j<terms} row[at + j·distance]`, vector by vector.
///
/// # Safety
///
/// `at + (terms − 1) · distance + N · V::LANES` must be at most the length of the row.
#[inline(always)]
unsafe fn sum_near<V: Simd, const N: usize>(
    row: &[V::Element],
    mut at: usize,
    terms: usize,
    distance: usize,
) -> [V; N] {
    // SAFETY: the caller's promise.
    let mut sums = unsafe { load::<V, N>(row, at) };
    for _ in 1..terms {
        at += distance;
        // SAFETY: the caller's promise.
        sums = add(sums, unsafe { load(row, at) });
    }
    sums
}

/// `averages[r, o] = Σ_{j<terms} rows[r, o·stride + j] / (factors.rows[r] · factors.columns[o])`
///
/// Each average has vectors of its own. The sums of the lanes of several averages are one vector.
///
/// # Panics
///
/// If a row is shorter than what the last average reads.
#[inline(never)]
pub fn average_apart<T: Element>(
    averages: &mut [T],
    rows: Padded<T>,
    [terms, stride]: [usize; 2],
    factors: Factors<T>,
) {
    let lanes = T::Vector::LANES;
    let (width, pitch) = (factors.columns.len(), rows.pitch);
    let last = (terms - 1) / lanes * lanes;
    assert!(width >= lanes && (width - 1) * stride + last + lanes <= pitch, "every term inside its row");
    assert!(averages.len() == factors.rows.len() * width, "an average for every factor");
    assert!(rows.elements.len() >= factors.rows.len() * pitch, "a row for every factor");
    for (r, &row_factor) in factors.rows.iter().enumerate() {
        let mut o = 0;
        loop {
            let start = r * pitch + o * stride;
            let mut sums = [T::Vector::splat(T::default()); MAX_LANES];
            for (i, sum) in sums.iter_mut().enumerate().take(lanes) {
                // SAFETY: o + LANES is at most the width, so average o + i reads inside row r, as checked above.
                *sum = unsafe { load::<T::Vector, 1>(rows.elements, start + i * stride + last) }[0]
                    .first_lanes(terms - last);
            }
            let mut next = 0;
            while next < last {
                for (i, sum) in sums.iter_mut().enumerate().take(lanes) {
                    // SAFETY: as above.
                    *sum = *sum + unsafe { load::<T::Vector, 1>(rows.elements, start + i * stride + next) }[0];
                }
                next += lanes;
            }
            let total = T::Vector::sum_lanes(
                #[inline(always)]
                |i| sums[i],
            );
            // SAFETY: o + LANES is at most the width, and r counts the rows of averages.
            unsafe {
                let [column_factors] = load::<T::Vector, 1>(factors.columns, o);
                store([total / (T::Vector::splat(row_factor) * column_factors)], averages, r * width + o);
            }
            if o + lanes == width {
                break;
            }
            o = (o + lanes).min(width - lanes);
        }
    }
}
