//! `train_eval_consistent`: the model is used as it was trained.

use serde_yaml::{Mapping, Value};

use super::text::{mapping, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{DeviceRandom, Evidence, Experiment};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "train_eval_consistent",
        summary: "After training, the loss of the same examples is alike in training mode and in use, dropout aside.",
        checks: "The loss on up to 128 training examples after the recipe's first steps, twice with the same weights and random layers off: as in training (batch normalization uses the batch) and as in use (running statistics).",
        why: "A model that is good while it trains and bad in use has normalizations whose running statistics are not those of its data: too little momentum, batches too small, statistics of another distribution, or the modes mixed up.",
        condition: "Without running statistics: |loss in use − loss in training| ≤ 1e-3 · loss. With them, after at least 30 steps: loss in use ≤ loss in training + `gap` · constant predictor's loss, as a warning; and not above the constant's loss when the loss in training is below half of it.",
        mend: "Train for longer before the model is used, take larger batches, raise the momentum of the running statistics (Burn's is 0.1), or use layer or group normalization.",
        source: "Ioffe and Szegedy 2015; fault classes 58 (statistics) and 75 (modes mixed up).",
        severity: Severity::Error,
        recommended: true,
        options: &[OptionMeta {
            name: "gap",
            kind: OptionKind::Number,
            default: OptionValue::Number(0.5),
            doc: "largest gap without a warning, relative to the constant predictor's loss",
        }],
    },
    needs: &[Experiment::Training],
    trains_further: None,
    judge,
    record,
};

/// Steps after which running statistics of momentum 0.1 have forgotten where they began: 0.9³⁰ is 4 %.
const STEPS: usize = 30;
/// Of the same computation in another mode.
const ROUNDING: f64 = 1e-3;

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let gap = options.number("gap").expect("it has a default");
    let training = evidence.training();
    let (Some(used), Some(last)) =
        (training.outcome.evaluation_loss, training.sample_losses.last())
    else {
        return Verdict::not_applicable("the model's own training step computes the loss");
    };
    let trained = last.loss;
    let summary = format!("loss {} as in training, {} in use", short(trained), short(used));
    let finding = |message: &str, bound: f64, mend: &str| Finding {
        place: "model".to_owned(),
        message: message.to_owned(),
        measured: Some(used),
        bound: Some(format!("≤ {}", short(bound))),
        mend: mend.to_owned(),
    };
    if !used.is_finite() && trained.is_finite() {
        let message = "the loss is finite as in training and not in use";
        let mend = "look at the running statistics: see `normalization_sound`";
        return Verdict::fail(summary, vec![finding(message, trained, mend)]);
    }
    if !training.outcome.untrained.iter().any(|tensor| tensor.is_statistic) {
        let bound = trained + ROUNDING * trained.abs();
        if (used - trained).abs() <= ROUNDING * trained.abs() || !trained.is_finite() {
            return Verdict::pass(summary);
        }
        if evidence.subject.device_random == DeviceRandom::Always {
            return Verdict::not_applicable(format!("{summary}; every pass draws something else"));
        }
        let message = "both modes must give the same without running statistics, and they do not";
        let mend = "look for layers that are on in training alone: noise, dropout of your own, a branch \
                    on the mode";
        return Verdict::fail(summary, vec![finding(message, bound, mend)]);
    }
    if training.steps < STEPS {
        return Verdict::not_applicable(format!(
            "{summary}; running statistics have seen {} steps and need {STEPS}",
            training.steps
        ));
    }
    let Some(constant) = training.constant_loss else {
        return Verdict::not_applicable(format!("{summary}; nothing tells what a large loss is"));
    };
    if used > constant && trained < 0.5 * constant {
        let message =
            "what the model has learned is lost in use: it is worse than a constant output";
        let mend = "train for longer, take larger batches, or use layer or group normalization";
        return Verdict::fail(summary, vec![finding(message, constant, mend)]);
    }
    let bound = trained + gap * constant;
    match used <= bound {
        true => Verdict::pass(summary),
        false => {
            let message = "the running statistics do not fit: the loss in use is much higher";
            let mend = "train for longer, take larger batches, or use layer or group normalization";
            Verdict::warn(summary, vec![finding(message, bound, mend)])
        }
    }
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let untrained = &evidence.training().outcome.untrained;
    let count = untrained.iter().filter(|tensor| tensor.is_statistic).count();
    mapping([("running_statistics", Value::from(count))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut Evidence)) -> Verdict {
        testing::verdict(&PROPERTY, change)
    }

    fn set(evidence: &mut Evidence, trained: f64, used: f64, statistics: bool) {
        let training = evidence.training.as_mut().unwrap();
        training.sample_losses.last_mut().unwrap().loss = trained;
        training.outcome.evaluation_loss = Some(used);
        training.outcome.untrained =
            if statistics { vec![testing::statistic()] } else { Vec::new() };
    }

    #[test]
    fn the_same_in_both_modes_passes() {
        assert_eq!(verdict(|_| ()).outcome, Outcome::Pass);
        assert_eq!(verdict(|evidence| set(evidence, 1.5, 1.8, true)).outcome, Outcome::Pass);
    }

    #[test]
    fn without_statistics_any_difference_fails() {
        assert_eq!(verdict(|evidence| set(evidence, 1.5, 1.6, false)).outcome, Outcome::Fail);
        assert_eq!(verdict(|evidence| set(evidence, 1.5, 1.4, false)).outcome, Outcome::Fail);
    }

    #[test]
    fn a_model_that_draws_in_every_pass_is_not_judged() {
        let random = verdict(|evidence| {
            evidence.subject.device_random = DeviceRandom::Always;
            set(evidence, 1.5, 1.6, false);
        });
        assert_eq!(random.outcome, Outcome::NotApplicable);
    }

    #[test]
    fn with_statistics_a_gap_warns_and_a_loss_above_guessing_fails() {
        assert_eq!(verdict(|evidence| set(evidence, 1.5, 2.8, true)).outcome, Outcome::Warn);
        assert_eq!(verdict(|evidence| set(evidence, 0.5, 2.8, true)).outcome, Outcome::Fail);
        assert_eq!(verdict(|evidence| set(evidence, 0.5, f64::NAN, true)).outcome, Outcome::Fail);
    }

    #[test]
    fn statistics_need_their_steps() {
        let early = verdict(|evidence| {
            set(evidence, 0.5, 2.8, true);
            evidence.training.as_mut().unwrap().steps = 10;
        });
        assert_eq!(early.outcome, Outcome::NotApplicable);
    }
}
