//! Where memory comes from: asked for, and never taken for granted.
//!
//! It knows no tensor and no plan.

use std::hint::black_box;

use bytemuck::Zeroable;

/// 16 bytes at an address that is a multiple of 16.
pub type Line = u128;

const _: () = assert!(size_of::<Line>() == 16 && align_of::<Line>() == 16);

/// More than the object that wasm-bindgen puts around a `Buffer` takes, with the allocator's own part.
const OBJECT_LINES: usize = 32;

/// How many lines hold so many bytes.
pub fn lines_for(bytes: usize) -> usize {
    bytes.div_ceil(size_of::<Line>())
}

/// Room for `count` elements, if there is.
pub fn try_room<T>(count: usize) -> Option<Vec<T>> {
    let mut elements = Vec::new();
    elements.try_reserve_exact(count).ok()?;
    Some(elements)
}

/// `count` zeros, if there is room for them.
pub fn try_zeros<T: Zeroable + Clone>(count: usize) -> Option<Vec<T>> {
    let mut elements = try_room(count)?;
    elements.resize(count, T::zeroed());
    Some(elements)
}

/// Whether there is room for the object that wasm-bindgen will put around a value, which it allocates without asking.
pub fn room_for_object() -> bool {
    // Memory that nothing is done with is optimised away, unless it seems to be looked at.
    black_box(&try_room::<Line>(OBJECT_LINES)).is_some()
}
