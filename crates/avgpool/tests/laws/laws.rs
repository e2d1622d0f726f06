//! The first two laws, as a test for each world and element type.

use crate::definition::Geometry;
use crate::run::{Real, absolute, backward, forward, noise, plan, to_f64};
use crate::worlds::{World, with_worlds};

/// Holds `law` on every geometry of a world. The seed of its numbers is the number of the geometry.
fn hold(world: World, law: fn(&Geometry, u64)) {
    let mut seed = 0;
    world(&mut |geometry| {
        law(geometry, seed);
        seed += 1;
    });
}

macro_rules! tests {
    ($($name:ident: $world:expr;)*) => {
        tests!(@law forward_equals_the_definition_in_f32, equals_definition_on_noise::<f32>, $($name)*);
        tests!(@law forward_equals_the_definition_in_f64, equals_definition_on_noise::<f64>, $($name)*);
        tests!(@law backward_is_the_transpose_of_forward_in_f32, is_transpose::<f32>, $($name)*);
        tests!(@law backward_is_the_transpose_of_forward_in_f64, is_transpose::<f64>, $($name)*);
    };
    (@law $module:ident, $law:expr, $($name:ident)*) => {
        mod $module {
            #[cfg(target_family = "wasm")]
            use wasm_bindgen_test::wasm_bindgen_test as test;

            use super::*;
            use crate::worlds::WORLDS;

            $(
                #[test]
                fn $name() {
                    let (_, world) = WORLDS.iter().find(|(name, _)| *name == stringify!($name)).expect("a world");
                    hold(*world, $law);
                }
            )*
        }
    };
}
with_worlds!(tests);

fn equals_definition_on_noise<T: Real>(geometry: &Geometry, seed: u64) {
    equals_definition::<T>(geometry, &noise(seed, geometry.input_len()));
}

/// |result − exact| ≤ (kH + kW)·ε·Σ|x| / |divisor|, as long as nothing underflows. NaN and infinity are where the definition
/// has them.
pub fn equals_definition<T: Real>(geometry: &Geometry, input: &[T]) {
    let output = forward(&plan(geometry), geometry, input);
    let averages = geometry.definition(&to_f64(input));
    assert_eq!(output.len(), averages.exact.len(), "{geometry:?}");
    for (i, &result) in output.iter().enumerate() {
        let (result, exact) = (result.to_f64(), averages.exact[i]);
        let equal = if exact.is_finite() {
            (result - exact).abs() <= geometry.terms() * T::EPSILON * averages.magnitude[i]
        } else {
            result == exact || (result.is_nan() && exact.is_nan())
        };
        assert!(equal, "output[{i}] is {result}, by definition {exact}, on {geometry:?} of {input:?}");
    }
}

/// ⟨pool(x), g⟩ = ⟨x, backward(g)⟩, up to twice the accuracy bound of ⟨pool(|x|), |g|⟩, as long as nothing
/// underflows.
fn is_transpose<T: Real>(geometry: &Geometry, seed: u64) {
    let plan = plan::<T>(geometry);
    let input: Vec<T> = noise(seed, geometry.input_len());
    let grad_output: Vec<T> = noise(!seed, geometry.output_len());
    let left = inner_product(&forward(&plan, geometry, &input), &grad_output);
    let right = inner_product(&input, &backward(&plan, geometry, &grad_output));
    let magnitude = inner_product(&forward(&plan, geometry, &absolute(&input)), &absolute(&grad_output)).abs();
    assert!(
        (left - right).abs() <= 2.0 * geometry.terms() * T::EPSILON * magnitude,
        "⟨pool(x), g⟩ = {left}, ⟨x, backward(g)⟩ = {right} on {geometry:?}, seed {seed}",
    );
}

fn inner_product<T: Real>(left: &[T], right: &[T]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left.to_f64() * right.to_f64()).sum()
}
