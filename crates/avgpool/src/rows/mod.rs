//! Rows of elements: summed, divided, transposed. Nothing here knows of pooling.
//!
//! A row is a row of a plane, a column of it, or the channels of a position. Which it is, only the caller knows.

pub mod blocks;
pub mod bytes;
pub mod divide;
pub mod neighbours;
pub mod progression;
pub mod rolling;
pub mod scratch;
pub mod sums;
pub mod transpose;
pub mod widen;
