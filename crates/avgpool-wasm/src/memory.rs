//! Where memory comes from: asked for, and never taken for granted; and where it goes.
//!
//! It knows no tensor and no plan.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::Cell;
use core::hint::black_box;

use bytemuck::Zeroable;

/// 16 bytes at an address that is a multiple of 16.
pub type Line = u128;

const _: () = assert!(size_of::<Line>() == 16 && align_of::<Line>() == 16);

/// More than the object that wasm-bindgen puts around a `Buffer` takes, with the allocator's own part.
const OBJECT_LINES: usize = 32;

/// How many blocks of lines are kept for the next ones to ask for as many.
const SPARES: usize = 8;

/// How many lines hold so many bytes.
pub fn lines_for(bytes: usize) -> usize {
    bytes.div_ceil(size_of::<Line>())
}

/// The allocator, with what was given back to it in front; clones share that.
#[derive(Clone, Default)]
pub struct Heap(Rc<Spares>);

#[derive(Default)]
struct Spares {
    /// Lines that were given back. Who asks for as many gets them as they are, and they need not be made zeros again; who
    /// asks for any other memory makes all of them go first, so that they are never in the way.
    lines: [Cell<Vec<Line>>; SPARES],
    /// Where the next ones go.
    next: Cell<usize>,
    /// How many blocks of lines have been taken and not given back.
    taken: Cell<u32>,
}

impl Heap {
    /// `count` lines of any values, if there is room for them and for the object that will hold them.
    pub fn take_lines(&self, count: usize) -> Option<Vec<Line>> {
        let spare = self.0.lines.iter().find_map(|spare| {
            let lines = spare.take();
            if lines.len() == count && count > 0 {
                return Some(lines);
            }
            spare.set(lines);
            None
        });
        let lines = spare.or_else(|| self.try_zeros(count))?;
        self.0.taken.set(self.0.taken.get() + 1);
        if self.has_room_for_object() {
            return Some(lines);
        }
        self.give_back(lines);
        None
    }

    /// Takes lines back.
    pub fn give_back(&self, lines: Vec<Line>) {
        let Spares { lines: spares, next, taken } = &*self.0;
        taken.set(taken.get() - 1);
        spares[next.get() % SPARES].set(lines);
        next.set(next.get().wrapping_add(1));
    }

    /// How many blocks of lines have been taken and not given back.
    pub fn taken(&self) -> u32 {
        self.0.taken.get()
    }

    /// Grows the memory now if so many lines, and an object, do not fit. Returns whether they fit.
    pub fn reserve(&self, count: usize) -> bool {
        let lines = self.try_room::<Line>(count);
        // Memory that nothing is done with is optimised away, unless it seems to be looked at.
        black_box(&lines).is_some() && self.has_room_for_object()
    }

    /// `count` zeros, if there is room for them.
    pub fn try_zeros<T: Zeroable + Clone>(&self, count: usize) -> Option<Vec<T>> {
        let mut elements = self.try_room(count)?;
        elements.resize(count, T::zeroed());
        Some(elements)
    }

    /// Room for `count` elements, if there is.
    fn try_room<T>(&self, count: usize) -> Option<Vec<T>> {
        for spare in &self.0.lines {
            drop(spare.take());
        }
        room(count)
    }

    /// Whether there is room for the object that wasm-bindgen will put around a value, which it allocates without asking.
    fn has_room_for_object(&self) -> bool {
        black_box(&room::<Line>(OBJECT_LINES)).is_some() || black_box(&self.try_room::<Line>(OBJECT_LINES)).is_some()
    }
}

fn room<T>(count: usize) -> Option<Vec<T>> {
    let mut elements = Vec::new();
    elements.try_reserve_exact(count).ok()?;
    Some(elements)
}
