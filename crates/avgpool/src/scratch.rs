//! The memory that one call works in: a slice that the caller brings, cut into the rows that the steps ask for.
//!
//! It knows who works with which row, not what for; how long a row is, its user says.

use crate::columns::Columns;
use crate::divisor::Divisors;
use crate::geometry::Geometry;
use crate::row_queue::RowQueue;
use crate::simd::Element;

/// What forward and backward work with.
pub struct Scratch<'a, T> {
    /// The rows that windows are made in.
    pub columns: Columns<'a, T>,
    /// The rows that windows have in common.
    pub queue: RowQueue<'a, T>,
    /// What to divide by.
    pub divisors: Divisors<'a, T>,
}

impl<'a, T: Element> Scratch<'a, T> {
    /// Cuts `memory`, of `layout.total` elements or more with any values.
    pub fn new(geometry: &'a Geometry, layout: &Layout, memory: &'a mut [T]) -> Self {
        let mut rest = memory;
        let [c0, c1, c2, c3, c4, q0, q1, d0, d1] =
            layout.lengths.map(|length| rest.split_off_mut(..length).expect("as much memory as the layout says"));
        let Geometry { rows, columns, divisor } = geometry;
        Self {
            columns: Columns::new(columns, [c0, c1, c2, c3, c4]),
            queue: RowQueue::new([q0, q1]),
            divisors: Divisors::new(*divisor, rows, columns, [d0, d1]),
        }
    }
}

/// How many elements each row takes.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    lengths: [usize; 9],
    /// How many all of them take.
    pub total: usize,
}

impl Layout {
    /// The layout for a geometry, or nothing if the machine cannot count as many elements.
    pub fn new(geometry: &Geometry) -> Option<Self> {
        let Geometry { rows, columns, .. } = geometry;
        let [c0, c1, c2, c3, c4] = Columns::<f32>::lengths(columns);
        let [q0, q1] = RowQueue::<f32>::lengths(rows, columns.input);
        let [d0, d1] = Divisors::<f32>::lengths(columns);
        // In 64 bits, for a geometry can ask for more than the machine can count.
        let lengths = [c0, c1, c2, c3, c4, q0, q1, d0, d1];
        let total = usize::try_from(lengths.into_iter().fold(0, u64::saturating_add)).ok()?;
        Some(Self { lengths: lengths.map(|length| length as usize), total })
    }
}
