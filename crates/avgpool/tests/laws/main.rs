//! The two laws of the kernels, on the host's lanes and, compiled for WebAssembly, on the real ones.

#![expect(clippy::float_cmp, reason = "where a result is exact, the law says so")]

mod adjoint;
mod definition;
mod world;
