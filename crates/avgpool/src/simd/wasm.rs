//! WebAssembly's `v128`, as 4 lanes of `f32` or 2 of `f64`.

#![expect(unsafe_code, reason = "v128_load and v128_store take raw pointers")]

use core::arch::wasm32 as wasm;
use core::ops::{Add, Div, Mul};

use super::{Simd, transpose_2, transpose_4};

/// Shuffles number the lanes of the first operand, then those of the second.
macro_rules! vector {
    (
        $name:ident, $element:ty, $lanes:literal, $splat:ident, $add:ident, $mul:ident, $div:ident, $transpose:ident, $shuffle:ident,
        $bits:ident, $numbers:expr, $greater:ident, $number_splat:ident,
        even $even:tt, odd $odd:tt, low $low:tt, high $high:tt, right $right:tt, left $left:tt
    ) => {
        #[derive(Clone, Copy)]
        pub struct $name(wasm::v128);

        impl Simd for $name {
            type Element = $element;
            const LANES: usize = $lanes;

            #[inline(always)]
            fn load(from: &[$element]) -> Self {
                let from: &[$element; $lanes] = from.first_chunk().expect("a whole vector");
                // SAFETY: a reference to an array of 16 bytes is readable for 16 bytes; v128_load needs no alignment.
                Self(unsafe { wasm::v128_load(from.as_ptr().cast()) })
            }

            #[inline(always)]
            fn store(self, to: &mut [$element]) {
                let to: &mut [$element; $lanes] = to.first_chunk_mut().expect("a whole vector");
                // SAFETY: a unique reference to an array of 16 bytes is writable for 16 bytes; v128_store needs no alignment.
                unsafe { wasm::v128_store(to.as_mut_ptr().cast(), self.0) }
            }

            #[inline(always)]
            fn splat(value: $element) -> Self {
                Self(wasm::$splat(value))
            }

            #[inline(always)]
            fn shift_elements_right(self) -> Self {
                Self(vector!(@shuffle $shuffle $right wasm::$splat(0.0), self.0))
            }

            #[inline(always)]
            fn shift_elements_left(self) -> Self {
                Self(vector!(@shuffle $shuffle $left self.0, wasm::$splat(0.0)))
            }

            #[inline(always)]
            fn deinterleave(self, next: Self) -> (Self, Self) {
                (
                    Self(vector!(@shuffle $shuffle $even self.0, next.0)),
                    Self(vector!(@shuffle $shuffle $odd self.0, next.0)),
                )
            }

            #[inline(always)]
            fn interleave(self, other: Self) -> (Self, Self) {
                (
                    Self(vector!(@shuffle $shuffle $low self.0, other.0)),
                    Self(vector!(@shuffle $shuffle $high self.0, other.0)),
                )
            }

            #[inline(always)]
            fn first_lanes(self, count: usize) -> Self {
                Self(wasm::v128_and(self.0, wasm::$greater(wasm::$number_splat(count as $bits), $numbers)))
            }

            #[inline(always)]
            fn transpose(load: impl Fn(usize) -> Self, store: impl FnMut(usize, Self)) {
                $transpose(load, store);
            }
        }

        vector!(@operator $name, Add, add, $add);
        vector!(@operator $name, Mul, mul, $mul);
        vector!(@operator $name, Div, div, $div);
    };
    (@shuffle $shuffle:ident [$($lane:literal),+] $first:expr, $second:expr) => {
        wasm::$shuffle::<$($lane),+>($first, $second)
    };
    (@operator $name:ident, $operator:ident, $method:ident, $instruction:ident) => {
        impl $operator for $name {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(wasm::$instruction(self.0, other.0))
            }
        }
    };
}

vector!(
    F32x4, f32, 4, f32x4_splat, f32x4_add, f32x4_mul, f32x4_div, transpose_4, i32x4_shuffle,
    i32, wasm::i32x4(0, 1, 2, 3), i32x4_gt, i32x4_splat,
    even [0, 2, 4, 6], odd [1, 3, 5, 7], low [0, 4, 1, 5], high [2, 6, 3, 7], right [3, 4, 5, 6], left [1, 2, 3, 4]
);
vector!(
    F64x2, f64, 2, f64x2_splat, f64x2_add, f64x2_mul, f64x2_div, transpose_2, i64x2_shuffle,
    i64, wasm::i64x2(0, 1), i64x2_gt, i64x2_splat,
    even [0, 2], odd [1, 3], low [0, 2], high [1, 3], right [1, 2], left [1, 2]
);
