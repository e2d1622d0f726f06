//! Sums of rows: one axis of a pooling, over rows of any width.
//!
//! It knows which rows are added up, not what a row is: of the height it is a row of the plane, of the width a column of
//! many rows, and forward and backward differ in the combs that they ask for.

use core::ops::Range;

use crate::axis::Comb;
use crate::blocks::{Block, add, for_blocks, load, store};
use crate::simd::{Element, Lanes};

/// A window is long if it has more than this many times as many terms as it does not share with the next one.
const LONG: usize = 6;

/// Rows of `width` elements, one after the other, of which the first one is at position `first` of an axis.
#[derive(Clone, Copy)]
pub struct Rows<'a, T> {
    pub elements: &'a [T],
    pub first: usize,
    pub width: usize,
}

/// `sums[x] = Σ rows[x]` over the terms that the combs have for position x, for every x of `results`.
#[inline(never)]
pub fn sum_rows<T: Element>(
    combs: impl Iterator<Item = Comb>,
    results: &Range<usize>,
    sums: &mut [T],
    rows: Rows<T>,
) {
    for comb in combs {
        let numbers = comb.at(results);
        let start = |j: usize| (comb.result + j * comb.result_step - results.start) * rows.width;
        if comb.is_long() {
            sum_by_sweeps(&comb, numbers, sums, start, rows);
            continue;
        }
        // Where nothing is clipped, and rows follow each other as their terms do, they are added up as one long row.
        let joined = if comb.is_contiguous() { comb.unclipped() } else { 0..0 };
        let mut j = numbers.start;
        while j < numbers.end {
            let count = if joined.contains(&j) { joined.end.min(numbers.end) - j } else { 1 };
            let terms = comb.terms(j);
            let sources = if terms.is_empty() { rows.elements } else { rows.from(&comb, terms.start) };
            let spacing = comb.source_step.wrapping_mul(rows.width);
            sum_terms(&mut sums[start(j)..][..count * rows.width], sources, terms.len(), spacing);
            j += count;
        }
    }
}

impl Comb {
    /// Whether sums share so much that it is found first.
    fn is_long(&self) -> bool {
        self.terms.min(self.sources) > LONG * self.shift
    }

    /// Whether sums follow each other, and are shifted by as much as they do.
    fn is_contiguous(&self) -> bool {
        (self.result_step, self.shift * self.source_step) == (1, 1)
    }
}

impl<'a, T> Rows<'a, T> {
    /// What starts with the row of term `number`.
    #[inline(always)]
    fn from(&self, comb: &Comb, number: usize) -> &'a [T] {
        &self.elements[(comb.source + number * comb.source_step - self.first) * self.width..]
    }
}

/// `sum[i] = Σ_{a<terms} source[i + a·spacing]`, term by term.
#[inline(never)]
pub fn sum_terms<T: Element>(sum: &mut [T], source: &[T], terms: usize, spacing: usize) {
    if terms == 0 {
        return sum.fill(T::default());
    }
    for_blocks(sum.len(), &mut Terms { sum, source, terms, spacing });
}

struct Terms<'a, T> {
    sum: &'a mut [T],
    source: &'a [T],
    terms: usize,
    spacing: usize,
}

impl<T: Element> Block<T> for Terms<'_, T> {
    #[inline(always)]
    fn run<L: Lanes<Element = T>, const N: usize>(&mut self, start: usize, last: usize) {
        let source = &self.source[start..];
        let mut total = load::<L, N>(source, last);
        for a in 1..self.terms {
            total = add(total, load(&source[a * self.spacing..], last));
        }
        store(total, &mut self.sum[start..], last);
    }
}

/// Sums of many terms, in groups that meet at one row.
fn sum_by_sweeps<T: Element>(
    comb: &Comb,
    mut numbers: Range<usize>,
    sums: &mut [T],
    start: impl Fn(usize) -> usize,
    rows: Rows<T>,
) {
    while !numbers.is_empty() {
        let first_end = comb.terms(numbers.start).end;
        let meeting = numbers.clone().take_while(|&j| comb.terms(j).start <= first_end).count();
        let group = numbers.start..numbers.start + meeting;
        let sums = &mut sums[start(group.start)..];
        sweep(Sweeps { comb, group, sums, spacing: comb.result_step * rows.width, rows });
        numbers.start += meeting;
    }
}

/// Out of line, as [`sum_terms`] is: large functions stay long in the engines' baseline compilers.
#[inline(never)]
fn sweep<T: Element>(mut sweeps: Sweeps<T>) {
    for_blocks(sweeps.rows.width, &mut sweeps);
}

/// From the row where the windows of a group meet, one sweep adds what comes after it and another one what came before,
/// each sum going on where its neighbour ended: a row is added twice, however long the windows, and nothing is ever
/// subtracted.
struct Sweeps<'a, T> {
    comb: &'a Comb,
    group: Range<usize>,
    sums: &'a mut [T],
    spacing: usize,
    rows: Rows<'a, T>,
}

impl<T: Element> Block<T> for Sweeps<'_, T> {
    #[inline(always)]
    fn run<L: Lanes<Element = T>, const N: usize>(&mut self, start: usize, last: usize) {
        let Self { comb, rows, .. } = *self;
        let load_term = |number| load::<L, N>(&rows.from(comb, number)[start..], last);
        let zeros = [L::splat(T::default()); N];
        let meeting = comb.terms(self.group.end - 1).start;
        let (mut total, mut next) = (zeros, meeting);
        for (i, j) in self.group.clone().enumerate() {
            let end = comb.terms(j).end;
            while next < end {
                total = add(total, load_term(next));
                next += 1;
            }
            store(total, &mut self.sums[i * self.spacing + start..], last);
        }
        let (mut total, mut next) = (zeros, meeting);
        for (i, j) in self.group.clone().enumerate().rev() {
            let begin = comb.terms(j).start;
            while next > begin {
                next -= 1;
                total = add(total, load_term(next));
            }
            let sum = &mut self.sums[i * self.spacing + start..];
            store(add(load(sum, last), total), sum, last);
        }
    }
}
