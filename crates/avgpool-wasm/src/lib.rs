//! The bridge from JavaScript to `avgpool`: `Memory`, `Buffer` (the elements of one tensor) and `Plans`.
//!
//! It turns numbers and buffers into plans and slices. TypeScript has the shapes, options and messages. `avgpool` has all
//! arithmetic. Every allocation whose size a user chooses is tried, so running out of memory is an answer and not a trap.
//!
//! | file | holds; each uses only those below it |
//! |---|---|
//! | `plans` | `Plans`: the table, and the workspace that its plans share |
//! | `buffer` | `Buffer` |
//! | `dtype` | the element types, in one line, and their plans |
//! | `runtime` | replacements for parts of the standard library, and the growth of the memory |
//! | `memory` | `Memory`: allocations and their free list |

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

mod buffer;
mod dtype;
mod memory;
mod plans;
#[cfg(target_family = "wasm")]
mod runtime;

pub use buffer::Buffer;
pub use dtype::DType;
pub use memory::Memory;
pub use plans::{Plans, Status, output_size};
