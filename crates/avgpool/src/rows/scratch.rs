//! Scratch memory: the lengths of its parts. The caller owns the memory, so nothing here allocates.

/// The lengths of the `N` parts that a slice is split into.
#[derive(Clone, Copy, Debug)]
pub struct Scratch<const N: usize>([usize; N]);

impl<const N: usize> Scratch<N> {
    /// Parts of these lengths, or `None` if their sum is more than `most`. Lengths have 64 bits, because a geometry can ask for
    /// more than a 32-bit machine can count.
    pub fn new(lengths: [u64; N], most: usize) -> Option<Self> {
        let total = lengths.iter().fold(0_u64, |sum, &length| sum.saturating_add(length));
        (total <= most as u64).then(|| Self(lengths.map(|length| length as usize)))
    }

    /// The sum of the lengths.
    pub fn len(&self) -> usize {
        self.0.iter().sum()
    }

    /// Splits `memory` into the parts. It may be longer, and may hold any values.
    ///
    /// # Panics
    ///
    /// If it is shorter than [`Scratch::len`].
    pub fn split<'a, T>(&self, memory: &'a mut [T]) -> [&'a mut [T]; N] {
        let mut rest = memory;
        self.0.map(|length| rest.split_off_mut(..length).expect("scratch memory of the length asked for"))
    }
}
