//! The arithmetic of rows, written once over lanes: the vector does the body, the scalar the tail.
//!
//! Rows here are slices and nothing else: no axis, no plane, no window. What works on a whole row is out of line: inlined
//! into every step it makes the module a sixth larger, and short rows slower (3×3 on 4×4: 1.1 to 1.2 times).

use crate::simd::{Element, Lanes};

/// A window of more terms, or whole blocks, than this is a long one: what it shares with the next one is found first.
///
/// On 16 planes of 120×128 with stride 1 that takes 0.93 of the time at 8 terms down a column and 0.4 at 31; along a row
/// 1.0 at 8, 1.1 at 9 to 11, 0.8 at 31 and 0.5 at 63. Measured by building with 4 and with 100 here, and timing kernels
/// [1, k] and [k, 1] of both builds in one process, in turn.
pub const LONG: usize = 8;

/// `sum[i] = Σ_{a<terms} source[i + a·spacing]`, term by term.
///
/// Along a row this slides a window; over a plane, with the width as spacing, it adds rows.
#[inline(never)]
pub fn sum_terms<T: Element>(sum: &mut [T], source: &[T], terms: usize, spacing: usize) {
    if terms == 0 {
        return sum.fill(T::default());
    }
    let body = sum_vectors::<T, false>(sum, source, terms, spacing);
    let vector = T::Vector::COUNT;
    if body == sum.len() {
        return;
    }
    if body == 0 {
        sum_by::<T, 1, false>(sum, source, terms, spacing);
    } else {
        // What is left is a vector too, if it starts early enough: a few elements are computed twice.
        let last = sum.len() - vector;
        sum_by::<T::Vector, 1, false>(&mut sum[last..], &source[last..], terms, spacing);
    }
}

/// `sum[i] += Σ_{a<terms} source[i + a·spacing]`, term by term.
#[inline(never)]
fn add_terms<T: Element>(sum: &mut [T], source: &[T], terms: usize, spacing: usize) {
    let body = sum_vectors::<T, true>(sum, source, terms, spacing);
    sum_by::<T, 1, true>(&mut sum[body..], &source[body..], terms, spacing);
}

/// The whole vectors of a sum of terms, added to what is there or not. Returns where they end.
#[inline(always)]
fn sum_vectors<T: Element, const ADD: bool>(sum: &mut [T], source: &[T], terms: usize, spacing: usize) -> usize {
    let vector = T::Vector::COUNT;
    let wide = sum.len() / (4 * vector) * (4 * vector);
    let body = sum.len() / vector * vector;
    sum_by::<T::Vector, 4, ADD>(&mut sum[..wide], source, terms, spacing);
    sum_by::<T::Vector, 1, ADD>(&mut sum[wide..body], &source[wide..], terms, spacing);
    body
}

/// A sum of terms by `N` vectors at a time, which stay in registers.
#[inline(always)]
fn sum_by<L: Lanes, const N: usize, const ADD: bool>(
    sum: &mut [L::Element],
    source: &[L::Element],
    terms: usize,
    spacing: usize,
) {
    let load = |from: &[L::Element]| {
        let from = &from[..N * L::COUNT];
        core::array::from_fn::<L, N, _>(|v| L::load(&from[v * L::COUNT..]))
    };
    for (i, to) in sum.chunks_exact_mut(N * L::COUNT).enumerate() {
        let source = &source[i * N * L::COUNT..];
        let mut total = load(if ADD { to } else { source });
        for a in usize::from(!ADD)..terms {
            let term = load(&source[a * spacing..]);
            total = core::array::from_fn(|v| total[v] + term[v]);
        }
        for (vector, to) in total.into_iter().zip(to.chunks_exact_mut(L::COUNT)) {
            vector.store(to);
        }
    }
}

