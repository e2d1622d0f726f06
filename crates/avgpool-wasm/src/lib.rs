//! The bridge: `Buffer`, memory for a tensor's elements, and `Plans`, a table of poolings of planes of one size.
//!
//! It knows memory and nothing of pooling, which is `avgpool`'s, nor of shapes, options and messages, which are
//! TypeScript's. Every allocation of a size that a user chose is tried, so that running out is an answer and not a trap.

mod buffer;
mod memory;
mod plan;

pub use buffer::{Buffer, DType};
pub use memory::{live_buffers, reserve};
pub use plan::{Plans, Status, output_size};
