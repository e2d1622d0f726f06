//! `Plans`: a table of poolings of planes of one size, called with buffers.
//!
//! It fits numbers and buffers to `avgpool::Plan`; it does no arithmetic of its own, and which plan is worth its place in
//! the table is TypeScript's decision.

use std::num::NonZeroU32;

use avgpool::{Axis, AxisOptions, Divisor, Element};
use bytemuck::Pod;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::buffer::{Buffer, DType};
use crate::memory::{Line, with_workspace};

/// How a call ended.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All of the result has been written.
    Done = 0,
    /// There was no memory to work in; nothing has been written.
    OutOfMemory = 1,
    /// There is no such plan, or the buffers are not of one type or not as many whole planes; nothing has been written.
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

/// A table of plans, made once: plans that came and went among the tensors would break up the memory between them.
#[wasm_bindgen]
pub struct Plans(Vec<Option<avgpool::Plan>>);

#[wasm_bindgen]
impl Plans {
    /// A table with room for `count` plans.
    #[wasm_bindgen(constructor)]
    pub fn new(count: u32) -> Self {
        Self(vec![None; count as usize])
    }

    /// Puts the plan for planes of `height`×`width` in place of plan `index`. Returns whether there is such a plan: not if
    /// no window fits, or if it would take more memory than can be counted.
    #[expect(clippy::too_many_arguments, reason = "called once a plan, from the one place that has them in this order")]
    pub fn set(
        &mut self,
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
    ) -> bool {
        let divisor = match divisor_override {
            Some(value) => Divisor::Fixed(value),
            None if count_include_pad => Divisor::IncludePad,
            None => Divisor::ExcludePad,
        };
        let axis = |input, options: Option<AxisOptions>| Axis::new(input, options?);
        let rows = axis(height, options(kernel_height, stride_height, top, bottom, dilation_height, ceil_mode));
        let columns = axis(width, options(kernel_width, stride_width, left, right, dilation_width, ceil_mode));
        let plan = rows.zip(columns).and_then(|(rows, columns)| avgpool::Plan::new(rows, columns, divisor));
        if let Some(place) = self.0.get_mut(index as usize) {
            *place = plan;
        }
        plan.is_some()
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
    fn call(&self, pass: Pass, index: u32, from: &Buffer, to: &mut Buffer) -> Status {
        let Some(Some(plan)) = self.0.get(index as usize) else { return Status::Mismatch };
        match (from.dtype(), to.dtype()) {
            (DType::Float32, DType::Float32) => run::<f32>(plan, pass, from.elements(), to.elements_mut()),
            (DType::Float64, DType::Float64) => run::<f64>(plan, pass, from.elements(), to.elements_mut()),
            _ => Status::Mismatch,
        }
    }
}

fn run<T: Element + Pod>(plan: &avgpool::Plan, pass: Pass, from: &[T], to: &mut [T]) -> Status {
    let (input, output) = match pass {
        Pass::Forward => (from.len(), to.len()),
        Pass::Backward => (to.len(), from.len()),
    };
    if !plan.fits(input, output) {
        return Status::Mismatch;
    }
    let Some(bytes) = plan.scratch_len().checked_mul(size_of::<T>()) else { return Status::OutOfMemory };
    let done = with_workspace(bytes.div_ceil(size_of::<Line>()), |lines| {
        let scratch = bytemuck::cast_slice_mut(lines);
        match pass {
            Pass::Forward => plan.forward(from, to, scratch),
            Pass::Backward => plan.backward(from, to, scratch),
        }
    });
    if done.is_some() { Status::Done } else { Status::OutOfMemory }
}
