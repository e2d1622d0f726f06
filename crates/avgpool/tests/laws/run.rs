//! Runs of the kernels on guarded memory, and the numbers that they pool.

use std::fmt::Debug;
use std::sync::LazyLock;

use avgpool::algorithms::Algorithm;
use avgpool::{Element, F16, Plan, Pooled};

use crate::definition::Geometry;

/// Elements before and after every slice of a kernel.
const GUARD: usize = 40;

/// An element type of guarded memory.
pub trait Guarded: Copy + PartialEq + Debug + 'static {
    /// A number that no kernel writes.
    const GUARD: Self;

    /// `NANS` elements that are NaN. Bytes, which lack it, have another number there. Copying them takes less time than
    /// writing them.
    fn nans() -> &'static [Self];
}

/// The length of [`Guarded::nans`].
const NANS: usize = 1 << 14;

macro_rules! guarded {
    ($element:ty, $guard:expr, $nan:expr) => {
        impl Guarded for $element {
            const GUARD: Self = $guard;

            fn nans() -> &'static [Self] {
                static ALL: [$element; NANS] = [$nan; NANS];
                &ALL
            }
        }
    };
}

guarded!(f32, 12345.0, f32::NAN);
guarded!(f64, 12345.0, f64::NAN);
guarded!(F16, F16(0x3039), F16(0x7e00));
guarded!(u8, 77, 165);
guarded!(u64, 77, u64::MAX / 3);

/// An element type that kernels compute in.
pub trait Real: Pooled<Sum = Self> + Element + Guarded {
    const EPSILON: f64;

    /// The exponent of the smallest positive number, a power of two.
    const SMALLEST: i32;

    fn to_f64(self) -> f64;
}

impl Real for f32 {
    const EPSILON: f64 = f32::EPSILON as f64;
    const SMALLEST: i32 = -149;

    fn to_f64(self) -> f64 {
        self.into()
    }
}

impl Real for f64 {
    const EPSILON: f64 = f64::EPSILON;
    const SMALLEST: i32 = -1074;

    fn to_f64(self) -> f64 {
        self
    }
}

/// The plan that the list of `T` gives.
pub fn plan<T: Pooled>(geometry: &Geometry) -> Plan<T> {
    Plan::new(geometry.of_kernels()).expect("a plan")
}

/// `plan.forward`. Output and scratch memory start as NaN, so that an unwritten element shows.
///
/// All slices have guards at both ends. Beside the input they are NaN, so that a read of them shows. Beside the others they
/// are numbers, so that a write over them shows.
pub fn forward<T, A>(plan: &Plan<T, A>, geometry: &Geometry, input: &[T]) -> Vec<T>
where
    T: Pooled<Sum: Guarded> + Guarded,
    A: Algorithm<T, T::Sum>,
{
    guarded(geometry, input, geometry.output_len(), plan.scratch_len(), |input, output, scratch| {
        plan.forward(input, output, scratch);
    })
}

/// `plan.backward`, likewise.
pub fn backward<T, A>(plan: &Plan<T, A>, geometry: &Geometry, grad_output: &[T]) -> Vec<T>
where
    T: Pooled<Sum: Guarded> + Guarded,
    A: Algorithm<T, T::Sum>,
{
    guarded(geometry, grad_output, geometry.input_len(), plan.scratch_len(), |grad_output, grad_input, scratch| {
        plan.backward(grad_output, grad_input, scratch);
    })
}

pub fn guarded<T: Guarded, S: Guarded>(
    geometry: &Geometry,
    from: &[T],
    to_len: usize,
    scratch_len: usize,
    call: impl FnOnce(&[T], &mut [T], &mut [S]),
) -> Vec<T> {
    let nan_guard = &T::nans()[..GUARD];
    let from_memory = [nan_guard, from, nan_guard].concat();
    let (mut to, mut scratch) = (unwritten::<T>(to_len), unwritten::<S>(scratch_len));
    let inside = |len: usize| GUARD..GUARD + len;
    call(&from_memory[inside(from.len())], &mut to[inside(to_len)], &mut scratch[inside(scratch_len)]);
    assert!(has_guards(&to) && has_guards(&scratch), "a write beside a slice, on {geometry:?}");
    to[inside(to_len)].to_vec()
}

/// `len` elements that are NaN, between guards.
fn unwritten<T: Guarded>(len: usize) -> Vec<T> {
    let mut memory = Vec::with_capacity(len + 2 * GUARD);
    memory.extend_from_slice(&[T::GUARD; GUARD]);
    for start in (0..len).step_by(NANS) {
        memory.extend_from_slice(&T::nans()[..NANS.min(len - start)]);
    }
    memory.extend_from_slice(&[T::GUARD; GUARD]);
    memory
}

fn has_guards<T: Guarded>(memory: &[T]) -> bool {
    memory[..GUARD] == [T::GUARD; GUARD] && memory[memory.len() - GUARD..] == [T::GUARD; GUARD]
}

/// The length of the table of noise. It is a prime, so that the seeds' starts are spread over the whole table.
const NOISE: usize = 65_537;

/// Numbers between −1 and 1 that depend on the seed alone. They are a part of one table, which is faster than new numbers.
pub fn noise<T: Real>(seed: u64, len: usize) -> Vec<T> {
    static TABLE: LazyLock<Vec<f64>> = LazyLock::new(|| {
        // A linear congruential generator, its upper bits.
        let mut state: u64 = 1;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f64 / f64::from(1_u32 << 30) - 1.0
        };
        (0..NOISE).map(|_| next()).collect()
    });
    let start = (seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) % NOISE as u64) as usize;
    TABLE[start..].iter().chain(TABLE.iter().cycle()).take(len).map(|&value| T::from_f64(value)).collect()
}

pub fn to_f64<T: Real>(values: &[T]) -> Vec<f64> {
    values.iter().map(|&value| value.to_f64()).collect()
}

/// The elements' absolute values.
pub fn absolute<T: Real>(values: &[T]) -> Vec<T> {
    values.iter().map(|value| T::from_f64(value.to_f64().abs())).collect()
}
