//! Sums of rows along one axis.
//!
//! It knows which rows to add, and neither padding nor the axis: forward and backward, height and width differ only in
//! their progressions.

#![expect(unsafe_code, reason = "one check a progression instead of one a load makes sums of 3 rows 1.3× faster")]

use core::ops::Range;

use super::blocks::{Block, add, for_blocks, for_vectors, load, store};
use super::progression::Progression;
use crate::simd::{Element, Simd};

/// Consecutive rows of `width` elements. The first one is at position `first` of its axis.
#[derive(Clone, Copy)]
pub struct Rows<'a, T> {
    pub elements: &'a [T],
    pub first: usize,
    pub width: usize,
}

/// `sums[x] = Σ sources[t]` over the terms t of the sum at position x, for every x in `positions`, in each of `matrices`
/// consecutive matrices.
///
/// A sum starts `pitch` elements after the one before. The progressions come in the order of their first sums. If they are long,
/// prefix and suffix sums find them.
///
/// # Panics
///
/// If the row of a sum or of a term is missing.
pub fn sum_rows<T: Element>(
    progressions: impl Iterator<Item = Progression>,
    are_long: bool,
    positions: &Range<usize>,
    sums: &mut [T],
    pitch: usize,
    sources: Rows<T>,
    matrices: usize,
) {
    let mut progressions = progressions.peekable();
    while let Some(progression) = progressions.next() {
        let numbers = progression.sums_at(positions);
        // With a long stride, the same windows hold several neighbouring positions.
        let mut copies = 1;
        let repeats =
            |next: &Progression, copies| next.repeats(&progression, copies) && next.sums_at(positions) == numbers;
        while progressions.next_if(|next| repeats(next, copies)).is_some() {
            copies += 1;
        }
        let unclipped = progression.unclipped();
        let inner = unclipped.start.clamp(numbers.start, numbers.end)..unclipped.end.clamp(numbers.start, numbers.end);
        let parts = if are_long {
            [(numbers, Method::PrefixSuffix), (0..0, Method::Clipped), (0..0, Method::Clipped)]
        } else if sources.width < T::Vector::LANES {
            // Only this method has a loop for rows shorter than a vector.
            [(numbers, Method::Clipped), (0..0, Method::Clipped), (0..0, Method::Clipped)]
        } else {
            let [before, after] = [numbers.start..inner.start, inner.end..numbers.end];
            [(before, Method::Clipped), (inner, Method::Unclipped), (after, Method::Clipped)]
        };
        for (numbers, method) in parts {
            if !numbers.is_empty() {
                let matrices = Matrices { sums: &mut *sums, pitch, sources, count: matrices };
                let sums = Sums::new(&progression, numbers, copies, positions, matrices);
                match method {
                    Method::Clipped => sums.add_clipped(),
                    Method::Unclipped => sums.add_unclipped(),
                    Method::PrefixSuffix => sums.add_prefix_suffix(),
                }
            }
        }
    }
}

/// How to find sums: term by term, with or without clipped terms, or by prefix and suffix sums.
enum Method {
    Clipped,
    Unclipped,
    PrefixSuffix,
}

/// Consecutive matrices of sums, each with a matrix of sources.
struct Matrices<'a, T> {
    sums: &'a mut [T],
    /// From the start of a sum to the start of the next one.
    pitch: usize,
    sources: Rows<'a, T>,
    count: usize,
}

/// One or more consecutive sums of a progression, in each of several matrices.
struct Sums<'a, T> {
    progression: Progression,
    numbers: Range<usize>,
    /// Each sum goes to this many consecutive rows.
    copies: usize,
    width: usize,
    /// The first sum starts at element 0, and the next one `pitch` elements later. A copy starts `copy_pitch` elements later.
    results: &'a mut [T],
    pitch: usize,
    copy_pitch: usize,
    /// Term `first_term` starts at element 0, and the next one `term_pitch` elements later.
    terms: &'a [T],
    first_term: usize,
    term_pitch: usize,
    matrices: usize,
    /// The elements of sums and of terms in a matrix.
    lens: [usize; 2],
}

