//! `learning_rate_in_range`: the recipe's learning rate is one of those at which the loss falls.

use serde_yaml::{Mapping, Value};

use super::text::{count, mapping, percent, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment, Rung, StableRegion, SweepEvidence, SweepPlan};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "learning_rate_in_range",
        summary: "The learning rate is one of those at which the loss falls.",
        checks: "A sweep: short trainings from the same weights on the same batches, with all learning rates (those of groups, too) times 10⁻⁶ to 10⁶, in decades and half ones around the recipe's. The schedule is as declared; a warm-up of up to 160 steps is waited for. The loss is that of a fixed sample of up to 128 training examples, dropout off. A run that diverges ends at once, and no rate is tried that cannot matter: mostly it is seven or eight trainings of `steps` steps.",
        why: "A rate that is too high makes the loss jump, stick or become NaN, and one that is too low looks like a model that cannot learn. How far the rate is from those that work, and on which side, tells the two apart from a fault of the model.",
        condition: "the loss falls by `minimum_fall` within `steps` at the recipe's rates; or it does so at a rate m times higher, and the recipe has m/√10 times as many steps. As a warning: `roughness`, the share of what the loss on the sample gains that it loses again, is at most the bound. Where the loss falls at no rate it is not the rate's fault: see `learns`.",
        mend: "Set the rate that the message names; where a higher one is wanted, a warm-up (`schedule`) or clipping moves the upper end.",
        source: "Smith 2017, cyclical learning rates (the range test); PyTorch Lightning's rate finder, which stops at four times the best loss; fault classes 44 and 45. In 340 runs of the shipped specs (20 seeds) none is accused, and roughness is at most 0.19.",
        severity: Severity::Error,
        recommended: false,
        options: &[
            OptionMeta {
                name: "steps",
                kind: OptionKind::Count,
                default: OptionValue::Count(40),
                doc: "optimizer steps at each rate, behind the warm-up",
            },
            OptionMeta {
                name: "minimum_fall",
                kind: OptionKind::Number,
                default: OptionValue::Number(0.05),
                doc: "smallest relative fall of the sample's loss",
            },
            OptionMeta {
                name: "roughness",
                kind: OptionKind::Number,
                default: OptionValue::Number(0.6),
                doc: "largest share of the loss's gains that it loses again, without a warning",
            },
        ],
    },
    needs: &[Experiment::Sweep],
    trains_further: None,
    judge,
    record,
};

const RATE: &str = "training.optimizer.learning_rate";

/// The ends of the region are known to half a decade: a rate between two that were tried may do what
/// the higher one does.
const BETWEEN: f64 = 3.2;

/// A rate so far below the highest that works is told to those who are above it.
const BELOW_THE_END: f64 = 3.0;

/// What the experiment is to do for these options.
pub fn plan(options: &Options) -> SweepPlan {
    SweepPlan {
        steps: options.count("steps").expect("it has a default"),
        minimum_fall: options.number("minimum_fall").expect("it has a default"),
    }
}

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let minimum = options.number("minimum_fall").expect("it has a default");
    let roughest = options.number("roughness").expect("it has a default");
    let (sweep, rate) = (evidence.sweep(), evidence.subject.learning_rate);
    let own = sweep.own();
    let Some(region) = sweep.region(minimum) else { return nowhere(sweep, rate) };
    let steps = count(sweep.steps, "step");
    let warm_up = match sweep.warm_up_cut {
        true => ", all of them in the warm-up",
        false => "",
    };
    let told = range(&region, rate);
    if own.falls(minimum) {
        let fall = percent(own.fall);
        let summary =
            format!("the loss falls by {fall} in {steps}{warm_up}; it falls at rates {told}");
        return settled(own, summary, roughest);
    }
    let seen = seen(own);
    if region.lowest > 1.0 {
        let needed = region.lowest / BETWEEN * sweep.steps as f64;
        let summary = format!("{seen} in {steps}{warm_up}; it falls faster at rates {told}");
        if sweep.declared_steps as f64 >= needed {
            let declared = sweep.declared_steps;
            return Verdict::pass(format!("{summary}, slowly; the recipe has {declared} steps"));
        }
        let factor = rough(region.lowest);
        let message = format!(
            "the rate is about {factor} times too low: {seen} in {steps}, and the recipe has {} in all",
            sweep.declared_steps
        );
        let middle = (region.lowest * region.highest).sqrt() * rate;
        let bound = region.lowest * rate;
        let mend = format!("set it to about {}; the loss falls at rates {told}", short(middle));
        return Verdict::fail(
            summary,
            vec![finding(message, rate, format!("≥ {}", short(bound)), mend)],
        );
    }
    let summary = format!("{seen}; the loss falls at rates {told}");
    let factor = rough(region.highest.recip());
    let message = format!("the rate is about {factor} times too high: {seen}");
    let bound = region.highest * rate;
    let mend = format!(
        "set it to about {} or less; the loss falls at rates {told}",
        short(bound / BELOW_THE_END)
    );
    Verdict::fail(summary, vec![finding(message, rate, format!("≤ {}", short(bound)), mend)])
}

