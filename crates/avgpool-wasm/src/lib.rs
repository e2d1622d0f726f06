//! The bridge: `Memory` and `Buffer`, room for a tensor's elements, and `Plans`, a table of poolings of planes of one size.
//!
//! It fits JavaScript's numbers and buffers to `avgpool`'s plans and slices. What a shape, an option or a message is, it
//! leaves to TypeScript, and all arithmetic to `avgpool`. Every allocation of a size that a user chose is tried, so that
//! running out is an answer and not a trap.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

mod buffer;
mod memory;
mod plan;
#[cfg(target_family = "wasm")]
mod runtime;

pub use buffer::{Buffer, DType, Memory};
pub use plan::{Plans, Status, output_size};
