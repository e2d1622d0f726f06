//! `Buffer`: the elements of one tensor, 16-byte aligned.
//!
//! It knows their number and their type, but not their shape.

use alloc::vec::Vec;
use core::mem;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::dtype::DType;
use crate::memory::{Block, Memory, blocks_for};

/// Elements of one type. They are freed with the buffer.
#[wasm_bindgen]
pub struct Buffer {
    blocks: Vec<Block>,
    /// The address of the first element.
    #[wasm_bindgen(readonly)]
    pub pointer: *mut u8,
    /// The size of the elements in bytes: the last block may be longer.
    pub(crate) bytes: usize,
    pub(crate) dtype: DType,
    memory: Memory,
}

#[wasm_bindgen]
impl Memory {
    /// Allocates `len` elements with arbitrary values. `None` if there is no memory for them.
    pub fn allocate(&self, dtype: DType, len: u32) -> Option<Buffer> {
        let bytes = (len as usize).checked_mul(dtype.size())?;
        let mut blocks = self.allocate_blocks(blocks_for(bytes))?;
        let pointer = blocks.as_mut_ptr().cast();
        Some(Buffer { blocks, pointer, bytes, dtype, memory: self.clone() })
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.memory.free_blocks(mem::take(&mut self.blocks));
    }
}
