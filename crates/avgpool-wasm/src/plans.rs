//! `Plans`: a table of plans and the workspace that they share.
//!
//! It turns JavaScript's numbers into plans and runs them on buffers. TypeScript decides which plans the table holds.

use alloc::vec::Vec;
use core::cell::Cell;
use core::num::NonZeroU32;

use avgpool::{Axis, AxisOptions, Divisor, Geometry};
use bytemuck::{cast_slice, cast_slice_mut};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::buffer::Buffer;
use crate::dtype::{AnyPlan, DType};
use crate::memory::{Block, Memory};

/// How a call ended. Only `Done` has changed anything.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The call succeeded.
    Done = 0,
    /// There is no memory for the workspace now.
    OutOfMemory = 1,
    /// The plan needs more memory than the machine can address, or a size is 0.
    TooLarge = 2,
    /// The table has no such plan, or the buffers do not fit it.
    Mismatch = 3,
    /// An earlier call that was interrupted still uses the buffer to read from.
    InputLost = 4,
    /// An earlier call that was interrupted still uses the buffer to write to.
    OutputLost = 5,
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

/// A direction of a plan: it reads from the first buffer and writes to the second.
type Direction = fn(&AnyPlan, &[u8], &mut [u8], &mut [Block]) -> Option<()>;

/// A table of plans, allocated once, and the workspace that they share.
///
/// Plans that were allocated one by one would fragment the memory between the tensors.
///
/// The workspace grows when a plan is set that needs more than all plans before it. So running a plan allocates nothing.
///
/// A stack overflow in the engine can end a call. Everything that the call has borrowed then stays borrowed. So nothing
/// here is borrowed while a plan runs: the plan is copied out, and the workspace is taken and put back.
#[wasm_bindgen]
pub struct Plans {
    table: Vec<Cell<Option<AnyPlan>>>,
    workspace: Cell<Vec<Block>>,
    memory: Memory,
}

#[wasm_bindgen]
impl Plans {
    /// An empty table of `count` places.
    #[wasm_bindgen(constructor)]
    pub fn new(count: u32, memory: &Memory) -> Self {
        let table = (0..count).map(|_| Cell::new(None)).collect();
        Self { table, workspace: Cell::new(Vec::new()), memory: memory.clone() }
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
        let Some(place) = self.table.get(index as usize) else { return Status::Mismatch };
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
        let blocks = plan.workspace_len().max(SMALLEST_WORKSPACE);
        let Some(workspace) = self.take_workspace(blocks) else { return Status::OutOfMemory };
        self.workspace.set(workspace);
        place.set(Some(plan));
        Status::Done
    }

    /// Pools every plane of `input` into a plane of `output`, by plan `index`.
    pub fn forward(&self, index: u32, input: &Buffer, output: &Buffer) -> Status {
        self.run(index, input, output, AnyPlan::forward)
    }

    /// Applies the transpose of the pooling to every plane of `grad_output`, by plan `index`.
    pub fn backward(&self, index: u32, grad_output: &Buffer, grad_input: &Buffer) -> Status {
        self.run(index, grad_output, grad_input, AnyPlan::backward)
    }
}

impl Plans {
    /// Takes the workspace, grown to at least `count` blocks. The caller puts it back. If there is no memory for it, it stays
    /// in its place and the result is `None`.
    fn take_workspace(&self, count: usize) -> Option<Vec<Block>> {
        let workspace = self.workspace.take();
        let before = workspace.len();
        if before >= count {
            return Some(workspace);
        }
        // Freed first, so that the larger one can take its place. If that fails, the old size can be allocated again.
        drop(workspace);
        let larger = self.memory.try_zeroed(count);
        if larger.is_none() {
            self.workspace.set(self.memory.try_zeroed(before).unwrap_or_default());
        }
        larger
    }

    /// Runs a direction of plan `index` in the workspace.
    fn run(&self, index: u32, from: &Buffer, to: &Buffer, direction: Direction) -> Status {
        let Some(plan) = self.table.get(index as usize).and_then(Cell::get) else { return Status::Mismatch };
        let Some(from_blocks) = from.read() else { return Status::InputLost };
        let Some(mut to_blocks) = to.write() else { return Status::OutputLost };
        // Setting the plan has grown the workspace. It is shorter only if a call was interrupted and has lost it.
        let Some(mut workspace) = self.take_workspace(plan.workspace_len()) else { return Status::OutOfMemory };
        let done = from.bytes(plan.dtype()).zip(to.bytes(plan.dtype())).and_then(|(from_bytes, to_bytes)| {
            let input = &cast_slice(&from_blocks)[..from_bytes];
            direction(&plan, input, &mut cast_slice_mut(&mut to_blocks)[..to_bytes], &mut workspace)
        });
        self.workspace.set(workspace);
        done.map_or(Status::Mismatch, |()| Status::Done)
    }
}
