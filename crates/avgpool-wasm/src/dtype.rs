//! The element types. One line names them all: their codes in JavaScript, their sizes and their plans follow from it.
//!
//! Plans take bytes here. This file does not know whose bytes they are.

use avgpool::{F16, Geometry, Plan, Pooled};
use bytemuck::{Pod, cast_slice_mut, try_cast_slice, try_cast_slice_mut};
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

        /// A plan of any element type.
        #[derive(Clone, Copy)]
        pub enum AnyPlan {
            $($name(Plan<$element>)),+
        }

        impl AnyPlan {
            fn of_any_size(dtype: DType, geometry: Geometry) -> Option<Self> {
                match dtype {
                    $(DType::$name => Plan::new(geometry).map(Self::$name)),+
                }
            }

            /// The element type.
            pub fn dtype(&self) -> DType {
                match self {
                    $(Self::$name(_) => DType::$name),+
                }
            }

            /// The size of its workspace in bytes, unless it cannot be counted.
            fn workspace_bytes(&self) -> Option<usize> {
                match self {
                    $(Self::$name(plan) => plan.scratch_len().checked_mul(size_of::<<$element as Pooled>::Sum>())),+
                }
            }

            /// Pools every plane of `input` into a plane of `output`. `None` if they do not hold the same number of whole
            /// planes.
            pub fn forward(&self, input: &[u8], output: &mut [u8], workspace: &mut [Block]) -> Option<()> {
                match self {
                    $(Self::$name(plan) => forward(plan, input, output, workspace)),+
                }
            }

            /// Applies the transpose of the pooling to every plane of `grad_output`. `None` as in [`AnyPlan::forward`], and
            /// for an element type without gradients.
            pub fn backward(&self, grad_output: &[u8], grad_input: &mut [u8], workspace: &mut [Block]) -> Option<()> {
                match self {
                    $(Self::$name(plan) => backward(plan, grad_output, grad_input, workspace)),+
                }
            }
        }
    };
}

dtypes! { Float32 = 0: f32, Float64 = 1: f64, Float16 = 2: F16, Uint8 = 3: u8 }

impl AnyPlan {
    /// The plan, or `None` if the bytes of its workspace cannot be counted.
    #[expect(clippy::large_types_passed_by_value, reason = "it is moved into the plan")]
    pub fn new(dtype: DType, geometry: Geometry) -> Option<Self> {
        let plan = Self::of_any_size(dtype, geometry)?;
        isize::try_from(plan.workspace_bytes()?).is_ok().then_some(plan)
    }

    /// The number of blocks in the plan's workspace.
    pub fn workspace_len(&self) -> usize {
        blocks_for(self.workspace_bytes().unwrap_or_default())
    }
}

fn forward<T: Pooled<Sum: Pod> + Pod>(
    plan: &Plan<T>,
    input: &[u8],
    output: &mut [u8],
    workspace: &mut [Block],
) -> Option<()> {
    let (input, output) = (try_cast_slice(input).ok()?, try_cast_slice_mut(output).ok()?);
    plan.fits(input.len(), output.len()).then(|| plan.forward(input, output, cast_slice_mut(workspace)))
}

fn backward<T: Pooled<Sum: Pod> + Pod>(
    plan: &Plan<T>,
    grad_output: &[u8],
    grad_input: &mut [u8],
    workspace: &mut [Block],
) -> Option<()> {
    let (grad_output, grad_input) = (try_cast_slice(grad_output).ok()?, try_cast_slice_mut(grad_input).ok()?);
    (T::HAS_GRADIENT && plan.fits(grad_input.len(), grad_output.len()))
        .then(|| plan.backward(grad_output, grad_input, cast_slice_mut(workspace)))
}
