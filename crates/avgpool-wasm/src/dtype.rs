//! The element types. One line names them all: their code in JavaScript, their size and their plans follow from it.
//!
//! A plan of any element type pools bytes here; their owner is not known.

use avgpool::{Geometry, Plan};
use bytemuck::{cast_slice_mut, try_cast_slice, try_cast_slice_mut};
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

        /// The size of the largest element in bytes.
        fn largest_size() -> usize {
            [$(size_of::<$element>()),+].into_iter().fold(0, usize::max)
        }

        /// A plan of any element type.
        #[derive(Clone, Copy)]
        pub enum AnyPlan {
            $($name(Plan<$element>)),+
        }

        impl AnyPlan {
            /// The plan, or `None` if the bytes of its workspace cannot be counted.
            pub fn new(dtype: DType, geometry: Geometry) -> Option<Self> {
                match dtype {
                    $(DType::$name => {
                        let plan = Plan::<$element>::new(geometry)?;
                        let bytes = plan.scratch_len().checked_mul(largest_size())?;
                        isize::try_from(bytes).is_ok().then_some(Self::$name(plan))
                    })+
                }
            }

            /// The element type.
            pub fn dtype(&self) -> DType {
                match self {
                    $(Self::$name(_) => DType::$name),+
                }
            }

            /// The number of blocks that the plan works in. They hold elements of the largest type: so planes that have
            /// been pooled in a small type seldom grow the memory again when they are pooled in a larger one.
            pub fn workspace_len(&self) -> usize {
                match self {
                    $(Self::$name(plan) => blocks_for(plan.scratch_len() * largest_size())),+
                }
            }

            /// Pools every plane of `input` into a plane of `output`. `None` if the slices are not the same number of
            /// whole planes.
            pub fn forward(&self, input: &[u8], output: &mut [u8], workspace: &mut [Block]) -> Option<()> {
                match self {
                    $(Self::$name(plan) => {
                        let (input, output) = (try_cast_slice(input).ok()?, try_cast_slice_mut(output).ok()?);
                        let fits = plan.fits(input.len(), output.len());
                        fits.then(|| plan.forward(input, output, cast_slice_mut(workspace)))
                    })+
                }
            }

            /// Applies the transpose of the pooling to every plane of `grad_output`. `None` as in [`AnyPlan::forward`].
            pub fn backward(&self, grad_output: &[u8], grad_input: &mut [u8], workspace: &mut [Block]) -> Option<()> {
                match self {
                    $(Self::$name(plan) => {
                        let (from, to) = (try_cast_slice(grad_output).ok()?, try_cast_slice_mut(grad_input).ok()?);
                        let fits = plan.fits(to.len(), from.len());
                        fits.then(|| plan.backward(from, to, cast_slice_mut(workspace)))
                    })+
                }
            }
        }
    };
}

dtypes! { Float32 = 0: f32, Float64 = 1: f64 }
