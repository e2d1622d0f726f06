//! Where memory comes from: asked for, and never taken for granted; and where it goes.
//!
//! It knows no tensor and no plan.

use std::cell::Cell;
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

/// How many blocks of lines are kept for the next ones to ask for as many.
const SPARES: usize = 8;

thread_local! {
    /// Lines that were given back. Who asks for as many gets them as they are, and they need not be made zeros again;
    /// who asks for any other memory makes all of them go first, so that they are never in the way.
    static SPARE_LINES: [Cell<Vec<Line>>; SPARES] = const { [const { Cell::new(Vec::new()) }; SPARES] };
    /// Where the next ones go.
    static NEXT_SPARE: Cell<usize> = const { Cell::new(0) };
}

/// `count` lines of any values, if there is room for them.
pub fn try_lines(count: usize) -> Option<Vec<Line>> {
    let spare = SPARE_LINES.with(|spares| {
        spares.iter().find_map(|spare| {
            let lines = spare.take();
            if lines.len() == count && count > 0 {
                return Some(lines);
            }
            spare.set(lines);
            None
        })
    });
    spare.or_else(|| try_zeros(count))
}

/// Takes lines back.
pub fn give_back(lines: Vec<Line>) {
    let next = NEXT_SPARE.get();
    NEXT_SPARE.set((next + 1) % SPARES);
    SPARE_LINES.with(|spares| spares[next].set(lines));
}

/// Room for `count` elements, if there is.
pub fn try_room<T>(count: usize) -> Option<Vec<T>> {
    drop_spares();
    room(count)
}

fn drop_spares() {
    SPARE_LINES.with(|spares| spares.iter().for_each(|spare| drop(spare.take())));
}

fn room<T>(count: usize) -> Option<Vec<T>> {
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
    black_box(&room::<Line>(OBJECT_LINES)).is_some() || black_box(&try_room::<Line>(OBJECT_LINES)).is_some()
}
