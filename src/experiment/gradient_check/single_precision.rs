//! Directional derivatives in 32 bits, where the model does not run in 64.
//!
//! # Numerics
//!
//! With rounding of σ in the loss, a central difference D(h) is off by about σ/(√2·h), and by h²·|f‴|/6
//! for truncation: in 32 bits no single step makes both small. So
//!
//! - the loss itself is computed in 64 bits from the model's outputs, unless it is the model's own;
//! - σ is measured: the root mean square of second differences over a step far below what curvature
//!   shows, divided by √6 (each is f(x + δ) − 2·f(x) + f(x − δ));
//! - steps are powers of two, h = s·2⁻ᵏ with s the size of the moved numbers, 1 at the least. The
//!   numbers move by what is left after rounding, (x ⊕ hd) ⊖ x, and the claimed derivative is taken
//!   along that;
//! - where D converges as h² (the quotient of its differences over three steps is near 4, or they
//!   drown in rounding), two steps make a Richardson estimate R = (4·D(h/2) − D(h))/3 without the term in
//!   h². Its uncertainty is 3σ/h for rounding (three deviations of the estimate) and |R − D(h/2)| for
//!   what is left of the truncation;
//! - elsewhere many small kinks lie between the points, as in a wide layer of ReLUs, and the error of
//!   D falls as h at best. Then D(h/2) itself counts, with 3σ/h and twice |D(h) − D(h/2)|;
//! - the steps with the least uncertainty count.
//!
//! A kink between the points shows when smaller steps give another derivative. One at the point shows as
//! in 64 bits: the difference of one-sided derivatives, A(h) = (f(x+hd) − 2f(x) +
//! f(x−hd))/h, halves with h where f is smooth. A second witness needs no difference quotient: for a
//! right gradient the remainder f(x + hd) − f(x) − h⟨g,d⟩ falls as h² (Taylor), for a wrong one as h.
//! Where the two witnesses disagree, the direction tells nothing. On correct networks the order is
//! 1.99…2.01, with an error of 5 % it is 0.86…0.90; 1.75 separates them.

use super::super::direction::Direction;
use super::super::evidence::DirectionCheck;
use super::super::measure;
use super::Line;
use super::probe::{Moved, Probe};
use crate::device::DeviceFailure;
use crate::random::Random;

/// Exponents k of the steps, the largest step first.
const LADDER: std::ops::RangeInclusive<i32> = 4..=15;

/// Second differences from which the rounding of the loss is estimated, and the exponent of their step.
const SAMPLES: usize = 8;
const SAMPLE_EXPONENT: i32 = 16;

/// Deviations of the rounding that an estimate is granted.
const DEVIATIONS: f64 = 3.0;

/// Quotients of neighbouring differences of D at which it converges as h²: 4, with some room.
const QUADRATIC: std::ops::RangeInclusive<f64> = 2.5..=6.0;

/// Relative uncertainty at which no smaller step is tried.
const SHARP: f64 = 1e-3;

/// Order of the Taylor remainder from which on a gradient counts as right.
const RIGHT_ORDER: f64 = 1.75;

/// A tensor's gradient counts as zero when its norm is below this share of the largest one.
const ZERO_SHARE: f64 = 1e-5;

/// The standard deviation that rounding gives the loss.
///
/// # Errors
///
/// When the device fails.
pub fn noise(probe: &Probe<'_>, random: &mut Random) -> Result<f64, DeviceFailure> {
    let mut squares = 0.0;
    for _ in 0..SAMPLES {
        let moved = Moved::Tensor(random.below(probe.tensors().max(1)));
        let count = probe.numbers(moved).len();
        let draws: Vec<f64> = (0..count).map(|_| random.normal()).collect();
        let length = measure::norm(&draws).max(f64::MIN_POSITIVE);
        let direction = Direction::Dense(draws.iter().map(|draw| draw / length).collect());
        let step = probe.scale(moved) * 2f64.powi(-SAMPLE_EXPONENT);
        let plus = probe.at(moved, &direction, step)?;
        let minus = probe.at(moved, &direction, -step)?;
        squares += (plus - 2.0 * probe.loss + minus).powi(2) / 6.0;
    }
    // Where all samples round alike nothing was measured: a hundredth of a rounding is the least.
    let least = 0.01 * f64::from(f32::EPSILON) * probe.loss.abs();
    Ok((squares / SAMPLES as f64).sqrt().max(least))
}

