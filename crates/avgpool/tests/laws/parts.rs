//! The fourth law: the parts of a call have the bits of the whole call, wherever it is split.
//!
//! Each algorithm of each list splits the geometries that it serves, first into a few parts and then into one for each row.

use std::any::type_name;
use std::collections::BTreeMap;
use std::ops::Range;

use avgpool::algorithms::{Algorithm, List, Visitor};
use avgpool::{Direction, F16, Plan, Pooled};

use crate::algorithms::LEFT_OUT;
use crate::definition::Geometry;
use crate::run::{Guarded, guarded, noise};
use crate::worlds::WORLDS;

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// The fewest calls whose planes each algorithm must split, unless it is named in `WHOLE`. With fewer, its bands are too coarse.
const FEWEST: usize = 50;

/// The algorithms that split no plane, of one list or another.
const WHOLE: [&str; 3] = ["WholePlanes", "SmallPlanes", "LongRows"];

/// Elements that depend on the seed alone, and their bits.
trait Elements: Pooled<Sum: Guarded> + Guarded {
    fn elements(seed: u64, len: usize) -> Vec<Self>;
    fn bits(self) -> u64;
}

impl Elements for f32 {
    fn elements(seed: u64, len: usize) -> Vec<Self> {
        noise(seed, len)
    }

    fn bits(self) -> u64 {
        self.to_bits().into()
    }
}

impl Elements for f64 {
    fn elements(seed: u64, len: usize) -> Vec<Self> {
        noise(seed, len)
    }

    fn bits(self) -> u64 {
        self.to_bits()
    }
}

impl Elements for F16 {
    fn elements(seed: u64, len: usize) -> Vec<Self> {
        noise::<f32>(seed, len).iter().map(|&number| Self(half::f16::from_f32(number).to_bits())).collect()
    }

    fn bits(self) -> u64 {
        self.0.into()
    }
}

impl Elements for u8 {
    fn elements(seed: u64, len: usize) -> Vec<Self> {
        noise::<f32>(seed, len).iter().map(|&number| (number * 128.0 + 128.0) as Self).collect()
    }

    fn bits(self) -> u64 {
        self.into()
    }
}

/// Splits the calls of each algorithm of a list that serves the geometry.
struct Splits<'a> {
    geometry: &'a Geometry,
    seed: u64,
    /// The calls of each algorithm that had a band of a plane.
    counts: &'a mut BTreeMap<&'static str, usize>,
}

impl<T: Elements> Visitor<T, T::Sum> for Splits<'_> {
    fn visit<A: Algorithm<T, T::Sum>>(&mut self) {
        let count = self.counts.entry(type_name::<A>()).or_default();
        let Some(plan) = Plan::<T, A>::new(self.geometry.of_kernels()) else { return };
        let directions =
            if T::HAS_GRADIENT { &[Direction::Forward, Direction::Backward][..] } else { &[Direction::Forward] };
        for &direction in directions {
            *count += usize::from(Split { plan, geometry: self.geometry, direction, seed: self.seed }.has_equal_bits());
        }
    }
}

/// A call to split.
struct Split<'a, T: Pooled, A> {
    plan: Plan<T, A>,
    geometry: &'a Geometry,
    direction: Direction,
    seed: u64,
}

impl<T: Elements, A: Algorithm<T, T::Sum>> Split<'_, T, A> {
    /// Compares the parts with the whole call. Returns whether a part was a band of a plane.
    fn has_equal_bits(self) -> bool {
        let Self { plan, geometry, direction, seed } = self;
        let planes = geometry.planes;
        let (input, output) = (geometry.input_len(), geometry.output_len());
        let [from_len, to_len] = if direction == Direction::Forward { [input, output] } else { [output, input] };
        let from = T::elements(seed, from_len);
        let all = plan.part(direction, planes, [0, 1]);
        let rows = all.end;
        assert!(rows > 0 && to_len.is_multiple_of(rows), "whole rows, on {geometry:?}");
        let width = to_len / rows;
        let run = |part: Range<usize>| {
            guarded(geometry, &from, part.len() * width, plan.scratch_len(), |from, to, scratch| {
                plan.run(direction, part.clone(), from, to, scratch);
            })
        };
        let whole = run(all);
        let mut has_bands = false;
        // As many parts as rows make the smallest bands. Several seeds make all other numbers.
        for parts in [2 + seed as usize % 6, rows.min(40)] {
            let mut next = 0;
            for number in 0..parts {
                let part = plan.part(direction, planes, [number, parts]);
                assert!(
                    part.start == next && part.end >= next,
                    "part {number} of {parts} is {part:?}, on {geometry:?}"
                );
                has_bands |= !part.start.is_multiple_of(rows / planes);
                next = part.end;
                let elements = part.start * width..part.end * width;
                let results = run(part);
                let expected = &whole[elements.clone()];
                if let Some(i) = (0..expected.len()).find(|&i| results[i].bits() != expected[i].bits()) {
                    panic!(
                        "[{}] of {} is {:?}, but {:?} in part {number} of {parts}, {direction:?}, on {geometry:?}, seed {seed}",
                        elements.start + i,
                        type_name::<A>(),
                        expected[i],
                        results[i],
                    );
                }
            }
            assert_eq!(next, rows, "{parts} parts cover all rows, on {geometry:?}");
        }
        has_bands
    }
}

fn parts_have_the_bits_of_the_whole_call<T: Elements>() {
    let (mut counts, mut seed) = (BTreeMap::new(), 0_u64);
    for (name, world) in WORLDS {
        // The largest worlds would take most of the time. Seven and 29 divide no number of layouts or divisors.
        let step = if LEFT_OUT.contains(name) { 29 } else { 7 };
        world(&mut |geometry| {
            seed += 1;
            if seed.is_multiple_of(step) {
                T::Algorithm::visit(&mut Splits { geometry, seed: seed / step, counts: &mut counts });
            }
        });
    }
    for (name, count) in counts {
        println!("{name} split the planes of {count} calls");
        let is_whole = WHOLE.iter().any(|whole| name.contains(whole));
        assert!(is_whole || count >= FEWEST, "{name} split the planes of {count} calls");
    }
}

#[test]
fn parts_have_the_bits_of_the_whole_call_in_f32() {
    parts_have_the_bits_of_the_whole_call::<f32>();
}

#[test]
fn parts_have_the_bits_of_the_whole_call_in_f64() {
    parts_have_the_bits_of_the_whole_call::<f64>();
}

#[test]
fn parts_have_the_bits_of_the_whole_call_in_f16() {
    parts_have_the_bits_of_the_whole_call::<F16>();
}

#[test]
fn parts_have_the_bits_of_the_whole_call_in_u8() {
    parts_have_the_bits_of_the_whole_call::<u8>();
}
