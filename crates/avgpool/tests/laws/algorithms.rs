//! The third law: every algorithm of a list gives the results of `Separable`, wherever it serves the geometry.
//!
//! The tests walk the lists themselves, so a new algorithm is tested as soon as it is listed. An algorithm that serves too
//! few geometries fails.

use std::any::type_name;
use std::collections::BTreeMap;

use avgpool::algorithms::{Algorithm, List, Separable, Visitor, WholePlanes};
use avgpool::{F16, Plan, Pooled};

use crate::definition::Geometry;
use crate::run::{Real, absolute, backward, forward, noise, plan, to_f64};
use crate::worlds::{DIVISORS, WORLDS, sides};

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// The fewest geometries that each algorithm must serve. With fewer, its `new` is wrong, or no world is made for it.
const FEWEST: usize = 100;

/// The worlds without a special kind of window, which would take most of the time, and the world that `Separable` refuses.
pub const LEFT_OUT: [&str; 4] =
    ["on_every_small_plane", "along_long_rows", "along_long_columns", "that_separable_refuses"];

/// The number of geometries that each algorithm serves, by its name.
pub type Counts = BTreeMap<&'static str, usize>;

/// Compares with `Separable` each algorithm of a list that serves the geometry.
struct Comparison<'a, T> {
    geometry: &'a Geometry,
    seed: u64,
    case: Option<Case<T>>,
    counts: &'a mut Counts,
}

impl<T: Real> Visitor<T> for Comparison<'_, T> {
    /// The last algorithm of both lists serves every geometry and takes the most time, so it meets every fifth. That is a prime
    /// which divides no number of layouts or divisors, so each of them meets it.
    fn visit<A: Algorithm<T>>(&mut self) {
        let name = type_name::<A>();
        let count = self.counts.entry(name).or_default();
        if name == type_name::<WholePlanes>() && !self.seed.is_multiple_of(5) {
            return;
        }
        if let Some(plan) = Plan::<T, A>::new(self.geometry.of_kernels()) {
            *count += 1;
            let is_first = self.case.is_none();
            let case = self.case.get_or_insert_with(|| Case::new(self.geometry, self.seed));
            case.compare(self.geometry, &plan, is_first);
        }
    }
}

/// The numbers of a geometry, and the results of `Separable`.
struct Case<T> {
    input: Vec<T>,
    grad_output: Vec<T>,
    output: Vec<T>,
    grad_input: Vec<T>,
    /// Σ|x| / |divisor| for every element of `output`, and for every element of `grad_input`.
    magnitudes: [Vec<T>; 2],
}

impl<T: Real> Case<T> {
    fn new(geometry: &Geometry, seed: u64) -> Self {
        let plan =
            Plan::<T, Separable>::new(geometry.of_kernels()).unwrap_or_else(|| panic!("Separable serves {geometry:?}"));
        let input: Vec<T> = noise(seed, geometry.input_len());
        let grad_output: Vec<T> = noise(!seed, geometry.output_len());
        let output = forward(&plan, geometry, &input);
        let grad_input = backward(&plan, geometry, &grad_output);
        let magnitudes = [
            absolute(&forward(&plan, geometry, &absolute(&input))),
            absolute(&backward(&plan, geometry, &absolute(&grad_output))),
        ];
        Self { input, grad_output, output, grad_input, magnitudes }
    }

    /// Compares the results of `named` with those of `Separable`. If it is the first algorithm to serve the geometry, the list
    /// must choose it, and so give equal results.
    fn compare<A: Algorithm<T>>(&self, geometry: &Geometry, named: &Plan<T, A>, is_first: bool) {
        let name = type_name::<A>();
        let output = forward(named, geometry, &self.input);
        let grad_input = backward(named, geometry, &self.grad_output);
        are_close(geometry, &format!("output of {name}"), &output, &self.output, &self.magnitudes[0]);
        are_close(geometry, &format!("grad_input of {name}"), &grad_input, &self.grad_input, &self.magnitudes[1]);
        if is_first {
            let listed = plan::<T>(geometry);
            let same = to_f64(&forward(&listed, geometry, &self.input)) == to_f64(&output)
                && to_f64(&backward(&listed, geometry, &self.grad_output)) == to_f64(&grad_input);
            assert!(same, "the list does not choose {name}, the first to serve {geometry:?}");
        }
    }
}

