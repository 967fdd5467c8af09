//! `learns`: the recipe itself lowers the loss.

use serde_yaml::{Mapping, Value};

use super::text::{count, mapping, optional, percent, short};
use super::update_ratio::{largest_ratio, typical_ratio};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment, TrainingPlan, fall};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "learns",
        summary: "The recipe's own optimizer lowers the loss in its first steps.",
        checks: "The recipe runs as declared. Before, and after every 20 steps, the loss on a \
                 fixed sample of up to 128 training examples is measured (dropout off, so the \
                 sample's loss has no noise of its own). The run ends after `steps` if the loss \
                 has fallen enough, and goes on to the recipe's own length, at most `at_most` \
                 steps, while it has not.",
        why: "A recipe that does not lower the training loss at once rarely does so later. Whether \
              the rate is too high, too low, or the labels are wrong shows in the first steps.",
        condition: "fall = (start − last) / start ≥ `minimum_fall`, where start is the lower of \
                    the sample's first loss and the best constant predictor's loss: learning to \
                    guess is not learning. Warning when the loss falls by less and the recipe \
                    declares more steps than were run, and when the whole recipe has fewer than \
                    10 steps.",
        mend: "Rising or not finite: lower the learning rate (by 10, then 100); if it rises at \
               every rate, the sign of the loss is turned. Flat: raise the rate when updates are \
               below 1e-5 of the weights; otherwise check that labels belong to their inputs.",
        source: "Tuning playbook; fault classes 15, 25, 26, 44, 45 and 48. Ten steps are what a \
                 momentum of 0.9 averages over: before, an optimizer that has one is not at work \
                 yet.",
        severity: Severity::Error,
        recommended: true,
        options: &[
            OptionMeta {
                name: "steps",
                kind: OptionKind::Count,
                default: OptionValue::Count(20),
                doc: "optimizer steps of the first look",
            },
            OptionMeta {
                name: "at_most",
                kind: OptionKind::Count,
                default: OptionValue::Count(400),
                doc: "optimizer steps at most while the loss has not fallen enough",
            },
            OptionMeta {
                name: "minimum_fall",
                kind: OptionKind::Number,
                default: OptionValue::Number(0.05),
                doc: "smallest relative fall of the sample's loss",
            },
        ],
    },
    needs: &[Experiment::Training],
    trains_further: None,
    judge,
    record,
};

/// What the experiment is to do for these options. It trains a little beyond the bound, so that a
/// verdict does not hang on the last digit.
pub fn plan(options: &Options) -> TrainingPlan {
    TrainingPlan {
        steps: options.count("steps").expect("it has a default"),
        at_most: options.count("at_most").expect("it has a default"),
        enough: 1.2 * options.number("minimum_fall").expect("it has a default"),
    }
}

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let training = evidence.training();
    let minimum = options.number("minimum_fall").expect("it has a default");
    let (Some(first), Some(last)) = (training.sample_losses.first(), training.sample_losses.last())
    else {
        return Verdict::inconclusive("no step was taken", Vec::new());
    };
    let fall = fall(&training.sample_losses, training.constant_loss);
    let summary = format!(
        "loss {} → {} in {}{}{}",
        short(first.loss),
        short(last.loss),
        count(training.steps, "step"),
        training
            .constant_loss
            .map_or_else(String::new, |loss| format!(" (constant predictor {})", short(loss))),
        training.stopped_early.map_or_else(String::new, |stop| format!(
            "; stopped early after epoch {}: `{}` {}, best {}",
            stop.epoch,
            stop.metric,
            short(stop.loss),
            short(stop.best)
        ))
    );
    if fall >= minimum {
        return match training.declared_steps < FEW_STEPS {
            true => Verdict::warn(summary, vec![few_steps(training.declared_steps, fall)]),
            false => Verdict::pass(summary),
        };
    }
    let findings = vec![finding(evidence, fall, minimum)];
    let cut_short = training.steps < training.declared_steps && training.stopped_early.is_none();
    match fall > 0.2 * minimum && cut_short {
        true => Verdict::warn(summary, findings),
        false => Verdict::fail(summary, findings),
    }
}

