//! Sums of rows: one axis of a pooling, over rows of any width.
//!
//! It knows which rows are added up, not what a row is: of the height it is a row of the plane, of the width a column of
//! many rows, and forward and backward differ in the combs that they ask for.

#![expect(unsafe_code, reason = "rows are checked once a comb, not once a load: see blocks.rs")]

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
/// some `matrices` of rows, one after the other.
///
/// # Panics
///
/// If a row is not there.
#[inline(never)]
pub fn sum_rows<T: Element>(
    combs: &Combs,
    results: &Range<usize>,
    sums: &mut [T],
    rows: Rows<T>,
    matrices: usize,
) {
    let (sums_apart, rows_apart) = (sums.len() / matrices, rows.elements.len() / matrices);
    let mut combs = combs.iter().peekable();
    while let Some(comb) = combs.next() {
        let numbers = comb.at(results);
        // Where strides are long, neighbours are often held by the same windows.
        let mut copies = 1;
        while combs.next_if(|next| next.equals(&comb, copies) && next.at(results) == numbers).is_some() {
            copies += 1;
        }
        let inner = comb.unclipped();
        let inner = inner.start.clamp(numbers.start, numbers.end)..inner.end.clamp(numbers.start, numbers.end);
        for (sums, elements) in sums.chunks_exact_mut(sums_apart).zip(rows.elements.chunks_exact(rows_apart)) {
            let rows = Rows { elements, ..rows };
            if comb.is_long() {
                for copy in 0..copies {
                    let comb = Comb { result: comb.result + copy, ..comb };
                    sweep(Sums::new(&comb, numbers.clone(), 1, results.start, sums, rows));
                }
                continue;
            }
            for clipped in [numbers.start..inner.start, inner.end..numbers.end] {
                if !clipped.is_empty() {
                    add_clipped(Sums::new(&comb, clipped, copies, results.start, sums, rows));
                }
            }
            if !inner.is_empty() {
                add_up(Sums::new(&comb, inner.clone(), copies, results.start, sums, rows));
            }
        }
    }
}

/// Some sums of a comb that follow one another.
struct Sums<'a, T> {
    comb: &'a Comb,
    numbers: Range<usize>,
    /// The sums: the first one, and then one every `spacing` elements.
    sums: &'a mut [T],
    spacing: usize,
    /// How often each is written, to rows that follow each other.
    copies: usize,
    /// Their terms, from number `first` on: one every `term_spacing` elements.
    terms: &'a [T],
    first: usize,
    term_spacing: usize,
    width: usize,
}

impl<'a, T: Element> Sums<'a, T> {
    /// Checks, once for all sums, that they and their terms are there.
    #[inline(always)]
    fn new(
        comb: &'a Comb,
        numbers: Range<usize>,
        copies: usize,
        begin: usize,
        sums: &'a mut [T],
        rows: Rows<'a, T>,
    ) -> Self {
        let width = rows.width;
        let cut = |first: usize, step: usize, numbers: &Range<usize>, begin: usize, copies: usize| {
            if numbers.is_empty() {
                0..0
            } else {
                let position = |number| first + number * step - begin;
                position(numbers.start) * width..(position(numbers.end - 1) + copies) * width
            }
        };
        // The terms of a sum start and end no earlier than those of the sum before.
        let terms = if numbers.is_empty() {
            0..0
        } else {
            comb.terms(numbers.start).start..comb.terms(numbers.end - 1).end
        };
        Self {
            sums: &mut sums[cut(comb.result, comb.result_step, &numbers, begin, copies)],
            copies,
            spacing: comb.result_step * width,
            terms: &rows.elements[cut(comb.source, comb.source_step, &terms, rows.first, 1)],
            first: terms.start,
            term_spacing: comb.source_step.wrapping_mul(width),
            width,
            comb,
            numbers,
        }
    }

    #[inline(always)]
    fn load_term<L: Lanes<Element = T>, const N: usize>(&self, number: usize, start: usize, last: usize) -> [L; N] {
        // SAFETY: `new` has cut `terms` to end with the last term of these sums, and blocks lie inside the width.
        unsafe { load(self.terms, (number - self.first) * self.term_spacing + start, last) }
    }

    #[inline(always)]
    fn load<L: Lanes<Element = T>, const N: usize>(&self, i: usize, start: usize, last: usize) -> [L; N] {
        // SAFETY: `new` has cut `sums` to end with the last of them, and blocks lie inside the width.
        unsafe { load(self.sums, i * self.spacing + start, last) }
    }

    #[inline(always)]
    fn store<L: Lanes<Element = T>, const N: usize>(&mut self, sum: [L; N], i: usize, start: usize, last: usize) {
        // SAFETY: as for `load`.
        unsafe { store(sum, self.sums, i * self.spacing + start, last) }
    }
}

