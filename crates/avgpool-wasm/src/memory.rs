//! Where memory comes from: lines of 16 bytes, asked for and never taken for granted.
//!
//! It knows no element type and no tensor.

use std::hint::black_box;

/// 16 bytes at an address that is a multiple of 16.
pub type Line = u128;

const _: () = assert!(size_of::<Line>() == 16 && align_of::<Line>() == 16);

/// More than the object that wasm-bindgen puts around a `Buffer` takes, with the allocator's own part.
const OBJECT_LINES: usize = 32;

/// How many lines hold so many bytes.
pub fn lines_for(bytes: usize) -> usize {
    bytes.div_ceil(size_of::<Line>())
}

/// Room for `count` lines, if there is.
pub fn try_lines(count: usize) -> Option<Vec<Line>> {
    let mut lines = Vec::new();
    lines.try_reserve_exact(count).ok()?;
    Some(lines)
}

/// `count` lines of zeros, if there is room for them.
pub fn try_zeros(count: usize) -> Option<Vec<Line>> {
    let mut lines = try_lines(count)?;
    lines.resize(count, 0);
    Some(lines)
}

/// Whether there is room for the object that wasm-bindgen will put around a value, which it allocates without asking.
pub fn room_for_object() -> bool {
    // Memory that nothing is done with is optimised away, unless it seems to be looked at.
    black_box(&try_lines(OBJECT_LINES)).is_some()
}
