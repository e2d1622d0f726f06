//! The vectors as arrays, for every target without WebAssembly's SIMD. The laws run on them with every index checked.

use core::array::from_fn;
use core::ops::{Add, Div, Mul};

use super::{Element, Simd, transpose_2, transpose_4};

pub type F32x4 = Array<f32, 4>;
pub type F64x2 = Array<f64, 2>;

#[derive(Clone, Copy)]
pub struct Array<T, const N: usize>([T; N]);

impl<T: Element, const N: usize> Simd for Array<T, N> {
    type Element = T;
    const LANES: usize = N;

    #[inline(always)]
    fn load(from: &[T]) -> Self {
        Self(*from.first_chunk().expect("a whole vector"))
    }

    #[inline(always)]
    fn store(self, to: &mut [T]) {
        *to.first_chunk_mut().expect("a whole vector") = self.0;
    }

    #[inline(always)]
    fn splat(value: T) -> Self {
        Self([value; N])
    }

    #[inline(always)]
    fn shift_elements_right(self) -> Self {
        Self(from_fn(|i| if i == 0 { T::default() } else { self.0[i - 1] }))
    }

    #[inline(always)]
    fn shift_elements_left(self) -> Self {
        Self(from_fn(|i| if i + 1 == N { T::default() } else { self.0[i + 1] }))
    }

    #[inline(always)]
    fn deinterleave(self, next: Self) -> (Self, Self) {
        let lane = |i: usize| if i < N { self.0[i] } else { next.0[i - N] };
        (Self(from_fn(|i| lane(2 * i))), Self(from_fn(|i| lane(2 * i + 1))))
    }

    #[inline(always)]
    fn interleave(self, other: Self) -> (Self, Self) {
        let lane = |i: usize| if i.is_multiple_of(2) { self.0[i / 2] } else { other.0[i / 2] };
        (Self(from_fn(lane)), Self(from_fn(|i| lane(N + i))))
    }

    #[inline(always)]
    fn first_lanes(self, count: usize) -> Self {
        Self(from_fn(|i| if i < count { self.0[i] } else { T::default() }))
    }

    #[inline(always)]
    fn transpose(load: impl Fn(usize) -> Self, store: impl FnMut(usize, Self)) {
        if N == 4 { transpose_4(load, store) } else { transpose_2(load, store) }
    }
}

macro_rules! operator {
    ($operator:ident, $method:ident) => {
        impl<T: Element, const N: usize> $operator for Array<T, N> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(from_fn(|i| self.0[i].$method(other.0[i])))
            }
        }
    };
}

operator!(Add, add);
operator!(Mul, mul);
operator!(Div, div);
