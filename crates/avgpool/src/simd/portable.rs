//! The vectors as arrays, for every target without WebAssembly's SIMD. The laws run on them with every index checked.

use core::array::from_fn;
use core::ops::{Add, Div, Mul};

use super::half::{F16, INFINITE, REBIAS, SHIFT, SMALLEST_NORMAL};
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

/// Eight halves.
#[derive(Clone, Copy, Default)]
pub struct F16x8([u16; 8]);

impl F16x8 {
    pub fn load(from: &[F16; 8]) -> Self {
        Self(from.map(|half| half.0))
    }

    pub fn store(self, to: &mut [F16; 8]) {
        *to = self.0.map(F16);
    }

    /// The larger magnitude of two halves, in each lane, by their bits.
    #[must_use]
    pub fn larger_magnitudes(self, other: Self) -> Self {
        Self(from_fn(|i| self.0[i].max(other.0[i] & 0x7fff)))
    }

    /// Whether all magnitudes are those of finite numbers.
    pub fn are_finite(self) -> bool {
        self.0.iter().all(|&magnitude| magnitude < 0x7c00)
    }

    /// The same numbers, if they are finite.
    pub fn widen_finite(self, to: &mut [f32; 8]) {
        *to = self.0.map(|half| {
            let bits = i32::from(half.cast_signed()) << SHIFT;
            f32::from_bits(bits.cast_unsigned() & 0x8fff_e000) / REBIAS
        });
    }

    /// The same numbers.
    pub fn widen(self, to: &mut [f32; 8]) {
        self.widen_finite(to);
        for number in to.iter_mut().filter(|number| number.abs() >= INFINITE) {
            *number = f32::from_bits(number.to_bits() | 0x7f80_0000);
        }
    }

    /// The nearest halves, ties to even. If `SMALL`, all numbers must be smaller than 65520.
    pub fn narrow<const SMALL: bool>(from: &[f32; 8]) -> Self {
        Self(from.map(|number| {
            let magnitude = f32::from_bits((number.to_bits() & 0x7fff_ffff).min(INFINITE.to_bits()));
            let exponent = (magnitude.to_bits() & 0x7f80_0000).max(SMALLEST_NORMAL);
            let distance = f32::from_bits(exponent + (SHIFT << 23));
            let rounded = (magnitude + distance) - distance;
            let nan = if number.is_nan() { 0x200 } else { 0 };
            let sign = (number.to_bits() >> 16) & 0x8000;
            ((rounded * REBIAS).to_bits() >> SHIFT | nan | sign) as u16
        }))
    }
}

/// The largest bits of magnitudes.
#[derive(Clone, Copy)]
pub struct Magnitudes(u32);

impl Magnitudes {
    /// Those of zeros.
    pub fn zero() -> Self {
        Self(0)
    }

    #[must_use]
    pub fn and_of(self, numbers: &[f32; 8]) -> Self {
        Self(numbers.iter().fold(self.0, |largest, number| largest.max(number.abs().to_bits())))
    }

    /// Whether no number is as large as `limit`, or NaN.
    pub fn are_below(self, limit: f32) -> bool {
        self.0 < limit.to_bits()
    }
}

/// Sixteen bytes.
#[derive(Clone, Copy)]
pub struct U8x16([u8; 16]);

impl U8x16 {
    pub fn load(from: &[u8]) -> Self {
        Self(*from.first_chunk().expect("a whole vector"))
    }

    /// The lanes with these numbers. Lanes from number 16 on are 0.
    #[must_use]
    pub fn select(self, numbers: Self) -> Self {
        Self(numbers.0.map(|number| self.0.get(usize::from(number)).copied().unwrap_or_default()))
    }

    /// The sums of pairs of neighbours.
    pub fn add_pairs(self) -> U16x8 {
        U16x8(from_fn(|i| u16::from(self.0[2 * i]) + u16::from(self.0[2 * i + 1])))
    }
}

/// Eight 16-bit integers, which wrap around.
#[derive(Clone, Copy, Default)]
pub struct U16x8([u16; 8]);

impl U16x8 {
    pub fn load(from: &[u16]) -> Self {
        Self(*from.first_chunk().expect("a whole vector"))
    }

    pub fn store(self, to: &mut [u16]) {
        *to.first_chunk_mut().expect("a whole vector") = self.0;
    }

    /// Eight bytes.
    pub fn of_bytes(from: &[u8]) -> Self {
        Self(from_fn(|i| from[i].into()))
    }

    /// Writes the lanes as bytes. Those above 255, as signed integers, become 255, and those below 0 become 0.
    pub fn store_bytes(self, to: &mut [u8]) {
        *to.first_chunk_mut().expect("eight bytes") = self.0.map(|lane| lane.cast_signed().clamp(0, 255) as u8);
    }

    #[must_use]
    pub fn add(self, other: Self) -> Self {
        Self(from_fn(|i| self.0[i].wrapping_add(other.0[i])))
    }

    #[must_use]
    pub fn sub(self, other: Self) -> Self {
        Self(from_fn(|i| self.0[i].wrapping_sub(other.0[i])))
    }

    /// The lanes of the bytes with these numbers. Bytes from number 16 on are 0.
    #[must_use]
    pub fn select(self, numbers: U8x16) -> Self {
        let bytes = self.0.map(u16::to_le_bytes);
        let [low, high] = [0, 1].map(|half| {
            let numbers: [u8; 8] = from_fn(|lane| numbers.0[2 * lane + half]);
            numbers.map(|number| bytes.as_flattened().get(usize::from(number)).copied().unwrap_or_default())
        });
        Self(from_fn(|lane| u16::from_le_bytes([low[lane], high[lane]])))
    }

    /// `lane / 4`, rounded to the nearest, halves up.
    #[must_use]
    pub fn quarter(self) -> Self {
        Self(self.0.map(|lane| (lane + 2) / 4))
    }

    /// `(lane + addend) · factor / 2^(16 + shift)`, rounded down.
    #[must_use]
    pub fn scale(self, addend: u16, factor: u16, shift: u32) -> Self {
        Self(self.0.map(|lane| ((u32::from(lane.wrapping_add(addend)) * u32::from(factor)) >> (16 + shift)) as u16))
    }

    /// The lanes as signed integers.
    pub fn widen(self, to: &mut [f32; 8]) {
        *to = self.0.map(|lane| lane.cast_signed().into());
    }

    /// `numbers[i] += lane[i]`, as signed integers.
    pub fn add_to(self, numbers: &mut [f32; 8]) {
        for (number, lane) in numbers.iter_mut().zip(self.0) {
            *number += f32::from(lane.cast_signed());
        }
    }
}

/// Eight numbers as bytes: rounded to the nearest, halves up, from 0 to 255.
pub fn round_to_bytes(from: &[f32; 8], to: &mut [u8; 8]) {
    *to = from.map(|number| (number + 0.5) as u8);
}
