//! 2-D average pooling, forward and backward.
//!
//! For each plane (one H×W image; a tensor is N·C of them), kernel (kH, kW), stride (sH, sW), padding and dilation (dH, dW):
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
//! | `two_by_two` | the fast path for 2×2 windows with stride 2 |
//! | `scratch` | the memory that one call works in |
//! | `geometry` | two axes and a divisor |
//! | `columns` | windows along a row, and their transpose |
//! | `row_queue` | sums of rows that overlap from one window to the next |
//! | `divisor` | what the sums are divided by, for forward and backward alike |
//! | `axis` | output size, taps, windows and counts of one axis |
//! | `row` | the arithmetic of rows, written over lanes |
//! | `simd` | the lanes |
//!
//! Invariants: nothing here allocates (the caller brings [`Plan::scratch_len`] elements), nothing adds what it later
//! subtracts (so a NaN stays in its windows), and rows are added, slid along and divided by code that knows neither
//! padding nor ceil mode, nor which axis it runs along.

mod axis;
mod backward;
mod blocks;
mod divisor;
mod forward;
mod geometry;
mod global;
mod plan;
mod scratch;
mod simd;
mod small_planes;
mod strips;
mod sums;
mod transpose;
mod two_by_two;

pub use axis::{Axis, AxisOptions};
pub use divisor::Divisor;
pub use plan::Plan;
pub use simd::Element;
