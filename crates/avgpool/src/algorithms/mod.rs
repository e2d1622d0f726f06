//! The algorithms: their common trait, and the list of each element type.
//!
//! A plan takes the first algorithm of the list that serves its geometry. To add one, write it in a file of its own and
//! name it in a list, before [`Separable`]. The tests hold every listed algorithm against [`Separable`], or against the
//! definition in whole numbers.
//!
//! A name that ends in `Channels` is for NHWC with enough channels for a vector: its lanes are channels. Of f32 and f64, the
//! last two serve both layouts. The others are for NCHW: their lanes are neighbours of a row or of a plane, or planes.

use crate::geometry::{Bands, Direction, Geometry};
use crate::simd::{Element, F16};

mod bytes;
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
mod widened;

pub use separable::Separable;
pub use whole_planes::WholePlanes;
use widened::Widened;

/// Pools the planes of the geometries that it serves, forward and backward. All algorithms give the results of [`Separable`],
/// except for rounding.
///
/// A call takes the geometry that `new` took, and slices of whole planes, as [`Plan`](crate::Plan) checks. Or it takes a band of
/// that geometry, and a slice of it. With others it may panic or write wrong results.
///
/// `S` is the type of its sums and of the scratch memory.
pub trait Algorithm<T, S = T>: Copy {
    /// The algorithm for a geometry, or `None` if it does not serve it. Sets what its calls need, if that is not [`Needs::NONE`].
    fn new(geometry: &Geometry, needs: &mut Needs) -> Option<Self>;

    /// [`Algorithm::forward`] or [`Algorithm::backward`].
    fn run(&self, direction: Direction, geometry: &Geometry, from: &[T], to: &mut [T], scratch: &mut [S]) {
        match direction {
            Direction::Forward => self.forward(geometry, from, to, scratch),
            Direction::Backward => self.backward(geometry, from, to, scratch),
        }
    }

    /// Pools every plane of `input` into a plane of `output`.
    fn forward(&self, geometry: &Geometry, input: &[T], output: &mut [T], scratch: &mut [S]);

    /// Applies the transpose of the pooling to every plane of `grad_output`. Nothing calls it for an element type without
    /// gradients, whose algorithms need not have it.
    fn backward(&self, geometry: &Geometry, grad_output: &[T], grad_input: &mut [T], scratch: &mut [S]) {
        let _ = (geometry, grad_output, grad_input, scratch);
        unreachable!("the element type has no gradients");
    }
}

/// What the calls of an algorithm need.
#[derive(Clone, Copy, Debug)]
pub struct Needs {
    /// The elements of scratch memory. Their values do not matter. They are at most [`Geometry::most_scratch`], except for element
    /// types that are only stored.
    pub scratch_len: usize,
    /// Where a call can be split. Each part then has its bits of the whole call, although a band of a plane is pooled alone, in a
    /// geometry of its own.
    pub bands: Bands,
}

impl Needs {
    /// No scratch memory, and a band can start with any window.
    pub const NONE: Self = Self { scratch_len: 0, bands: Bands::OF_WINDOWS };
}

/// A list of algorithms. The first one that serves a geometry is chosen.
pub trait List<T, S = T>: Algorithm<T, S> {
    /// Visits all algorithms of the list, in its order.
    fn visit(visitor: &mut impl Visitor<T, S>);
}

/// What to do with each algorithm of a list.
pub trait Visitor<T, S = T> {
    /// Visits `A`.
    fn visit<A: Algorithm<T, S>>(&mut self);
}

/// An element type that can be pooled.
pub trait Pooled: Copy {
    /// The type of its sums and of the scratch memory.
    type Sum;

    /// Its list of algorithms.
    type Algorithm: List<Self, Self::Sum>;

    /// Whether its algorithms have a backward.
    const HAS_GRADIENT: bool = true;
}

