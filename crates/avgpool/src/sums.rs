//! Sums of rows: one axis of a pooling, over rows of any width.
//!
//! It knows which rows are added up, not what a row is: of the height it is a row of planes, of the width a column of many
//! rows, and forward and backward differ in the combs that they ask for.

#![expect(
    unsafe_code,
    reason = "a check for every load, not one for all of a comb, makes sums of 3 rows 1.3 times slower"
)]

use core::ops::Range;

use crate::axis::{Comb, Combs};
use crate::blocks::{Block, add, for_blocks, load, store};
use crate::simd::{Element, Lanes};

/// Rows of `width` elements, one after the other, of which the first one is at position `first` of an axis.
#[derive(Clone, Copy)]
pub struct Rows<'a, T> {
    pub elements: &'a [T],
    pub first: usize,
    pub width: usize,
}

/// `sums[x] = Σ rows[x]` over the terms that the combs have for position x, for every x of `results`; and this for each of
/// as many `matrices` of rows, one after the other.
///
/// # Panics
///
/// If a sum or a row is not there.
pub fn sum_rows<T: Element>(combs: &Combs, results: &Range<usize>, sums: &mut [T], rows: Rows<T>, matrices: usize) {
    let (sums_apart, rows_apart) = (sums.len() / matrices, rows.elements.len() / matrices);
    let mut combs = combs.iter().peekable();
    while let Some(comb) = combs.next() {
        let numbers = comb.at(results);
        // Where strides are long, the same windows hold several neighbours.
        let mut copies = 1;
        while combs.next_if(|next| next.equals(&comb, copies) && next.at(results) == numbers).is_some() {
            copies += 1;
        }
        let inner = comb.unclipped();
        let inner = inner.start.clamp(numbers.start, numbers.end)..inner.end.clamp(numbers.start, numbers.end);
        let parts = if comb.is_long() {
            [(numbers, Way::TwoSweeps), (0..0, Way::Clipped), (0..0, Way::Clipped)]
        } else {
            let edges = [numbers.start..inner.start, inner.end..numbers.end];
            let [before, behind] = edges.map(|edge| (edge, Way::Clipped));
            [before, (inner, Way::Unclipped), behind]
        };
        for (sums, elements) in sums.chunks_exact_mut(sums_apart).zip(rows.elements.chunks_exact(rows_apart)) {
            for (numbers, way) in &parts {
                if !numbers.is_empty() {
                    let rows = Rows { elements, ..rows };
                    let sums = Sums::new(&comb, numbers.clone(), copies, results, sums, rows);
                    match way {
                        Way::Clipped => sums.add_clipped(),
                        Way::Unclipped => sums.add_unclipped(),
                        Way::TwoSweeps => sums.sweep(),
                    }
                }
            }
        }
    }
}

/// How sums are found: term by term, if some terms are clipped or none, or by two sweeps.
enum Way {
    Clipped,
    Unclipped,
    TwoSweeps,
}

/// Some sums of a comb, one or more, that follow one another.
struct Sums<'a, T> {
    comb: Comb,
    numbers: Range<usize>,
    /// How often each is written, to rows that follow each other.
    copies: usize,
    width: usize,
    /// From one sum to the next, the first of which is the first element.
    spacing: usize,
    results: &'a mut [T],
    /// From one term to the next, the first of which, number `first`, is the first element.
    term_spacing: usize,
    first: usize,
    terms: &'a [T],
}

impl<'a, T: Element> Sums<'a, T> {
    /// Checks, once for all of them, that the sums and their terms are there.
    #[inline(always)]
    fn new(
        comb: &Comb,
        numbers: Range<usize>,
        copies: usize,
        results: &Range<usize>,
        sums: &'a mut [T],
        rows: Rows<'a, T>,
    ) -> Self {
        let width = rows.width;
        let sum_row = |j: usize| comb.result + j * comb.result_step - results.start;
        assert!(sums.len() / width >= sum_row(numbers.end - 1) + copies, "a row for every sum");
        // The terms of a sum start and end no earlier than those of the sum before.
        let numbers_of_terms = comb.terms(numbers.start).start..comb.terms(numbers.end - 1).end;
        let term_row = |number: usize| comb.source + number * comb.source_step - rows.first;
        let terms = if numbers_of_terms.is_empty() {
            &[]
        } else {
            assert!(rows.elements.len() / width > term_row(numbers_of_terms.end - 1), "a row for every term");
            &rows.elements[term_row(numbers_of_terms.start) * width..]
        };
        Self {
            comb: *comb,
            copies,
            width,
            spacing: comb.result_step.wrapping_mul(width),
            results: &mut sums[sum_row(numbers.start) * width..],
            numbers,
            term_spacing: comb.source_step.wrapping_mul(width),
            first: numbers_of_terms.start,
            terms,
        }
    }

    /// Adds term by term. Out of line: large functions stay long in the engines' baseline compilers.
    #[inline(never)]
    fn add_clipped(mut self) {
        let width = self.width;
        let mut result = 0;
        for j in self.numbers.clone() {
            let terms = self.comb.terms(j);
            let term = terms.start.saturating_sub(self.first).wrapping_mul(self.term_spacing);
            for_blocks(width, &mut Sum::<T, 0> { sums: &mut self, result, term, terms: terms.len() });
            result += self.spacing;
        }
    }