/// Sums of which some terms are clipped. Out of line: large functions stay long in the engines' baseline compilers.
#[inline(never)]
fn add_clipped<T: Element>(mut sums: Sums<T>) {
    let (width, spacing) = (sums.width, sums.spacing);
    for (i, j) in sums.numbers.clone().enumerate() {
        let terms = sums.comb.terms(j);
        let term = terms.start.saturating_sub(sums.first) * sums.term_spacing;
        for_blocks(width, &mut Sum::<T, 0> { sums: &mut sums, sum: i * spacing, term, terms: terms.len() });
    }
}

/// Sums of which all terms are there, in equally many.
#[inline(never)]
fn add_up<T: Element>(sums: Sums<T>) {
    match sums.comb.terms {
        1 => add_all::<T, 1>(sums),
        2 => add_all::<T, 2>(sums),
        3 => add_all::<T, 3>(sums),
        _ => add_all::<T, 0>(sums),
    }
}

#[inline(always)]
fn add_all<T: Element, const TERMS: usize>(mut sums: Sums<T>) {
    let terms = sums.comb.terms;
    let mut width = sums.width;
    let (mut count, step, shift) = (sums.numbers.len(), sums.spacing, sums.comb.shift * sums.term_spacing);
    // Rows that follow each other as their terms do are one long row.
    if step == width && shift == width && sums.copies == 1 {
        (width, count) = (width * count, count.min(1));
    }
    let (mut sum, mut term) = (0, 0);
    for _ in 0..count {
        for_blocks(width, &mut Sum::<T, TERMS> { sums: &mut sums, sum, term, terms });
        sum += step;
        term += shift;
    }
}

/// One sum, of `TERMS` terms or, if that is 0, of any number.
struct Sum<'s, 'a, T, const TERMS: usize> {
    sums: &'s mut Sums<'a, T>,
    sum: usize,
    term: usize,
    terms: usize,
}

impl<T: Element, const TERMS: usize> Block<T> for Sum<'_, '_, T, TERMS> {
    #[inline(always)]
    fn run<L: Lanes<Element = T>, const N: usize>(&mut self, start: usize, last: usize) {
        let terms = if TERMS == 0 { self.terms } else { TERMS };
        let spacing = self.sums.term_spacing;
        let mut total = [L::splat(T::default()); N];
        if terms > 0 {
            // SAFETY: as for `Sums::load_term`.
            total = unsafe { load(self.sums.terms, self.term + start, last) };
            let mut at = self.term + start;
            let mut term = 1;
            while term + 2 <= terms {
                let (first, second) = unsafe {
                    (load(self.sums.terms, at + spacing, last), load(self.sums.terms, at + 2 * spacing, last))
                };
                total = add(add(total, first), second);
                at += 2 * spacing;
                term += 2;
            }
            if term < terms {
                total = add(total, unsafe { load(self.sums.terms, at + spacing, last) });
            }
        }
        let mut sum = self.sum + start;
        for _ in 0..self.sums.copies {
            // SAFETY: as for `Sums::store`.
            unsafe { store(total, self.sums.sums, sum, last) }
            sum += self.sums.width;
        }
    }
}

/// Sums of many terms, by two sweeps a group. Out of line like [`add_up`].
#[inline(never)]
fn sweep<T: Element>(sums: Sums<T>) {
    for_blocks(sums.width, &mut TwoSweeps(sums));
}

/// Sums in groups of windows that have a row in common, or meet at one. From that row on, one sweep adds what comes after
/// it and another one what came before, each sum going on where its neighbour ended: a row is added twice, however long
/// the windows are, and nothing is ever subtracted.
struct TwoSweeps<'a, T>(Sums<'a, T>);

impl<T: Element> Block<T> for TwoSweeps<'_, T> {
    #[inline(always)]
    fn run<L: Lanes<Element = T>, const N: usize>(&mut self, start: usize, last: usize) {
        let Self(sums) = self;
        let (first, comb) = (sums.numbers.start, *sums.comb);
        let mut group = first..first;
        while group.end < sums.numbers.end {
            group = group.end..group.end + 1;
            let end = comb.terms(group.start).end;
            while group.end < sums.numbers.end && comb.terms(group.end).start <= end {
                group.end += 1;
            }
            let meeting = comb.terms(group.end - 1).start;
            let (mut total, mut next) = ([L::splat(T::default()); N], meeting);
            for j in group.clone() {
                let end = comb.terms(j).end;
                while next < end {
                    total = add(total, sums.load_term(next, start, last));
                    next += 1;
                }
                sums.store(total, j - first, start, last);
            }
            let (mut total, mut next) = ([L::splat(T::default()); N], meeting);
            for j in group.clone().rev() {
                let begin = comb.terms(j).start;
                while next > begin {
                    next -= 1;
                    total = add(total, sums.load_term(next, start, last));
                }
                sums.store(add(sums.load(j - first, start, last), total), j - first, start, last);
            }
        }
    }
}
