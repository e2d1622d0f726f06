//! Windows along a line of partial sums. The sums of the last positions stay in registers.
//!
//! It knows neither the direction of the line nor how a partial sum is computed.

use crate::simd::Simd;

/// A line of positions, and the windows along it. Outside the line, partial sums are zeros.
#[derive(Clone, Copy)]
pub struct Line {
    pub positions: usize,
    /// Elements from one position to the next.
    pub pitch: usize,
    /// Positions of the first window before the line.
    pub begin: usize,
    pub windows: usize,
}

impl Line {
    /// `windows` windows from number `next` on, and the line from their first position on. Also returns that position.
    pub fn part(self, next: usize, windows: usize, stride: usize) -> (usize, Self) {
        let first = (next * stride).saturating_sub(self.begin);
        let begin = self.begin.saturating_sub(next * stride);
        (first, Self { positions: self.positions - first, begin, windows, ..self })
    }
}

/// Calls `store(w, v, total / divisors(w)[v])` for every window `w` and vector `v`, in order of the windows. Here
/// `total = Σ_{i<K} partial((w·STRIDE − begin + i)·pitch, v)`.
///
/// `partial` gets every position of the line that a window holds, in order, and no other position. Windows inside the line
/// share one divisor. With `inner_loop` they have a loop of their own: it is faster, and the code is larger.
#[inline(always)]
pub fn roll<V: Simd, const N: usize, const K: usize, const STRIDE: usize>(
    line: Line,
    inner_loop: bool,
    partial: impl Fn(usize, usize) -> V,
    divisors: impl Fn(usize) -> [V; N],
    mut store: impl FnMut(usize, usize, V),
) {
    let Line { positions, pitch, begin, windows } = line;
    let kept = K - STRIDE;
    let zero = V::splat(V::Element::default());
    let mut sums = [[zero; K]; N];
    let mut push = |v: usize, sum: V| {
        sums[v] = core::array::from_fn(|i| if i + 1 < K { sums[v][i + 1] } else { sum });
        sums[v][1..].iter().fold(sums[v][0], |total, &sum| total + sum)
    };
    let inner = begin.div_ceil(STRIDE);
    let inner_end = ((begin + positions).saturating_sub(kept) / STRIDE).min(windows);
    // The steps before window 0 complete no window. Below zero, `window` and `at` wrap around, beyond the line.
    let steps_before = kept.saturating_sub(begin).div_ceil(STRIDE);
    let mut window = 0usize.wrapping_sub(steps_before);
    // `at` grows by `pitch`. A product for each position makes 5×5 strips 8 % slower: V8 leaves its factor in memory.
    let mut at = kept.wrapping_sub(begin + steps_before * STRIDE).wrapping_mul(pitch);
    while window != windows {
        if inner_loop && window == inner {
            let divisors = divisors(window);
            // With `kept` windows an iteration, no sum moves between registers.
            while window + kept <= inner_end {
                for i in 0..kept {
                    for j in 0..STRIDE {
                        // A total follows its sum. With all sums first, four vectors do not fit into registers (+15 %).
                        for (v, &divisor) in divisors.iter().enumerate() {
                            let total = push(v, partial(at, v));
                            if j + 1 == STRIDE {
                                store(window + i, v, total / divisor);
                            }
                        }
                        at += pitch;
                    }
                }
                window += kept;
            }
            if window == windows {
                return;
            }
        }
        for j in 0..STRIDE {
            let next = if at < positions * pitch { core::array::from_fn(|v| partial(at, v)) } else { [zero; N] };
            let totals: [V; N] = core::array::from_fn(|v| push(v, next[v]));
            if j + 1 == STRIDE && window < windows {
                let divisors = divisors(window);
                for v in 0..N {
                    store(window, v, totals[v] / divisors[v]);
                }
            }
            at = at.wrapping_add(pitch);
        }
        window = window.wrapping_add(1);
    }
}
