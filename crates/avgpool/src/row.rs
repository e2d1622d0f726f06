//! The arithmetic of rows, written once over lanes: the vector does the body, the scalar the tail.
//!
//! Rows here are slices and nothing else: no axis, no plane, no window.

use crate::simd::{Element, Lanes};

/// A sum of more terms than this is made by doubling, and a window of more whole blocks than this is a long one.
/// At 8 both ways cost about the same; from there doubling grows with the logarithm only.
pub const LONG: usize = 8;

/// `sum[i] = Σ_{a<terms} source[i + a·spacing]`, term by term.
///
/// Along a row this slides a window; over a plane, with the width as spacing, it adds rows.
pub fn sum_terms<T: Element>(sum: &mut [T], source: &[T], terms: usize, spacing: usize) {
    if terms == 0 {
        return sum.fill(T::default());
    }
    let vector = T::Vector::COUNT;
    let wide = sum.len() / (4 * vector) * (4 * vector);
    let body = sum.len() / vector * vector;
    add_terms::<T::Vector, 4>(&mut sum[..wide], source, terms, spacing);
    add_terms::<T::Vector, 1>(&mut sum[wide..body], &source[wide..], terms, spacing);
    if body == 0 {
        add_terms::<T, 1>(sum, source, terms, spacing);
    } else if body < sum.len() {
        // What is left is a vector too, if it starts early enough: a few elements are computed twice.
        let last = sum.len() - vector;
        add_terms::<T::Vector, 1>(&mut sum[last..], &source[last..], terms, spacing);
    }
}

/// [`sum_terms`] by `N` vectors at a time, which stay in registers.
#[inline(always)]
fn add_terms<L: Lanes, const N: usize>(sum: &mut [L::Element], source: &[L::Element], terms: usize, spacing: usize) {
    for (i, to) in sum.chunks_exact_mut(N * L::COUNT).enumerate() {
        let source = &source[i * N * L::COUNT..];
        let load = |a: usize| {
            let from = &source[a * spacing..][..N * L::COUNT];
            core::array::from_fn::<L, N, _>(|v| L::load(&from[v * L::COUNT..]))
        };
        let mut total = load(0);
        for a in 1..terms {
            let term = load(a);
            total = core::array::from_fn(|v| total[v] + term[v]);
        }
        for (vector, to) in total.into_iter().zip(to.chunks_exact_mut(L::COUNT)) {
            vector.store(to);
        }
    }
}

/// `sum[i] = Σ_{a<terms} source[i + a·spacing]`, by doubling when there are many terms.
///
/// Sums of 1, 2, 4, … neighbouring terms are made in `doubled` (as long as `source`), each from the last one, and those
/// that `terms` has as binary digits are put one behind the other: O(log terms) additions an element, none ever undone.
pub fn sum_window<T: Element>(sum: &mut [T], source: &[T], terms: usize, spacing: usize, doubled: &mut [T]) {
    if terms <= LONG {
        return sum_terms(sum, source, terms, spacing);
    }
    let mut valid = sum.len() + (terms - 1) * spacing;
    doubled[..valid].copy_from_slice(&source[..valid]);
    let mut placed = 0;
    let mut length = 1;
    loop {
        if terms & length != 0 {
            let part = &doubled[placed * spacing..][..sum.len()];
            if placed == 0 {
                sum.copy_from_slice(part);
            } else {
                update::<Sum, T>(sum, part);
            }
            placed += length;
        }
        if placed == terms {
            return;
        }
        let row = &mut doubled[..valid];
        valid -= length * spacing;
        let body = double::<T::Vector>(row, length * spacing, 0);
        double::<T>(row, length * spacing, body);
        length *= 2;
    }
}

/// `row[i] += row[i + distance]` from `start` on, whole vectors only. Returns where it ends.
///
/// In place: what is read has not been written yet.
#[inline(always)]
fn double<L: Lanes>(row: &mut [L::Element], distance: usize, start: usize) -> usize {
    let mut i = start;
    while i + L::COUNT <= row.len() - distance {
        (L::load(&row[i..]) + L::load(&row[i + distance..])).store(&mut row[i..]);
        i += L::COUNT;
    }
    i
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
pub fn add_every<T: Element>(row: &mut [T], source: &[T], stride: usize) {
    for (sum, &value) in row.iter_mut().zip(source.iter().step_by(stride)) {
        *sum = *sum + value;
    }
}

/// `row[i·stride] = source[i]`
pub fn set_every<T: Element>(row: &mut [T], source: &[T], stride: usize) {
    for (slot, &value) in row.iter_mut().step_by(stride).zip(source) {
        *slot = value;
    }
}
