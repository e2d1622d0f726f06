//! The element types. One line names them all: their codes in JavaScript, their sizes and their plans follow from it.
//!
//! It makes typed slices of the memory of a call. It does not know how the call is split.
#![expect(
    unsafe_code,
    reason = "threads write to parts of one buffer, which no single reference can lend to all of them"
)]

use core::slice;

use avgpool::algorithms::{Algorithm, Needs};
use avgpool::{Bands, Direction, F16, Geometry, Piece, Pooled};
use bytemuck::cast_slice_mut;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::memory::{Block, blocks_for};

macro_rules! dtypes {
    ($($name:ident = $code:tt: $element:ty),+) => {
        /// The element types, by their codes in JavaScript.
        #[wasm_bindgen]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum DType {
            $(#[doc = stringify!($element)] $name = $code),+
        }

        impl DType {
            /// The size of an element in bytes.
            pub fn size(self) -> usize {
                match self {
                    $(Self::$name => size_of::<$element>()),+
                }
            }
        }

        /// An algorithm of any element type.
        #[derive(Clone, Copy)]
        enum AnyAlgorithm {
            $($name(<$element as Pooled>::Algorithm)),+
        }

        impl AnyAlgorithm {
            fn new(dtype: DType, geometry: &Geometry, needs: &mut Needs) -> Option<Self> {
                match dtype {
                    $(DType::$name => Algorithm::<$element, _>::new(geometry, needs).map(Self::$name)),+
                }
            }
        }

        impl DType {
            /// The size of an element of a workspace in bytes.
            fn sum_size(self) -> usize {
                match self {
                    $(Self::$name => size_of::<<$element as Pooled>::Sum>()),+
                }
            }

            /// Whether its algorithms have this direction.
            pub fn has(self, direction: Direction) -> bool {
                match self {
                    $(Self::$name => <$element>::HAS_GRADIENT || direction == Direction::Forward),+
                }
            }
        }

        impl AnyPlan {
            /// Computes a piece of a call in this workspace.
            ///
            /// # Safety
            ///
            /// `from` and `to` are the addresses of the planes, aligned to blocks. Until this returns, nobody else may write to the
            /// elements that the piece reads, or use those that it writes.
            pub unsafe fn run(
                &self,
                direction: Direction,
                piece: &Piece,
                from: *const u8,
                to: *mut u8,
                workspace: &mut [Block],
            ) {
                let geometry = piece.band.as_ref().unwrap_or(&self.geometry);
                match &self.algorithm {
                    $(AnyAlgorithm::$name(algorithm) => {
                        // SAFETY: the caller's promise.
                        let (from, to) = unsafe { slices_of::<$element>(piece, from, to) };
                        algorithm.run(direction, geometry, from, to, cast_slice_mut(workspace));
                    })+
                }
            }
        }
    };
}

dtypes! { Float32 = 0: f32, Float64 = 1: f64, Float16 = 2: F16, Uint8 = 3: u8 }

/// A plan of any element type.
#[derive(Clone, Copy)]
pub struct AnyPlan {
    pub dtype: DType,
    pub geometry: Geometry,
    pub bands: Bands,
    /// The number of blocks in its workspace.
    pub workspace_len: usize,
    algorithm: AnyAlgorithm,
}

impl AnyPlan {
    /// The plan, or `None` if the bytes of its workspace cannot be counted.
    #[expect(clippy::large_types_passed_by_value, reason = "it is moved into the plan")]
    pub fn new(dtype: DType, geometry: Geometry) -> Option<Self> {
        let mut needs = Needs::NONE;
        let algorithm = AnyAlgorithm::new(dtype, &geometry, &mut needs)?;
        let Needs { scratch_len, bands } = needs;
        let bytes = scratch_len.checked_mul(dtype.sum_size()).filter(|&bytes| isize::try_from(bytes).is_ok())?;
        Some(Self { dtype, geometry, bands, workspace_len: blocks_for(bytes), algorithm })
    }
}

/// The elements of a piece, and its results.
unsafe fn slices_of<'a, T>(piece: &Piece, from: *const u8, to: *mut u8) -> (&'a [T], &'a mut [T]) {
    let Piece { from: elements, to: results, .. } = piece;
    // SAFETY: the promise of the caller of `AnyPlan::run`.
    unsafe {
        let from = slice::from_raw_parts(from.cast::<T>().add(elements.start), elements.len());
        (from, slice::from_raw_parts_mut(to.cast::<T>().add(results.start), results.len()))
    }
}
