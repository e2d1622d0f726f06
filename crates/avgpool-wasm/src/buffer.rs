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
    /// The size of the elements in bytes: the last block may be longer.
    bytes: usize,
    dtype: DType,
    memory: Memory,
}

#[wasm_bindgen]
impl Memory {
    /// Allocates `len` elements with arbitrary values. `None` if there is no memory for them.
    pub fn allocate(&self, dtype: DType, len: u32) -> Option<Buffer> {
        let bytes = (len as usize).checked_mul(dtype.size())?;
        let blocks = self.allocate_blocks(blocks_for(bytes))?;
        Some(Buffer { blocks, bytes, dtype, memory: self.clone() })
    }
}

#[wasm_bindgen]
impl Buffer {
    /// The address of the first element, for a view.
    #[wasm_bindgen(getter)]
    pub fn pointer(&self) -> *const u8 {
        self.blocks.as_ptr().cast()
    }
}

impl Buffer {
    /// The bytes of the elements, if they are of this type.
    pub(crate) fn bytes(&self, dtype: DType) -> Option<&[u8]> {
        (self.dtype == dtype).then(|| &bytemuck::cast_slice(&self.blocks)[..self.bytes])
    }

    /// The same, to write to.
    pub(crate) fn bytes_mut(&mut self, dtype: DType) -> Option<&mut [u8]> {
        (self.dtype == dtype).then(|| &mut bytemuck::cast_slice_mut(&mut self.blocks)[..self.bytes])
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.memory.free_blocks(mem::take(&mut self.blocks));
    }
}