/// One step of the ladder.
#[derive(Debug, Clone, Copy)]
struct Rung {
    step: f64,
    /// D(h), and the derivative that is claimed along the move that was really made.
    difference: f64,
    claimed: f64,
    /// A(h).
    asymmetry: f64,
    /// |f(x + hd) − f(x) − h⟨g,d⟩|.
    remainder: f64,
}

/// One directional derivative.
///
/// # Errors
///
/// When the device fails.
pub fn derivative(line: &Line<'_>, noise: f64) -> Result<DirectionCheck, DeviceFailure> {
    let mut rungs: Vec<Rung> = Vec::new();
    let mut estimates: Vec<Estimate> = Vec::new();
    for exponent in LADDER {
        let Some(rung) = rung(line, line.scale * 2f64.powi(-exponent))? else { continue };
        if let [.., widest, wide] = rungs[..] {
            estimates.push(Estimate::of([widest, wide, rung], noise));
        }
        rungs.push(rung);
        let sharp = |best: Estimate| {
            let size = line.size(best.value);
            let agrees = (best.value - best.claimed).abs() <= SHARP * size + best.uncertainty;
            agrees && best.uncertainty <= SHARP * size
        };
        if sharpest(&estimates).is_some_and(sharp) {
            break;
        }
    }
    let Some(best) = sharpest(&estimates) else {
        // Every move is lost in rounding: nothing is known.
        let analytic = line.analytic();
        let (numeric, relative_error) = (0.0, 1.0);
        return Ok(DirectionCheck {
            analytic,
            numeric,
            relative_error,
            noise: f64::INFINITY,
            kink: false,
        });
    };
    let size = line.size(best.value);
    let error = (best.claimed - best.value).abs();
    let disagrees = error > best.uncertainty;
    Ok(DirectionCheck {
        analytic: best.claimed,
        numeric: best.value,
        relative_error: error / size,
        noise: best.uncertainty / size,
        kink: disagrees
            && (has_kink(&best.pair, error, noise)
                || is_unsettled(&estimates, best)
                || is_right(&rungs, noise)),
    })
}

/// The estimate with the least uncertainty.
fn sharpest(estimates: &[Estimate]) -> Option<Estimate> {
    estimates.iter().copied().min_by(|a, b| a.uncertainty.total_cmp(&b.uncertainty))
}

/// Whether smaller steps say something else: a kink lay between. Where f is smooth and the gradient
/// wrong, all steps agree with one another.
fn is_unsettled(estimates: &[Estimate], best: Estimate) -> bool {
    let smaller = estimates.iter().filter(|other| other.pair[1].step < best.pair[1].step);
    smaller
        .into_iter()
        .any(|other| (other.value - best.value).abs() > other.uncertainty + best.uncertainty)
}

