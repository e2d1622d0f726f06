//! Sums at equal distances, each of terms at equal distances. It knows positions, not the elements at them.

use core::ops::Range;

/// An arithmetic progression of sums, each the sum of an arithmetic progression of terms.
///
/// Sum `j` belongs at position `first_sum + j·sum_step`. It adds the terms with the numbers
/// `start + j·shift .. start + j·shift + terms`, clipped to `0..sources`. Term `n` stands at `first_source + n·source_step`.
/// So two neighbouring sums differ by `shift` terms at either end.
///
/// If several sums share a shift, sum `j` is number `n = sums_before + j` of them. It adds the terms with the numbers
/// `start + floor(n·shift / per_shift) .. start + ceil((n + 1)·shift / per_shift)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progression {
    /// The position of sum 0.
    pub first_sum: usize,
    /// The distance between the positions of two sums.
    pub sum_step: usize,
    /// The number of sums.
    pub sums: usize,
    /// The position of term 0.
    pub first_source: usize,
    /// The distance between the positions of two terms.
    pub source_step: usize,
    /// The number of terms that exist.
    pub sources: usize,
    /// The number of the first term of sum 0. It is negative if that sum is clipped at its beginning.
    pub start: i64,
    /// The distance between the first terms of two sums, or of those that are `per_shift` sums apart.
    pub shift: usize,
    /// The number of sums that share a shift.
    pub per_shift: usize,
    /// If several do, the number of sums before sum 0.
    pub sums_before: usize,
    /// The number of terms in a sum that is not clipped. If several sums share a shift, the most terms.
    pub terms: usize,
}

impl Progression {
    /// The numbers of the terms of sum `j`.
    #[inline]
    pub fn terms(&self, j: usize) -> Range<usize> {
        if self.per_shift > 1 { self.uneven_terms(j) } else { self.even_terms(j) }
    }

    /// The same, if each sum has a shift of its own.
    #[inline]
    pub fn even_terms(&self, j: usize) -> Range<usize> {
        let start = self.start + j as i64 * self.shift as i64;
        let clip = |number: i64| number.clamp(0, self.sources as i64) as usize;
        clip(start)..clip(start + self.terms as i64)
    }

    /// The same, if several sums share a shift. None is clipped.
    #[inline(never)]
    fn uneven_terms(&self, j: usize) -> Range<usize> {
        let terms = uneven_terms(self.sums_before + j, self.shift, self.per_shift);
        let number = |term: usize| (self.start + term as i64) as usize;
        number(terms.start)..number(terms.end)
    }

    /// The numbers of the sums that all have `terms` terms, without a clipped one.
    #[inline(never)]
    pub fn unclipped(&self) -> Range<usize> {
        if self.per_shift > 1 {
            return 0..0;
        }
        let shift = self.shift as u64;
        let first = (self.start.min(0).unsigned_abs().div_ceil(shift) as usize).min(self.sums);
        let last_start = self.sources as i64 - self.terms as i64 - self.start;
        let end = if last_start < 0 { 0 } else { (last_start as u64 / shift + 1).min(self.sums as u64) as usize };
        first..end.max(first)
    }

    /// Whether sum j adds the terms of sum j of `other`, and belongs `distance` positions later. The number of sums may differ.
    #[inline(never)]
    pub fn repeats(&self, other: &Self, distance: usize) -> bool {
        let mut repeated = *other;
        repeated.first_sum += distance;
        repeated.sums = self.sums;
        *self == repeated
    }

    /// Whether prefix and suffix sums are faster than adding term by term.
    ///
    /// They take about as long as adding 4 + 2·shift terms, on rows of at least 35 elements. If many sums are clipped, they add
    /// every term twice and no more, which can be far less.
    #[inline(never)]
    pub fn has_long_sums(&self) -> bool {
        if self.per_shift > 1 {
            return false;
        }
        let [terms, sources, shift, sums] = [self.terms, self.sources, self.shift, self.sums].map(|size| size as u64);
        let met = ((sources + terms) / shift + 1).min(sums);
        let added = terms.min(sources);
        added > 4 + 2 * shift || added * met > 16 * (2 * sources + 4 * met)
    }

    /// The numbers of the sums at `positions`.
    #[inline(never)]
    pub fn sums_at(&self, positions: &Range<usize>) -> Range<usize> {
        let before = |position: usize| position.saturating_sub(self.first_sum).div_ceil(self.sum_step).min(self.sums);
        before(positions.start)..before(positions.end)
    }
}

/// The terms of sum `j`, if `per_shift` sums share a shift.
#[inline(never)]
pub fn uneven_terms(j: usize, shift: usize, per_shift: usize) -> Range<usize> {
    let [shift, per_shift, j] = [shift, per_shift, j].map(|number| number as u64);
    (j * shift / per_shift) as usize..((j + 1) * shift).div_ceil(per_shift) as usize
}