impl<'a, T: Element> Sums<'a, T> {
    /// Checks once that the rows of all sums and of all their terms exist. All matrices have the same size.
    #[inline(always)]
    fn new(
        progression: &Progression,
        numbers: Range<usize>,
        copies: usize,
        positions: &Range<usize>,
        matrices: Matrices<'a, T>,
    ) -> Self {
        let Matrices { sums, pitch, sources, count: matrices } = matrices;
        let (width, lens) = (sources.width, [sums.len(), sources.elements.len()].map(|len| len / matrices));
        let sum_row = |j: usize| progression.first_sum + j * progression.sum_step - positions.start;
        assert!(width <= pitch && lens[0] / pitch >= sum_row(numbers.end - 1) + copies, "a row for every sum");
        // The terms of a sum start and end no earlier than those of the sum before.
        let used = progression.terms(numbers.start).start..progression.terms(numbers.end - 1).end;
        let term_row = |number: usize| progression.first_source + number * progression.source_step - sources.first;
        let terms = if used.is_empty() {
            &[]
        } else {
            assert!(lens[1] / width > term_row(used.end - 1), "a row for every term");
            &sources.elements[term_row(used.start) * width..]
        };
        Self {
            progression: *progression,
            copies,
            width,
            results: &mut sums[sum_row(numbers.start) * pitch..],
            pitch: progression.sum_step.wrapping_mul(pitch),
            copy_pitch: pitch,
            terms,
            first_term: used.start,
            term_pitch: progression.source_step.wrapping_mul(width),
            numbers,
            matrices,
            lens,
        }
    }

    /// Adds term by term, each sum with its own number of terms. Neighbouring sums of the same terms are added once, if a shift
    /// has several.
    fn add_clipped(mut self) {
        let (width, end, is_uneven) = (self.width, self.numbers.end, self.progression.per_shift > 1);
        let (mut result, mut j) = (0, self.numbers.start);
        let mut terms = self.progression.terms(j);
        while j < end {
            let (first, same) = (j, terms.clone());
            while j < end && terms == same && (j == first || is_uneven) {
                j += 1;
                terms = self.progression.terms(j);
            }
            if is_uneven {
                self.copies = j - first;
            }
            let term = (same.start - self.first_term).wrapping_mul(self.term_pitch);
            for matrix in 0..self.matrices {
                self.add_any(width, result + matrix * self.lens[0], term + matrix * self.lens[1], same.len());
            }
            result += (j - first) * self.pitch;
        }
    }

    /// Adds term by term, the same number of terms for each sum. A constant number makes short rows up to 1.5× faster. Out of
    /// line: engines keep large functions in their baseline compiler for longer.
    #[inline(never)]
    fn add_unclipped(self) {
        match self.progression.terms {
            1 => self.add_each::<1>(),
            2 => self.add_each::<2>(),
            3 => self.add_each::<3>(),
            5 => self.add_each::<5>(),
            _ => self.add_each::<ANY>(),
        }
    }

    #[inline(always)]
    fn add_each<const TERMS: usize>(mut self) {
        let (mut width, mut count) = (self.width, self.numbers.len());
        let shift = self.progression.shift.wrapping_mul(self.term_pitch);
        let (pitch, terms) = (self.pitch, self.progression.terms);
        // If sums and their terms follow each other row by row, all of them are one long row.
        if (pitch, shift, self.copies) == (width, width, 1) {
            (width, count) = (width * count, 1);
        }
        for matrix in 0..self.matrices {
            let [mut result, mut term] = self.lens.map(|len| matrix * len);
            for _ in 0..count {
                if TERMS == ANY {
                    self.add_any(width, result, term, terms);
                } else {
                    for_vectors(width, &mut Sum::<T, TERMS> { sums: &mut self, result, term, terms });
                }
                result += pitch;
                term += shift;
            }
        }
    }

    /// One sum of any number of terms. Out of line, because two loops share it.
    #[inline(never)]
    fn add_any(&mut self, width: usize, result: usize, term: usize, terms: usize) {
        for_blocks(width, &mut Sum::<T, ANY> { sums: self, result, term, terms });
    }

    /// Adds by prefix and suffix sums.
    #[inline(never)]
    fn add_prefix_suffix(self) {
        let [sums_len, sources_len] = self.lens;
        for (matrix, results) in self.results.chunks_mut(sums_len).enumerate() {
            let terms = self.terms.get(matrix * sources_len..).unwrap_or_default();
            let numbers = self.numbers.clone();
            for_blocks(self.width, &mut PrefixSuffix(Sums { numbers, results, terms, ..self }));
        }
    }

