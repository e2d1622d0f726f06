//! WebAssembly's `v128`, as 4 lanes of `f32` or 2 of `f64`.

#![expect(unsafe_code, reason = "v128_load and v128_store take raw pointers")]

use core::arch::wasm32 as wasm;
use core::ops::{Add, Div, Mul};

use super::half::{F16, INFINITE, REBIAS, SHIFT, SMALLEST_NORMAL};
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

/// Eight halves.
#[derive(Clone, Copy)]
pub struct F16x8(wasm::v128);

impl Default for F16x8 {
    fn default() -> Self {
        Self(wasm::u16x8_splat(0))
    }
}

impl F16x8 {
    #[inline(always)]
    pub fn load(from: &[F16; 8]) -> Self {
        // SAFETY: a reference to an array of 16 bytes is readable for 16 bytes; v128_load needs no alignment.
        Self(unsafe { wasm::v128_load(from.as_ptr().cast()) })
    }

    #[inline(always)]
    pub fn store(self, to: &mut [F16; 8]) {
        // SAFETY: a unique reference to an array of 16 bytes is writable for 16 bytes; v128_store needs no alignment.
        unsafe { wasm::v128_store(to.as_mut_ptr().cast(), self.0) }
    }

    /// The larger magnitude of two halves, in each lane, by their bits.
    #[inline(always)]
    #[must_use]
    pub fn larger_magnitudes(self, other: Self) -> Self {
        Self(wasm::i16x8_max(self.0, wasm::v128_and(other.0, wasm::u16x8_splat(0x7fff))))
    }

    /// Whether all magnitudes are those of finite numbers.
    #[inline(always)]
    pub fn are_finite(self) -> bool {
        wasm::i16x8_all_true(wasm::i16x8_lt(self.0, wasm::i16x8_splat(0x7c00)))
    }

    /// The same numbers, if they are finite.
    #[inline(always)]
    pub fn widen_finite(self, to: &mut [f32; 8]) {
        store_numbers(self.rebiased(), to);
    }

    /// The same numbers.
    #[inline(always)]
    pub fn widen(self, to: &mut [f32; 8]) {
        let numbers = self.rebiased().map(|number| {
            let special = wasm::f32x4_ge(wasm::f32x4_abs(number), wasm::f32x4_splat(INFINITE));
            wasm::v128_or(number, wasm::v128_and(special, wasm::u32x4_splat(0x7f80_0000)))
        });
        store_numbers(numbers, to);
    }

    /// The sign of a half fills the upper bits of its lane. So one shift and one mask place all bits.
    #[inline(always)]
    fn rebiased(self) -> [wasm::v128; 2] {
        [wasm::i32x4_extend_low_i16x8(self.0), wasm::i32x4_extend_high_i16x8(self.0)].map(|half| {
            let bits = wasm::v128_and(wasm::i32x4_shl(half, SHIFT), wasm::u32x4_splat(0x8fff_e000));
            wasm::f32x4_mul(bits, wasm::f32x4_splat(REBIAS.recip()))
        })
    }

    /// The nearest halves, ties to even. If `SMALL`, all numbers must be smaller than 65520.
    #[inline(always)]
    pub fn narrow<const SMALL: bool>(from: &[f32; 8]) -> Self {
        let (low, high) = (F32x4::load(&from[..4]).0, F32x4::load(&from[4..]).0);
        let magnitudes =
            wasm::u16x8_narrow_i32x4(magnitudes_of_halves::<SMALL>(low), magnitudes_of_halves::<SMALL>(high));
        let upper_bits = wasm::i16x8_shuffle::<1, 3, 5, 7, 9, 11, 13, 15>(low, high);
        Self(wasm::v128_or(magnitudes, wasm::v128_and(upper_bits, wasm::u16x8_splat(0x8000))))
    }
}