/// `sum[i] = Σ_{a<terms} source[i + a·spacing]`, through sums of 4, 16, … terms when there are many.
///
/// A sum of many terms is one of a quarter as many sums of 4, and the last `terms` modulo 4: O(log terms) additions an
/// element, none ever undone. The sums of 4 are made in `work`, of [`window_work`] elements.
#[inline(never)]
pub fn sum_window<T: Element>(sum: &mut [T], source: &[T], terms: usize, spacing: usize, work: &mut [T]) {
    if terms <= LONG {
        return sum_terms(sum, source, terms, spacing);
    }
    let quarter = terms / 4;
    let (fours, work) = work.split_at_mut(sum.len() + (quarter - 1) * 4 * spacing);
    sum_terms(fours, source, 4, spacing);
    sum_window(sum, fours, quarter, 4 * spacing, work);
    let rest = terms % 4;
    if rest > 0 {
        add_terms(sum, &source[(terms - rest) * spacing..], rest, spacing);
    }
}

/// How many elements [`sum_window`] works in, for a sum of `length` elements.
pub fn window_work(length: u64, terms: u64, spacing: u64) -> u64 {
    if terms <= LONG as u64 {
        return 0;
    }
    let quarter = terms / 4;
    length + (quarter - 1) * 4 * spacing + window_work(length, quarter, 4 * spacing)
}

/// An operation on two elements, or on two vectors of them.
pub trait Operation {
    fn apply<L: Lanes>(left: L, right: L) -> L;
}

pub struct Sum;
pub struct Quotient;

impl Operation for Sum {
    #[inline(always)]
    fn apply<L: Lanes>(left: L, right: L) -> L {
        left + right
    }
}

impl Operation for Quotient {
    #[inline(always)]
    fn apply<L: Lanes>(left: L, right: L) -> L {
        left / right
    }
}

/// `result[i] = left[i] ∘ right[i]`
#[inline(never)]
pub fn combine<O: Operation, T: Element>(result: &mut [T], left: &[T], right: &[T]) {
    let vector = T::Vector::COUNT;
    let (left, right) = (&left[..result.len()], &right[..result.len()]);
    let (body, tail) = split_mut(result, vector);
    let (left, left_tail) = left.split_at(body.len());
    let (right, right_tail) = right.split_at(body.len());
    for ((to, left), right) in
        body.chunks_exact_mut(vector).zip(left.chunks_exact(vector)).zip(right.chunks_exact(vector))
    {
        O::apply(T::Vector::load(left), T::Vector::load(right)).store(to);
    }
    for ((to, &left), &right) in tail.iter_mut().zip(left_tail).zip(right_tail) {
        *to = O::apply(left, right);
    }
}

/// `row[i] = row[i] ∘ other[i]`
#[inline(never)]
pub fn update<O: Operation, T: Element>(row: &mut [T], other: &[T]) {
    let vector = T::Vector::COUNT;
    let (body, tail) = split_mut(row, vector);
    let (other, rest) = other.split_at(body.len());
    for (to, other) in body.chunks_exact_mut(vector).zip(other.chunks_exact(vector)) {
        O::apply(T::Vector::load(to), T::Vector::load(other)).store(to);
    }
    for (to, &other) in tail.iter_mut().zip(rest) {
        *to = O::apply(*to, other);
    }
}

/// The part of `row` that is whole steps, and the rest.
fn split_mut<T>(row: &mut [T], step: usize) -> (&mut [T], &mut [T]) {
    row.split_at_mut(row.len() / step * step)
}

/// `row[i] += source[i·stride]`
#[inline(never)]
pub fn add_every<T: Element>(row: &mut [T], source: &[T], stride: usize) {
    for (sum, &value) in row.iter_mut().zip(source.iter().step_by(stride)) {
        *sum = *sum + value;
    }
}

/// `row[i·stride] = source[i]`
#[inline(never)]
pub fn set_every<T: Element>(row: &mut [T], source: &[T], stride: usize) {
    for (slot, &value) in row.iter_mut().step_by(stride).zip(source) {
        *slot = value;
    }
}