/// Of a loss that falls, whether it does so without jumping.
fn settled(own: &Rung, summary: String, roughest: f64) -> Verdict {
    let roughness = own.roughness();
    if roughness <= roughest {
        return Verdict::pass(summary);
    }
    let finding = Finding {
        place: RATE.to_owned(),
        message: format!("the loss oscillates: it loses {} of its gains again", percent(roughness)),
        measured: Some(roughness),
        bound: Some(format!("≤ {}", short(roughest))),
        mend: "divide the rate by 3".to_owned(),
    };
    Verdict::warn(summary, vec![finding])
}

/// Where the loss falls at no rate.
fn nowhere(sweep: &SweepEvidence, rate: f64) -> Verdict {
    let (Some(lowest), Some(highest)) = (sweep.rungs.first(), sweep.rungs.last()) else {
        return Verdict::not_applicable("no rate was tried");
    };
    let tried = match lowest.halves == highest.halves {
        true => format!("the loss does not fall at the rate {}", short(rate)),
        false => format!(
            "the loss falls at no rate from {} to {}",
            short(lowest.multiple() * rate),
            short(highest.multiple() * rate)
        ),
    };
    let own = sweep.own();
    if own.diverged.is_none() {
        let steps = count(sweep.steps, "step");
        let reason = format!("in {steps} {tried}: the rate is not to blame; see `learns`");
        return Verdict::not_applicable(reason);
    }
    let finding = Finding {
        place: "loss".to_owned(),
        message: format!("{}, and {tried}", seen(own)),
        measured: None,
        bound: None,
        mend:
            "look at the sign of the loss and at the gradients (`gradients_match`) before the rate"
                .to_owned(),
    };
    Verdict::fail(tried, vec![finding])
}

/// What the loss does at a rate at which it does not fall.
fn seen(rung: &Rung) -> String {
    let start = rung.sample_losses.first().map_or(f64::NAN, |look| look.loss);
    let last = rung.sample_losses.last().map_or(f64::NAN, |look| look.loss);
    match rung.diverged {
        Some(step) if rung.losses.iter().chain([&last]).any(|loss| !loss.is_finite()) => {
            format!("the loss is not finite after {}", count(step, "step"))
        }
        Some(step) => format!(
            "the loss is {} times its start after {}",
            short(last / start),
            count(step, "step")
        ),
        None => format!("the loss goes from {} to {}", short(start), short(last)),
    }
}

/// A factor to one digit: more is not known of it.
fn rough(factor: f64) -> String {
    let unit = 10f64.powf(factor.log10().floor());
    format!("{}", (factor / unit).round() * unit)
}

/// The region in rates, as far as its ends are known.
fn range(region: &StableRegion, rate: f64) -> String {
    let (lowest, highest) = (short(region.lowest * rate), short(region.highest * rate));
    let lowest = if region.ends_below { lowest } else { format!("{lowest} or lower") };
    let highest = if region.ends_above { highest } else { format!("{highest} or higher") };
    format!("from {lowest} to {highest}")
}

fn finding(message: String, measured: f64, bound: String, mend: String) -> Finding {
    Finding { place: RATE.to_owned(), message, measured: Some(measured), bound: Some(bound), mend }
}

