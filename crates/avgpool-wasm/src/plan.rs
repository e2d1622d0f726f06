//! `Plans`: a table of poolings of planes of one size, called with buffers.
//!
//! It fits numbers and buffers to `avgpool::Plan`; it does no arithmetic of its own, and which plan is worth its place in
//! the table is TypeScript's decision.

use std::cell::{Cell, RefCell};
use std::num::NonZeroU32;

use avgpool::{Axis, AxisOptions, Divisor, Element, Plan};
use bytemuck::Pod;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::buffer::{Buffer, DType};
use crate::memory::{Line, lines_for, try_zeros};

/// How a call ended.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All that was asked for has been done.
    Done = 0,
    /// There is no memory for it; nothing has been changed.
    OutOfMemory = 1,
    /// There is no such plan and cannot be one, or the buffers do not fit it; nothing has been changed.
    Mismatch = 2,
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

/// What the workspace has at least, in bytes: enough for most plans, so that it seldom has to move.
const SMALLEST_WORKSPACE: usize = 64 * 1024;

/// A table of plans, made once, and the workspace that they share.
///
/// Plans that came and went among the tensors would break up the memory between them. The workspace is as large as the
/// largest plan in the table needs for either element type, from when the plan is set: running one allocates nothing.
/// The methods take `&self`, for a borrow that wasm-bindgen refused would otherwise end all pooling.
#[wasm_bindgen]
pub struct Plans {
    plans: RefCell<Vec<Option<Plan>>>,
    workspace: Cell<Vec<Line>>,
}

#[wasm_bindgen]
impl Plans {
    /// A table with room for `count` plans.
    #[wasm_bindgen(constructor)]
    pub fn new(count: u32) -> Self {
        let plans = RefCell::new(vec![None; count as usize]);
        Self { plans, workspace: Cell::new(vec![0; lines_for(SMALLEST_WORKSPACE)]) }
    }

    /// Puts the plan for planes of `height`×`width` in place of plan `index`. There is none if no window fits, or if it
    /// takes more memory than can be counted.
    #[expect(clippy::too_many_arguments, reason = "called once a plan, from the one place that has them in this order")]
    pub fn set(
        &self,
        index: u32,
        height: u32,
        width: u32,
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
        let plan = rows.zip(columns).and_then(|(rows, columns)| Plan::new(rows, columns, divisor));
        plan.map_or(Status::Mismatch, |plan| self.put(index as usize, &plan))
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
    fn put(&self, index: usize, plan: &Plan) -> Status {
        let mut plans = self.plans.borrow_mut();
        let others =
            plans.iter().enumerate().filter(|&(other, _)| other != index).filter_map(|(_, plan)| plan.as_ref());
        let needed = others.chain([plan]).map(workspace_bytes).max().unwrap_or_default();
        let Some(place) = plans.get_mut(index).filter(|_| isize::try_from(needed).is_ok()) else {
            return Status::Mismatch;
        };
        if !self.resize_workspace(lines_for(needed.max(SMALLEST_WORKSPACE))) {
            return Status::OutOfMemory;
        }
        *place = Some(*plan);
        Status::Done
    }

    /// Makes the workspace of `count` lines, unless it is or not much larger. If there is no room, it stays as it was.
    fn resize_workspace(&self, count: usize) -> bool {
        let workspace = self.workspace.take();
        let before = workspace.len();
        if (count..=2 * count).contains(&before) {
            self.workspace.set(workspace);
            return true;
        }
        // Given back first, so that the new one can take its place.
        drop(workspace);
        let resized = try_zeros(count);
        let ok = resized.is_some();
        self.workspace.set(resized.or_else(|| try_zeros(before)).unwrap_or_default());
        ok
    }

    fn call(&self, pass: Pass, index: u32, from: &Buffer, to: &mut Buffer) -> Status {
        let plans = self.plans.borrow();
        let Some(Some(plan)) = plans.get(index as usize) else { return Status::Mismatch };
        let mut workspace = self.workspace.take();
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

/// What a plan needs for the larger of the element types; more than there can be, if it cannot be counted.
fn workspace_bytes(plan: &Plan) -> usize {
    plan.scratch_len().saturating_mul(size_of::<f64>())
}

fn run<T: Element + Pod>(plan: &Plan, pass: Pass, from: &[T], to: &mut [T], workspace: &mut [Line]) -> Status {
    let (input, output) = match pass {
        Pass::Forward => (from.len(), to.len()),
        Pass::Backward => (to.len(), from.len()),
    };
    if !plan.fits(input, output) {
        return Status::Mismatch;
    }
    let scratch = bytemuck::cast_slice_mut(workspace);
    if scratch.len() < plan.scratch_len() {
        return Status::OutOfMemory;
    }
    match pass {
        Pass::Forward => plan.forward(from, to, scratch),
        Pass::Backward => plan.backward(from, to, scratch),
    }
    Status::Done
}
