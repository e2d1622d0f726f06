//! The worlds: sets of geometries, each swept whole.

use std::num::NonZeroU32;
use std::ops::RangeInclusive;

use avgpool::{AxisOptions, Divisor};

use crate::definition::{Geometry, Side};

/// A world calls its argument with each of its geometries.
pub type World = fn(&mut dyn FnMut(&Geometry));

/// Planes and channels of a tensor. A second plane shows whether memory of the first is reused wrongly. One channel is NCHW.
/// With 3 channels, lanes are rows. With 9, lanes are channels: whole vectors and a tail.
const LAYOUTS: [(usize, u32); 3] = [(2, 1), (2, 3), (1, 9)];

pub const DIVISORS: [Divisor; 3] = [Divisor::IncludePad, Divisor::ExcludePad, Divisor::Fixed(-2.5)];

/// The table of the worlds. `with_worlds!(m)` calls the macro `m` with it, and each law makes a test of each row.
macro_rules! with_worlds {
    ($law:ident) => {
        $law! {
            on_every_small_plane: |visit| sweep(&small(), &small(), visit);
            along_long_rows: |visit| sweep(&few(), &long(), visit);
            along_long_columns: |visit| sweep(&long(), &few(), visit);
            on_one_long_row: one_long_row;
            where_long_strides_meet_dilation: long_strides;
            where_dilation_is_longer_than_a_chunk: long_dilation;
            where_two_by_two_windows_tile: two_by_two;
            where_windows_slide_along_rows: |visit| sweep(&slid_along(1..=8), &slid_along(1..=19), visit);
            where_windows_halve_the_size: |visit| sweep(&halved(), &halved(), visit);
            where_windows_of_three_slide: |visit| sweep(&slid(), &slid(), visit);
            where_rows_are_a_multiple_of_1_kib: crowded;
            where_the_last_windows_are_padding: padded_end;
            on_many_planes: many_planes;
            with_any_number_of_channels: any_channels;
            under_windows_of_a_whole_plane: global;
            of_adaptive_sizes: adaptive_sizes;
            that_separable_refuses: refused;
        }
    };
}
pub(crate) use with_worlds;

macro_rules! table {
    ($($name:ident: $world:expr;)*) => {
        /// All worlds by their names.
        pub const WORLDS: &[(&str, World)] = &[$((stringify!($name), $world)),*];
    };
}
with_worlds!(table);

/// Sides with every combination of these options that has a window.
#[expect(clippy::needless_pass_by_value, reason = "ranges and arrays are easier to write by value")]
pub fn sides(
    inputs: impl IntoIterator<Item = u32>,
    kernels: impl IntoIterator<Item = u32> + Clone,
    strides: impl IntoIterator<Item = u32> + Clone,
    dilations: impl IntoIterator<Item = u32> + Clone,
    paddings: impl IntoIterator<Item = (u32, u32)> + Clone,
) -> Vec<Side> {
    let size = |size| NonZeroU32::new(size).expect("a size");
    let mut sides = Vec::new();
    for input in inputs {
        for kernel in kernels.clone().into_iter().map(size) {
            for stride in strides.clone().into_iter().map(size) {
                for dilation in dilations.clone().into_iter().map(size) {
                    for (pad_begin, pad_end) in paddings.clone() {
                        for ceil_mode in [false, true] {
                            let options = AxisOptions { kernel, stride, dilation, pad_begin, pad_end, ceil_mode };
                            sides.push(Side { input, options, adaptive: None });
                        }
                    }
                }
            }
        }
    }
    sides.retain(|side| side.output() > 0);
    sides
}

/// Visits every geometry of these heights and widths, with every layout and divisor.
pub fn sweep(heights: &[Side], widths: &[Side], visit: &mut dyn FnMut(&Geometry)) {
    sweep_layouts(heights, widths, &LAYOUTS, visit);
}

