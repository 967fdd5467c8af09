//! Which rate comes next, and which rates are stable. Pure.
//!
//! The walk begins with the recipe. It looks for a rate at which the loss falls, in decades to both
//! sides, and from there for the ends of the region around, in decades and then in half ones.

use serde::Serialize;

use super::Rung;

/// The finest step between two rates is half a decade: a factor of 3.2.
const HALVES_PER_DECADE: i32 = 2;
/// How far from the recipe a first rate is looked for: a millionth, a million times.
const FAR: i32 = 6 * HALVES_PER_DECADE;
/// How far from there the ends of the region are looked for: a thousandth, a thousand times.
const WIDE: i32 = 3 * HALVES_PER_DECADE;
/// Rates that a healthy recipe usually costs.
pub const USUAL: usize = 8;
/// A loss that changes by no larger part does so even less at lower rates.
const STILL: f64 = 1e-4;

/// Neighbouring rates at which the loss falls, as multiples of the recipe's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StableRegion {
    pub lowest: f64,
    pub highest: f64,
    /// Whether a rate right below, or above, was seen to be none of them.
    pub ends_below: bool,
    pub ends_above: bool,
}

pub fn multiple(halves: i32) -> f64 {
    match halves % HALVES_PER_DECADE {
        0 => 10f64.powi(halves / HALVES_PER_DECADE),
        _ => 10f64.powf(f64::from(halves) / f64::from(HALVES_PER_DECADE)),
    }
}

/// The next rate to measure; `None` when nothing is left to know.
pub fn next(rungs: &[Rung], minimum: f64) -> Option<i32> {
    if find(rungs, 0).is_none() {
        return Some(0);
    }
    let Some(base) = base(rungs, minimum) else { return search(rungs) };
    [1, -1].into_iter().find_map(|side| beyond(rungs, minimum, base, side))
}

pub fn region(rungs: &[Rung], minimum: f64) -> Option<StableRegion> {
    let base = base(rungs, minimum)?;
    let (low, high) = (end(rungs, minimum, base, -1), end(rungs, minimum, base, 1));
    let ends = |side: i32| {
        rungs.iter().any(|rung| (rung.halves - base) * side > 0 && !rung.falls(minimum))
    };
    Some(StableRegion {
        lowest: multiple(low),
        highest: multiple(high),
        ends_below: ends(-1),
        ends_above: ends(1),
    })
}

fn find(rungs: &[Rung], halves: i32) -> Option<&Rung> {
    rungs.iter().find(|rung| rung.halves == halves)
}

/// The falling rate that is nearest to the recipe's.
fn base(rungs: &[Rung], minimum: f64) -> Option<i32> {
    let falling = rungs.iter().filter(|rung| rung.falls(minimum)).map(|rung| rung.halves);
    falling.min_by_key(|halves| halves.abs())
}

/// The last falling rate in a row from the base to one side.
fn end(rungs: &[Rung], minimum: f64, base: i32, side: i32) -> i32 {
    let mut outward: Vec<&Rung> =
        rungs.iter().filter(|rung| (rung.halves - base) * side >= 0).collect();
    outward.sort_by_key(|rung| (rung.halves - base).abs());
    let falling = outward.iter().take_while(|rung| rung.falls(minimum));
    falling.last().map_or(base, |rung| rung.halves)
}

/// A decade further out than has been seen, the nearer side first.
fn search(rungs: &[Rung]) -> Option<i32> {
    let lowest = rungs.iter().min_by_key(|rung| rung.halves)?;
    let highest = rungs.iter().max_by_key(|rung| rung.halves)?;
    let (down, up) = (lowest.halves - HALVES_PER_DECADE, highest.halves + HALVES_PER_DECADE);
    let down = (down >= -FAR && !is_still(lowest)).then_some(down);
    let up = (up <= FAR && highest.diverged.is_none()).then_some(up);
    [up, down].into_iter().flatten().min_by_key(|halves| halves.abs())
}

/// Whether the sample's loss stays where it is.
fn is_still(rung: &Rung) -> bool {
    let mut losses = rung.sample_losses.iter().map(|look| look.loss);
    let Some(first) = losses.next() else { return true };
    losses.all(|loss| (loss - first).abs() <= STILL * first.abs())
}

/// What is not yet known about the region's end on one side.
fn beyond(rungs: &[Rung], minimum: f64, base: i32, side: i32) -> Option<i32> {
    let end = end(rungs, minimum, base, side);
    let outside = rungs
        .iter()
        .filter(|rung| (rung.halves - end) * side > 0)
        .map(|rung| (rung.halves - end).abs())
        .min();
    match outside {
        // Half a decade is the finest step.
        Some(1) => None,
        Some(distance) => Some(end + side * (distance / 2)),
        None => {
            let further = end + side * HALVES_PER_DECADE;
            ((further - base).abs() <= WIDE).then_some(further)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::SampleLoss;

    const MINIMUM: f64 = 0.05;

    /// What the walk sees where the loss falls from `low` to `high`, is still below and diverges above.
    fn walked(low: i32, high: i32) -> Vec<Rung> {
        let mut rungs = Vec::new();
        while let Some(halves) = next(&rungs, MINIMUM) {
            assert!(find(&rungs, halves).is_none(), "{halves} is measured twice");
            let (fall, diverged) = match halves {
                _ if halves < low => (0.0, None),
                _ if halves > high => (f64::NAN, Some(3)),
                _ => (0.5, None),
            };
            let change = 0.1 * multiple(halves - low);
            let look = |step, loss| SampleLoss { step, loss };
            let sample_losses = vec![look(0, 1.0), look(5, 1.0 - change)];
            rungs.push(Rung { halves, losses: Vec::new(), sample_losses, fall, diverged });
        }
        rungs
    }

    fn found(low: i32, high: i32) -> Option<(f64, f64, usize)> {
        let rungs = walked(low, high);
        let region = region(&rungs, MINIMUM)?;
        Some((region.lowest, region.highest, rungs.len()))
    }

    #[test]
    fn the_region_around_a_good_recipe_is_found_in_a_few_runs() {
        let (low, high, runs) = found(-3, 2).unwrap();
        assert_eq!((low, high), (multiple(-3), multiple(2)));
        assert!(runs <= USUAL, "{runs}");
        assert_eq!(found(0, 0).map(|(low, high, _)| (low, high)), Some((1.0, 1.0)));
    }

    #[test]
    fn a_region_far_away_is_found_on_its_side() {
        let (low, high, _) = found(-9, -5).unwrap();
        assert_eq!((low, high), (multiple(-9), multiple(-5)));
        let (low, high, _) = found(11, 14).unwrap();
        assert_eq!((low, high), (multiple(11), multiple(14)));
        assert_eq!(found(40, 50), None);
    }

    #[test]
    fn a_wide_region_is_left_open_and_says_so() {
        let rungs = walked(-40, 40);
        let region = region(&rungs, MINIMUM).unwrap();
        assert_eq!((region.lowest, region.highest), (1e-3, 1e3));
        assert!(!region.ends_below && !region.ends_above);
    }

    #[test]
    fn nothing_is_looked_for_above_what_diverged_and_below_what_is_still() {
        let rungs = walked(30, 29);
        let lowest = rungs.iter().map(|rung| rung.halves).min().unwrap();
        assert!(lowest >= -2 * HALVES_PER_DECADE, "{lowest}");
        let diverging = walked(-40, -41);
        assert!(diverging.iter().all(|rung| rung.halves <= 0));
    }
}
