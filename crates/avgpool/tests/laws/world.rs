//! The small worlds that the laws are swept over, and the definition that they are held against.
//!
//! The definition is a loop nest over taps in f64. It shares no code with the kernels, the sizes and divisors included.

use std::fmt::Debug;
use std::num::NonZeroU32;

use avgpool::{Axis, AxisOptions, Divisor, Element, Plan};

/// Planes and channels of tensors, unless a test is about them. Two planes, so that nothing may be left over from the first
/// one; one channel, as in NCHW; few, so that lanes are rows; and many, so that they are channels, and more than whole
/// vectors of them.
const LAYOUTS: [(usize, u32); 3] = [(2, 1), (2, 3), (1, 9)];

/// Elements before and behind every slice that a kernel is given.
const GUARD: usize = 40;

pub const DIVISORS: [Divisor; 3] = [Divisor::IncludePad, Divisor::ExcludePad, Divisor::Fixed(-2.5)];

/// One axis of a geometry: the elements of the input, and the options.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    pub input: u32,
    pub options: AxisOptions,
}

impl Side {
    pub fn kernel(&self) -> i64 {
        i64::from(self.options.kernel.get())
    }

    /// The output size by the formula, in floating point.
    pub fn output(&self) -> i64 {
        let AxisOptions { stride, dilation, begin, end, ceil_mode, .. } = self.options;
        let span = f64::from(dilation.get()) * (self.kernel() - 1) as f64 + 1.0;
        let steps = (f64::from(self.input) + f64::from(begin) + f64::from(end) - span) / f64::from(stride.get());
        let windows = 1.0 + if ceil_mode { steps.ceil() } else { steps.floor() };
        let starts_beyond = (windows - 1.0) * f64::from(stride.get()) >= f64::from(self.input) + f64::from(begin);
        if ceil_mode && starts_beyond { windows as i64 - 1 } else { windows as i64 }
    }

    /// The input position of tap `tap` of window `o`, in the padding perhaps.
    fn position(&self, o: i64, tap: i64) -> i64 {
        o * i64::from(self.options.stride.get()) + tap * i64::from(self.options.dilation.get())
            - i64::from(self.options.begin)
    }

    fn inside(&self, position: i64) -> bool {
        (0..i64::from(self.input)).contains(&position)
    }

    fn counted(&self, o: i64, include_pad: bool) -> usize {
        let before_end = |position| position < i64::from(self.input) + i64::from(self.options.end);
        (0..self.kernel())
            .map(|tap| self.position(o, tap))
            .filter(|&position| if include_pad { before_end(position) } else { self.inside(position) })
            .count()
    }
}

/// What one case of a law is about; its `Debug` is what reproduces it.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    pub height: Side,
    pub width: Side,
    pub channels: u32,
    pub divisor: Divisor,
    pub planes: usize,
}

impl Geometry {
    pub fn input_len(&self) -> usize {
        self.planes * (self.height.input * self.width.input * self.channels) as usize
    }

    pub fn output_len(&self) -> usize {
        self.planes * (self.height.output() * self.width.output()) as usize * self.channels as usize
    }

    /// Every position of the one plane of `len` elements, each in another channel than the one before.
    pub fn every_position(&self, len: usize) -> impl Iterator<Item = usize> + use<> {
        let channels = self.channels as usize;
        (0..len / channels).map(move |position| position * channels + position % channels)
    }

    pub fn terms(&self) -> f64 {
        (self.height.kernel() + self.width.kernel()) as f64
    }

    pub fn plan(&self) -> Plan {
        let [rows, columns] =
            [self.height, self.width].map(|side| Axis::new(side.input, side.options).expect("an axis"));
        let channels = NonZeroU32::new(self.channels).expect("a channel");
        Plan::new(rows, columns, channels, self.divisor).expect("a plan")
    }

    /// For every output element, Σ input / divisor; 0 for a window without a single element.
    pub fn definition(&self, input: &[f64]) -> Vec<f64> {
        let channels = self.channels as usize;
        let row = self.width.input as usize * channels;
        let mut output: Vec<f64> = Vec::with_capacity(self.output_len());
        for plane in input.chunks(self.height.input as usize * row) {
            for oh in 0..self.height.output() {
                for ow in 0..self.width.output() {
                    let first = output.len();
                    output.resize(first + channels, 0.0);
                    let mut elements = 0;
                    for i in 0..self.height.kernel() {
                        for j in 0..self.width.kernel() {
                            let (h, w) = (self.height.position(oh, i), self.width.position(ow, j));
                            if self.height.inside(h) && self.width.inside(w) {
                                let start = h as usize * row + w as usize * channels;
                                let values = &plane[start..start + channels];
                                output[first..].iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
                                elements += 1;
                            }
                        }
                    }
                    let count = |include_pad| {
                        (self.height.counted(oh, include_pad) * self.width.counted(ow, include_pad)) as f64
                    };
                    let divisor = match self.divisor {
                        Divisor::IncludePad => count(true),
                        Divisor::ExcludePad => count(false),
                        Divisor::Fixed(value) => value,
                    };
                    output[first..].iter_mut().for_each(|sum| *sum = if elements == 0 { 0.0 } else { *sum / divisor });
                }
            }
        }
        output
    }
}

