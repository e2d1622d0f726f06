//! The second law: backward is the transpose of forward, ⟨pool(x), g⟩ = ⟨x, backward(g)⟩, over every small geometry and
//! both element types. It knows no definition: what forward is, the first law says.

use avgpool::Divisor;

use crate::world::{
    Geometry, Real, Side, any_channels, backward, few, forward, global, halved, kept, long, many_planes, noise,
    padded_behind, sides, sides_of_several_windows, slid, small, sweep, to_f64,
};

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn inner_product(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

fn is_transpose<T: Real>(heights: &[Side], widths: &[Side]) {
    let mut seed = 0;
    sweep(heights, widths, |geometry| {
        seed += 1;
        is_transpose_of::<T>(geometry, seed);
    });
}

fn is_transpose_of<T: Real>(geometry: &Geometry, seed: u64) {
    let input: Vec<T> = noise(seed, geometry.input_len());
    let grad_output: Vec<T> = noise(!seed, geometry.output_len());
    let output = to_f64(&forward(geometry, &input));
    let grad_input = to_f64(&backward(geometry, &grad_output));
    let (input, grad_output) = (to_f64(&input), to_f64(&grad_output));
    let forward = inner_product(&output, &grad_output);
    let backward = inner_product(&input, &grad_input);
    let bound = 2.0 * geometry.terms() * T::EPSILON * magnitude(geometry, &input, &grad_output);
    assert!(
        (forward - backward).abs() <= bound,
        "⟨pool(x), g⟩ = {forward}, ⟨x, backward(g)⟩ = {backward} on {geometry:?}, seed {seed}",
    );
}

/// ⟨pool(|x|), |g|⟩, what the rounding errors of both sides are measured against.
fn magnitude(geometry: &Geometry, input: &[f64], grad_output: &[f64]) -> f64 {
    let absolute = |values: &[f64]| values.iter().map(|value| value.abs()).collect::<Vec<_>>();
    inner_product(&forward(geometry, &absolute(input)), &absolute(grad_output)).abs()
}

fn is_transpose_on_each(geometries: &[Geometry]) {
    for (geometry, seed) in geometries.iter().zip(0..) {
        is_transpose_of::<f32>(geometry, seed);
        is_transpose_of::<f64>(geometry, seed);
    }
}

#[test]
fn backward_is_the_transpose_of_forward_on_every_small_plane_of_f32() {
    is_transpose::<f32>(&small(), &small());
}

#[test]
fn backward_is_the_transpose_of_forward_on_every_small_plane_of_f64() {
    is_transpose::<f64>(&small(), &small());
}

#[test]
fn backward_is_the_transpose_of_forward_along_long_rows() {
    is_transpose::<f32>(&few(), &long());
    is_transpose::<f64>(&few(), &long());
}

#[test]
fn backward_is_the_transpose_of_forward_along_long_columns() {
    is_transpose::<f32>(&long(), &few());
    is_transpose::<f64>(&long(), &few());
}

#[test]
fn backward_is_the_transpose_of_forward_where_windows_keep_the_size() {
    is_transpose::<f32>(&kept(), &kept());
    is_transpose::<f64>(&kept(), &kept());
}

#[test]
fn backward_is_the_transpose_of_forward_where_windows_halve_the_size() {
    is_transpose::<f32>(&halved(), &halved());
    is_transpose::<f64>(&halved(), &halved());
}

#[test]
fn backward_is_the_transpose_of_forward_where_the_last_windows_are_padding() {
    is_transpose_on_each(&padded_behind());
}

#[test]
fn backward_is_the_transpose_of_forward_on_many_planes() {
    is_transpose_on_each(&many_planes());
}

#[test]
fn backward_is_the_transpose_of_forward_with_any_number_of_channels() {
    is_transpose_on_each(&any_channels());
}

#[test]
fn backward_is_the_transpose_of_forward_where_windows_of_three_slide() {
    is_transpose::<f32>(&slid(), &slid());
    is_transpose::<f64>(&slid(), &slid());
}

#[test]
fn backward_is_the_transpose_of_forward_under_windows_of_a_whole_plane() {
    is_transpose_on_each(&global());
}

#[test]
fn two_by_two_windows_are_transposed_at_every_width() {
    let widths = sides(2..=40, [2], [2], [1], [(0, 0), (0, 1)]);
    let heights = sides(2..=5, [2], [2], [1], [(0, 0)]);
    is_transpose::<f32>(&heights, &widths);
    is_transpose::<f64>(&heights, &widths);
}

/// Divisors that the fast path serves, besides those of the sweep.
#[test]
fn two_by_two_windows_with_a_fixed_power_of_two_are_transposed() {
    for &height in &sides(2..=5, [2], [2], [1], [(0, 0)]) {
        for &width in &sides(2..=40, [2], [2], [1], [(0, 0)]) {
            for divisor in [1.0, -8.0, 0.5] {
                let geometry = Geometry { height, width, channels: 1, divisor: Divisor::Fixed(divisor), planes: 2 };
                is_transpose_of::<f32>(&geometry, 1);
            }
        }
    }
}

/// Every position of the gradient in turn is NaN, in windows short and long.
#[test]
fn what_is_not_finite_stays_in_its_window() {
    let around = sides([3], [1], [1], [1], [(0, 0)]);
    for sides in sides_of_several_windows() {
        for (heights, widths) in [(&sides[..], &around[..]), (&around[..], &sides[..])] {
            sweep(heights, widths, |geometry| {
                let geometry = &Geometry { planes: 1, ..*geometry };
                let mut grad_output = vec![0.0; geometry.output_len()];
                for position in geometry.every_position(geometry.output_len()) {
                    grad_output[position] = 1.0;
                    let window = backward(geometry, &grad_output);
                    grad_output[position] = f64::NAN;
                    let reached = backward(geometry, &grad_output);
                    let stays = window.iter().zip(&reached).all(|(part, value)| value.is_nan() == (*part != 0.0));
                    assert!(stays, "NaN at {position} of {geometry:?}: {reached:?}");
                    grad_output[position] = 0.0;
                }
            });
        }
    }
}