fn are_close<T: Real>(geometry: &Geometry, name: &str, results: &[T], expected: &[T], magnitudes: &[T]) {
    assert_eq!(results.len(), expected.len(), "{name} on {geometry:?}");
    for (i, &result) in results.iter().enumerate() {
        let (result, expected, magnitude) = (result.to_f64(), expected[i].to_f64(), magnitudes[i].to_f64());
        let bound = 2.0 * geometry.terms() * T::EPSILON * magnitude;
        assert!(
            (result - expected).abs() <= bound,
            "[{i}] of {name} is {result}, of Separable {expected}, on {geometry:?}",
        );
    }
}

fn every_listed_algorithm_equals_separable<T: Real>() {
    let (mut counts, mut seed) = (Counts::new(), 0);
    for (_, world) in WORLDS.iter().filter(|(name, _)| !LEFT_OUT.contains(name)) {
        world(&mut |geometry| {
            T::Algorithm::visit(&mut Comparison::<T> { geometry, seed, case: None, counts: &mut counts });
            seed += 1;
        });
    }
    serve_enough(counts);
}

/// Each algorithm must serve `FEWEST` geometries.
pub fn serve_enough(counts: Counts) {
    println!("geometries that each algorithm serves: {counts:#?}");
    for (name, count) in counts {
        assert!(count >= FEWEST, "{name} serves {count} geometries, fewer than {FEWEST}");
    }
}

#[test]
fn every_listed_algorithm_of_f32_equals_separable() {
    every_listed_algorithm_equals_separable::<f32>();
}

#[test]
fn every_listed_algorithm_of_f64_equals_separable() {
    every_listed_algorithm_equals_separable::<f64>();
}

/// Otherwise the first two laws would not hold `WholePlanes` as a list chooses it.
#[test]
fn separable_refuses_the_world_that_it_refuses() {
    let (_, world) = WORLDS.iter().find(|(name, _)| *name == "that_separable_refuses").expect("the world");
    world(&mut |geometry| {
        let refused = Plan::<f32, Separable>::new(geometry.of_kernels()).is_none()
            && Plan::<f64, Separable>::new(geometry.of_kernels()).is_none();
        assert!(refused, "Separable serves {geometry:?}");
    });
}

/// Heights and widths up to a million, under windows of every kind. Nothing is pooled.
#[test]
fn scratch_memory_is_at_most_the_larger_plane_and_256_kib() {
    let lengths = [1, 2, 3, 5, 8, 13, 29, 64, 100, 512, 1000, 6000, 20_000, 1_000_000];
    let padding = [(0, 0), (1, 1), (300, 40), (0, 100_000)];
    let axes = sides(lengths, [1, 2, 3, 9, 400, 70_000], [1, 2, 3, 100], [1, 2, 3000], padding);
    for (i, &height) in axes.iter().enumerate() {
        // Every height meets widths of all kinds, and a step without a common factor leaves none out.
        for &width in axes.iter().skip(i % 101).step_by(101) {
            for channels in [1, 3, 64] {
                let geometry = Geometry { height, width, channels, divisor: DIVISORS[i % DIVISORS.len()], planes: 1 };
                holds_the_bound::<f32>(&geometry, |_, _| 0);
                holds_the_bound::<f64>(&geometry, |_, _| 0);
                // Planes of these types are widened, several at a time.
                let widened = |input: u64, output: u64| (input + output).max(1 << 13);
                holds_the_bound::<F16>(&geometry, widened);
                // A window holds a sum for each channel, and rows of bytes have sums of 64 bits.
                holds_the_bound::<u8>(&geometry, |input, output| widened(input, output) + u64::from(channels) + input);
            }
        }
    }
}

/// The scratch memory is at most the larger plane, 256 KiB, and `more` elements for planes of these lengths.
fn holds_the_bound<T: Pooled>(geometry: &Geometry, more: impl Fn(u64, u64) -> u64) {
    let [height, width, channels] = [geometry.height.input, geometry.width.input, geometry.channels].map(u64::from);
    let input = height * width * channels;
    let output = (geometry.height.output() * geometry.width.output()) as u64 * channels;
    let larger = input.max(output);
    // A plane beyond the reach of 32 bits has no plan on a 32-bit machine.
    if let Some(plan) = (larger < 1 << 29).then(|| plan::<T>(geometry)) {
        let bound = larger + more(input, output) + (256 << 10) / size_of::<T::Sum>() as u64;
        let needed = plan.scratch_len() as u64;
        assert!(needed <= bound, "{needed} elements of scratch memory, more than {bound}, on {geometry:?}");
    }
}