/// The objective on both sides, `None` where the whole move is lost in rounding.
fn rung(line: &Line<'_>, step: f64) -> Result<Option<Rung>, DeviceFailure> {
    let numbers = line.probe.numbers(line.moved);
    let moved = |step: f64| {
        let mut values = numbers.to_vec();
        line.direction.add_to(&mut values, step);
        // What the model gets is rounded: so are the numbers that the claim is taken along.
        values.iter_mut().for_each(|value| *value = f64::from(*value as f32));
        values
    };
    let (up, down) = (moved(step), moved(-step));
    let along = |to: &[f64], from: &[f64]| -> f64 {
        let moves = to.iter().zip(from).map(|(to, from)| to - from);
        moves.zip(line.claimed).map(|(d, g)| d * g).sum()
    };
    if up == down {
        return Ok(None);
    }
    let claimed = along(&up, &down) / (2.0 * step);
    let claimed_up = along(&up, numbers);
    let plus = line.probe.with(line.moved, up)?;
    let minus = line.probe.with(line.moved, down)?;
    let loss = line.probe.loss;
    Ok(Some(Rung {
        step,
        difference: (plus - minus) / (2.0 * step),
        claimed,
        asymmetry: (plus - 2.0 * loss + minus) / step,
        remainder: (plus - loss - claimed_up).abs(),
    }))
}

#[derive(Debug, Clone, Copy)]
struct Estimate {
    value: f64,
    claimed: f64,
    uncertainty: f64,
    /// The steps that it was made of.
    pair: [Rung; 2],
}

impl Estimate {
    /// Of three steps, each half of the one before.
    fn of([widest, wide, narrow]: [Rung; 3], noise: f64) -> Self {
        // Three deviations of R, and of D(h/2), are nearly the same: 0.96 and 0.71·2 times 3σ/h.
        let rounding = DEVIATIONS * noise / wide.step;
        let before = (widest.difference - wide.difference).abs();
        let after = (wide.difference - narrow.difference).abs();
        let converges = QUADRATIC.contains(&(before / after));
        let drowns = before.max(after) < 2.0 * noise / wide.step;
        let (value, truncation) = if converges || drowns {
            let extrapolated = (4.0 * narrow.difference - wide.difference) / 3.0;
            (extrapolated, (extrapolated - narrow.difference).abs())
        } else {
            (narrow.difference, 2.0 * after)
        };
        let uncertainty = rounding + truncation;
        Self { value, claimed: narrow.claimed, uncertainty, pair: [wide, narrow] }
    }
}

/// Whether one-sided derivatives differ by more than curvature and rounding explain.
fn has_kink([wide, narrow]: &[Rung; 2], error: f64, noise: f64) -> bool {
    // Three roundings, and the second difference doubles the middle one.
    let visible = 4.0 * 6f64.sqrt() * noise / narrow.step;
    let halves = (1.6..=2.5).contains(&(wide.asymmetry / narrow.asymmetry).abs());
    let at_the_point =
        narrow.asymmetry.abs() > visible && narrow.asymmetry.abs() > 0.5 * error && !halves;
    let moved = (wide.difference - narrow.difference).abs();
    let nearby = moved > 0.5 * error && moved > 4.0 * noise / narrow.step;
    at_the_point || nearby
}

/// Orders of the Taylor remainder that count: those of the smallest steps, where curvature hides a
/// wrong gradient least.
const ORDERS: usize = 3;

/// Whether the Taylor remainder falls as it does for a right gradient: the median of its orders between
/// the smallest neighbouring steps at which rounding leaves it visible.
fn is_right(rungs: &[Rung], noise: f64) -> bool {
    let orders = rungs.windows(2).rev().filter_map(|pair| {
        let [wide, narrow] = pair else { return None };
        let visible = narrow.remainder > 8.0 * noise;
        visible.then(|| (wide.remainder / narrow.remainder).log2())
    });
    let orders: Vec<f64> = orders.take(ORDERS).collect();
    !orders.is_empty() && measure::median(orders) >= RIGHT_ORDER
}

