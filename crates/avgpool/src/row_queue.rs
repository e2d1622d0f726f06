//! A queue of rows that knows the sum of what is in it, for windows that overlap.
//!
//! It knows rows by number and how long they are, not what they hold or what they are for.

use core::ops::Range;

use crate::axis::{Axis, Progression};
use crate::row::{Sum, combine, update};
use crate::simd::Element;

/// Rows `begin..end`, numbered along a progression; their sum costs O(1) a row, however many there are.
///
/// The rows before `middle` hold suffix sums (row r holds Σ rows r..middle), those from `middle` on are as they came and
/// `back` is their sum. So the sum of all is the suffix sum at `begin` plus `back`. When `begin` passes `middle`, the rows
/// that are left become suffix sums in turn. Every row is added twice or less, and nothing is ever subtracted.
pub struct RowQueue<'a, T> {
    rows: &'a mut [T],
    back: &'a mut [T],
    begin: usize,
    middle: usize,
    end: usize,
}

impl<'a, T: Element> RowQueue<'a, T> {
    /// How many elements the two parts of [`RowQueue::new`] take, for the rows of one axis, `width` long.
    pub fn lengths(axis: &Axis, width: usize) -> [u64; 2] {
        // As many rows as one window of either direction holds; forward adds up short windows without a queue.
        let windows = axis.window_blocks().min(axis.output.div_ceil(axis.spacing));
        let taps = if axis.is_long() { axis.kernel.min(axis.input.div_ceil(axis.dilation)) } else { 0 };
        [width as u64, (windows.max(taps) as u64).saturating_mul(width as u64)]
    }

    /// An empty queue of rows as long as `back`, in memory of any content.
    pub fn new([back, rows]: [&'a mut [T]; 2]) -> Self {
        Self { rows, back, begin: 0, middle: 0, end: 0 }
    }

    /// Forgets all rows: those to come are of another plane, or of another progression.
    pub fn clear(&mut self) {
        (self.begin, self.middle, self.end) = (0, 0, 0);
    }

    /// `sum[x] = Σ rows[x]` over the rows `window`, where `load` writes a row that was not there yet.
    ///
    /// From one call to the next the window only moves forward.
    pub fn sum(&mut self, sum: &mut [T], window: Progression, mut load: impl FnMut(usize, &mut [T])) {
        if window.count == 0 {
            return sum.fill(T::default());
        }
        let residue = window.first % window.step;
        self.begin = window.first / window.step;
        let loaded = self.end.max(self.begin);
        self.end = self.begin + window.count;
        for number in loaded..self.end {
            let slot = self.slot(number);
            load(number * window.step + residue, &mut self.rows[slot]);
        }
        if self.begin >= self.middle {
            self.make_suffix_sums();
        } else {
            self.add_to_back(loaded);
        }
        let front = &self.rows[self.slot(self.begin)];
        if self.middle == self.end {
            sum.copy_from_slice(front);
        } else {
            combine::<Sum, T>(sum, front, self.back);
        }
    }

    fn make_suffix_sums(&mut self) {
        for number in (self.begin + 1..self.end).rev() {
            let neighbours = [self.slot(number - 1), self.slot(number)];
            let [row, next] = self.rows.get_disjoint_mut(neighbours).expect("two rows of a ring");
            update::<Sum, T>(row, next);
        }
        self.middle = self.end;
    }

    fn add_to_back(&mut self, loaded: usize) {
        for number in loaded..self.end {
            let row = &self.rows[self.slot(number)];
            if number == self.middle {
                self.back.copy_from_slice(row);
            } else {
                update::<Sum, T>(self.back, row);
            }
        }
    }

    /// Where row `number` lies in the ring.
    fn slot(&self, number: usize) -> Range<usize> {
        let width = self.back.len();
        let start = number % (self.rows.len() / width) * width;
        start..start + width
    }
}
