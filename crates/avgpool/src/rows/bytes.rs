//! Sums of rows of bytes.
//!
//! It knows which rows enter a sum and which leave it, and neither padding nor windows. Sums of whole numbers are exact, so a
//! row can be subtracted again.

#![expect(unsafe_code, reason = "one check for each block of columns instead of one for each row: see blocks.rs")]

use crate::simd::{U8x16, U16x8};

/// Rows at equal distances: the first one, their number, and the distance.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    pub first: usize,
    pub count: usize,
    pub step: usize,
}

impl Terms {
    /// No row.
    pub const NONE: Self = Self { first: 0, count: 0, step: 0 };

    /// The positions of the terms.
    pub fn iter(&self) -> impl Iterator<Item = usize> + use<> {
        let Self { first, count, step } = *self;
        (0..count).map(move |i| first + i * step)
    }

    /// Takes the first rows out, at most `count`.
    fn take(&mut self, count: usize) -> Self {
        let taken = Self { count: self.count.min(count), ..*self };
        *self = Self { first: self.first + taken.count * self.step, count: self.count - taken.count, step: self.step };
        taken
    }
}

/// The change from one sum of rows to another.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    pub added: Terms,
    pub removed: Terms,
}

/// The most rows whose sum is the same as a signed and as an unsigned integer of 16 bits.
const MOST_ROWS: usize = 128;

impl Change {
    /// Changes that make up this one. Each fits in 16 bits, signed or not.
    pub fn parts(mut self) -> impl Iterator<Item = Self> {
        core::iter::from_fn(move || {
            let part = Self { added: self.added.take(MOST_ROWS), removed: self.removed.take(MOST_ROWS) };
            (part.added.count + part.removed.count > 0).then_some(part)
        })
    }
}

/// `sums[x] = before[x] + Σ bytes[added, x] − Σ bytes[removed, x]` modulo 2^16. Without `before`, it is 0. A row starts `pitch`
/// bytes after the one before.
///
/// # Panics
///
/// If a row is missing or shorter than a vector, or `before` has another length.
#[inline(never)]
pub fn change_sums(sums: &mut [u16], before: Option<&[u16]>, bytes: &[u8], pitch: usize, change: &Change) {
    let width = sums.len();
    for terms in [change.added, change.removed] {
        let last = terms.first + terms.count.saturating_sub(1) * terms.step;
        let rows_end = bytes.len().checked_sub(width).map(|start| start / pitch + 1);
        assert!(terms.count == 0 || rows_end.is_some_and(|end| last < end), "a row for every term");
    }
    assert!(width >= LANES && before.is_none_or(|before| before.len() == width), "a sum for every column");
    let mut x = 0;
    while width - x >= 8 * LANES {
        change_block::<8>(sums, before, bytes, pitch, change, x);
        x += 8 * LANES;
    }
    while x < width {
        change_block::<1>(sums, before, bytes, pitch, change, x.min(width - LANES));
        x += LANES;
    }
}

/// The lanes of a vector of 16-bit integers.
pub const LANES: usize = 8;

/// The sums of `N` vectors of columns from `x` on.
#[inline(always)]
fn change_block<const N: usize>(
    sums: &mut [u16],
    before: Option<&[u16]>,
    bytes: &[u8],
    pitch: usize,
    change: &Change,
    x: usize,
) {
    debug_assert!(x + N * LANES <= sums.len());
    let columns = |v: usize| x + v * LANES..x + (v + 1) * LANES;
    // SAFETY: all columns of the block are in the row.
    let mut totals: [U16x8; N] = core::array::from_fn(|v| {
        before.map_or(U16x8::default(), |before| U16x8::load(unsafe { before.get_unchecked(columns(v)) }))
    });
    // SAFETY: the same, and `change_sums` has checked the end of the last row.
    let row = |at: usize, v| U16x8::of_bytes(unsafe { bytes.get_unchecked(at + v * LANES..at + (v + 1) * LANES) });
    let Change { added, removed } = change;
    let mut at = added.first * pitch + x;
    for _ in 0..added.count {
        totals = core::array::from_fn(|v| totals[v].add(row(at, v)));
        at += added.step * pitch;
    }
    let mut at = removed.first * pitch + x;
    for _ in 0..removed.count {
        totals = core::array::from_fn(|v| totals[v].sub(row(at, v)));
        at += removed.step * pitch;
    }
    for (v, total) in totals.into_iter().enumerate() {
        // SAFETY: all columns of the block are in the row.
        total.store(unsafe { sums.get_unchecked_mut(columns(v)) });
    }
}

/// A division of sums of bytes, rounded to the nearest, halves up: `(sum + addend) · factor / 2^(16 + shift)`, rounded down.
#[derive(Clone, Copy, Debug)]
pub struct Reciprocal {
    addend: u16,
    factor: u16,
    shift: u32,
}

impl Reciprocal {
    /// The division by `count` of the sum of `count` bytes. `None` if no factor of 16 bits rounds all sums correctly.
    ///
    /// The factor is 2^(16 + shift) / count, rounded up. The excess moves no quotient to the next whole number, as long as the
    /// largest sum times the excess is less than 2^(16 + shift).
    pub fn new(count: u64) -> Option<Self> {
        let shift = count.next_power_of_two().trailing_zeros().checked_sub(1)?;
        let power = 1_u64 << (16 + shift);
        let factor = power.div_ceil(count);
        let (addend, excess) = (count / 2, factor * count - power);
        let largest = 255 * count + addend;
        let is_exact = u16::try_from(largest.max(factor)).is_ok() && largest * excess < power;
        is_exact.then_some(Self { addend: addend as u16, factor: factor as u16, shift })
    }