/// No more than what every device agrees on: where a rate is at the edge, rounding decides.
fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let sweep = evidence.sweep();
    mapping([
        ("rate", Value::from(evidence.subject.learning_rate)),
        ("steps", Value::from(sweep.steps)),
    ])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::experiment::SampleLoss;
    use crate::property::Outcome;

    fn rung(halves: i32, losses: &[f64], diverged: Option<usize>) -> Rung {
        let look = |(at, loss): (usize, &f64)| SampleLoss { step: 5 * at, loss: *loss };
        let fall = (losses[0] - losses[losses.len() - 1]) / losses[0];
        Rung {
            halves,
            losses: vec![losses[0]],
            sample_losses: losses.iter().enumerate().map(look).collect(),
            fall: if diverged.is_some() { f64::NAN } else { fall },
            diverged,
        }
    }

    fn falling(halves: i32) -> Rung {
        rung(halves, &[2.0, 1.5, 1.0], None)
    }

    fn flat(halves: i32) -> Rung {
        rung(halves, &[2.0, 1.99], None)
    }

    fn diverging(halves: i32) -> Rung {
        rung(halves, &[2.0, 20.0], Some(3))
    }

    /// A recipe of so many steps at a rate of 1e-3.
    fn swept(declared_steps: usize, rungs: Vec<Rung>) -> Verdict {
        let sweep = SweepEvidence { steps: 40, declared_steps, warm_up_cut: false, rungs };
        testing::verdict(&PROPERTY, |evidence| evidence.sweep = Some(sweep))
    }

    #[test]
    fn a_rate_at_which_the_loss_falls_passes_and_tells_the_region() {
        let good = swept(40, vec![flat(-3), falling(-2), falling(0), falling(1), diverging(2)]);
        assert_eq!(good.outcome, Outcome::Pass);
        assert!(
            good.summary.contains("from 1.0e-4 to 0.00316")
                || good.summary.contains("from 1e-4 to 0.00316"),
            "{}",
            good.summary
        );
        assert_eq!(testing::verdict(&PROPERTY, |_| ()).outcome, Outcome::Pass);
    }

    #[test]
    fn a_rate_that_diverges_is_too_high_by_the_factor_to_the_end_of_the_region() {
        let high = swept(40, vec![falling(-6), falling(-5), diverging(-4), diverging(0)]);
        assert_eq!((high.outcome, high.findings[0].place.as_str()), (Outcome::Fail, RATE));
        let Finding { message, mend, bound, .. } = &high.findings[0];
        assert!(message.contains("about 300 times too high"), "{message}");
        assert!(message.contains("10 times its start after 3 steps"), "{message}");
        assert_eq!(bound.as_deref(), Some("≤ 3.16e-6"));
        assert!(mend.contains("about 1.05e-6"), "{mend}");
    }

    #[test]
    fn a_rate_that_is_stuck_above_the_region_is_too_high_as_well() {
        let stuck = swept(4000, vec![flat(-5), falling(-4), falling(-2), flat(0)]);
        assert_eq!(stuck.outcome, Outcome::Fail);
        assert!(stuck.findings[0].message.contains("10 times too high"), "{stuck:?}");
    }

    #[test]
    fn a_rate_below_the_region_is_too_low_unless_the_recipe_is_long_enough() {
        let rungs = || vec![flat(0), flat(3), falling(4), falling(6), diverging(7)];
        let low = swept(40, rungs());
        assert_eq!((low.outcome, low.findings[0].place.as_str()), (Outcome::Fail, RATE));
        assert!(low.findings[0].message.contains("about 100 times too low"), "{low:?}");
        assert!(low.findings[0].mend.contains("about 0.316"), "{low:?}");
        // 100 / 3.2 times 40 steps.
        assert_eq!(swept(1250, rungs()).outcome, Outcome::Pass);
        assert_eq!(swept(1249, rungs()).outcome, Outcome::Fail);
    }

    #[test]
    fn a_loss_that_loses_its_gains_again_warns() {
        let at = |loss| swept(40, vec![rung(0, &[2.0, 1.0, loss, 1.0], None)]).outcome;
        assert_eq!(at(2.6), Outcome::Warn);
        assert_eq!(at(1.3), Outcome::Pass);
    }

    #[test]
    fn where_no_rate_works_the_rate_is_not_accused() {
        let none = swept(40, vec![flat(-2), flat(0), flat(2), diverging(4)]);
        assert_eq!(none.outcome, Outcome::NotApplicable);
        assert!(none.summary.contains("see `learns`"), "{}", none.summary);
        let climbing = swept(40, vec![flat(-4), diverging(-2), diverging(0)]);
        assert_eq!(
            (climbing.outcome, climbing.findings[0].place.as_str()),
            (Outcome::Fail, "loss")
        );
    }
}
