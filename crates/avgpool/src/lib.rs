//! 2-D average pooling, forward and backward.
//!
//! A tensor is a sequence of planes, each one H×W image. In NCHW a plane has one channel, and in NHWC it has C channels at
//! each position. With kernel (kH, kW), stride (sH, sW), padding and dilation (dH, dW), every plane is pooled as
//!
//! ```text
//! output[oh, ow] = Σ_{i<kH, j<kW} input[oh·sH − top + i·dH, ow·sW − left + j·dW] / divisor(oh, ow)
//! ```
//!
//! where elements outside the plane count as zero. [`Plan::backward`] is the transpose of that linear map.
//!
//! The layers of the crate. Each uses only those below it:
//!
//! | folder or file | holds |
//! |---|---|
//! | `plan` | a geometry, and the algorithm that serves it |
//! | `algorithms` | one file for each algorithm, and the list of each element type |
//! | `geometry` | two axes, their phases, the channels and a divisor |
//! | `rows` | sums, quotients and transpositions of rows |
//! | `simd` | vectors, one file for each kind of target |
//!
//! Invariants:
//!
//! - Nothing allocates. The caller brings [`Plan::scratch_len`] elements of scratch memory.
//! - Each average is within (kH + kW)·ε·Σ|x| / |divisor| of the exact one, as long as nothing underflows.
//! - Nothing is subtracted from a sum, so a NaN stays in its windows.
//! - Vectors are loaded and stored without a bounds check only after one check of their row, rows or plane. Each `unsafe`
//!   names its check.

#![no_std]
#![cfg_attr(feature = "separable-only", allow(dead_code, reason = "most algorithms are in no list"))]

pub mod algorithms;
mod geometry;
mod plan;
mod rows;
mod simd;

pub use algorithms::Pooled;
pub use geometry::{Axis, AxisOptions, Bands, Direction, Divisor, Geometry, Piece};
pub use plan::Plan;
pub use rows::widen::Stored;
pub use simd::{Element, F16, Simd};
