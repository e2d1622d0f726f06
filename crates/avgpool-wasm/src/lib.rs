//! The bridge: `Buffer`, memory for a tensor's elements, and `Plans`, a table of poolings of planes of one size.
//!
//! It fits JavaScript's numbers and buffers to `avgpool`'s plans and slices. What a shape, an option or a message is, it
//! leaves to TypeScript, and all arithmetic to `avgpool`. Every allocation of a size that a user chose is tried, so that
//! running out is an answer and not a trap.

mod buffer;
mod memory;
mod plan;

pub use buffer::{Buffer, DType, live_buffers, reserve};
pub use plan::{Plans, Status, output_size};