    /// The quotients of sums.
    #[inline(always)]
    pub fn average(self, sums: U16x8) -> U16x8 {
        sums.scale(self.addend, self.factor, self.shift)
    }
}

/// Runs of sums, each of neighbours at equal distances.
#[derive(Clone, Copy, Debug)]
pub struct Runs {
    count: usize,
    /// The sums of a run.
    len: usize,
    /// From the first neighbour of a run to that of the next one.
    pitch: usize,
    terms: usize,
    distance: usize,
    /// The bytes of the neighbours that lie in the same vector, if every second one does.
    pairs: [u8; 2 * LANES],
}

impl Runs {
    /// Sums that are neighbours in memory, as their terms are.
    pub fn one(len: usize, terms: usize, distance: usize) -> Self {
        Self { count: 1, len, pitch: 0, terms, distance, pairs: [u8::MAX; 2 * LANES] }
    }

    /// A run for each position, of which two may fit in a vector.
    pub fn of_positions(count: usize, len: usize, pitch: usize, terms: usize, distance: usize) -> Self {
        let runs = Self { count, pitch, ..Self::one(len, terms, distance) };
        if 2 * distance > LANES || terms % 2 == 1 {
            return runs;
        }
        let pairs = core::array::from_fn(|byte| (byte + distance * size_of::<u16>()) as u8);
        Self { terms: terms / 2, distance: 2 * distance, pairs, ..runs }
    }
}

/// `totals[r·len + x] = Σ_{j<terms} sums[r·pitch + x + j·distance]`, for `x < len` in every run r.
///
/// A vector may end with totals of the next run, which are written again.
///
/// # Panics
///
/// If either slice ends less than a vector after its last element in use.
#[inline(never)]
pub fn sum_runs(totals: &mut [u16], sums: &[u16], runs: &Runs) {
    let Runs { count, len, pitch, terms, distance, pairs } = *runs;
    let pairs = U8x16::load(&pairs);
    let last = (count - 1) * pitch + len - 1 + (terms - 1) * distance;
    assert!(last + LANES <= sums.len() && count * len - 1 + LANES <= totals.len(), "a vector for every total");
    let (mut from, mut to) = (0, 0);
    for _ in 0..count {
        let mut x = 0;
        while x + 4 * LANES <= len {
            // SAFETY: the last vector of each term ends at `last` + LANES or before, which the assertion has checked.
            unsafe { sum_terms::<4>(totals, to + x, sums, from + x, [terms, distance], pairs) };
            x += 4 * LANES;
        }
        while x < len {
            // SAFETY: x < len, so every vector starts at `last` or before.
            unsafe { sum_terms::<1>(totals, to + x, sums, from + x, [terms, distance], pairs) };
            x += LANES;
        }
        (from, to) = (from + pitch, to + len);
    }
}

/// `N` vectors of totals from `to` on. Only single vectors have pairs.
///
/// # Safety
///
/// The vectors of all terms and totals must lie inside their slices.
#[inline(always)]
unsafe fn sum_terms<const N: usize>(
    totals: &mut [u16],
    to: usize,
    sums: &[u16],
    from: usize,
    [terms, distance]: [usize; 2],
    pairs: U8x16,
) {
    // SAFETY: the caller's promise.
    let load = |at: usize, v: usize| U16x8::load(unsafe { sums.get_unchecked(at + v * LANES..at + (v + 1) * LANES) });
    let mut at = from;
    let mut block: [U16x8; N] = core::array::from_fn(|v| load(at, v));
    let mut rest = terms - 1;
    // A single vector waits for its last addition, so it adds two terms at a time.
    while N == 1 && rest >= 2 {
        block = core::array::from_fn(|v| block[v].add(load(at + distance, v).add(load(at + 2 * distance, v))));
        (at, rest) = (at + 2 * distance, rest - 2);
    }
    while rest > 0 {
        at += distance;
        block = core::array::from_fn(|v| block[v].add(load(at, v)));
        rest -= 1;
    }
    if N == 1 {
        block = block.map(|total| total.add(total.select(pairs)));
    }
    for (v, total) in block.into_iter().enumerate() {
        // SAFETY: the caller's promise.
        total.store(unsafe { totals.get_unchecked_mut(to + v * LANES..to + (v + 1) * LANES) });
    }
}

/// `averages[x] = sums[x] / count`, rounded to the nearest, halves up.
///
/// # Panics
///
/// If there is less than a vector of averages, or a sum is missing.
#[inline(never)]
pub fn average_sums(averages: &mut [u8], sums: &[u16], reciprocal: Reciprocal) {
    let len = averages.len();
    assert!(LANES <= len && len <= sums.len(), "a vector of averages, and their sums");
    let mut x = 0;
    while x < len {
        let at = x.min(len - LANES);
        // SAFETY: at + LANES is at most `len`, which the assertion has checked.
        let (sums, averages) =
            unsafe { (sums.get_unchecked(at..at + LANES), averages.get_unchecked_mut(at..at + LANES)) };
        reciprocal.average(U16x8::load(sums)).store_bytes(averages);
        x += LANES;
    }
}

/// `sums[x] += changes[x]`, as signed integers.
#[inline(never)]
pub fn add_changes(sums: &mut [f32], changes: &[u16]) {
    let (sums, last_sums) = sums.as_chunks_mut::<LANES>();
    let (changes, last_changes) = changes.as_chunks::<LANES>();
    for (sums, changes) in sums.iter_mut().zip(changes) {
        U16x8::load(changes).add_to(sums);
    }
    for (sum, change) in last_sums.iter_mut().zip(last_changes) {
        *sum += f32::from(change.cast_signed());
    }
}