/// The same with these numbers of planes and channels.
fn sweep_layouts(heights: &[Side], widths: &[Side], layouts: &[(usize, u32)], visit: &mut dyn FnMut(&Geometry)) {
    let mut count = 0;
    for &height in heights {
        for &width in widths.iter().filter(|width| width.options.ceil_mode == height.options.ceil_mode) {
            for divisor in DIVISORS {
                for &(planes, channels) in layouts {
                    visit(&Geometry { height, width, channels, divisor, planes });
                    count += 1;
                }
            }
        }
    }
    assert!(count > 10, "a world has more than {count} geometries");
}

/// Every small side: shorter and longer than its kernel, with any stride, dilation and uneven padding.
fn small() -> Vec<Side> {
    sides(1..=5, 1..=4, 1..=3, 1..=2, [(0, 0), (1, 1), (0, 2), (3, 1)])
}

/// Sides longer than several vectors, under short and long windows.
fn long() -> Vec<Side> {
    let lengths = [5, 8, 13, 17, 31, 64, 70];
    sides(lengths, (1..=12).chain([16, 21, 40]), [1, 2, 3, 4, 7], 1..=3, [(0, 0), (1, 1), (3, 8), (12, 2)])
}

/// A few sides to combine with the long ones.
fn few() -> Vec<Side> {
    sides([1, 5], [1, 3], [1, 2], [1], [(1, 1)])
}

/// Planes of one row or one column: one block, one block and a bit, and several. Some windows reach over both ends.
fn one_long_row(visit: &mut dyn FnMut(&Geometry)) {
    let mut count = 0;
    let across = sides([1], [1, 2], [1], [1], [(0, 0), (0, 1)]);
    let along = [
        sides([1024, 1025, 2200], [1, 2, 3, 8, 32, 33], [1], [1, 2, 40], [(0, 0), (1, 0), (3, 7)]),
        sides([2048, 2049, 2900], [1, 2, 4, 12], [2], [1], [(0, 0), (1, 0), (2, 3)]),
        sides([3100], [3, 8, 11], [3], [1], [(0, 0), (1, 0), (2, 3)]),
    ];
    for &long in along.iter().flatten() {
        for &short in
            across.iter().filter(|short| short.options.ceil_mode == long.options.ceil_mode && short.output() == 1)
        {
            let (height, width) = if count % 4 == 0 { (long, short) } else { (short, long) };
            visit(&Geometry { height, width, channels: 1, divisor: DIVISORS[count % DIVISORS.len()], planes: 2 });
            count += 1;
        }
    }
}

/// Strides of 8 and more by dilations of 3 and more, with and without a common factor. Their inverses take several steps of
/// Euclid's algorithm.
fn long_strides(visit: &mut dyn FnMut(&Geometry)) {
    let sides_of_phases = sides([31, 75], [2, 9], [8, 9, 13, 16], [3, 5, 6], [(0, 0), (5, 1)]);
    let around = sides([2], [1], [1], [1], [(0, 0)]);
    sweep(&around, &sides_of_phases, visit);
    sweep(&sides_of_phases, &around, visit);
}

/// Dilations with more phases than `Separable` has rows in a chunk, so a chunk meets the last phases and the first ones.
fn long_dilation(visit: &mut dyn FnMut(&Geometry)) {
    let heights = sides([150], [2, 3], [1, 3], [38, 50], [(0, 0), (3, 7)]);
    for (width, channels) in [(300, 1), (40, 9)] {
        sweep_layouts(&heights, &sides([width], [2], [1], [1], [(0, 0)]), &[(1, channels)], visit);
    }
}

/// Sides about three times as long as their windows, which are short or long.
pub fn sides_of_several_windows() -> Vec<Vec<Side>> {
    [1, 2, 3, 9, 12, 17, 33, 40]
        .map(|kernel| sides([3 * kernel + 1], [kernel], [1, 3], 1..=2, [(0, 0), (1, 2)]))
        .to_vec()
}

/// Sides that windows slide along with stride 1, with the same padding at both ends.
pub fn slid_along(inputs: RangeInclusive<u32>) -> Vec<Side> {
    let kinds = [(3, 0), (3, 1), (3, 2), (5, 2), (7, 3)];
    kinds.map(|(kernel, padding)| sides(inputs.clone(), [kernel], [1], [1], [(padding, padding)])).concat()
}

