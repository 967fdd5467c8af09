//! `batch_independent`: an example's output is its own.

use serde_yaml::{Mapping, Value};

use super::suspect;
use super::text::{count, mapping, short};
use super::{Finding, Meta, Options, Property, Verdict};
use crate::experiment::{DeviceRandom, Evidence, Experiment, Influence, RelationsEvidence};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "batch_independent",
        summary: "An example's output does not depend on the other examples of its batch.",
        checks: "Forward passes over up to 8 examples with the initial weights, on the reference \
                 device and with random layers off. Examples are exchanged for others by the bits of \
                 their numbers, which tells any two of them apart, and the outputs of those that \
                 stayed are compared with the pass before, number by number. Once as the model is \
                 used (running statistics), once as it is trained. Then, as the model is used, with the \
                 batch in the other order. Not judged where the same pass twice has other outputs.",
        why: "A reshape or transpose that takes the batch axis along mixes examples. The network still \
              trains, more or less, and gives other answers for another batch: nobody sees it in a \
              loss curve.",
        condition: "As the model is used: largest |difference| ≤ 64 · u · rms(outputs), with the unit \
                    roundoff u of the device (1.1e-16 in 64 bits); in the other order, where rows are \
                    computed by other parts of a kernel, ≤ 4096 · u · rms(outputs). As it is trained the same, as a \
                    warning, and not at all where a batch normalization is meant to mix.",
        mend: "Look for `reshape`, `flatten`, `permute` or a transpose over the batch axis, for a mean \
               or a softmax over axis 0, and for anything that goes by the number of an example in its \
               batch.",
        source: "Karpathy 2019, \"use backprop to chart dependencies\"; forward passes see what \
                 saturated gradients hide. Fault class 67 (batch mixing).",
        severity: Severity::Error,
        recommended: true,
        options: &[],
    },
    needs: &[Experiment::Relations],
    trains_further: None,
    judge,
    record,
};

/// Sums of the same numbers in the same order give the same; what is left is the freedom to contract
/// products and sums.
const ROUNDINGS: f64 = 64.0;
/// Of rows at other places of a product, whose sums may be made in another order.
const REORDERED: f64 = 4096.0;

pub(super) fn bound(relations: &RelationsEvidence) -> f64 {
    ROUNDINGS * relations.roundoff * relations.scale
}

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let relations = evidence.relations();
    if let Some(obstacle) = relations.obstacle {
        return Verdict::not_applicable(obstacle);
    }
    // Seeds repeat what is drawn, but not for an example at another place.
    if relations.unsteadiness > 0.0 || evidence.subject.device_random == DeviceRandom::Always {
        return Verdict::inconclusive(
            "the same pass has other outputs each time: see `dropout_sound`".to_owned(),
            Vec::new(),
        );
    }
    let bound = bound(relations);
    let mixes = |training: bool| {
        let mode = relations.mixing.iter().find(|mode| mode.training == training);
        // An infinite difference exceeds any bound, NaN included.
        mode.and_then(|mode| mode.influence.as_ref()).filter(|found| !(found.difference <= bound))
    };
    let summary = format!("{}, each exchanged", count(relations.examples, "example"));
    if let Some(influence) = mixes(false) {
        let mend = "look for a reshape, a transpose, a mean or a softmax over the batch axis";
        let summary = format!("{summary}: they see each other");
        return Verdict::fail(
            summary,
            vec![finding(influence, "as the model is used", bound, mend)],
        );
    }
    let reordered = REORDERED / ROUNDINGS * bound;
    let order = relations.mixing.iter().find_map(|mode| mode.order.as_ref());
    if let Some(influence) = order.filter(|found| !(found.difference <= reordered)) {
        let summary = format!("{summary}: their order counts");
        return Verdict::fail(summary, vec![by_order(influence, reordered)]);
    }
    match mixes(true).filter(|_| !relations.normalizes_over_batch) {
        Some(influence) => {
            let mend = "if a normalization over the batch is meant, let it use running statistics \
                        after training and expect this warning; else look for a mean over axis 0";
            let summary = format!("{summary}: they see each other in training");
            Verdict::warn(summary, vec![finding(influence, "in training", bound, mend)])
        }
        None if relations.mixing.iter().any(|mode| mode.answers) => {
            Verdict::pass(format!("{summary}: the others' outputs stay as they are"))
        }
        None => Verdict::inconclusive(
            format!("{summary}: no output moved, not even an example's own"),
            vec![suspect::unmoved(&evidence.subject)],
        ),
    }
}

