//! A sliding band of rows: rows enter at its end, and leave at its beginning once nothing needs them.
//!
//! It knows the numbers of its rows, not what they hold.

use core::ops::Range;

use crate::rows::sums::Rows;

/// Consecutive rows of one matrix, the last ones that were appended.
pub struct Band<'a, T> {
    memory: &'a mut [T],
    width: usize,
    /// The numbers of the rows in the band.
    held: Range<usize>,
}

impl<'a, T: Copy> Band<'a, T> {
    /// An empty band in `memory`, which starts before row 0.
    pub fn new(memory: &'a mut [T], width: usize) -> Self {
        Self { memory, width, held: 0..0 }
    }

    /// Appends `count` rows, for the caller to write.
    ///
    /// # Panics
    ///
    /// If the memory is too short for them.
    pub fn append(&mut self, count: usize) -> &mut [T] {
        let start = self.held.len() * self.width;
        self.held.end += count;
        &mut self.memory[start..start + count * self.width]
    }

    /// All rows in the band, at the positions that are their numbers.
    pub fn rows(&self) -> Rows<'_, T> {
        Rows { elements: &self.memory[..self.held.len() * self.width], first: self.held.start, width: self.width }
    }

    /// Drops the rows before `number` and moves the others to the beginning of the memory.
    pub fn drop_before(&mut self, number: usize) {
        let kept = number.clamp(self.held.start, self.held.end);
        self.memory.copy_within((kept - self.held.start) * self.width..self.held.len() * self.width, 0);
        self.held.start = kept;
    }
}
