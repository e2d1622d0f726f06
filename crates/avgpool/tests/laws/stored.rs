//! The laws of the element types that are only stored: their conversions, and averages that are rounded once.

use std::any::type_name;

use avgpool::algorithms::{Algorithm, List, Visitor};
use avgpool::{F16, Plan, Pooled, Stored};
use half::f16;

use crate::algorithms::{Counts, LEFT_OUT, serve_enough};
use crate::definition::Geometry;
use crate::run::{absolute, backward, forward, noise, plan};
use crate::worlds::WORLDS;

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn every_half_widens_to_the_same_number() {
    let halves: Vec<F16> = (0..=u16::MAX).map(F16).collect();
    let mut numbers = vec![f32::NAN; halves.len()];
    F16::widen(&halves, &mut numbers);
    for (half, number) in halves.iter().zip(numbers) {
        let expected = f16::from_bits(half.0).to_f32();
        let same = number.to_bits() == expected.to_bits() || (number.is_nan() && expected.is_nan());
        assert!(same, "{half:?} widens to {number}, not {expected}");
    }
}

/// Every half, every boundary between two halves, and the numbers beside it, with both signs. Boundaries have ties.
#[test]
fn every_number_rounds_to_the_nearest_half() {
    let positive = (0..0x7c00).flat_map(|bits| {
        let [low, high] =
            [bits, bits + 1].map(|bits| if bits == 0x7c00 { 65536.0 } else { f16::from_bits(bits).to_f32() });
        let middle = f32::midpoint(low, high);
        [low, low.next_up(), middle.next_down(), middle, middle.next_up()]
    });
    let special = [65536.0, 1e30, f32::INFINITY, f32::NAN, f32::from_bits(0x7f80_0001), f32::from_bits(1), 1e-40];
    let positive: Vec<f32> = positive.chain(special).collect();
    let numbers: Vec<f32> = positive.iter().flat_map(|&number| [number, -number]).collect();
    let mut halves = vec![F16(0x1234); numbers.len()];
    F16::round(&numbers, &mut halves);
    for (number, half) in numbers.iter().zip(halves) {
        let expected = f16::from_f32(*number);
        let same = half.0 == expected.to_bits() || (number.is_nan() && f16::from_bits(half.0).is_nan());
        assert!(same, "{number:e} rounds to {half:?}, not {expected:?}");
    }
}

#[test]
fn every_length_is_converted_whole() {
    for len in 0..=600 {
        // One infinity anywhere makes a block take the longer path.
        let expected: Vec<F16> = (0..len).map(|i| F16(if i == len / 2 { 0x7c00 } else { 0x3c00 + i })).collect();
        let mut numbers = vec![f32::NAN; expected.len()];
        F16::widen(&expected, &mut numbers);
        let mut halves = vec![F16(0); expected.len()];
        F16::round(&numbers, &mut halves);
        assert_eq!(halves, expected);
        let mut bytes = vec![0; numbers.len()];
        let numbers: Vec<f32> = (0..len).map(|i| f32::from(i) - 50.5).collect();
        u8::round(&numbers, &mut bytes);
        assert_eq!(bytes, (0..i32::from(len)).map(|i| (i - 50).clamp(0, 255) as u8).collect::<Vec<_>>());
        let mut widened = vec![f32::NAN; bytes.len()];
        u8::widen(&bytes, &mut widened);
        assert_eq!(widened, bytes.iter().map(|&byte| f32::from(byte)).collect::<Vec<_>>());
    }
}

/// Bytes that depend on the seed alone. Every third input is as large as possible, so that sums are.
fn bytes(seed: u64, len: usize) -> Vec<u8> {
    let noise: Vec<f64> = noise(seed, len);
    noise.iter().map(|number| if seed.is_multiple_of(3) { 255 } else { (number * 128.0 + 128.0) as u8 }).collect()
}

/// Compares with the definition each algorithm of bytes that serves the geometry.
struct Comparison<'a> {
    geometry: &'a Geometry,
    input: &'a [u8],
    expected: &'a [u8],
    is_first: bool,
    counts: &'a mut Counts,
}

