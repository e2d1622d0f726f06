//! `Plans`: a table of plans, the workspaces that they share, and the call that runs.
//!
//! It turns JavaScript's numbers into plans and runs them on buffers. TypeScript decides which plans the table holds, and which
//! thread runs which part of a call.
#![expect(unsafe_code, reason = "other threads read the call where it lies, and each has a workspace of its own")]

use alloc::vec::Vec;
use core::cell::{Cell, UnsafeCell};
use core::num::NonZeroU32;
use core::{ptr, slice};

use avgpool::{Axis, AxisOptions, Direction, Divisor, Geometry};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::buffer::Buffer;
use crate::dtype::{AnyPlan, DType};
use crate::memory::{Block, Memory};

/// How setting a plan ended. Only `Done` has changed anything.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The plan is in its place.
    Done = 0,
    /// There is no memory for the workspace now.
    OutOfMemory = 1,
    /// The plan needs more memory than the machine can address, or a size is 0.
    TooLarge = 2,
}

/// The number of windows on an axis of `input` elements: 0 if none fits, or if the kernel, stride or dilation is 0.
#[wasm_bindgen(js_name = outputSize)]
pub fn output_size(
    input: u32,
    kernel: u32,
    stride: u32,
    pad_begin: u32,
    pad_end: u32,
    dilation: u32,
    ceil_mode: bool,
) -> f64 {
    let options = axis_options(kernel, stride, pad_begin, pad_end, dilation, ceil_mode);
    options.map_or(0.0, |options| options.output_size(input) as f64)
}

fn axis_options(
    kernel: u32,
    stride: u32,
    pad_begin: u32,
    pad_end: u32,
    dilation: u32,
    ceil_mode: bool,
) -> Option<AxisOptions> {
    let [kernel, stride, dilation] = [kernel, stride, dilation].map(NonZeroU32::new);
    Some(AxisOptions { kernel: kernel?, stride: stride?, dilation: dilation?, pad_begin, pad_end, ceil_mode })
}

/// The smallest workspace, in blocks: 64 KiB are enough for most plans, so the workspace seldom has to move.
const SMALLEST_WORKSPACE: usize = 4096;

/// The stack of a thread, in blocks.
const STACK: usize = 4096;

/// The fewest bytes to read and write for which waking a thread is worth it.
const FEWEST_BYTES: usize = 1 << 20;

/// A call: its plan and its memory. All threads that run its parts share it, and nobody changes it meanwhile.
///
/// Both addresses are those of buffers with this many planes. Until all parts have ended, the buffers stay allocated. Nobody else
/// writes to them or reads `to`, and nobody runs a part twice at the same time.
struct Call {
    plan: *const AnyPlan,
    direction: Direction,
    planes: usize,
    from: *const u8,
    to: *mut u8,
    /// The workspaces of its threads, each but the first after the stack of its thread.
    workspaces: *mut Block,
}

impl Call {
    /// The workspace of a thread. Its stack, which grows down, ends there.
    unsafe fn workspace<'a>(&self, thread: usize) -> &'a mut [Block] {
        // SAFETY: `Plans::begin` has said that there is a workspace for this thread, and no other thread uses it.
        unsafe {
            let len = (*self.plan).workspace_len;
            slice::from_raw_parts_mut(self.workspaces.add(thread * (len + STACK)), len)
        }
    }
}

/// The call that runs. All threads share the memory, and so find it at the same address.
struct Running(UnsafeCell<Call>);

// SAFETY: only `Plans::begin` changes it, while no part runs.
unsafe impl Sync for Running {}

static RUNNING: Running = Running(UnsafeCell::new(Call {
    plan: ptr::null(),
    direction: Direction::Forward,
    planes: 0,
    from: ptr::null(),
    to: ptr::null_mut(),
    workspaces: ptr::null_mut(),
}));

/// A table of plans, allocated once, and the workspaces that they share, one for each thread.
///
/// Plans that were allocated one by one would fragment the memory between the tensors.
///
/// The workspaces grow when a plan is set that needs more than all plans before it. So running a plan allocates nothing.
///
/// A stack overflow in the engine can end a call. Everything that the call has borrowed then stays borrowed. So nothing here is
/// borrowed while a plan runs.
#[wasm_bindgen]
pub struct Plans {
    table: Vec<Cell<Option<AnyPlan>>>,
    workspaces: Cell<Vec<Block>>,
    threads: Cell<usize>,
    memory: Memory,
}

#[wasm_bindgen]
impl Plans {
    /// An empty table of `count` places.
    #[wasm_bindgen(constructor)]
    pub fn new(count: u32, memory: &Memory) -> Self {
        let table = (0..count).map(|_| Cell::new(None)).collect();
        Self { table, workspaces: Cell::new(Vec::new()), threads: Cell::new(1), memory: memory.clone() }
    }