fn finding(influence: &Influence, when: &str, bound: f64, mend: &str) -> Finding {
    let changed: Vec<String> = influence.changed.iter().map(|row| (row + 1).to_string()).collect();
    Finding {
        place: influence.output.clone(),
        message: format!(
            "{when}, the output of example {} moves by {} when example {} of its batch is another one",
            influence.seen + 1,
            short(influence.difference),
            changed.join(", "),
        ),
        measured: Some(influence.difference),
        bound: Some(format!("≤ {}", short(bound))),
        mend: mend.to_owned(),
    }
}

fn by_order(influence: &Influence, bound: f64) -> Finding {
    Finding {
        place: influence.output.clone(),
        message: format!(
            "as the model is used, the output of example {} moves by {} when the batch is in the other \
             order",
            influence.seen + 1,
            short(influence.difference),
        ),
        measured: Some(influence.difference),
        bound: Some(format!("≤ {}", short(bound))),
        mend:
            "look for what is added or chosen by the number of an example in its batch: positions \
               over axis 0 in place of axis 1, a mask of the wrong shape"
                .to_owned(),
    }
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let relations = evidence.relations();
    let bound = bound(relations);
    let mixing = relations.mixing.iter().map(|mode| {
        let mixes = mode.influence.as_ref().is_some_and(|found| !(found.difference <= bound));
        let when = if mode.training { "in_training" } else { "in_use" };
        (Value::from(when), Value::from(if mixes { "mixed" } else { "independent" }))
    });
    mapping([("examples", Value::Mapping(mixing.collect()))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut RelationsEvidence)) -> Verdict {
        let mut evidence = testing::evidence();
        change(evidence.relations.as_mut().unwrap());
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    fn influence(difference: f64) -> Option<Influence> {
        Some(Influence { changed: vec![3], seen: 0, output: "output".to_owned(), difference })
    }

    #[test]
    fn independent_examples_pass_and_rounding_is_no_influence() {
        assert_eq!(verdict(|_| ()).outcome, Outcome::Pass);
        let rounding = verdict(|relations| relations.mixing[0].influence = influence(1e-16));
        assert_eq!(rounding.outcome, Outcome::Pass);
    }

    #[test]
    fn an_influence_fails_and_both_examples_are_named() {
        let verdict = verdict(|relations| relations.mixing[0].influence = influence(0.25));
        assert_eq!(verdict.outcome, Outcome::Fail);
        let message = &verdict.findings[0].message;
        assert!(message.contains("example 1 moves by 0.25 when example 4"), "{message}");
    }

    #[test]
    fn an_order_that_counts_fails_and_rounding_in_another_order_does_not() {
        let ordered = |difference| {
            verdict(|relations| {
                relations.mixing[0].order = influence(difference);
            })
        };
        assert_eq!(ordered(1e-15).outcome, Outcome::Pass);
        let failed = ordered(0.01);
        assert_eq!(failed.outcome, Outcome::Fail);
        assert!(failed.findings[0].message.contains("in the other order"));
    }

    #[test]
    fn outputs_that_differ_by_themselves_are_not_judged() {
        let unsteady = verdict(|relations| {
            relations.mixing[0].influence = influence(0.25);
            relations.unsteadiness = 0.3;
        });
        assert_eq!(unsteady.outcome, Outcome::Inconclusive);
        let random = testing::verdict(&PROPERTY, |evidence| {
            evidence.subject.device_random = DeviceRandom::Always;
            evidence.relations.as_mut().unwrap().mixing[0].order = influence(0.25);
        });
        assert_eq!(random.outcome, Outcome::Inconclusive);
    }

    #[test]
    fn in_training_it_is_a_warning_unless_a_batch_normalization_means_it() {
        let mixed = |relations: &mut RelationsEvidence| {
            relations.mixing[1].influence = influence(f64::INFINITY);
        };
        assert_eq!(verdict(mixed).outcome, Outcome::Warn);
        let meant = verdict(|relations| {
            mixed(relations);
            relations.normalizes_over_batch = true;
        });
        assert_eq!(meant.outcome, Outcome::Pass);
    }

    #[test]
    fn outputs_that_never_move_show_nothing() {
        let silent = verdict(|relations| {
            relations.mixing.iter_mut().for_each(|mode| mode.answers = false);
        });
        assert_eq!(silent.outcome, Outcome::Inconclusive);
        let obstacle = verdict(|relations| relations.obstacle = Some("none"));
        assert_eq!(obstacle.outcome, Outcome::NotApplicable);
    }
}