/// A recipe of fewer steps is over before it has begun: its momentum averages over ten.
const FEW_STEPS: usize = 10;

fn few_steps(steps: usize, fall: f64) -> Finding {
    Finding {
        place: "training".to_owned(),
        message: format!(
            "the recipe is over after {}, and the loss has fallen by {}",
            count(steps, "step"),
            percent(fall)
        ),
        measured: Some(steps as f64),
        bound: Some(format!("≥ {FEW_STEPS} steps")),
        mend: "train for more epochs, or with smaller batches".to_owned(),
    }
}

/// Above this share of the weights in one step, the rate is to blame for a loss that rises; below
/// the other one it is not. Healthy programs stay below 0.12.
const LARGE_STEP: f64 = 0.3;
const ORDINARY_STEP: f64 = 0.12;

/// Which side the recipe errs on, told by the loss and by how far the updates go.
fn finding(evidence: &Evidence, fall: f64, minimum: f64) -> Finding {
    let training = evidence.training();
    let rate = short(evidence.subject.learning_rate);
    let largest = largest_ratio(training);
    let typical = typical_ratio(training);
    let updates = match typical {
        Some(0.0) => "; most steps move no weight".to_owned(),
        Some(ratio) => format!("; a step moves the weights by {} of their size", short(ratio)),
        None => String::new(),
    };
    let losses = || training.sample_losses.iter().map(|sample| sample.loss);
    let (first, last) =
        (losses().next().unwrap_or(f64::NAN), losses().next_back().unwrap_or(f64::NAN));
    let diverged = training.losses.iter().position(|loss| !loss.is_finite());
    let rises = diverged.is_some() || last.is_nan() || last > 1.05 * first.abs();

    const RATE: &str = "training.optimizer.learning_rate";
    let (place, message, mend) = if rises {
        let message = match diverged {
            Some(step) => format!("the loss is not finite after {}{updates}", count(step, "step")),
            None => {
                format!("the loss rises from {} to {}{updates}", short(first), short(last))
            }
        };
        let lower = format!("the learning rate {rate} is too high: divide it by 10 to 1000");
        match largest {
            Some(largest) if largest <= ORDINARY_STEP && diverged.is_none() => (
                "loss",
                message,
                "steps of ordinary size along the gradient raise the loss: turn the sign of the \
                 loss, and see `gradients_match`"
                    .to_owned(),
            ),
            Some(largest) if largest < LARGE_STEP && diverged.is_none() => {
                (RATE, message, format!("{lower}; if the loss rises at every rate, turn its sign"))
            }
            _ => (RATE, message, lower),
        }
    } else if largest.is_none_or(|largest| largest == 0.0) {
        (
            "training",
            "the loss stays where it is: no weight matrix moves".to_owned(),
            "see `every_parameter_gets_gradient` and `weights_update`, which name the tensors"
                .to_owned(),
        )
    } else if typical.is_some_and(|ratio| ratio < 1e-5) {
        (
            RATE,
            format!("the loss stays where it is{updates}"),
            format!("the learning rate {rate} is too low: multiply it by 100 or more"),
        )
    } else if let Some(constant) = training.constant_loss
        && first > 1.5 * constant
        && last < 0.95 * first
    {
        (
            "data",
            format!(
                "the loss falls, but from {} to {} only: guessing costs {}{updates}",
                short(first),
                short(last),
                short(constant)
            ),
            "it begins far too high: see `initial_loss`, scale inputs and targets, then train for \
             longer"
                .to_owned(),
        )
    } else {
        (
            "data",
            match training.constant_loss {
                Some(_) => {
                    format!(
                        "the loss falls by {} of what guessing costs{updates}",
                        percent(fall.max(0.0))
                    )
                }
                None => format!("the loss falls by {}{updates}", percent(fall.max(0.0))),
            },
            "the weights move but nothing about the inputs is learned: check that labels belong \
             to their inputs, then the learning rate and the number of steps"
                .to_owned(),
        )
    };
    Finding {
        place: place.to_owned(),
        message,
        measured: Some(fall),
        bound: Some(format!("fall ≥ {}", short(minimum))),
        mend,
    }
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let training = evidence.training();
    let losses = training.sample_losses.iter().map(|sample| {
        Value::Mapping(mapping([("step", sample.step.into()), ("loss", sample.loss.into())]))
    });
    let minibatches = training.losses.iter().step_by(10).map(|loss| Value::from(*loss));
    mapping([
        ("steps", training.steps.into()),
        ("declared_steps", training.declared_steps.into()),
        ("constant_loss", optional(training.constant_loss)),
        ("sample_losses", losses.collect::<Vec<_>>().into()),
        ("every_tenth_loss", minibatches.collect::<Vec<_>>().into()),
    ])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::experiment::{SampleLoss, TrainingEvidence};
    use crate::property::Outcome;

    fn verdict(losses: &[f64], change: impl FnOnce(&mut TrainingEvidence)) -> Verdict {
        let mut evidence = testing::evidence();
        let training = evidence.training.as_mut().unwrap();
        training.sample_losses = losses
            .iter()
            .enumerate()
            .map(|(block, loss)| SampleLoss { step: 20 * block, loss: *loss })
            .collect();
        change(training);
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn a_loss_that_falls_passes() {
        assert_eq!(verdict(&[2.35, 1.9, 1.4], |_| ()).outcome, Outcome::Pass);
    }

    #[test]
    fn a_recipe_of_a_few_steps_is_a_warning() {
        let short = |steps| verdict(&[2.35, 1.9], |training| training.declared_steps = steps);
        assert_eq!(short(9).outcome, Outcome::Warn);
        assert!(short(9).findings[0].message.contains("over after 9 steps"), "{:?}", short(9));
        assert_eq!(short(10).outcome, Outcome::Pass);
    }

    #[test]
    fn learning_only_to_guess_fails_and_asks_for_the_labels() {
        let verdict = verdict(&[2.9, 2.35, 2.302], |training| {
            training.constant_loss = Some(std::f64::consts::LN_10);
        });
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert!(verdict.findings[0].mend.contains("labels"), "{:?}", verdict.findings);
    }

    #[test]
    fn a_rising_loss_with_large_updates_blames_the_rate() {
        let verdict = verdict(&[2.3, 40.0], |training| testing::set_ratio(training, 0.8));
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert!(verdict.findings[0].place.ends_with("learning_rate"));
        assert!(verdict.findings[0].mend.contains("too high"));
    }

    #[test]
    fn a_rising_loss_with_small_updates_blames_the_sign() {
        let verdict = verdict(&[2.3, 4.0], |training| testing::set_ratio(training, 1e-3));
        assert_eq!(verdict.findings[0].place, "loss");
    }

    #[test]
    fn a_loss_that_falls_towards_guessing_from_far_above_blames_the_start() {
        let verdict = verdict(&[40.0, 9.0], |_| ());
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert!(verdict.findings[0].mend.contains("initial_loss"), "{:?}", verdict.findings);
    }

    #[test]
    fn weights_that_never_move_are_not_the_rates_fault() {
        let verdict = verdict(&[2.3, 2.3], |training| testing::set_ratio(training, 0.0));
        assert_eq!(verdict.findings[0].place, "training");
    }

    #[test]
    fn a_flat_loss_with_tiny_updates_blames_the_rate() {
        let verdict = verdict(&[2.3, 2.3], |training| testing::set_ratio(training, 1e-9));
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert!(verdict.findings[0].mend.contains("too low"));
    }

    #[test]
    fn a_slow_recipe_that_was_cut_short_only_warns() {
        let verdict = verdict(&[2.0, 1.95], |training| {
            (training.steps, training.declared_steps) = (400, 5000);
        });
        assert_eq!(verdict.outcome, Outcome::Warn);
    }

    #[test]
    fn a_loss_that_is_not_finite_fails() {
        let verdict = verdict(&[2.0, f64::NAN], |training| training.losses = vec![2.0, f64::NAN]);
        assert_eq!(verdict.outcome, Outcome::Fail);
    }
}
