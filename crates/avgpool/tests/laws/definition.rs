//! The first law: forward equals the definition, over every small geometry and both element types.

use avgpool::{Axis, AxisOptions, Divisor};

use crate::world::{
    Geometry, Real, Side, any_channels, few, forward, global, halved, kept, long, many_planes, noise, padded_behind,
    sides, sides_of_several_windows, slid, small, sweep, to_f64,
};

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// |result − exact| ≤ (kH + kW)·ε·Σ|x| / divisor, and NaN and infinity where the definition has them.
fn equals_definition<T: Real>(geometry: &Geometry, input: &[T]) {
    let output = forward(geometry, input);
    let exact = geometry.definition(&to_f64(input));
    let absolute: Vec<f64> = input.iter().map(|x| x.to_f64().abs()).collect();
    let magnitude = geometry.definition(&absolute);
    assert_eq!(output.len(), exact.len(), "{geometry:?}");
    for (i, (&got, (&exact, magnitude))) in output.iter().zip(exact.iter().zip(magnitude)).enumerate() {
        let got = got.to_f64();
        let bound = geometry.terms() * T::EPSILON * magnitude.abs();
        let equal = if exact.is_finite() {
            (got - exact).abs() <= bound
        } else {
            got == exact || (got.is_nan() && exact.is_nan())
        };
        assert!(equal, "output[{i}] is {got}, by definition {exact}, on {geometry:?} of {input:?}");
    }
}

fn equals_definition_on_noise<T: Real>(heights: &[Side], widths: &[Side]) {
    let mut seed = 0;
    sweep(heights, widths, |geometry| {
        seed += 1;
        equals_definition::<T>(geometry, &noise(seed, geometry.input_len()));
    });
}

fn equals_definition_on_each(geometries: &[Geometry]) {
    for (geometry, seed) in geometries.iter().zip(0..) {
        equals_definition::<f32>(geometry, &noise(seed, geometry.input_len()));
        equals_definition::<f64>(geometry, &noise(seed, geometry.input_len()));
    }
}

#[test]
fn forward_equals_the_definition_on_every_small_plane_of_f32() {
    equals_definition_on_noise::<f32>(&small(), &small());
}

#[test]
fn forward_equals_the_definition_on_every_small_plane_of_f64() {
    equals_definition_on_noise::<f64>(&small(), &small());
}

#[test]
fn forward_equals_the_definition_along_long_rows() {
    equals_definition_on_noise::<f32>(&few(), &long());
    equals_definition_on_noise::<f64>(&few(), &long());
}

#[test]
fn forward_equals_the_definition_along_long_columns() {
    equals_definition_on_noise::<f32>(&long(), &few());
    equals_definition_on_noise::<f64>(&long(), &few());
}

/// Every position of a row and of a column in turn is NaN or an infinity, under windows short and long.
#[test]
fn what_is_not_finite_stays_in_the_windows_that_hold_it() {
    let around = sides([3], [1], [1], [1], [(0, 0)]);
    for special in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        for sides in sides_of_several_windows() {
            for (heights, widths) in [(&sides[..], &around[..]), (&around[..], &sides[..])] {
                sweep(heights, widths, |geometry| {
                    if geometry.channels > 1 && special.is_infinite() {
                        return;
                    }
                    let geometry = Geometry { planes: 1, ..*geometry };
                    let mut input: Vec<f32> = noise(7, geometry.input_len());
                    for position in geometry.every_position(geometry.input_len()) {
                        let finite = core::mem::replace(&mut input[position], special);
                        equals_definition(&geometry, &input);
                        input[position] = finite;
                    }
                });
            }
        }
    }
}

#[test]
fn forward_equals_the_definition_where_windows_keep_the_size() {
    equals_definition_on_noise::<f32>(&kept(), &kept());
    equals_definition_on_noise::<f64>(&kept(), &kept());
}

#[test]
fn forward_equals_the_definition_where_windows_halve_the_size() {
    equals_definition_on_noise::<f32>(&halved(), &halved());
    equals_definition_on_noise::<f64>(&halved(), &halved());
}

#[test]
fn forward_equals_the_definition_where_the_last_windows_are_padding() {
    equals_definition_on_each(&padded_behind());
}

