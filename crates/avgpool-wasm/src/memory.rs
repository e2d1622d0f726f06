//! `Memory`: allocates blocks of 16 bytes and keeps freed ones for reuse.
//!
//! It knows no element type and no plan.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::Cell;
use core::hint::black_box;
use core::sync::atomic::{AtomicBool, Ordering};

use wasm_bindgen::prelude::wasm_bindgen;

/// The unit of allocation: 16 bytes, aligned to 16 bytes.
pub type Block = u128;

const _: () = assert!(size_of::<Block>() == 16 && align_of::<Block>() == 16);

/// Blocks enough for the object that wasm-bindgen puts around a `Buffer`, with the allocator's overhead.
const OBJECT: usize = 32;

/// The number of allocations that the free list holds.
const FREE_LIST: usize = 8;

/// Whether the memory never grows again.
pub static FIXED: AtomicBool = AtomicBool::new(false);

/// Nests `depth` calls. A stack overflow in the engine that interrupts the allocator can leave its lists inconsistent. So
/// this comes first: it needs more of the stack than the allocator, and its stack overflow changes nothing.
#[wasm_bindgen(js_name = probeStack)]
pub fn probe_stack(depth: u32) -> u32 {
    // The compiler turns a recursion into a loop if nothing reads the result.
    if depth == 0 { 0 } else { black_box(probe_stack(depth - 1)) }
}

/// The number of blocks that hold `bytes` bytes.
pub fn blocks_for(bytes: usize) -> usize {
    bytes.div_ceil(size_of::<Block>())
}

/// The module's memory. There is one; its clones are handles to it.
#[wasm_bindgen]
#[derive(Clone, Default)]
pub struct Memory {
    state: Rc<State>,
}

#[derive(Default)]
struct State {
    /// Freed allocations. A request of exactly the same size takes one with its old contents, which saves zeroing it.
    /// Any other request releases them all first, so they never cause an out-of-memory.
    free_list: [Cell<Vec<Block>>; FREE_LIST],
    /// The number of allocations freed so far, which says where in the free list the next one goes.
    freed: Cell<usize>,
    /// The number of allocations by `allocate_blocks` that have not been freed.
    live: Cell<u32>,
}

#[wasm_bindgen]
impl Memory {
    /// The memory, with nothing allocated.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of buffers that have not been freed.
    #[wasm_bindgen(js_name = liveBuffers)]
    pub fn live_buffers(&self) -> u32 {
        self.state.live.get()
    }

    /// Grows the memory now if a buffer of `bytes` bytes does not fit. Returns whether it fits. If it does and `fixed` is
    /// set, the memory never grows again.
    pub fn reserve(&self, bytes: u32, fixed: bool) -> bool {
        let blocks = self.try_capacity(blocks_for(bytes as usize));
        // The compiler removes an allocation that nothing reads.
        let fits = black_box(&blocks).is_some() && self.object_fits();
        FIXED.fetch_or(fits && fixed, Ordering::Relaxed);
        fits
    }
}

impl Memory {
    /// Allocates `count` blocks with arbitrary contents. The caller frees them with [`Memory::free_blocks`]. `None` if there
    /// is no memory for them or for the object around them.
    pub(crate) fn allocate_blocks(&self, count: usize) -> Option<Vec<Block>> {
        let blocks = self.reuse(count).or_else(|| self.try_zeroed(count))?;
        self.state.live.set(self.state.live.get() + 1);
        if self.object_fits() {
            return Some(blocks);
        }
        self.free_blocks(blocks);
        None
    }

    /// Frees blocks by putting them into the free list, where they replace the oldest entry.
    pub(crate) fn free_blocks(&self, blocks: Vec<Block>) {
        let State { free_list, freed, live } = &*self.state;
        live.set(live.get() - 1);
        free_list[freed.get() % FREE_LIST].set(blocks);
        freed.set(freed.get().wrapping_add(1));
    }

    /// Allocates `count` zeroed blocks, which are not counted as live. `None` if there is no memory for them.
    pub(crate) fn try_zeroed(&self, count: usize) -> Option<Vec<Block>> {
        let mut blocks = self.try_capacity(count)?;
        blocks.resize(count, 0);
        Some(blocks)
    }

    /// Takes `count` blocks out of the free list, if it has an allocation of that size.
    fn reuse(&self, count: usize) -> Option<Vec<Block>> {
        self.state.free_list.iter().find_map(|entry| {
            let blocks = entry.take();
            if blocks.len() == count {
                return Some(blocks);
            }
            entry.set(blocks);
            None
        })
    }

    /// Releases the free list and allocates capacity for `count` blocks. `None` if there is no memory for them.
    fn try_capacity(&self, count: usize) -> Option<Vec<Block>> {
        for entry in &self.state.free_list {
            drop(entry.take());
        }
        try_capacity(count)
    }

    /// Whether there is memory for the object that wasm-bindgen will put around a buffer. wasm-bindgen does not try its
    /// allocation: it traps on failure.
    fn object_fits(&self) -> bool {
        black_box(&try_capacity(OBJECT)).is_some() || black_box(&self.try_capacity(OBJECT)).is_some()
    }
}

fn try_capacity(count: usize) -> Option<Vec<Block>> {
    let mut blocks = Vec::new();
    blocks.try_reserve_exact(count).ok()?;
    Some(blocks)
}
