//! The lanes: a vector of 4 `f32` or 2 `f64`, and the scalar as a vector of one.
//!
//! This is the only file that asks for the target. On WebAssembly a vector is a `v128`,
//! elsewhere its portable twin, an array, with the same operations in the same order and so the same bits.

use core::ops::{Add, Div, Mul};

/// An element type: `f32` or `f64`.
pub trait Element: Lanes<Element = Self> + Default + PartialEq {
    /// The widest vector of this element.
    type Vector: Lanes<Element = Self>;

    /// Whether this type has the fast paths for 3×3 to 7×7 windows and for small planes. `f64` takes the general path: its
    /// copies would be a seventh of the module.
    const HAS_FAST_PATHS: bool;

    /// The nearest element to `value`.
    fn from_f64(value: f64) -> Self;
}

/// As many lanes as any vector has.
pub const MOST_LANES: usize = 4;

/// A vector of elements. A kernel is written once over this trait: with `T::Vector` it is the body, with `T` the tail.
pub trait Lanes: Copy + Add<Output = Self> + Mul<Output = Self> + Div<Output = Self> {
    /// What one lane holds.
    type Element: Element;

    /// How many lanes there are.
    const COUNT: usize;

    /// The first `COUNT` elements of `from`.
    fn load(from: &[Self::Element]) -> Self;

    /// Writes the lanes to the first `COUNT` elements of `to`.
    fn store(self, to: &mut [Self::Element]);

    /// `value` in every lane.
    fn splat(value: Self::Element) -> Self;

    /// The even and the odd elements of `self` followed by `next`.
    fn deinterleave(self, next: Self) -> (Self, Self);

    /// Zero, then all lanes but the last: what is one element before.
    fn before(self) -> Self;

    /// All lanes but the first, then zero: what is one element behind.
    fn behind(self) -> Self;

    /// The lanes of `self` and `other` in turn, the first half and the second: the inverse of `deinterleave`.
    fn interleave(self, other: Self) -> (Self, Self);

    /// The square of the `COUNT` vectors that `load` gives, transposed: lane j of vector i becomes lane i of vector j.
    fn transpose(load: impl Fn(usize) -> Self, store: impl FnMut(usize, Self));
}

macro_rules! element {
    ($element:ty, $vector:ty, $has_fast_paths:literal) => {
        impl Element for $element {
            type Vector = $vector;
            const HAS_FAST_PATHS: bool = $has_fast_paths;

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $element
            }
        }

        impl Lanes for $element {
            type Element = Self;
            const COUNT: usize = 1;

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
            fn deinterleave(self, next: Self) -> (Self, Self) {
                (self, next)
            }

            #[inline(always)]
            fn before(self) -> Self {
                0.0
            }

            #[inline(always)]
            fn behind(self) -> Self {
                0.0
            }

            #[inline(always)]
            fn interleave(self, other: Self) -> (Self, Self) {
                (self, other)
            }

            #[inline(always)]
            fn transpose(load: impl Fn(usize) -> Self, mut store: impl FnMut(usize, Self)) {
                store(0, load(0));
            }
        }
    };
}

element!(f32, lanes::F32x4, true);
element!(f64, lanes::F64x2, false);

/// A square of 2×2: its columns are its rows' lanes in turn.
#[inline(always)]
fn transpose_2<L: Lanes>(load: impl Fn(usize) -> L, mut store: impl FnMut(usize, L)) {
    let (left, right) = load(0).interleave(load(1));
    store(0, left);
    store(1, right);
}

/// A square of 4×4: the lanes of every other row in turn, and then those of the results.
#[inline(always)]
fn transpose_4<L: Lanes>(load: impl Fn(usize) -> L, mut store: impl FnMut(usize, L)) {
    let (even_left, even_right) = load(0).interleave(load(2));
    let (odd_left, odd_right) = load(1).interleave(load(3));
    let (first, second) = even_left.interleave(odd_left);
    let (third, fourth) = even_right.interleave(odd_right);
    for (i, column) in [first, second, third, fourth].into_iter().enumerate() {
        store(i, column);
    }
}

#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
mod lanes {
    #![expect(unsafe_code, reason = "v128_load and v128_store take raw pointers")]

    use super::{Add, Div, Lanes, Mul};
    use core::arch::wasm32 as wasm;