    /// Adds term by term, as many for each sum. The fewest terms are counted beforehand: that takes 0.7 to 0.8 of the time
    /// of 3×3 windows with stride 2.
    #[inline(never)]
    fn add_unclipped(self) {
        match self.comb.terms {
            1 => self.add_each::<1>(),
            2 => self.add_each::<2>(),
            3 => self.add_each::<3>(),
            _ => self.add_each::<0>(),
        }
    }

    #[inline(always)]
    fn add_each<const TERMS: usize>(mut self) {
        let (mut width, mut count) = (self.width, self.numbers.len());
        let (spacing, shift, terms) = (self.spacing, self.comb.shift.wrapping_mul(self.term_spacing), self.comb.terms);
        // Rows that follow each other as their terms do are one long row.
        if (spacing, shift, self.copies) == (width, width, 1) {
            (width, count) = (width * count, 1);
        }
        let (mut result, mut term) = (0, 0);
        for _ in 0..count {
            for_blocks(width, &mut Sum::<T, TERMS> { sums: &mut self, result, term, terms });
            result += spacing;
            term += shift;
        }
    }

    /// Adds in groups, by two sweeps each. Out of line like the others.
    #[inline(never)]
    fn sweep(self) {
        for_blocks(self.width, &mut TwoSweeps(self));
    }

    /// A block of term `number`.
    #[inline(always)]
    fn load_term<L: Lanes<Element = T>, const N: usize>(&self, number: usize, start: usize) -> [L; N] {
        // SAFETY: `new` has checked that the rows of all terms are there, and blocks lie inside a row, or in as many rows
        // as are one.
        unsafe { load(self.terms, (number - self.first) * self.term_spacing + start) }
    }

    /// Writes a block of a sum, at `sum`, and of its copies.
    #[inline(always)]
    fn store<L: Lanes<Element = T>, const N: usize>(&mut self, block: [L; N], mut sum: usize) {
        for _ in 0..self.copies {
            // SAFETY: `new` has checked that the rows of all sums and copies are there, and blocks lie inside a row, or in
            // as many rows as are one.
            unsafe { store(block, self.results, sum) }
            sum += self.width;
        }
    }
}

/// One sum: where it starts, where its first term does, and how many there are: `TERMS`, unless that is 0.
struct Sum<'s, 'a, T, const TERMS: usize> {
    sums: &'s mut Sums<'a, T>,
    result: usize,
    term: usize,
    terms: usize,
}

impl<T: Element, const TERMS: usize> Block<T> for Sum<'_, '_, T, TERMS> {
    /// `result[x] = Σ_{t<terms} term[x + t·term_spacing]`, two terms a turn.
    #[inline(always)]
    fn run<L: Lanes<Element = T>, const N: usize>(&mut self, start: usize) {
        let (sums, mut at) = (&mut *self.sums, self.term + start);
        let mut rest = if TERMS == 0 { self.terms } else { TERMS };
        // SAFETY: as for `Sums::load_term`: `at` is where a term starts, and a block in it.
        let load_term = |at| unsafe { load::<L, N>(sums.terms, at) };
        let mut total = [L::splat(T::default()); N];
        if rest > 0 {
            total = load_term(at);
            rest -= 1;
        }
        while rest >= 2 {
            total = add(add(total, load_term(at + sums.term_spacing)), load_term(at + 2 * sums.term_spacing));
            at += 2 * sums.term_spacing;
            rest -= 2;
        }
        if rest > 0 {
            total = add(total, load_term(at + sums.term_spacing));
        }
        sums.store(total, self.result + start);
    }
}

/// Sums in groups of windows that have a row in common, or meet at one. From that row on, one sweep adds what comes after
/// it and another one what came before, each sum going on where its neighbour ended: a row is added twice, however long
/// the windows are, and nothing is ever subtracted.
struct TwoSweeps<'a, T>(Sums<'a, T>);

impl<T: Element> Block<T> for TwoSweeps<'_, T> {
    #[inline(always)]
    fn run<L: Lanes<Element = T>, const N: usize>(&mut self, start: usize) {
        let Self(sums) = self;
        let (comb, numbers) = (sums.comb, sums.numbers.clone());
        let sum_of = |sums: &Sums<T>, j: usize| (j - numbers.start) * sums.spacing + start;
        let mut group = numbers.start..numbers.start;
        while group.end < numbers.end {
            group = group.end..group.end + 1;
            let first_end = comb.terms(group.start).end;
            while group.end < numbers.end && comb.terms(group.end).start <= first_end {
                group.end += 1;
            }
            let meeting = comb.terms(group.end - 1).start;
            let (mut total, mut next) = ([L::splat(T::default()); N], meeting);
            for j in group.clone() {
                let end = comb.terms(j).end;
                while next < end {
                    total = add(total, sums.load_term(next, start));
                    next += 1;
                }
                sums.store(total, sum_of(sums, j));
            }
            let (mut total, mut next) = ([L::splat(T::default()); N], meeting);
            for j in group.clone().rev() {
                let begin = comb.terms(j).start;
                while next > begin {
                    next -= 1;
                    total = add(total, sums.load_term(next, start));
                }
                let sum = sum_of(sums, j);
                // SAFETY: as for `Sums::store`.
                let after = unsafe { load(sums.results, sum) };
                sums.store(add(after, total), sum);
            }
        }
    }
}
