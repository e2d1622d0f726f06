//! 2-D average pooling, forward and backward.
//!
//! For each plane (one H×W image; a tensor is N·C of them, or N whose positions have C channels each), kernel (kH, kW),
//! stride (sH, sW), padding and dilation (dH, dW):
//!
//! ```text
//! output[oh, ow] = Σ_{i<kH, j<kW} input[oh·sH − top + i·dH, ow·sW − left + j·dW] / divisor(oh, ow)
//! ```
//!
//! where elements outside the plane count as zero. [`Plan::backward`] is the transpose of that linear map.
//!
//! The sum is separable, so everything is done along one axis at a time. The map of the crate; a file uses only those
//! below it:
//!
//! | file | holds |
//! |---|---|
//! | `plan` | a geometry, checked once, and the choice of its kernel |
//! | `forward`, `backward` | the general path, mirror images of each other |
//! | `small_planes` | the general path for many small planes |
//! | `sliding` | the fast path for 3×3 windows with stride 1 over many channels |
//! | `strips` | the fast path for 3×3, 5×5 and 7×7 windows with stride 1 that keep the size |
//! | `halving` | the fast path for 3×3 windows with stride 2 that halve the size |
//! | `two_by_two` | the fast path for 2×2 windows with stride 2 |
//! | `global` | the fast path for windows of a whole plane |
//! | `columns` | the general path along the width, for one channel or many |
//! | `scratch` | the memory that one call works in |
//! | `geometry` | two axes and a divisor |
//! | `sums` | sums of rows along one axis, for any window |
//! | `transpose` | matrices turned on their side |
//! | `divisor` | what the sums are divided by, for forward and backward alike |
//! | `axis` | output size, windows and counts of one axis |
//! | `blocks` | rows cut into vectors |
//! | `simd` | the lanes |
//!
//! Invariants: nothing here allocates (the caller brings [`Plan::scratch_len`] elements), nothing adds what it later
//! subtracts (so a NaN stays in its windows), and rows are added, turned and divided by code that knows neither padding
//! nor ceil mode, nor which axis it runs along. Memory is read and written without a check for every access, but never
//! without one for every row or block of rows: each `unsafe` names it.

#![no_std]

mod axis;
mod backward;
mod blocks;
mod columns;
mod divisor;
mod forward;
mod geometry;
mod global;
mod halving;
mod plan;
mod scratch;
mod simd;
mod sliding;
mod small_planes;
mod strips;
mod sums;
mod transpose;
mod two_by_two;

pub use axis::{Axis, AxisOptions};
pub use divisor::Divisor;
pub use plan::Plan;
pub use simd::Element;