/// The bits of the nearest halves without their signs.
///
/// Adding a number that is 2^13 times as large rounds at the last bit of a half.
#[inline(always)]
fn magnitudes_of_halves<const SMALL: bool>(numbers: wasm::v128) -> wasm::v128 {
    let magnitude = wasm::f32x4_abs(numbers);
    let magnitude = if SMALL { magnitude } else { wasm::i32x4_min(magnitude, wasm::f32x4_splat(INFINITE)) };
    let exponent = wasm::v128_and(magnitude, wasm::u32x4_splat(0x7f80_0000));
    let exponent = wasm::i32x4_max(exponent, wasm::u32x4_splat(SMALLEST_NORMAL));
    let distance = wasm::i32x4_add(exponent, wasm::u32x4_splat(SHIFT << 23));
    let rounded = wasm::f32x4_sub(wasm::f32x4_add(magnitude, distance), distance);
    let bits = wasm::u32x4_shr(wasm::f32x4_mul(rounded, wasm::f32x4_splat(REBIAS)), SHIFT);
    if SMALL {
        return bits;
    }
    wasm::v128_or(bits, wasm::v128_and(wasm::f32x4_ne(numbers, numbers), wasm::u32x4_splat(0x200)))
}

#[inline(always)]
fn store_numbers([low, high]: [wasm::v128; 2], to: &mut [f32; 8]) {
    F32x4(low).store(&mut to[..4]);
    F32x4(high).store(&mut to[4..]);
}

/// The largest bits of magnitudes, lane by lane.
#[derive(Clone, Copy)]
pub struct Magnitudes(wasm::v128);

impl Magnitudes {
    /// Those of zeros.
    #[inline(always)]
    pub fn zero() -> Self {
        Self(wasm::u32x4_splat(0))
    }

    #[inline(always)]
    #[must_use]
    pub fn and_of(self, numbers: &[f32; 8]) -> Self {
        let [low, high] = [&numbers[..4], &numbers[4..]].map(|four| wasm::f32x4_abs(F32x4::load(four).0));
        Self(wasm::i32x4_max(self.0, wasm::i32x4_max(low, high)))
    }

    /// Whether no number is as large as `limit`, or NaN.
    #[inline(always)]
    pub fn are_below(self, limit: f32) -> bool {
        wasm::i32x4_all_true(wasm::i32x4_lt(self.0, wasm::f32x4_splat(limit)))
    }
}

/// Sixteen bytes.
#[derive(Clone, Copy)]
pub struct U8x16(wasm::v128);

impl U8x16 {
    #[inline(always)]
    pub fn load(from: &[u8]) -> Self {
        let from: &[u8; 16] = from.first_chunk().expect("a whole vector");
        // SAFETY: a reference to an array of 16 bytes is readable for 16 bytes; v128_load needs no alignment.
        Self(unsafe { wasm::v128_load(from.as_ptr().cast()) })
    }

    /// The lanes with these numbers. Lanes from number 16 on are 0.
    #[inline(always)]
    #[must_use]
    pub fn select(self, numbers: Self) -> Self {
        Self(wasm::i8x16_swizzle(self.0, numbers.0))
    }

    /// The sums of pairs of neighbours.
    #[inline(always)]
    pub fn add_pairs(self) -> U16x8 {
        U16x8(wasm::u16x8_extadd_pairwise_u8x16(self.0))
    }
}

/// Eight 16-bit integers, which wrap around.
#[derive(Clone, Copy)]
pub struct U16x8(wasm::v128);

impl Default for U16x8 {
    #[inline(always)]
    fn default() -> Self {
        Self(wasm::u16x8_splat(0))
    }
}

impl U16x8 {
    #[inline(always)]
    pub fn load(from: &[u16]) -> Self {
        let from: &[u16; 8] = from.first_chunk().expect("a whole vector");
        // SAFETY: a reference to an array of 16 bytes is readable for 16 bytes; v128_load needs no alignment.
        Self(unsafe { wasm::v128_load(from.as_ptr().cast()) })
    }

    #[inline(always)]
    pub fn store(self, to: &mut [u16]) {
        let to: &mut [u16; 8] = to.first_chunk_mut().expect("a whole vector");
        // SAFETY: a unique reference to an array of 16 bytes is writable for 16 bytes; v128_store needs no alignment.
        unsafe { wasm::v128_store(to.as_mut_ptr().cast(), self.0) }
    }