    /// A block of term `number`, `start` elements into its row.
    #[inline(always)]
    fn load_term<V: Simd<Element = T>, const N: usize>(&self, number: usize, start: usize) -> [V; N] {
        // SAFETY: `new` has checked the rows of all terms. A block lies inside a row, or inside the rows that form one.
        unsafe { load(self.terms, (number - self.first_term) * self.term_pitch + start) }
    }

    /// Writes a block of a sum to element `at`, and to the same place in the rows of its copies.
    #[inline(always)]
    fn store<V: Simd<Element = T>, const N: usize>(&mut self, block: [V; N], mut at: usize) {
        for _ in 0..self.copies {
            // SAFETY: `new` has checked the rows of all sums and copies. A block lies inside a row, or inside the rows
            // that form one.
            unsafe { store(block, self.results, at) }
            at += self.copy_pitch;
        }
    }
}

/// A number of terms that is not constant.
const ANY: usize = 0;

/// One sum: its first element, the first element of its first term, and its number of terms. `TERMS` is that number or `ANY`.
struct Sum<'s, 'a, T, const TERMS: usize> {
    sums: &'s mut Sums<'a, T>,
    result: usize,
    term: usize,
    terms: usize,
}

impl<T: Element, const TERMS: usize> Block<T> for Sum<'_, '_, T, TERMS> {
    /// `result[x] = Σ_{t<terms} term[x + t·term_pitch]`, two terms per iteration.
    #[inline(always)]
    fn run<V: Simd<Element = T>, const N: usize>(&mut self, start: usize) {
        let (sums, mut at) = (&mut *self.sums, self.term + start);
        let mut rest = if TERMS == ANY { self.terms } else { TERMS };
        // SAFETY: as for `Sums::load_term`. Every load is `start` elements into the row of a term of this sum.
        let load_term = |at| unsafe { load::<V, N>(sums.terms, at) };
        let mut total = [V::splat(T::default()); N];
        if rest > 0 {
            total = load_term(at);
            rest -= 1;
        }
        while rest >= 2 {
            total = add(add(total, load_term(at + sums.term_pitch)), load_term(at + 2 * sums.term_pitch));
            at += 2 * sums.term_pitch;
            rest -= 2;
        }
        if rest > 0 {
            total = add(total, load_term(at + sums.term_pitch));
        }
        sums.store(total, self.result + start);
    }
}

/// The van Herk/Gil–Werman scheme: windows form groups that share a row, or meet at one.
///
/// Prefix sums run from that row to the end of each window, and suffix sums from it back to the start of each. A window is the
/// sum of one of each. So a row is added at most twice, whatever the length of the windows. Nothing is subtracted, so a NaN
/// stays in its windows.
///
/// Each sum has a shift of its own.
struct PrefixSuffix<'a, T>(Sums<'a, T>);

impl<T: Element> Block<T> for PrefixSuffix<'_, T> {
    #[inline(always)]
    fn run<V: Simd<Element = T>, const N: usize>(&mut self, start: usize) {
        let Self(sums) = self;
        let (progression, numbers) = (sums.progression, sums.numbers.clone());
        let sum_at = |sums: &Sums<T>, j: usize| (j - numbers.start) * sums.pitch + start;
        let mut group = numbers.start..numbers.start;
        while group.end < numbers.end {
            group = group.end..group.end + 1;
            let first_end = progression.even_terms(group.start).end;
            while group.end < numbers.end && progression.even_terms(group.end).start <= first_end {
                group.end += 1;
            }
            let shared = progression.even_terms(group.end - 1).start;
            let (mut prefix, mut next) = ([V::splat(T::default()); N], shared);
            for j in group.clone() {
                let end = progression.even_terms(j).end;
                while next < end {
                    prefix = add(prefix, sums.load_term(next, start));
                    next += 1;
                }
                sums.store(prefix, sum_at(sums, j));
            }
            let (mut suffix, mut next) = ([V::splat(T::default()); N], shared);
            for j in group.clone().rev() {
                let begin = progression.even_terms(j).start;
                while next > begin {
                    next -= 1;
                    suffix = add(suffix, sums.load_term(next, start));
                }
                let at = sum_at(sums, j);
                // SAFETY: as for `Sums::store`.
                let prefix = unsafe { load(sums.results, at) };
                sums.store(add(prefix, suffix), at);
            }
        }
    }
}