/// The element types that the laws are held in.
pub trait Real: Element + Debug {
    const EPSILON: f64;
    const NAN: Self;

    fn to_f64(self) -> f64;
}

impl Real for f32 {
    const EPSILON: f64 = f32::EPSILON as f64;
    const NAN: Self = f32::NAN;

    fn to_f64(self) -> f64 {
        self.into()
    }
}

impl Real for f64 {
    const EPSILON: f64 = f64::EPSILON;
    const NAN: Self = f64::NAN;

    fn to_f64(self) -> f64 {
        self
    }
}

/// `plan.forward`, in output and scratch that start as NaN so that an unwritten cell shows.
///
/// All three slices have guards at both ends: NaN beside the input, so that a read of them shows, and numbers beside what
/// is written, so that a write over them does.
pub fn forward<T: Real>(geometry: &Geometry, input: &[T]) -> Vec<T> {
    let plan = geometry.plan();
    guarded(geometry, input, geometry.output_len(), plan.scratch_len(), |from, to, scratch| {
        plan.forward(from, to, scratch);
    })
}

/// `plan.backward`, likewise.
pub fn backward<T: Real>(geometry: &Geometry, grad_output: &[T]) -> Vec<T> {
    let plan = geometry.plan();
    guarded(geometry, grad_output, geometry.input_len(), plan.scratch_len(), |from, to, scratch| {
        plan.backward(from, to, scratch);
    })
}

fn guarded<T: Real>(
    geometry: &Geometry,
    from: &[T],
    to_len: usize,
    scratch_len: usize,
    call: impl FnOnce(&[T], &mut [T], &mut [T]),
) -> Vec<T> {
    let guard = T::from_f64(12345.0);
    let surround = |inner: &[T], guard: T| [&[guard; GUARD], inner, &[guard; GUARD]].concat();
    let inside = |len: usize| GUARD..GUARD + len;
    let from_memory = surround(from, T::NAN);
    let mut to = surround(&vec![T::NAN; to_len], guard);
    let mut scratch = surround(&vec![T::NAN; scratch_len], guard);
    call(&from_memory[inside(from.len())], &mut to[inside(to_len)], &mut scratch[inside(scratch_len)]);
    for (memory, len) in [(&to, to_len), (&scratch, scratch_len)] {
        let (before, behind) = (&memory[..GUARD], &memory[GUARD + len..]);
        assert!(before.iter().chain(behind).all(|&value| value == guard), "a write beside a slice, on {geometry:?}");
    }
    to[inside(to_len)].to_vec()
}

/// Numbers between −1 and 1, the same ones in every run (a linear congruential generator, by its upper bits).
pub fn noise<T: Real>(seed: u64, len: usize) -> Vec<T> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        T::from_f64((state >> 33) as f64 / f64::from(1_u32 << 30) - 1.0)
    };
    (0..len).map(|_| next()).collect()
}

pub fn to_f64<T: Real>(values: &[T]) -> Vec<f64> {
    values.iter().map(|&value| value.to_f64()).collect()
}

/// Sides with every combination of these options that has a window.
#[expect(clippy::needless_pass_by_value, reason = "ranges and arrays, as they are written")]
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
                    for (begin, end) in paddings.clone() {
                        for ceil_mode in [false, true] {
                            let options = AxisOptions { kernel, stride, dilation, begin, end, ceil_mode };
                            sides.push(Side { input, options });
                        }
                    }
                }
            }
        }
    }
    sides.retain(|side| side.output() > 0);
    sides
}

/// Calls `law` with every geometry of these heights and widths.
pub fn sweep(heights: &[Side], widths: &[Side], law: impl FnMut(&Geometry)) {
    sweep_layouts(heights, widths, &LAYOUTS, law);
}

/// The same, with so many planes and channels.
fn sweep_layouts(heights: &[Side], widths: &[Side], layouts: &[(usize, u32)], mut law: impl FnMut(&Geometry)) {
    let mut count = 0;
    for &height in heights {
        for &width in widths.iter().filter(|width| width.options.ceil_mode == height.options.ceil_mode) {
            for divisor in DIVISORS {
                for &(planes, channels) in layouts {
                    law(&Geometry { height, width, channels, divisor, planes });
                    count += 1;
                }
            }
        }
    }
    assert!(count > 10, "a world of {count} geometries is none");
}

/// Every small side: shorter and longer than its kernel, with any stride, dilation and uneven padding.
pub fn small() -> Vec<Side> {
    sides(1..=5, 1..=4, 1..=3, 1..=2, [(0, 0), (1, 1), (0, 2), (3, 1)])
}

