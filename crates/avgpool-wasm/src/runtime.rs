//! What the standard library would bring: an allocator, and what is done when code panics.
//!
//! No argument makes it panic, so nobody would read a message: without putting messages together, and with this allocator,
//! the module is a ninth smaller.

use core::panic::PanicInfo;

use talc::wasm::{WasmDynamicTalc, new_wasm_dynamic_allocator};

#[global_allocator]
static ALLOCATOR: WasmDynamicTalc = new_wasm_dynamic_allocator();

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