#[test]
fn forward_equals_the_definition_on_many_planes() {
    equals_definition_on_each(&many_planes());
}

#[test]
fn forward_equals_the_definition_with_any_number_of_channels() {
    equals_definition_on_each(&any_channels());
}

#[test]
fn forward_equals_the_definition_where_windows_of_three_slide() {
    equals_definition_on_noise::<f32>(&slid(), &slid());
    equals_definition_on_noise::<f64>(&slid(), &slid());
}

#[test]
fn forward_equals_the_definition_under_windows_of_a_whole_plane() {
    equals_definition_on_each(&global());
}

/// Every position of two planes in turn, where rows and planes are read across their ends.
#[test]
fn what_is_not_finite_stays_in_its_window_where_windows_keep_or_halve_the_size() {
    for side in kept().into_iter().chain(halved()).filter(|side| side.input % 3 == 2) {
        for channels in [1, 5] {
            let (height, width) = (side, side);
            let geometry = Geometry { height, width, channels, divisor: Divisor::ExcludePad, planes: 2 };
            let mut input: Vec<f32> = noise(7, geometry.input_len());
            for position in (0..geometry.input_len()).step_by(channels as usize) {
                let finite = core::mem::replace(&mut input[position], f32::NAN);
                equals_definition(&geometry, &input);
                input[position] = finite;
            }
        }
    }
}

/// Sums of thousands of elements of one sign, where a careless order of summation loses the most.
#[test]
fn large_windows_are_as_accurate_as_small_ones() {
    for kernel in [9, 31, 100, 224] {
        let side = |stride| sides([224], [kernel], [stride], [1], [(0, 0)])[0];
        for stride in [1, 2, kernel] {
            for channels in [1, 3, 9] {
                let (height, width, divisor) = (side(stride), side(stride), Divisor::IncludePad);
                let geometry = Geometry { height, width, channels, divisor, planes: if channels == 1 { 2 } else { 1 } };
                let input: Vec<f32> = noise::<f32>(1, geometry.input_len()).iter().map(|x| x.abs() + 0.1).collect();
                let output = forward(&geometry, &input);
                let exact = by_prefix_sums(&geometry, &input);
                for (i, (&got, exact)) in output.iter().zip(exact).enumerate() {
                    let error = (f64::from(got) - exact).abs() / exact;
                    assert!(
                        error <= geometry.terms() * f64::from(f32::EPSILON),
                        "output[{i}] is off by {error} on {geometry:?}"
                    );
                }
            }
        }
    }
}

/// The averages without padding, by prefix sums in f64: exact enough for f32, and quick for large windows.
fn by_prefix_sums(geometry: &Geometry, input: &[f32]) -> Vec<f64> {
    let size = geometry.width.input as usize;
    let channels = geometry.channels as usize;
    let kernel = geometry.width.kernel() as usize;
    let stride = geometry.width.options.stride.get() as usize;
    let outputs = geometry.width.output() as usize;
    let mut averages = vec![0.0; geometry.output_len()];
    let planes = input.chunks(size * size * channels).zip(averages.chunks_mut(outputs * outputs * channels));
    for (plane, averages) in planes {
        for channel in 0..channels {
            let mut prefix = vec![vec![0.0; size + 1]; size + 1];
            for h in 0..size {
                for w in 0..size {
                    let value = f64::from(plane[(h * size + w) * channels + channel]);
                    prefix[h + 1][w + 1] = prefix[h][w + 1] + prefix[h + 1][w] - prefix[h][w] + value;
                }
            }
            for oh in 0..outputs {
                for ow in 0..outputs {
                    let ([top, left], [bottom, right]) =
                        ([oh, ow].map(|o| o * stride), [oh, ow].map(|o| o * stride + kernel));
                    let sum = prefix[bottom][right] - prefix[top][right] - prefix[bottom][left] + prefix[top][left];
                    averages[(oh * outputs + ow) * channels + channel] = sum / (kernel * kernel) as f64;
                }
            }
        }
    }
    averages
}