/// Sides that are longer than several vectors, under windows short and long.
pub fn long() -> Vec<Side> {
    let lengths = [5, 8, 13, 17, 31, 64, 70];
    sides(lengths, (1..=12).chain([16, 21, 40]), [1, 2, 3, 4, 7], 1..=3, [(0, 0), (1, 1), (3, 8), (12, 2)])
}

/// Sides several times as long as their windows, which are short, and long in one, two and three levels of sums.
pub fn sides_of_several_windows() -> Vec<Vec<Side>> {
    [1, 2, 3, 9, 12, 17, 33, 40]
        .map(|kernel| sides([3 * kernel + 1], [kernel], [1, 3], 1..=2, [(0, 0), (1, 2)]))
        .to_vec()
}

/// Sides that keep their size under windows with stride 1, from the shortest on, for the fast path of strips.
pub fn kept() -> Vec<Side> {
    [(3, 1), (5, 2), (7, 3)].map(|(kernel, begin)| sides(1..=19, [kernel], [1], [1], [(begin, begin)])).concat()
}

/// Sides that are halved by windows of three, for the fast path of those.
pub fn halved() -> Vec<Side> {
    sides(1..=23, [3], [2], [1], [(1, 1), (1, 0)])
}

/// Planes of more rows than are worked on at a time, whose last windows lie wholly in the padding.
pub fn padded_behind() -> Vec<Geometry> {
    let heights = sides([1, 8, 20], [1, 3, 9], 1..=3, 1..=2, [(0, 17), (9, 9), (2, 40)]);
    let mut geometries = Vec::new();
    for (width, channels) in [(160, 1), (16, 9)] {
        let widths = sides([width], [1, 3], [1, 2], [1], [(0, 0), (1, 3)]);
        sweep_layouts(&heights, &widths, &[(3, channels)], |geometry| geometries.push(*geometry));
    }
    geometries
}

/// Geometries of many planes: some vectors full of them and some more, in groups that fill one another's memory.
pub fn many_planes() -> Vec<Geometry> {
    let sides = sides([1, 4, 6], 1..=3, 1..=3, 1..=2, [(0, 0), (1, 1), (0, 2)]);
    let mut geometries = Vec::new();
    sweep_layouts(&sides, &sides, &[(9, 1), (5, 2)], |geometry| geometries.push(*geometry));
    let larger = self::sides([13, 22], [3, 9], [1, 2], [1], [(1, 2)]);
    sweep_layouts(&larger, &larger, &[(35, 1), (13, 8)], |geometry| geometries.push(*geometry));
    geometries
}

/// Geometries of one window that is as large as the plane or larger, of every size and number of planes.
pub fn global() -> Vec<Geometry> {
    let mut geometries = Vec::new();
    for size in (1..=20).chain([49, 64, 1000]) {
        for (kernel, padding) in [(size, (0, 0)), (size + 3, (1, 2)), (size + 2, (0, 2))] {
            for (height, width) in [(size, 1), (1, size), (size.min(20), size)] {
                let side = |input| sides([input], [kernel - size + input], [7], [1], [padding])[0];
                for divisor in DIVISORS {
                    for (planes, channels) in [(1, 1), (2, 1), (5, 1), (8, 1), (2, 3), (3, 4), (1, 21)] {
                        let (height, width) = (side(height), side(width));
                        geometries.push(Geometry { height, width, channels, divisor, planes });
                    }
                }
            }
        }
    }
    geometries
}

/// Geometries under windows of every kind, with every number of channels up to several vectors and blocks of them.
pub fn any_channels() -> Vec<Geometry> {
    let sides = [
        sides([5, 6], [2], [2], [1], [(0, 0)]),
        sides([1, 2, 7], [3], [1, 2], [1, 2], [(0, 0), (1, 1), (2, 0), (1, 2), (2, 2)]),
        sides([4], [4], [4], [1], [(0, 0)]),
        sides([16], [9], [1, 4], [1], [(4, 4)]),
    ];
    let layouts: Vec<(usize, u32)> = (1..=37).map(|channels| (2, channels)).collect();
    let mut geometries = Vec::new();
    for sides in &sides {
        sweep_layouts(sides, &sides[..1], &layouts, |geometry| geometries.push(*geometry));
        sweep_layouts(&sides[..1], sides, &layouts, |geometry| geometries.push(*geometry));
    }
    geometries
}

/// Sides that three neighbours slide along, with every padding that is shorter than they are.
pub fn slid() -> Vec<Side> {
    sides(1..=6, [3], [1], [1], (0..=2).flat_map(|begin| (0..=2).map(move |end| (begin, end))))
}

/// A few sides to go with the long ones.
pub fn few() -> Vec<Side> {
    sides([1, 5], [1, 3], [1, 2], [1], [(1, 1)])
}