/// Sides that windows of three halve.
pub fn halved() -> Vec<Side> {
    sides(1..=23, [3], [2], [1], [(1, 1), (1, 0), (0, 0), (0, 1)])
}

/// Sides that windows of three slide along, with every shorter padding.
fn slid() -> Vec<Side> {
    sides(1..=6, [3], [1], [1], (0..=2).flat_map(|begin| (0..=2).map(move |end| (begin, end))))
}

/// Rows that compete for a few sets of a cache, in less than one band of windows, in one and in several. Widths are 1, 2 and
/// 4 KiB.
fn crowded(visit: &mut dyn FnMut(&Geometry)) {
    for (kernel, stride) in [(3, 1), (3, 2), (5, 1)] {
        let heights = sides([1, 2, 3, 8, 9, 16, 17, 35], [kernel], [stride], [1], [(0, 0), (1, 1), (2, 2)]);
        let widths = sides([256, 512], [kernel], [stride], [1], [(0, 0), (1, 1), (2, 2)]);
        sweep_layouts(&heights, &widths, &[(2, 1)], visit);
    }
}

/// Planes that 2×2 windows tile, at every width up to several vectors, with divisors whose reciprocals are exact or not.
fn two_by_two(visit: &mut dyn FnMut(&Geometry)) {
    let heights = sides(2..=5, [2], [2], [1], [(0, 0)]);
    sweep(&heights, &sides(2..=40, [2], [2], [1], [(0, 0), (0, 1)]), visit);
    for &height in &heights {
        for &width in &sides(2..=40, [2], [2], [1], [(0, 0)]) {
            for divisor in [1.0, -8.0, 0.5, 3.0] {
                let geometry = Geometry { height, width, channels: 1, divisor: Divisor::Fixed(divisor), planes: 2 };
                visit(&geometry);
                for channels in [2, 3, 6] {
                    visit(&Geometry { channels, ..geometry });
                }
            }
        }
    }
}

/// Planes whose last windows lie wholly in the padding. Many have more rows than `Separable` has in a chunk.
fn padded_end(visit: &mut dyn FnMut(&Geometry)) {
    let heights = sides([1, 8, 20], [1, 3, 9], 1..=3, 1..=2, [(0, 17), (9, 9), (2, 40)]);
    for (width, channels) in [(160, 1), (16, 9)] {
        let widths = sides([width], [1, 3], [1, 2], [1], [(0, 0), (1, 3)]);
        sweep_layouts(&heights, &widths, &[(3, channels)], visit);
    }
    // More than 100 windows hold every row, and strides are longer than half of the input.
    let far = sides([100], [9000], [60], [1], [(8000, 8000)]);
    sweep_layouts(&far, &sides([5, 9], [2], [1], [1], [(0, 0)]), &[(3, 1), (1, 9)], visit);
}

/// Many planes: several whole vectors of them and a tail, in groups that reuse the same memory.
fn many_planes(visit: &mut dyn FnMut(&Geometry)) {
    let small = sides([1, 4, 6], 1..=3, 1..=3, 1..=2, [(0, 0), (1, 1), (0, 2)]);
    sweep_layouts(&small, &small, &[(9, 1), (5, 2)], visit);
    let larger = sides([13, 22], [3, 9], [1, 2], [1], [(1, 2)]);
    sweep_layouts(&larger, &larger, &[(35, 1), (13, 8)], visit);
}

/// Windows of every kind, with every number of channels up to several blocks of vectors.
fn any_channels(visit: &mut dyn FnMut(&Geometry)) {
    let kinds = [
        sides([5, 6], [2], [2], [1], [(0, 0)]),
        sides([1, 2, 7], [3], [1, 2], [1, 2], [(0, 0), (1, 1), (2, 0), (1, 2), (2, 2)]),
        sides([4], [4], [4], [1], [(0, 0)]),
        sides([16], [9], [1, 4], [1], [(4, 4)]),
    ];
    let layouts: Vec<(usize, u32)> = (1..=37).map(|channels| (2, channels)).collect();
    for sides in &kinds {
        sweep_layouts(sides, &sides[..1], &layouts, visit);
        sweep_layouts(&sides[..1], sides, &layouts, visit);
    }
}

