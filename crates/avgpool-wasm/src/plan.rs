//! `Plans`: a table of poolings of planes of one size, called with buffers.
//!
//! It fits numbers and buffers to `avgpool::Plan`; it does no arithmetic of its own, and which plan is worth its place in
//! the table is TypeScript's decision.

use alloc::vec::Vec;
use core::cell::Cell;
use core::num::NonZeroU32;

use avgpool::{Axis, AxisOptions, Divisor, Element, Plan};
use bytemuck::Pod;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::buffer::{Buffer, DType, Memory};
use crate::memory::Heap;

/// How a call ended.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All that was asked for has been done.
    Done = 0,
    /// There is no memory for it; nothing has been changed.
    OutOfMemory = 1,
    /// A plan takes more memory than can be counted; nothing has been changed.
    TooLarge = 2,
    /// There is no such plan, or the buffers do not fit it; nothing has been changed.
    Mismatch = 3,
}

/// The number of windows on an axis of `input` elements, 0 when not one fits or a size is 0 that must not be.
#[wasm_bindgen(js_name = outputSize)]
pub fn output_size(input: u32, kernel: u32, stride: u32, begin: u32, end: u32, dilation: u32, ceil_mode: bool) -> f64 {
    options(kernel, stride, begin, end, dilation, ceil_mode).map_or(0.0, |options| options.output_size(input) as f64)
}

fn options(kernel: u32, stride: u32, begin: u32, end: u32, dilation: u32, ceil_mode: bool) -> Option<AxisOptions> {
    let [kernel, stride, dilation] = [kernel, stride, dilation].map(NonZeroU32::new);
    Some(AxisOptions { kernel: kernel?, stride: stride?, dilation: dilation?, begin, end, ceil_mode })
}

/// What the workspace has at least, in elements: enough for most plans, so that it seldom has to move.
const SMALLEST_WORKSPACE: usize = 8 * 1024;

/// A table of plans, made once, and the workspace that they share.
///
/// Plans that came and went among the tensors would break up the memory between them. The workspace is as large as any
/// plan yet has needed for the larger element type, from when the plan is set: running one allocates nothing.
///
/// A call can end in the engine's stack overflow, and then what it has borrowed stays borrowed. So nothing here is
/// borrowed while a plan runs: plans are copied out, and the workspace is taken and put back.
#[wasm_bindgen]
pub struct Plans {
    table: Vec<Cell<Option<Plan>>>,
    workspace: Cell<Vec<f64>>,
    heap: Heap,
}

#[wasm_bindgen]
impl Plans {
    /// A table with room for `count` plans.
    #[wasm_bindgen(constructor)]
    pub fn new(count: u32, memory: &Memory) -> Self {
        let table = (0..count).map(|_| Cell::new(None)).collect();
        Self { table, workspace: Cell::new(Vec::new()), heap: memory.heap.clone() }
    }

    /// Puts the plan for planes of `height`×`width`, with so many channels at each position, in place of plan `index`.
    /// There is none if no window fits, or if it takes more memory than can be counted.
    #[expect(clippy::too_many_arguments, reason = "called once a plan, from the one place that has them in this order")]
    pub fn set(
        &self,
        index: u32,
        height: u32,
        width: u32,
        channels: u32,
        kernel_height: u32,
        kernel_width: u32,
        stride_height: u32,
        stride_width: u32,
        top: u32,
        bottom: u32,
        left: u32,
        right: u32,
        dilation_height: u32,
        dilation_width: u32,
        ceil_mode: bool,
        count_include_pad: bool,
        divisor_override: Option<f64>,
    ) -> Status {
        let divisor = match divisor_override {
            Some(value) => Divisor::Fixed(value),
            None if count_include_pad => Divisor::IncludePad,
            None => Divisor::ExcludePad,
        };
        let axis = |input, options: Option<AxisOptions>| Axis::new(input, options?);
        let rows = axis(height, options(kernel_height, stride_height, top, bottom, dilation_height, ceil_mode));
        let columns = axis(width, options(kernel_width, stride_width, left, right, dilation_width, ceil_mode));
        let plan = || Plan::new(rows?, columns?, NonZeroU32::new(channels)?, divisor);
        plan().map_or(Status::TooLarge, |plan| self.put(index, plan))
    }

    /// Pools every plane of `input` into a plane of `output`, by plan `index`.
    pub fn forward(&self, index: u32, input: &Buffer, output: &mut Buffer) -> Status {
        self.call(Pass::Forward, index, input, output)
    }

    /// Writes the transpose of the pooling, applied to every plane of `grad_output`, to a plane of `grad_input`.
    pub fn backward(&self, index: u32, grad_output: &Buffer, grad_input: &mut Buffer) -> Status {
        self.call(Pass::Backward, index, grad_output, grad_input)
    }
}

#[derive(Clone, Copy)]
enum Pass {
    Forward,
    Backward,
}

impl Plans {
    #[expect(clippy::large_types_passed_by_value, reason = "it is moved into the table")]
    fn put(&self, index: u32, plan: Plan) -> Status {
        let Some(place) = self.table.get(index as usize) else { return Status::Mismatch };
        let count = plan.scratch_len().max(SMALLEST_WORKSPACE);
        if count > isize::MAX as usize / size_of::<f64>() {
            return Status::TooLarge;
        }
        let Some(workspace) = self.take_workspace(count) else { return Status::OutOfMemory };
        self.workspace.set(workspace);
        place.set(Some(plan));
        Status::Done
    }

    /// The workspace, of `count` elements or more, to be put back; if there is no room for it, it stays as it was.
    fn take_workspace(&self, count: usize) -> Option<Vec<f64>> {
        let workspace = self.workspace.take();
        let before = workspace.len();
        if before >= count {
            return Some(workspace);
        }
        // Given back first, so that the new one can take its place; and what has just been given back can be had again.
        drop(workspace);
        let larger = self.heap.try_zeros(count);
        if larger.is_none() {
            self.workspace.set(self.heap.try_zeros(before).unwrap_or_default());
        }
        larger
    }

    fn call(&self, pass: Pass, index: u32, from: &Buffer, to: &mut Buffer) -> Status {
        let place = self.table.get(index as usize).map(Cell::get);
        let Some(Some(plan)) = &place else { return Status::Mismatch };
        // It is there since the plan was set, unless a call was interrupted.
        let Some(mut workspace) = self.take_workspace(plan.scratch_len()) else { return Status::OutOfMemory };
        let status = match (from.dtype(), to.dtype()) {
            (DType::Float32, DType::Float32) => {
                run::<f32>(plan, pass, from.elements(), to.elements_mut(), &mut workspace)
            }
            (DType::Float64, DType::Float64) => {
                run::<f64>(plan, pass, from.elements(), to.elements_mut(), &mut workspace)
            }
            _ => Status::Mismatch,
        };
        self.workspace.set(workspace);
        status
    }
}

fn run<T: Element + Pod>(plan: &Plan, pass: Pass, from: &[T], to: &mut [T], workspace: &mut [f64]) -> Status {
    let (input, output) = match pass {
        Pass::Forward => (from.len(), to.len()),
        Pass::Backward => (to.len(), from.len()),
    };
    if !plan.fits(input, output) {
        return Status::Mismatch;
    }
    let scratch = bytemuck::cast_slice_mut(workspace);
    match pass {
        Pass::Forward => plan.forward(from, to, scratch),
        Pass::Backward => plan.backward(from, to, scratch),
    }
    Status::Done
}
