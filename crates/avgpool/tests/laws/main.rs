//! The laws of the kernels, on the host's vectors and, compiled for WebAssembly, on those of SIMD128.
//!
//! 1. Forward equals the definition.
//! 2. Backward is the transpose of forward: ⟨pool(x), g⟩ = ⟨x, backward(g)⟩.
//! 3. Every algorithm of a list gives the results of `Separable`.
//!
//! Each law holds on every geometry of the worlds, in both element types.

#![expect(clippy::float_cmp, reason = "where a result is exact, the law says so")]

mod algorithms;
mod definition;
mod details;
mod laws;
mod parts;
mod run;
mod stored;
mod worlds;
