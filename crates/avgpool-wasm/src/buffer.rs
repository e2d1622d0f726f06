//! `Memory`, and `Buffer`: the elements of one tensor in it, aligned.
//!
//! It knows how many there are and of which type, not which shape they have.

use alloc::vec::Vec;
use core::mem;

use avgpool::Element;
use bytemuck::Pod;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::memory::{Heap, Line, lines_for};

/// The element types, numbered as JavaScript names them.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DType {
    /// `f32`
    Float32 = 0,
    /// `f64`
    Float64 = 1,
}

impl DType {
    fn size(self) -> usize {
        match self {
            Self::Float32 => size_of::<f32>(),
            Self::Float64 => size_of::<f64>(),
        }
    }
}

/// What buffers and plans are made of. There is one, for the module's memory.
#[wasm_bindgen]
#[derive(Default)]
pub struct Memory {
    pub(crate) heap: Heap,
}

#[wasm_bindgen]
impl Memory {
    /// The memory that there is.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// A buffer of `len` elements of any values, or nothing if there is no memory for them.
    pub fn room(&self, dtype: DType, len: u32) -> Option<Buffer> {
        let len = len as usize;
        let lines = self.heap.take_lines(lines_for(len.checked_mul(dtype.size())?))?;
        Some(Buffer { lines, len, dtype, heap: self.heap.clone() })
    }

    /// The number of buffers that have been made and not freed.
    #[wasm_bindgen(js_name = liveBuffers)]
    pub fn live_buffers(&self) -> u32 {
        self.heap.taken()
    }

    /// Grows the memory now if a buffer of `bytes` bytes does not fit. Returns whether it fits.
    pub fn reserve(&self, bytes: u32) -> bool {
        self.heap.reserve(lines_for(bytes as usize))
    }
}

/// Elements of one type, 16-byte aligned.
#[wasm_bindgen]
pub struct Buffer {
    lines: Vec<Line>,
    len: usize,
    dtype: DType,
    heap: Heap,
}

#[wasm_bindgen]
impl Buffer {
    /// Where the elements start, for a view of them.
    #[wasm_bindgen(getter)]
    pub fn pointer(&self) -> *const u8 {
        self.lines.as_ptr().cast()
    }
}

impl Buffer {
    pub(crate) fn dtype(&self) -> DType {
        self.dtype
    }

    /// The elements as `T`, which must be the type that `dtype` names.
    pub(crate) fn elements<T: Element + Pod>(&self) -> &[T] {
        &bytemuck::cast_slice(&self.lines)[..self.len]
    }

    /// The same, to write to.
    pub(crate) fn elements_mut<T: Element + Pod>(&mut self) -> &mut [T] {
        &mut bytemuck::cast_slice_mut(&mut self.lines)[..self.len]
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.heap.give_back(mem::take(&mut self.lines));
    }
}