    /// Puts a plan for planes of `height`×`width`, with `channels` channels at each position, into place `index`.
    ///
    /// An axis with a stride of 0 is adaptive: its kernel is the number of windows, and its other options do not matter.
    #[expect(clippy::too_many_arguments, reason = "an object would cost an allocation; there is one caller")]
    pub fn set(
        &self,
        index: u32,
        dtype: DType,
        height: u32,
        width: u32,
        channels: u32,
        kernel_height: u32,
        kernel_width: u32,
        stride_height: u32,
        stride_width: u32,
        pad_top: u32,
        pad_bottom: u32,
        pad_left: u32,
        pad_right: u32,
        dilation_height: u32,
        dilation_width: u32,
        ceil_mode: bool,
        count_include_pad: bool,
        divisor_override: Option<f64>,
    ) -> Status {
        let Some(place) = self.table.get(index as usize) else { return Status::TooLarge };
        let divisor = match divisor_override {
            Some(value) => Divisor::Fixed(value),
            None if count_include_pad => Divisor::IncludePad,
            None => Divisor::ExcludePad,
        };
        let axis = |input, options: Option<AxisOptions>, windows| match options {
            Some(options) => Axis::new(input, options),
            None => Some(Axis::adaptive(NonZeroU32::new(input)?, NonZeroU32::new(windows)?)),
        };
        let rows = axis_options(kernel_height, stride_height, pad_top, pad_bottom, dilation_height, ceil_mode);
        let columns = axis_options(kernel_width, stride_width, pad_left, pad_right, dilation_width, ceil_mode);
        let geometry = || {
            let (rows, columns) = (axis(height, rows, kernel_height)?, axis(width, columns, kernel_width)?);
            Geometry::new(rows, columns, NonZeroU32::new(channels)?, divisor)
        };
        let Some(plan) = geometry().and_then(|geometry| AnyPlan::new(dtype, geometry)) else { return Status::TooLarge };
        if !self.grow_workspaces(plan.workspace_len.max(SMALLEST_WORKSPACE)) {
            return Status::OutOfMemory;
        }
        place.set(Some(plan));
        Status::Done
    }

    /// Allocates workspaces for this many threads and all plans, and their stacks. With less memory, fewer threads take part in a call.
    #[wasm_bindgen(js_name = setThreads)]
    pub fn set_threads(&self, threads: u32) {
        self.threads.set(threads as usize);
        // SAFETY: no plan is set meanwhile.
        let plans = self.table.iter().filter_map(|place| unsafe { &*place.as_ptr() }.as_ref());
        self.grow_workspaces(plans.map(|plan| plan.workspace_len).fold(SMALLEST_WORKSPACE, usize::max));
    }

    /// Begins a call by plan `index`: it pools every plane of the input into a plane of the output, or applies the transpose of the
    /// pooling to every plane of the output's gradient. `runPart` runs its parts. The caller chooses their number.
    ///
    /// Returns the number of threads that should run the parts: 0 if the plan does not exist or the buffers do not fit it, and 1 if
    /// there are few bytes or the call cannot be split.
    pub fn begin(&self, index: u32, backward: bool, from: &Buffer, to: &Buffer) -> usize {
        let direction = if backward { Direction::Backward } else { Direction::Forward };
        // SAFETY: no plan is set meanwhile.
        let plan = self.table.get(index as usize).and_then(|place| unsafe { &*place.as_ptr() }.as_ref());
        let Some(plan) = plan else { return 0 };
        let dtype = plan.dtype;
        let lens = [from.bytes, to.bytes].map(|bytes| bytes / dtype.size());
        let Some(planes) = plan.geometry.planes_in(direction, lens) else { return 0 };
        if from.dtype != dtype || to.dtype != dtype || from.pointer == to.pointer || !dtype.has(direction) {
            return 0;
        }
        let mut held = self.workspaces.take();
        let (workspaces, len) = (held.as_mut_ptr(), held.len());
        self.workspaces.set(held);
        let mut threads = 1;
        if from.bytes + to.bytes >= FEWEST_BYTES && self.threads.get() > 1 {
            let [half, all] = [2, 1].map(|parts| plan.geometry.part(plan.bands, direction, planes, [0, parts]).end);
            if 0 < half && half < all {
                threads = self.threads.get().min((len + STACK) / (plan.workspace_len + STACK));
            }
        }
        let (from, to) = (from.pointer, to.pointer);
        // SAFETY: no part runs.
        unsafe { *RUNNING.0.get() = Call { plan, direction, planes, from, to, workspaces } };
        threads
    }
}

impl Plans {
    /// Grows the workspaces to `count` blocks for each thread. Returns whether one thread has them, and otherwise changes nothing.
    fn grow_workspaces(&self, count: usize) -> bool {
        let held = self.workspaces.take();
        let before = held.len();
        let wanted = count.saturating_add(STACK).saturating_mul(self.threads.get()) - STACK;
        if before >= wanted {
            self.workspaces.set(held);
            return true;
        }
        // Freed first, so that larger ones can take their place. If that fails, the old size can be allocated again.
        drop(held);
        let mut size = wanted;
        let larger = loop {
            if let Some(larger) = self.memory.try_zeroed(size) {
                break larger;
            }
            size = if size > count.max(before) { count.max(before) } else { before };
        };
        let fits = larger.len() >= count;
        self.workspaces.set(larger);
        fits
    }
}

/// Runs part `part` of `parts` of the call, in the workspace of thread `thread`.
///
/// # Safety
///
/// [`Plans::begin`] has returned more than `thread`, and no other thread has this number. The call is as [`Call`] says.
#[unsafe(export_name = "runPart")]
unsafe extern "C" fn run_part(part: usize, parts: usize, thread: usize) {
    // SAFETY: nobody changes the call or its plan until all parts have ended.
    let (call, plan) = unsafe {
        let call = &*RUNNING.0.get();
        (call, &*call.plan)
    };
    let mut rows = plan.geometry.part(plan.bands, call.direction, call.planes, [part, parts]);
    while !rows.is_empty() {
        let piece = plan.geometry.next_piece(call.direction, &mut rows);
        // SAFETY: the buffers have the elements of all planes, and no other part has the results of this one.
        unsafe { plan.run(call.direction, &piece, call.from, call.to, call.workspace(thread)) }
    }
}

/// The address at which the stack of thread `thread` starts in this call. The stack grows down.
///
/// # Safety
///
/// As for `runPart`. It uses no stack.
#[unsafe(export_name = "stackOf")]
unsafe extern "C" fn stack_of(thread: usize) -> usize {
    // SAFETY: the caller's promise.
    unsafe { (*RUNNING.0.get()).workspace(thread) }.as_ptr().addr()
}
