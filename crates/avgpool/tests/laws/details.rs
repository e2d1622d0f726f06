//! Tests beyond the laws on noise: NaN and infinity, exact results, accuracy, and sizes at their limits.

use avgpool::{Axis, AxisOptions, Divisor};

use crate::definition::{Geometry, Side};
use crate::laws::equals_definition;
use crate::run::{Real, backward, forward, noise, plan, to_f64};
use crate::worlds::{halved, sides, sides_of_several_windows, slid_along, sweep};

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Visits sides of several windows as heights and as widths.
fn rows_and_columns_of_several_windows(mut visit: impl FnMut(&Geometry)) {
    let around = sides([3], [1], [1], [1], [(0, 0)]);
    for sides in sides_of_several_windows() {
        sweep(&sides, &around, &mut visit);
        sweep(&around, &sides, &mut visit);
    }
}

/// In turn, every position of a row and of a column is NaN or an infinity, under short and long windows.
#[test]
fn forward_keeps_nan_and_infinity_in_the_windows_that_hold_them() {
    for special in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        rows_and_columns_of_several_windows(|geometry| {
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

/// In turn, every position of two planes is NaN, where algorithms read across the ends of rows and planes.
#[test]
fn forward_keeps_nan_in_its_windows_where_windows_keep_or_halve_the_size() {
    for side in slid_along(1..=19).into_iter().chain(halved()).filter(|side| side.input % 3 == 2) {
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

/// In turn, every position of the gradient is NaN, under short and long windows.
#[test]
fn backward_keeps_nan_in_its_window() {
    rows_and_columns_of_several_windows(|geometry| {
        let geometry = &Geometry { planes: 1, ..*geometry };
        let plan = plan::<f64>(geometry);
        let mut grad_output = vec![0.0; geometry.output_len()];
        for position in geometry.every_position(geometry.output_len()) {
            grad_output[position] = 1.0;
            let window = backward(&plan, geometry, &grad_output);
            grad_output[position] = f64::NAN;
            let reached = backward(&plan, geometry, &grad_output);
            let stays = window.iter().zip(&reached).all(|(part, value)| value.is_nan() == (*part != 0.0));
            assert!(stays, "NaN at {position} of {geometry:?}: {reached:?}");
            grad_output[position] = 0.0;
        }
    });
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
                let output = forward(&plan(&geometry), &geometry, &input);
                let exact = averages_by_prefix_sums(&geometry, &input);
                for (i, (&result, exact)) in output.iter().zip(exact).enumerate() {
                    let error = (f64::from(result) - exact).abs() / exact;
                    assert!(
                        error <= geometry.terms() * f64::from(f32::EPSILON),
                        "output[{i}] is off by {error} on {geometry:?}"
                    );
                }
            }
        }
    }
}

/// The averages without padding, by prefix sums in f64. They are exact enough to judge f32, and fast for large windows.
fn averages_by_prefix_sums(geometry: &Geometry, input: &[f32]) -> Vec<f64> {
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

/// The average of `constant` by each window of a plane.
fn averages_of_constant<T: Real>(side: Side, channels: u32, constant: f64) -> Vec<f64> {
    let geometry = Geometry { height: side, width: side, channels, divisor: Divisor::IncludePad, planes: 2 };
    let input = vec![T::from_f64(constant); geometry.input_len()];
    to_f64(&forward(&plan(&geometry), &geometry, &input))
}

fn constants_average_to_themselves<T: Real>() {
    // 2^24 in f32, 2^53 in f64.
    let limit = 2.0 / T::EPSILON;
    for kernel in (1..=9).chain([16, 31, 40]) {
        let largest = ((limit - 1.0) / f64::from(kernel * kernel)).floor();
        for constant in [1.0, 3.0, 255.0, -7.0, largest, -largest, largest - 1.0, (largest / 3.0).floor()] {
            for stride in [1, 2, 3, kernel] {
                let side = sides([40], [kernel], [stride], [1], [(0, 0)])[0];
                for channels in [1, 3, 9] {
                    let averages = averages_of_constant::<T>(side, channels, constant);
                    let same = averages.iter().all(|&average| average == constant);
                    assert!(same, "{constant} of {channels} channels on {side:?}: {averages:?}");
                }
            }
        }
    }
}

/// In windows whose sum is below 2^24 in f32, and below 2^53 in f64.
#[test]
fn a_constant_integer_averages_to_itself_while_the_sum_is_exact() {
    constants_average_to_themselves::<f32>();
    constants_average_to_themselves::<f64>();
}

/// 255·257² is above 2^24.
#[test]
fn a_constant_integer_may_round_where_the_sum_is_not_exact() {
    let side = sides([257], [257], [1], [1], [(0, 0)])[0];
    for average in averages_of_constant::<f32>(side, 1, 255.0) {
        assert_eq!(average as f32, 255.000_02);
    }
    assert_eq!(averages_of_constant::<f64>(side, 1, 255.0), [255.0; 2]);
}

/// Where a result underflows, the division adds at most half the smallest positive number to the accuracy bound. Results are
/// compared in units of that number, since f64 cannot hold a half of it.
fn underflows_by_half_the_smallest_number<T: Real>() {
    let unit = |value: f64, exponent: i32| value * 2f64.powi(exponent / 2) * 2f64.powi(exponent - exponent / 2);
    let mut beyond_the_bound = 0;
    for world in [slid_along(1..=19), halved(), sides([8, 21], [2, 12], [1, 2, 5], 1..=2, [(0, 0), (1, 2)])] {
        let around = sides([2, 3], [2], [1, 2], [1], [(0, 0)]);
        for (heights, widths) in [(&world, &around), (&around, &world)] {
            sweep(heights, widths, &mut |geometry| {
                let units: Vec<f64> = (0..geometry.input_len()).map(|i| (i * 7 % 11) as f64 - 4.0).collect();
                let input: Vec<T> = units.iter().map(|&value| T::from_f64(unit(value, T::SMALLEST))).collect();
                let output = forward(&plan(geometry), geometry, &input);
                let averages = geometry.definition(&units);
                for (i, (result, exact)) in output.iter().zip(&averages.exact).enumerate() {
                    let error = (unit(result.to_f64(), -T::SMALLEST) - exact).abs();
                    let bound = geometry.terms() * T::EPSILON * averages.magnitude[i];
                    assert!(error <= bound + 0.5, "output[{i}] is off by {error} smallest numbers on {geometry:?}");
                    beyond_the_bound += usize::from(error > bound);
                }
            });
        }
    }
    assert!(beyond_the_bound > 0, "nothing underflowed");
}

#[test]
fn results_that_underflow_are_off_by_at_most_half_the_smallest_number_more() {
    underflows_by_half_the_smallest_number::<f32>();
    underflows_by_half_the_smallest_number::<f64>();
}

/// The exact average is 2^−151, and the accuracy bound 2^−172.
#[test]
fn the_smallest_number_in_a_window_of_two_by_two_averages_to_zero() {
    let side = sides([2], [2], [2], [1], [(0, 0)])[0];
    let geometry = Geometry { height: side, width: side, channels: 1, divisor: Divisor::IncludePad, planes: 1 };
    let smallest = f32::from_bits(1);
    assert_eq!(forward(&plan(&geometry), &geometry, &[smallest, 0.0, 0.0, 0.0]), [0.0]);
}

/// Sums of small integers are exact, so only the division rounds. It must round like a division, whatever the divisor.
#[test]
fn two_by_two_windows_divide_exactly() {
    let widths = sides(2..=40, [2], [2], [1], [(0, 0)]);
    let height = widths[0];
    for divisor in
        [4.0, -8.0, 1.0, 2f64.powi(-100), 2f64.powi(100), 3.0, -2.5, 10.0, 0.1, 2f64.powi(127), 2f64.powi(-140)]
    {
        for &width in &widths {
            for channels in [1, 5] {
                let geometry = Geometry { height, width, channels, divisor: Divisor::Fixed(divisor), planes: 2 };
                let input: Vec<f32> = (0..geometry.input_len()).map(|i| (i * 7 % 31) as f32 - 15.0).collect();
                let sums = Geometry { divisor: Divisor::Fixed(1.0), ..geometry }.definition(&to_f64(&input)).exact;
                let exact: Vec<f32> = sums.iter().map(|&sum| sum as f32 / divisor as f32).collect();
                assert_eq!(forward(&plan(&geometry), &geometry, &input), exact, "{geometry:?}");
                let quotients: Vec<f32> = exact.iter().map(|value| value / divisor as f32).collect();
                let gradient = backward(&plan(&geometry), &geometry, &exact);
                let first_of_tile = |i: usize| {
                    let (position, channel) = (i / channels as usize, i % channels as usize);
                    let (output_width, width) = (width.output() as usize, width.input as usize);
                    let (row, column) = (position / output_width, position % output_width);
                    (2 * row * width + 2 * column) * channels as usize + channel
                };
                // Planes have two rows, so their rows of tiles follow each other.
                let spread: Vec<f32> = (0..quotients.len()).map(|i| gradient[first_of_tile(i)]).collect();
                assert_eq!(spread, quotients, "{geometry:?}");
            }
        }
    }
}

#[test]
fn output_sizes_equal_the_formula_and_an_axis_needs_a_window() {
    let options: Vec<AxisOptions> = sides([1000], 1..=6, 1..=5, 1..=3, [(0, 0), (1, 1), (3, 0), (0, 5)])
        .into_iter()
        .map(|side| side.options)
        .collect();
    for input in 0..=9 {
        for side in options.iter().map(|&options| Side { input, options, adaptive: None }) {
            let expected = side.output();
            assert_eq!(side.options.output_size(input) as i64, expected.max(0), "{side:?}");
            assert_eq!(Axis::new(input, side.options).is_some(), expected > 0 && input > 0, "{side:?}");
        }
    }
}

/// Sizes near the limits of 32 bits, which would wrap silently where a usize has 32 bits.
#[test]
fn sizes_that_a_usize_cannot_count_are_refused() {
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
fn huge_padding_and_strides_equal_the_definition() {
    let huge = u32::MAX;
    let around = sides([3], [1, 3], [1], [1], [(0, 0)]);
    let far: Vec<Side> = sides([1, 5], [1, 2, 3], [huge], [1, 2], [(0, huge - 5), (1, huge - 6), (2, huge - 8)]);
    assert!(far.iter().all(|side| side.output() == 1), "a row of several windows would be as long as its strides");
    sweep(&around, &far, &mut |geometry| equals_definition::<f32>(geometry, &noise(1, geometry.input_len())));
    sweep(&far, &around, &mut |geometry| equals_definition::<f64>(geometry, &noise(1, geometry.input_len())));
}

/// `Plan` checks slices before it calls an algorithm. But the trait is public, so an algorithm alone must not reach beyond
/// its slices either: it panics, or it pools something else.
#[cfg(not(target_family = "wasm"))]
#[test]
fn an_algorithm_without_a_plan_stays_inside_its_slices() {
    use avgpool::Pooled;
    use avgpool::algorithms::{Algorithm, Needs};

    let geometry = |kernel, channels| {
        let side = sides([20], [kernel], [3], [1], [(0, 0)])[0];
        Geometry { height: side, width: side, channels, divisor: Divisor::IncludePad, planes: 1 }
    };
    let panics = |made_for: Geometry, called_with: Geometry, [input_len, output_len]: [usize; 2]| {
        let mut needs = Needs::NONE;
        let algorithm = <f32 as Pooled>::Algorithm::new(&made_for.of_kernels(), &mut needs).expect("an algorithm");
        let mut scratch = vec![0.0; needs.scratch_len];
        let call = || {
            let (input, mut output) = (vec![0.0_f32; input_len], vec![0.0; output_len]);
            algorithm.forward(&called_with.of_kernels(), &input, &mut output, &mut scratch);
        };
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(call)).is_err()
    };
    let (separable, global, channels, fewer) = (geometry(3, 1), geometry(20, 1), geometry(20, 9), geometry(20, 4));
    assert!(panics(separable, separable, [2, 2]), "less than a row");
    assert!(panics(global, global, [2, 2]), "less than a plane");
    // A load beyond a run of positions would panic where debug assertions are on.
    assert!(!panics(channels, fewer, [fewer.input_len(), fewer.output_len()]), "fewer channels");
}