/// The norm up to which a gradient counts as zero; `largest` is the largest tensor's.
pub fn zero_floor(noise: f64, largest: f64, scale: f64) -> f64 {
    let narrowest = scale * 2f64.powi(-LADDER.start());
    (largest * ZERO_SHARE).max(DEVIATIONS * noise / narrowest)
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Rung {
        /// The rung of a straight line.
        fn with_slope(self, step: f64) -> Self {
            Self { step, difference: 2.0, asymmetry: 0.0, remainder: step, ..self }
        }
    }

    /// The rungs of f(h) along a line, with the derivative `claimed` at 0 and no rounding.
    fn rungs(f: impl Fn(f64) -> f64, claimed: f64) -> Vec<Rung> {
        let rung = |exponent: i32| {
            let step = 2f64.powi(-exponent);
            let (plus, minus) = (f(step), f(-step));
            Rung {
                step,
                difference: (plus - minus) / (2.0 * step),
                claimed,
                asymmetry: (plus - 2.0 * f(0.0) + minus) / step,
                remainder: (plus - f(0.0) - step * claimed).abs(),
            }
        };
        LADDER.map(rung).collect()
    }

    #[test]
    fn two_steps_give_the_derivative_without_its_quadratic_error() {
        let rungs = rungs(|x| (3.0 * x).exp(), 3.0);
        let estimate = Estimate::of([rungs[1], rungs[2], rungs[3]], 0.0);
        assert!((estimate.value - 3.0).abs() < 1e-5, "{estimate:?}");
        assert!((rungs[3].difference - 3.0).abs() > 1e-4);
        assert!((estimate.value - 3.0).abs() <= estimate.uncertainty);
    }

    #[test]
    fn rounding_makes_an_estimate_uncertain() {
        let rungs = rungs(|x| x, 1.0);
        let estimate = Estimate::of([rungs[0], rungs[1], rungs[2]], 1e-6);
        assert!((estimate.uncertainty - 3e-6 * 32.0).abs() < 1e-12, "{estimate:?}");
    }

    #[test]
    fn a_kink_nearby_is_told_by_smaller_steps() {
        let f = |x: f64| x + (x - 0.001).max(0.0);
        let rungs = rungs(f, 1.0);
        let estimates: Vec<Estimate> =
            rungs.windows(3).map(|w| Estimate::of([w[0], w[1], w[2]], 1e-9)).collect();
        assert!((estimates[0].value - 1.5).abs() < 0.05, "{estimates:?}");
        assert!(is_unsettled(&estimates, estimates[0]));
        let smooth: Vec<Rung> = LADDER.map(|k| rungs[0].with_slope(2f64.powi(-k))).collect();
        let settled: Vec<Estimate> =
            smooth.windows(3).map(|w| Estimate::of([w[0], w[1], w[2]], 1e-9)).collect();
        assert!(!is_unsettled(&settled, settled[0]));
    }

    #[test]
    fn many_small_kinks_are_not_extrapolated_over() {
        // Kinks at every 2⁻¹³: D is off by a multiple of h, and differently at every step.
        let kinks = |x: f64| (0..400).map(|k| (x - f64::from(k) / 8192.0).max(0.0)).sum::<f64>();
        let f = |x: f64| x + 0.01 * kinks(x);
        let rungs = rungs(f, 1.0);
        let estimate = Estimate::of([rungs[4], rungs[5], rungs[6]], 0.0);
        assert!((estimate.value - 1.0).abs() <= estimate.uncertainty, "{estimate:?}");
    }

    #[test]
    fn the_remainder_tells_a_right_gradient_from_a_wrong_one() {
        let f = |x: f64| (2.0 * x).sin() + x * x;
        assert!(is_right(&rungs(f, 2.0), 1e-9));
        assert!(!is_right(&rungs(f, 2.1), 1e-9));
    }

    #[test]
    fn a_kink_at_the_point_is_seen_and_a_smooth_function_has_none() {
        let kinked = |x: f64| x.abs() + 0.3 * x;
        let pair = |rungs: Vec<Rung>| [rungs[4], rungs[5]];
        assert!(has_kink(&pair(rungs(kinked, 1.3)), 1.0, 1e-9));
        let smooth = |x: f64| (2.0 * x).sin() + x * x;
        assert!(!has_kink(&pair(rungs(smooth, 2.1)), 0.1, 1e-9));
    }
}
