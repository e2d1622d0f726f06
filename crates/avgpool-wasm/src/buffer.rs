//! `Buffer`: the elements of one tensor, in aligned memory.
//!
//! It knows how many there are and of which type, not which shape they have.

use std::cell::Cell;
use std::hint::black_box;
use std::mem;

use avgpool::Element;
use bytemuck::Pod;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::memory::{Line, give_back, lines_for, room_for_object, try_lines, try_room};

thread_local! {
    static LIVE_BUFFERS: Cell<u32> = const { Cell::new(0) };
}

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

/// Elements of one type, 16-byte aligned.
#[wasm_bindgen]
pub struct Buffer {
    lines: Vec<Line>,
    len: usize,
    dtype: DType,
}

#[wasm_bindgen]
impl Buffer {
    /// `len` elements of any values, or nothing if there is no memory for them.
    pub fn room(dtype: DType, len: u32) -> Option<Buffer> {
        let len = len as usize;
        let lines = try_lines(lines_for(len.checked_mul(dtype.size())?))?;
        if !room_for_object() {
            give_back(lines);
            return None;
        }
        LIVE_BUFFERS.set(LIVE_BUFFERS.get() + 1);
        Some(Self { lines, len, dtype })
    }

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
        give_back(mem::take(&mut self.lines));
        LIVE_BUFFERS.set(LIVE_BUFFERS.get() - 1);
    }
}

/// The number of buffers that have been made and not freed.
#[wasm_bindgen(js_name = liveBuffers)]
pub fn live_buffers() -> u32 {
    LIVE_BUFFERS.get()
}

/// Grows the memory now if a buffer of `bytes` bytes does not fit. Returns whether it fits.
#[wasm_bindgen]
pub fn reserve(bytes: u32) -> bool {
    let buffer = try_room::<Line>(lines_for(bytes as usize));
    black_box(&buffer).is_some() && room_for_object()
}
