//! Directional derivatives in 64 bits.
//!
//! # Numerics
//!
//! For a direction d of unit length, D(h) = (f(x + hd) − f(x − hd)) / 2h. The error of D is at
//! most h²·|f‴|/6 (truncation) + ε·|f|/h (rounding, ε = 2⁻⁵³ times a small factor for the length
//! of the sums). In f64 with h = 1e-5 both are near 1e-11 for losses near 1.
//!
//! A direction that disagrees is looked at again with a smaller step, because a kink (ReLU,
//! max-pool, |x|) between x − hd and x + hd spoils D and says nothing about the backward. Where f
//! is smooth, D(h) and D(h/4) agree to many digits, and the difference of the one-sided derivatives,
//! A(h) = D₊(h) − D₋(h), shrinks in proportion to h. A kink nearby changes D, one at the point keeps
//! A from shrinking. A wrong backward does neither: it cannot hide behind this.
//

use super::super::evidence::DirectionCheck;
use super::Line;
use super::probe::Probe;
use crate::device::DeviceFailure;

/// Step of the central differences, scaled by the tensor's size where that is above 1.
const STEP: f64 = 1e-5;

/// Rounding of a loss in f64: 2⁻⁵³ and room for sums.
const ROUNDING: f64 = 32.0 * f64::EPSILON;

/// A tensor's gradient counts as zero when its norm is below this share of the largest one.
const ZERO_SHARE: f64 = 1e-10;

/// Relative error from which on a direction is looked at again with smaller steps. Well below
/// every tolerance that the property allows by default.
const SUSPICIOUS: f64 = 1e-7;

/// The share of a mismatch from which on one-sided derivatives that differ explain it. Where many units
/// stand at their kinks, what they add to both sides is as good as random, and the sides come as near
/// to each other as this in one direction of a hundred.
const POINT_KINK: f64 = 0.02;

/// One directional derivative, with smaller steps if the first one disagrees.
///
/// # Errors
///
/// When the device fails.
pub fn derivative(line: &Line<'_>) -> Result<DirectionCheck, DeviceFailure> {
    let loss = line.probe.loss;
    let analytic = line.analytic();
    let step = STEP * line.scale;
    let (plus, minus) = sides(line, step)?;
    let numeric = (plus - minus) / (2.0 * step);
    let check = |numeric: f64, noise: f64, kink: bool| DirectionCheck {
        analytic,
        numeric,
        relative_error: (analytic - numeric).abs() / line.size(numeric),
        noise: noise / line.size(numeric),
        kink,
    };
    let first = check(numeric, noise(loss, step), false);
    if first.relative_error <= SUSPICIOUS + first.noise || !numeric.is_finite() {
        return Ok(first);
    }
    let wide = (plus - 2.0 * loss + minus) / step;
    let small_step = step / 4.0;
    let (plus, minus) = sides(line, small_step)?;
    let smaller = (plus - minus) / (2.0 * small_step);
    let narrow = (plus - 2.0 * loss + minus) / small_step;
    let noise = noise(loss, small_step);
    // D is within |D(h) − D(h/4)| / 15 of the derivative where f is smooth.
    let truncation = (numeric - smaller).abs() / 15.0;
    let second = check(smaller, noise + truncation, false);
    let mismatch = (analytic - smaller).abs();
    let shrinks = (wide / narrow).abs() > 2.5;
    let at_the_point =
        narrow.abs() > POINT_KINK * mismatch && !shrinks && narrow.abs() > 4.0 * noise;
    let nearby = (numeric - smaller).abs() > 0.1 * mismatch;
    let disagrees = second.relative_error > SUSPICIOUS + second.noise;
    let kink = disagrees && (at_the_point || nearby);
    Ok(DirectionCheck { kink, ..second })
}

/// The norm up to which a gradient counts as zero; `largest` is the largest tensor's.
pub fn zero_floor(probe: &Probe<'_>, largest: f64, scale: f64) -> f64 {
    (largest * ZERO_SHARE).max(noise(probe.loss, STEP * scale))
}

/// The objective on both sides of the point.
fn sides(line: &Line<'_>, step: f64) -> Result<(f64, f64), DeviceFailure> {
    let at = |step: f64| line.probe.at(line.moved, line.direction, step);
    Ok((at(step)?, at(-step)?))
}

/// What rounding of the loss makes of a difference quotient.
fn noise(loss: f64, step: f64) -> f64 {
    ROUNDING * loss.abs() / step
}
