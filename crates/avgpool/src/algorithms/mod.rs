//! The algorithms: their common trait, and the list of each element type.
//!
//! A plan takes the first algorithm of the list that serves its geometry. To add one, write it in a file of its own and
//! name it in a list, before [`Separable`]. The tests hold every listed algorithm against [`Separable`].
//!
//! A name that ends in `Channels` is for NHWC with enough channels for a vector: its lanes are channels. The last two serve
//! both layouts. The others are for NCHW: their lanes are neighbours of a row or of a plane, or planes.

use crate::geometry::Geometry;
use crate::simd::Element;

mod global;
mod global_channels;
mod long_rows;
mod separable;
mod small_planes;
mod stride1;
mod stride1_channels;
mod stride2;
mod two_by_two;
mod two_by_two_channels;
mod whole_planes;

pub use separable::Separable;
pub use whole_planes::WholePlanes;

/// Pools the planes of the geometries that it serves, forward and backward. All algorithms give the results of [`Separable`],
/// except for rounding.
///
/// A call takes the geometry that `new` took, and slices of whole planes, as [`Plan`](crate::Plan) checks. With others it may
/// panic or write wrong results.
pub trait Algorithm<T>: Copy {
    /// The algorithm for a geometry, or `None` if it does not serve it.
    fn new(geometry: &Geometry) -> Option<Self>;

    /// The elements of scratch memory that a call needs, at most [`Geometry::most_scratch`]. Their values do not matter.
    fn scratch_len(&self) -> usize;

    /// Pools every plane of `input` into a plane of `output`.
    fn forward(&self, geometry: &Geometry, input: &[T], output: &mut [T], scratch: &mut [T]);

    /// Applies the transpose of the pooling to every plane of `grad_output`.
    fn backward(&self, geometry: &Geometry, grad_output: &[T], grad_input: &mut [T], scratch: &mut [T]);
}

/// An element type that can be pooled.
pub trait Pooled: Element {
    /// Its list of algorithms.
    type Algorithm: Algorithm<Self>;
}

/// The first algorithm of a list that serves a geometry.
macro_rules! first_of {
    ($last:ty $(,)?) => { $last };
    ($first:ty, $($rest:ty),+ $(,)?) => { Or<$first, first_of!($($rest),+)> };
}

#[cfg(not(feature = "separable-only"))]
impl Pooled for f32 {
    type Algorithm = first_of!(
        two_by_two::TwoByTwo<f32>,
        two_by_two_channels::TwoByTwoChannels<f32>,
        global::Global,
        global_channels::GlobalChannels,
        stride1::Stride1<7>,
        stride1_channels::Stride1Channels,
        stride2::Stride2,
        small_planes::SmallPlanes,
        long_rows::LongRows,
        Separable,
        WholePlanes,
    );
}

/// The other algorithms, and larger windows in strips, would make the module 4 % larger.
#[cfg(not(feature = "separable-only"))]
impl Pooled for f64 {
    type Algorithm = first_of!(
        two_by_two::TwoByTwo<f64>,
        two_by_two_channels::TwoByTwoChannels<f64>,
        global::Global,
        global_channels::GlobalChannels,
        stride1::Stride1<3>,
        stride2::Stride2,
        long_rows::LongRows,
        Separable,
        WholePlanes,
    );
}

/// For `npm run bench -- --algorithms`, which compares with a build of the algorithms that serve any geometry.
#[cfg(feature = "separable-only")]
impl<T: Element> Pooled for T {
    type Algorithm = first_of!(Separable, WholePlanes);
}

/// `A` where it serves the geometry, otherwise `B`.
#[derive(Clone, Copy, Debug)]
pub enum Or<A, B> {
    /// The first algorithm serves the geometry.
    First(A),
    /// It does not, but the second one does.
    Second(B),
}

impl<T: Element, A: Algorithm<T>, B: Algorithm<T>> Algorithm<T> for Or<A, B> {
    /// Out of line: inlined, the list makes the module 1 % larger.
    #[inline(never)]
    fn new(geometry: &Geometry) -> Option<Self> {
        A::new(geometry).map(Self::First).or_else(|| B::new(geometry).map(Self::Second))
    }

    fn scratch_len(&self) -> usize {
        match self {
            Self::First(algorithm) => algorithm.scratch_len(),
            Self::Second(algorithm) => algorithm.scratch_len(),
        }
    }

    fn forward(&self, geometry: &Geometry, input: &[T], output: &mut [T], scratch: &mut [T]) {
        match self {
            Self::First(algorithm) => algorithm.forward(geometry, input, output, scratch),
            Self::Second(algorithm) => algorithm.forward(geometry, input, output, scratch),
        }
    }

    fn backward(&self, geometry: &Geometry, grad_output: &[T], grad_input: &mut [T], scratch: &mut [T]) {
        match self {
            Self::First(algorithm) => algorithm.backward(geometry, grad_output, grad_input, scratch),
            Self::Second(algorithm) => algorithm.backward(geometry, grad_output, grad_input, scratch),
        }
    }
}