/// One window at least as large as the plane, for planes of every size and number.
fn global(visit: &mut dyn FnMut(&Geometry)) {
    for size in (1..=20).chain([49, 64, 1000]) {
        for (kernel, padding) in [(size, (0, 0)), (size + 3, (1, 2)), (size + 2, (0, 2))] {
            for (height, width) in [(size, 1), (1, size), (size.min(20), size)] {
                let side = |input| sides([input], [kernel - size + input], [7], [1], [padding])[0];
                for divisor in DIVISORS {
                    for (planes, channels) in [(1, 1), (2, 1), (5, 1), (8, 1), (2, 3), (3, 4), (1, 21)] {
                        let (height, width) = (side(height), side(width));
                        visit(&Geometry { height, width, channels, divisor, planes });
                    }
                }
            }
        }
    }
}

/// A side of an adaptive pooling.
pub fn adaptive(input: u32, output: u32) -> Side {
    let side = sides([input], [1], [1], [1], [(0, 0)])[0];
    Side { adaptive: NonZeroU32::new(output), ..side }
}

/// Every pair of an input and an output size up to 40, on the height and on the width. The other axis is adaptive or not.
fn adaptive_sizes(visit: &mut dyn FnMut(&Geometry)) {
    let others = [adaptive(3, 2), adaptive(7, 3), adaptive(2, 5), sides([6], [3], [2], [1], [(1, 1)])[0]];
    let mut count = 0;
    for input in 1..=40 {
        for output in 1..=40 {
            let (side, other) = (adaptive(input, output), others[count % others.len()]);
            for (planes, channels) in LAYOUTS.into_iter().chain([(9, 1)]) {
                let divisor = DIVISORS[count % DIVISORS.len()];
                visit(&Geometry { height: side, width: other, channels, divisor, planes });
                visit(&Geometry { height: other, width: side, channels, divisor, planes });
                count += 1;
            }
        }
    }
    // Rows of several chunks and vectors, and both axes with many phases.
    for (height, width) in [(adaptive(224, 100), adaptive(56, 27)), (adaptive(19, 90), adaptive(100, 224))] {
        for &(planes, channels) in &LAYOUTS {
            visit(&Geometry { height, width, channels, divisor: Divisor::ExcludePad, planes });
        }
    }
}

/// Planes for which `Separable` would take too much scratch memory or time: few long rows, more padding than rows, and tall
/// windows that reach far into the padding. Layouts and divisors take turns, because the planes are large.
fn refused(visit: &mut dyn FnMut(&Geometry)) {
    let mut count = 0;
    let mut visit = |heights: &[Side], widths: &dyn Fn(u32) -> Vec<Side>| {
        for &(planes, channels) in &LAYOUTS {
            for &width in &widths(channels) {
                for &height in heights.iter().filter(|height| height.options.ceil_mode == width.options.ceil_mode) {
                    visit(&Geometry { height, width, channels, divisor: DIVISORS[count % DIVISORS.len()], planes });
                    count += 1;
                }
            }
        }
    };
    let few_rows = sides([1, 2], [2], [1], [1], [(1, 0), (1, 1)]);
    visit(&few_rows, &|channels| {
        let elements = if channels < 8 { 17_100 } else { 45_000 };
        sides([elements / channels], [1, 5, 30], [1, 4], [1, 6], [(7, 2)])
    });
    let padded = sides([2], [1, 3, 800], [1, 3], [1, 250], [(800, 600)]);
    visit(&padded, &|channels| sides([420 / channels], [400 / channels], [1], [1], [(0, 0)]));
    visit(&few_rows, &|channels| {
        let elements = if channels < 8 { 17_100 } else { 45_000 };
        // With many channels, a few outputs take little memory.
        let few = if channels < 8 { 7 } else { 4000 };
        [few, 4500, elements / channels + 4].map(|output| adaptive(elements / channels, output)).to_vec()
    });
    let tall = sides([300], [300], [1], [1], [(150, 150)]);
    visit(&tall, &|channels| sides([450 / channels], [5], [2], [1], [(0, 1)]));
}