    /// Eight bytes.
    #[inline(always)]
    pub fn of_bytes(from: &[u8]) -> Self {
        let from: &[u8; 8] = from.first_chunk().expect("eight bytes");
        // SAFETY: a reference to an array of 8 bytes is readable for 8 bytes; the load needs no alignment.
        Self(unsafe { wasm::u16x8_load_extend_u8x8(from.as_ptr()) })
    }

    /// Writes the lanes as bytes. Those above 255, as signed integers, become 255, and those below 0 become 0.
    #[inline(always)]
    pub fn store_bytes(self, to: &mut [u8]) {
        let to: &mut [u8; 8] = to.first_chunk_mut().expect("eight bytes");
        let bytes = wasm::u8x16_narrow_i16x8(self.0, self.0);
        // SAFETY: a unique reference to an array of 8 bytes is writable for 8 bytes; the store needs no alignment.
        unsafe { wasm::v128_store64_lane::<0>(bytes, to.as_mut_ptr().cast()) }
    }

    #[inline(always)]
    #[must_use]
    pub fn add(self, other: Self) -> Self {
        Self(wasm::i16x8_add(self.0, other.0))
    }

    #[inline(always)]
    #[must_use]
    pub fn sub(self, other: Self) -> Self {
        Self(wasm::i16x8_sub(self.0, other.0))
    }

    /// The lanes of the bytes with these numbers. Bytes from number 16 on are 0.
    #[inline(always)]
    #[must_use]
    pub fn select(self, numbers: U8x16) -> Self {
        Self(wasm::i8x16_swizzle(self.0, numbers.0))
    }

    /// `lane / 4`, rounded to the nearest, halves up.
    #[inline(always)]
    #[must_use]
    pub fn quarter(self) -> Self {
        Self(wasm::u16x8_shr(wasm::i16x8_add(self.0, wasm::u16x8_splat(2)), 2))
    }

    /// `(lane + addend) · factor / 2^(16 + shift)`, rounded down.
    #[inline(always)]
    #[must_use]
    pub fn scale(self, addend: u16, factor: u16, shift: u32) -> Self {
        let (lanes, factors) = (wasm::i16x8_add(self.0, wasm::u16x8_splat(addend)), wasm::u16x8_splat(factor));
        let upper_halves = wasm::u16x8_narrow_i32x4(
            wasm::u32x4_shr(wasm::u32x4_extmul_low_u16x8(lanes, factors), 16),
            wasm::u32x4_shr(wasm::u32x4_extmul_high_u16x8(lanes, factors), 16),
        );
        Self(wasm::u16x8_shr(upper_halves, shift))
    }

    /// The lanes as signed integers.
    #[inline(always)]
    pub fn widen(self, to: &mut [f32; 8]) {
        store_numbers(self.to_f32(), to);
    }

    #[inline(always)]
    fn to_f32(self) -> [wasm::v128; 2] {
        [wasm::i32x4_extend_low_i16x8(self.0), wasm::i32x4_extend_high_i16x8(self.0)]
            .map(|lanes| wasm::f32x4_convert_i32x4(lanes))
    }

    /// `numbers[i] += lane[i]`, as signed integers.
    #[inline(always)]
    pub fn add_to(self, numbers: &mut [f32; 8]) {
        for (lanes, numbers) in self.to_f32().into_iter().zip(numbers.chunks_exact_mut(4)) {
            (F32x4::load(numbers) + F32x4(lanes)).store(numbers);
        }
    }
}

/// Eight numbers as bytes: rounded to the nearest, halves up, from 0 to 255.
#[inline(always)]
pub fn round_to_bytes(from: &[f32; 8], to: &mut [u8; 8]) {
    let [low, high] = [&from[..4], &from[4..]].map(|four| {
        let number = wasm::f32x4_add(F32x4::load(four).0, wasm::f32x4_splat(0.5));
        wasm::i32x4_trunc_sat_f32x4(number)
    });
    let lanes = wasm::i16x8_narrow_i32x4(low, high);
    U16x8(lanes).store_bytes(to);
}
