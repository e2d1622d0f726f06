//! The windows along one row, and their transpose: the only file that knows how a row is laid out for them.
//!
//! A row stands in zeros (its halo) as wide as the windows reach, so that no window is a special case. With a stride the
//! row is first added up block by block (see [`Axis`]): a window is then `whole` neighbouring blocks and one partial
//! block, each at every output position, and the stride is gone.

use crate::axis::Axis;
use crate::row::{Sum, add_every, combine, set_every, sum_window, update};
use crate::scratch::Columns;
use crate::simd::Element;

/// `sums[o] = Σ_{j<kernel} padded[o·stride + j·dilation]`, where the row stands in `padded` from `axis.begin` on.
pub fn windows<T: Element>(axis: &Axis, work: &mut Columns<T>, sums: &mut [T]) {
    let Columns { padded, blocks, partial, window, .. } = work;
    if axis.stride == 1 {
        return sum_window(sums, padded, axis.kernel, axis.spacing, window);
    }
    partial.fill(T::default());
    for tooth in 0..axis.part {
        add_every(partial, &padded[tooth * axis.dilation..], axis.stride);
    }
    if axis.whole > 0 {
        blocks.copy_from_slice(partial);
        for tooth in axis.part..axis.teeth {
            add_every(blocks, &padded[tooth * axis.dilation..], axis.stride);
        }
    }
    sum_window(sums, blocks, axis.whole, axis.spacing, window);
    if axis.part > 0 {
        update::<Sum, T>(sums, &partial[axis.whole * axis.spacing..]);
    }
}

/// `row[i] = Σ values[o]` over the windows o that hold position i, where the values stand in `spread` from `halo` on.
///
/// The transpose of [`windows`], its steps in reverse.
pub fn spread<T: Element>(axis: &Axis, work: &mut Columns<T>, row: &mut [T]) {
    let Columns { padded, spread, blocks, partial, window } = work;
    if axis.stride == 1 {
        return sum_window(row, &spread[axis.begin..], axis.kernel, axis.spacing, window);
    }
    if axis.whole > 0 {
        let behind = if axis.part > 0 { axis.spacing } else { 0 };
        sum_window(blocks, &spread[behind..], axis.whole, axis.spacing, window);
        for tooth in axis.part..axis.teeth {
            set_every(&mut padded[tooth * axis.dilation..], blocks, axis.stride);
        }
    } else {
        blocks.fill(T::default());
    }
    if axis.part > 0 {
        combine::<Sum, T>(partial, blocks, spread);
    }
    for tooth in 0..axis.part {
        set_every(&mut padded[tooth * axis.dilation..], partial, axis.stride);
    }
    row.copy_from_slice(&padded[axis.begin..][..row.len()]);
}

/// Where the values of an output row start in `spread`: behind as many zeros as the windows of one position reach back.
pub fn halo(axis: &Axis) -> usize {
    (axis.window_blocks() - 1) * axis.spacing
}