/// Makes a list: an enum that is one of its algorithms.
///
/// An enum of two, nested once for each algorithm, would make the module 4 % larger.
macro_rules! list {
    ($(#[$about:meta])+ $list:ident<$element:ty, $sum:ty> for [$($generics:tt)*]; $($name:ident($algorithm:ty)),+ $(,)?) => {
        $(#[$about])+
        #[derive(Clone, Copy, Debug)]
        pub enum $list {
            $(#[doc = stringify!($algorithm)] $name($algorithm)),+
        }

        impl<$($generics)*> Algorithm<$element, $sum> for $list {
            #[inline(never)]
            fn new(geometry: &Geometry, needs: &mut Needs) -> Option<Self> {
                $(if let Some(algorithm) = <$algorithm as Algorithm<$element, $sum>>::new(geometry, needs) {
                    return Some(Self::$name(algorithm));
                })+
                None
            }

            #[inline(never)]
            fn forward(&self, geometry: &Geometry, input: &[$element], output: &mut [$element], scratch: &mut [$sum]) {
                match self {
                    $(Self::$name(algorithm) => algorithm.forward(geometry, input, output, scratch)),+
                }
            }

            #[inline(never)]
            fn backward(
                &self,
                geometry: &Geometry,
                grad_output: &[$element],
                grad_input: &mut [$element],
                scratch: &mut [$sum],
            ) {
                match self {
                    $(Self::$name(algorithm) => algorithm.backward(geometry, grad_output, grad_input, scratch)),+
                }
            }
        }

        impl<$($generics)*> List<$element, $sum> for $list {
            fn visit(visitor: &mut impl Visitor<$element, $sum>) {
                $(visitor.visit::<$algorithm>();)+
            }
        }
    };
}

list! {
    /// The algorithms of f32.
    F32Algorithms<f32, f32> for [];
    TwoByTwo(two_by_two::TwoByTwo<f32>),
    TwoByTwoChannels(two_by_two_channels::TwoByTwoChannels<f32>),
    Global(global::Global),
    GlobalChannels(global_channels::GlobalChannels),
    Stride1(stride1::Stride1<7>),
    Stride1Channels(stride1_channels::Stride1Channels),
    Stride2(stride2::Stride2),
    SmallPlanes(small_planes::SmallPlanes),
    LongRows(long_rows::LongRows),
    Separable(Separable),
    WholePlanes(WholePlanes),
}

list! {
    /// The algorithms of f64. The others, and larger windows in strips, would make the module 4 % larger.
    F64Algorithms<f64, f64> for [];
    TwoByTwo(two_by_two::TwoByTwo<f64>),
    TwoByTwoChannels(two_by_two_channels::TwoByTwoChannels<f64>),
    Global(global::Global),
    GlobalChannels(global_channels::GlobalChannels),
    Stride1(stride1::Stride1<3>),
    Stride2(stride2::Stride2),
    LongRows(long_rows::LongRows),
    Separable(Separable),
    WholePlanes(WholePlanes),
}

list! {
    /// The algorithms of bytes.
    ByteAlgorithms<u8, u64> for [];
    TwoByTwo(bytes::TwoByTwo),
    SmallPlanes(bytes::Recast<f32, bytes::SmallPlanes>),
    ShortWindows(bytes::Recast<u16, bytes::ShortWindows>),
    ByRows(bytes::Recast<f32, bytes::ByRows>),
    AnyWindow(bytes::AnyWindow),
}

list! {
    /// The algorithm of halves.
    HalfAlgorithms<F16, f32> for [];
    Widened(Widened<<f32 as Pooled>::Algorithm>),
}

list! {
    /// The algorithms of f32 and f64 that serve any geometry.
    AnyGeometry<T, T> for [T: Element];
    Separable(Separable),
    WholePlanes(WholePlanes),
}

#[cfg(not(feature = "separable-only"))]
impl Pooled for f32 {
    type Sum = Self;
    type Algorithm = F32Algorithms;
}

#[cfg(not(feature = "separable-only"))]
impl Pooled for f64 {
    type Sum = Self;
    type Algorithm = F64Algorithms;
}

/// For `npm run bench -- --algorithms`, which compares with a build of the algorithms that serve any geometry.
#[cfg(feature = "separable-only")]
impl<T: Element> Pooled for T {
    type Sum = Self;
    type Algorithm = AnyGeometry;
}

/// Averages are computed in f32, and rounded once.
impl Pooled for F16 {
    type Sum = f32;
    type Algorithm = HalfAlgorithms;
}

/// Sums are whole numbers, so averages are rounded once.
impl Pooled for u8 {
    type Sum = u64;
    type Algorithm = ByteAlgorithms;
    const HAS_GRADIENT: bool = false;
}
