//! Replacements for parts of the standard library: an allocator and a panic handler. It decides how far the memory grows.
//!
//! No argument makes the code panic, so nobody would read a message. Without messages, and with this allocator, the
//! module is 11 % smaller.
#![allow(unsafe_code, reason = "only a promise that memory is unused hands it to an allocator")]

use core::alloc::Layout;
use core::arch::wasm32::{memory_grow, memory_size, unreachable};
use core::panic::PanicInfo;
use core::ptr::{NonNull, without_provenance_mut};
use core::sync::atomic::Ordering;

use talc::base::binning::Binning;
use talc::base::{CHUNK_UNIT, Talc};
use talc::cell::TalcSyncCell;
use talc::source::Source;
use talc::wasm::WasmBinning;

use crate::memory::FIXED;

#[global_allocator]
static ALLOCATOR: TalcSyncCell<Pages, WasmBinning> = TalcSyncCell::new_wasm(Pages { end: None });

/// A page of WebAssembly memory in bytes.
const PAGE: usize = 0x1_0000;

/// The pages that the memory grows by, which the allocator takes as one heap. `end` is the end of the heap.
#[derive(Debug)]
struct Pages {
    end: Option<NonNull<u8>>,
}

// SAFETY: it allocates nothing.
unsafe impl Source for Pages {
    /// Grows the memory by a quarter, so that views seldom detach, or by the size of the allocation if that is more. If a
    /// step fails, half of it is tried: the steps to a limit stay few, and nothing below the limit stays unused.
    fn acquire<B: Binning>(talc: &mut Talc<Self, B>, layout: Layout) -> Result<(), ()> {
        if FIXED.load(Ordering::Relaxed) {
            return Err(());
        }
        // The overheads of an allocation and of a heap take one unit each.
        let needed = (layout.size() + 2 * CHUNK_UNIT).div_ceil(PAGE);
        let mut step = needed.max(memory_size::<0>() / 4);
        let base = loop {
            let pages = memory_grow::<0>(step);
            if pages != usize::MAX {
                break without_provenance_mut::<u8>(pages * PAGE);
            }
            if step == needed {
                return Err(());
            }
            step = needed.max(step / 2);
        };
        // SAFETY: the new pages are unused, and the heap ends at `end`. The end of the address space does not wrap around.
        talc.source.end = unsafe {
            match talc.source.end {
                Some(end) if end.as_ptr() == base => {
                    Some(talc.extend(end, without_provenance_mut((base as usize).saturating_add(step * PAGE))))
                }
                _ => talc.claim(base, step * PAGE),
            }
        };
        Ok(())
    }
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    unreachable()
}