impl Visitor<u8, u64> for Comparison<'_> {
    fn visit<A: Algorithm<u8, u64>>(&mut self) {
        let Self { geometry, input, expected, is_first, .. } = *self;
        let (name, count) = (type_name::<A>(), self.counts.entry(type_name::<A>()).or_default());
        let Some(named) = Plan::<u8, A>::new(geometry.of_kernels()) else { return };
        *count += 1;
        let output = forward(&named, geometry, input);
        if let Some(i) = (0..expected.len()).find(|&i| output[i] != expected[i]) {
            panic!(
                "output[{i}] of {name} is {}, by definition {}, on {geometry:?} of {input:?}",
                output[i], expected[i]
            );
        }
        // Results are equal, so only their scratch memory tells algorithms apart.
        let is_chosen = plan::<u8>(geometry).scratch_len() == named.scratch_len();
        assert!(!is_first || is_chosen, "the list does not choose {name} for {geometry:?}");
        self.is_first = false;
    }
}

#[test]
fn every_listed_algorithm_of_bytes_equals_the_definition() {
    let (mut counts, mut seed) = (Counts::new(), 0_u64);
    for (name, world) in WORLDS {
        // The largest worlds would take most of the time. Seven divides no number of layouts or divisors.
        let step = if LEFT_OUT.contains(name) { 7 } else { 1 };
        world(&mut |geometry| {
            seed += 1;
            if !seed.is_multiple_of(step) {
                return;
            }
            let input = bytes(seed, geometry.input_len());
            let expected = geometry.definition_of_bytes(&input);
            assert_eq!(expected.len(), geometry.output_len(), "{geometry:?}");
            let (input, expected, counts) = (&*input, &*expected, &mut counts);
            <u8 as Pooled>::Algorithm::visit(&mut Comparison { geometry, input, expected, is_first: true, counts });
        });
    }
    serve_enough(counts);
}

/// Half a unit in the last place of a half, which is at least that of the smallest normal one.
fn half_ulp(number: f64) -> f64 {
    2_f64.powi((number.abs().log2().floor() as i32).max(-14) - 11)
}

fn halves(seed: u64, len: usize) -> Vec<F16> {
    noise::<f32>(seed, len).iter().map(|&number| F16(f16::from_f32(number).to_bits())).collect()
}

fn to_f64(halves: &[F16]) -> Vec<f64> {
    halves.iter().map(|half| f16::from_bits(half.0).to_f64()).collect()
}

/// Within the bound of f32, and half a unit in the last place.
fn are_rounded_once(geometry: &Geometry, results: &[F16], exact: &[f64], magnitudes: &[f64]) {
    assert_eq!(results.len(), exact.len(), "{geometry:?}");
    for (i, result) in to_f64(results).into_iter().enumerate() {
        let error = geometry.terms() * f64::from(f32::EPSILON) * magnitudes[i];
        let bound = error + half_ulp(exact[i].abs() + error);
        assert!((result - exact[i]).abs() <= bound, "[{i}] is {result}, by definition {}, on {geometry:?}", exact[i]);
    }
}

#[test]
fn halves_are_pooled_in_f32_and_rounded_once() {
    let mut seed = 0;
    for (_, world) in WORLDS.iter().filter(|(name, _)| !LEFT_OUT.contains(name)) {
        world(&mut |geometry| {
            let input = halves(seed, geometry.input_len());
            let grad_output = halves(!seed, geometry.output_len());
            let plan_of_halves = plan::<F16>(geometry);
            let averages = geometry.definition(&to_f64(&input));
            let output = forward(&plan_of_halves, geometry, &input);
            are_rounded_once(geometry, &output, &averages.exact, &averages.magnitude);
            // By the second law, f64 gives the gradients by definition.
            let (plan, gradients) = (plan::<f64>(geometry), to_f64(&grad_output));
            let exact = backward(&plan, geometry, &gradients);
            let magnitudes = absolute(&backward(&plan, geometry, &absolute(&gradients)));
            let grad_input = backward(&plan_of_halves, geometry, &grad_output);
            are_rounded_once(geometry, &grad_input, &exact, &magnitudes);
            seed += 1;
        });
    }
}
