//! Where memory comes from: lines of 16 bytes, asked for and never taken for granted.
//!
//! It knows no element type and no tensor.

use std::cell::Cell;
use std::hint::black_box;

use wasm_bindgen::prelude::wasm_bindgen;

/// 16 bytes at an address that is a multiple of 16.
pub type Line = u128;

const _: () = assert!(size_of::<Line>() == 16 && align_of::<Line>() == 16);

/// More than the object that wasm-bindgen puts around a `Buffer` takes, with the allocator's own part.
const OBJECT_LINES: usize = 32;

thread_local! {
    /// What kernels work in: one for all plans, as large as the largest of them needed. It goes with the last buffer,
    /// so that the memory is whole again when nobody uses it.
    static WORKSPACE: Cell<Vec<Line>> = const { Cell::new(Vec::new()) };
    static LIVE_BUFFERS: Cell<u32> = const { Cell::new(0) };
}

/// Room for `count` lines; the workspace is given up if there is none without it.
pub fn lines(count: usize) -> Option<Vec<Line>> {
    try_lines(count).or_else(|| {
        drop(WORKSPACE.take());
        try_lines(count)
    })
}

fn try_lines(count: usize) -> Option<Vec<Line>> {
    let mut lines = Vec::new();
    lines.try_reserve_exact(count).ok()?;
    Some(lines)
}

/// Whether there is room for the object that wasm-bindgen will put around a value, which it allocates without asking.
pub fn room_for_object() -> bool {
    // Memory that nothing is done with is optimised away, unless it seems to be looked at.
    black_box(&lines(OBJECT_LINES)).is_some()
}

/// Calls `work` with at least `count` lines of any content, or returns nothing if there are not as many.
pub fn with_workspace<R>(count: usize, work: impl FnOnce(&mut [Line]) -> R) -> Option<R> {
    let mut workspace = WORKSPACE.take();
    if workspace.len() < count {
        drop(workspace);
        workspace = try_lines(count)?;
        workspace.resize(count, 0);
    }
    let result = work(&mut workspace);
    WORKSPACE.set(workspace);
    Some(result)
}

/// Counts a buffer that has been made.
pub fn count_made() {
    LIVE_BUFFERS.set(LIVE_BUFFERS.get() + 1);
}

/// Counts a buffer that has been freed.
pub fn count_freed() {
    let left = LIVE_BUFFERS.get() - 1;
    LIVE_BUFFERS.set(left);
    if left == 0 {
        drop(WORKSPACE.take());
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
    let buffer = lines(bytes.div_ceil(size_of::<Line>() as u32) as usize);
    black_box(&buffer).is_some() && room_for_object()
}
