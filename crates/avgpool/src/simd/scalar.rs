//! `f32` and `f64`: the element types, each also a vector of one lane.

use super::{Element, Simd, vectors};

macro_rules! element {
    ($element:ty, $vector:ty) => {
        impl Element for $element {
            type Vector = $vector;

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $element
            }
        }

        impl Simd for $element {
            type Element = Self;
            const LANES: usize = 1;

            #[inline(always)]
            fn load(from: &[Self]) -> Self {
                from[0]
            }

            #[inline(always)]
            fn store(self, to: &mut [Self]) {
                to[0] = self;
            }

            #[inline(always)]
            fn splat(value: Self) -> Self {
                value
            }

            #[inline(always)]
            fn shift_elements_right(self) -> Self {
                0.0
            }

            #[inline(always)]
            fn shift_elements_left(self) -> Self {
                0.0
            }

            #[inline(always)]
            fn deinterleave(self, next: Self) -> (Self, Self) {
                (self, next)
            }

            #[inline(always)]
            fn interleave(self, other: Self) -> (Self, Self) {
                (self, other)
            }

            #[inline(always)]
            fn first_lanes(self, count: usize) -> Self {
                if count > 0 { self } else { 0.0 }
            }

            #[inline(always)]
            fn transpose(load: impl Fn(usize) -> Self, mut store: impl FnMut(usize, Self)) {
                store(0, load(0));
            }
        }
    };
}

element!(f32, vectors::F32x4);
element!(f64, vectors::F64x2);