    macro_rules! vector {
        (
            $name:ident, $element:ty, $count:literal, $splat:ident, $add:ident, $mul:ident, $div:ident,
            $shuffle:ident, $transpose:ident, even $even:tt, odd $odd:tt, low $low:tt, high $high:tt, before $before:tt, behind $behind:tt
        ) => {
            #[derive(Clone, Copy)]
            pub struct $name(wasm::v128);

            impl Lanes for $name {
                type Element = $element;
                const COUNT: usize = $count;

                #[inline(always)]
                fn load(from: &[$element]) -> Self {
                    let from: &[$element; $count] = from.first_chunk().expect("a whole vector");
                    // SAFETY: a reference to an array of 16 bytes is readable for 16 bytes; v128_load needs no alignment.
                    Self(unsafe { wasm::v128_load(from.as_ptr().cast()) })
                }

                #[inline(always)]
                fn store(self, to: &mut [$element]) {
                    let to: &mut [$element; $count] = to.first_chunk_mut().expect("a whole vector");
                    // SAFETY: a unique reference to an array of 16 bytes is writable for 16 bytes; v128_store needs no alignment.
                    unsafe { wasm::v128_store(to.as_mut_ptr().cast(), self.0) }
                }

                #[inline(always)]
                fn splat(value: $element) -> Self {
                    Self(wasm::$splat(value))
                }

                #[inline(always)]
                fn deinterleave(self, next: Self) -> (Self, Self) {
                    (Self(vector!(@shuffle $shuffle $even self.0, next.0)), Self(vector!(@shuffle $shuffle $odd self.0, next.0)))
                }

                #[inline(always)]
                fn before(self) -> Self {
                    Self(vector!(@shuffle $shuffle $before wasm::$splat(0.0), self.0))
                }

                #[inline(always)]
                fn behind(self) -> Self {
                    Self(vector!(@shuffle $shuffle $behind self.0, wasm::$splat(0.0)))
                }

                #[inline(always)]
                fn interleave(self, other: Self) -> (Self, Self) {
                    (Self(vector!(@shuffle $shuffle $low self.0, other.0)), Self(vector!(@shuffle $shuffle $high self.0, other.0)))
                }

                #[inline(always)]
                fn transpose(load: impl Fn(usize) -> Self, store: impl FnMut(usize, Self)) {
                    super::$transpose(load, store);
                }
            }

            vector!(@operator $name, Add, add, $add);
            vector!(@operator $name, Mul, mul, $mul);
            vector!(@operator $name, Div, div, $div);
        };
        (@shuffle $shuffle:ident [$($lane:literal),+] $left:expr, $right:expr) => {
            wasm::$shuffle::<$($lane),+>($left, $right)
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
        F32x4, f32, 4, f32x4_splat, f32x4_add, f32x4_mul, f32x4_div,
        i32x4_shuffle, transpose_4, even [0, 2, 4, 6], odd [1, 3, 5, 7], low [0, 4, 1, 5], high [2, 6, 3, 7],
        before [3, 4, 5, 6], behind [1, 2, 3, 4]
    );
    vector!(
        F64x2, f64, 2, f64x2_splat, f64x2_add, f64x2_mul, f64x2_div,
        i64x2_shuffle, transpose_2, even [0, 2], odd [1, 3], low [0, 2], high [1, 3], before [1, 2], behind [1, 2]
    );
}

#[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
mod lanes {
    use super::{Add, Div, Element, Lanes, Mul};
    use core::array::from_fn;

    pub type F32x4 = Array<f32, 4>;
    pub type F64x2 = Array<f64, 2>;

    #[derive(Clone, Copy)]
    pub struct Array<T, const N: usize>([T; N]);

    impl<T: Element, const N: usize> Lanes for Array<T, N> {
        type Element = T;
        const COUNT: usize = N;

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
        fn deinterleave(self, next: Self) -> (Self, Self) {
            let lane = |i: usize| if i < N { self.0[i] } else { next.0[i - N] };
            (Self(from_fn(|i| lane(2 * i))), Self(from_fn(|i| lane(2 * i + 1))))
        }

        #[inline(always)]
        fn before(self) -> Self {
            Self(from_fn(|i| if i == 0 { T::default() } else { self.0[i - 1] }))
        }

        #[inline(always)]
        fn behind(self) -> Self {
            Self(from_fn(|i| if i + 1 == N { T::default() } else { self.0[i + 1] }))
        }

        #[inline(always)]
        fn interleave(self, other: Self) -> (Self, Self) {
            let lane = |i: usize| if i.is_multiple_of(2) { self.0[i / 2] } else { other.0[i / 2] };
            (Self(from_fn(lane)), Self(from_fn(|i| lane(N + i))))
        }

        #[inline(always)]
        fn transpose(load: impl Fn(usize) -> Self, store: impl FnMut(usize, Self)) {
            if N == 4 { super::transpose_4(load, store) } else { super::transpose_2(load, store) }
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
}