#[test]
fn a_constant_of_a_small_integer_averages_to_itself() {
    for constant in [1.0_f32, 3.0, 255.0, -7.0] {
        for kernel in 1..=9 {
            for stride in 1..=3 {
                let side = sides([40], [kernel], [stride], [1], [(0, 0)])[0];
                let geometry =
                    Geometry { height: side, width: side, channels: 1, divisor: Divisor::IncludePad, planes: 2 };
                let output = forward(&geometry, &vec![constant; geometry.input_len()]);
                assert!(output.iter().all(|&average| average == constant), "{constant} on {geometry:?}: {output:?}");
            }
        }
    }
}

/// The fast path for 2×2 with stride 2, whole and odd sizes, against the definition and with exact divisors only.
#[test]
fn two_by_two_windows_equal_the_definition_at_every_width() {
    let widths = sides(2..=40, [2], [2], [1], [(0, 0), (0, 1)]);
    let heights = sides(2..=5, [2], [2], [1], [(0, 0)]);
    equals_definition_on_noise::<f32>(&heights, &widths);
    equals_definition_on_noise::<f64>(&heights, &widths);
}

/// Sums of small integers are exact, so one division is all that rounds, whichever path a divisor takes.
#[test]
fn two_by_two_windows_are_divided_and_not_multiplied_by_what_is_not_exact() {
    let widths = sides(2..=40, [2], [2], [1], [(0, 0)]);
    for divisor in
        [4.0, -8.0, 1.0, 2f64.powi(-100), 2f64.powi(100), 3.0, -2.5, 10.0, 0.1, 2f64.powi(127), 2f64.powi(-140)]
    {
        for &width in &widths {
            let geometry =
                Geometry { height: widths[1], width, channels: 1, divisor: Divisor::Fixed(divisor), planes: 2 };
            let input: Vec<f32> = (0..geometry.input_len()).map(|i| (i * 7 % 31) as f32 - 15.0).collect();
            let sums = Geometry { divisor: Divisor::Fixed(1.0), ..geometry }.definition(&to_f64(&input));
            let exact: Vec<f32> = sums.iter().map(|&sum| sum as f32 / divisor as f32).collect();
            assert_eq!(forward(&geometry, &input), exact, "{geometry:?}");
        }
    }
}

#[test]
fn output_sizes_equal_the_formula_and_no_window_is_no_axis() {
    for input in 0..=9 {
        for side in all_options().into_iter().map(|options| Side { input, options }) {
            let expected = side.output();
            assert_eq!(side.options.output_size(input) as i64, expected.max(0), "{side:?}");
            assert_eq!(Axis::new(input, side.options).is_some(), expected > 0 && input > 0, "{side:?}");
        }
    }
}

fn all_options() -> Vec<AxisOptions> {
    sides([1000], 1..=6, 1..=5, 1..=3, [(0, 0), (1, 1), (3, 0), (0, 5)]).into_iter().map(|side| side.options).collect()
}

/// Sizes near the limits of 32 bits, which wrap silently where usize is one of them.
#[test]
fn sizes_beyond_what_the_machine_can_count_are_refused_and_not_wrapped() {
    let huge = u32::MAX;
    let padding = [(0, 0), (huge, 0), (huge / 2, huge / 2), (huge, huge)];
    for side in sides([1, 5], [1, 2, 3, huge], [1, 2, huge], [1, huge], padding) {
        match Axis::new(side.input, side.options) {
            Some(axis) => assert_eq!(axis.output() as i64, side.output(), "{side:?}"),
            None => assert!(usize::try_from(side.output()).is_err(), "{side:?} was refused"),
        }
    }
}

/// Padding near the limits of 32 bits counts, under a single window.
#[test]
fn huge_padding_and_strides_are_computed_as_the_definition_says() {
    let huge = u32::MAX;
    let around = sides([3], [1, 3], [1], [1], [(0, 0)]);
    let far: Vec<Side> = sides([1, 5], [1, 2, 3], [huge], [1, 2], [(0, huge - 5), (1, huge - 6), (2, huge - 8)]);
    assert!(far.iter().all(|side| side.output() == 1), "a row of several windows would be as long as its strides");
    equals_definition_on_noise::<f32>(&around, &far);
    equals_definition_on_noise::<f64>(&far, &around);
}
