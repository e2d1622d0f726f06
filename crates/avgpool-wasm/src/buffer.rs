//! `Buffer`: the elements of one tensor, 16-byte aligned.
//!
//! It knows their number and their type, but not their shape.

use alloc::vec::Vec;
use core::cell::{Ref, RefCell, RefMut};
use core::mem;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::dtype::DType;
use crate::memory::{Block, Memory, blocks_for};

/// Elements of one type. They are freed with the buffer.
///
/// A stack overflow in the engine can end a call. The elements that it was using then stay borrowed, and their memory is
/// lost. The buffer itself is never borrowed mutably, so it can still say so.
#[wasm_bindgen]
pub struct Buffer {
    blocks: RefCell<Vec<Block>>,
    /// The address of the first element, which also serves while the blocks are borrowed.
    #[wasm_bindgen(readonly)]
    pub pointer: *const u8,
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
        let pointer = blocks.as_ptr().cast();
        Some(Buffer { blocks: RefCell::new(blocks), pointer, bytes, dtype, memory: self.clone() })
    }
}

impl Buffer {
    /// The blocks of the elements, to read from. `None` if an interrupted call was writing to them.
    pub(crate) fn read(&self) -> Option<Ref<'_, Vec<Block>>> {
        self.blocks.try_borrow().ok()
    }

    /// The blocks of the elements, to write to. `None` if an interrupted call was using them.
    pub(crate) fn write(&self) -> Option<RefMut<'_, Vec<Block>>> {
        self.blocks.try_borrow_mut().ok()
    }

    /// The size of the elements in bytes, if they are of this type.
    pub(crate) fn bytes(&self, dtype: DType) -> Option<usize> {
        (self.dtype == dtype).then_some(self.bytes)
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.memory.free_blocks(mem::take(self.blocks.get_mut()));
    }
}
