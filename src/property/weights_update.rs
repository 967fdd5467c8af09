//! `weights_update`: the recipe's optimizer changes every trainable tensor.

use serde_yaml::{Mapping, Value};

use super::text::{count, mapping, short};
use super::{Finding, Meta, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment, SubjectFacts, UpdateEvidence};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "weights_update",
        summary: "The recipe's optimizer changes every trainable tensor.",
        checks: "The weights before and after steps of the recipe's own optimizer are compared, \
                 exactly, on the test device. Matrices of a Rust model that ask for no gradient \
                 (`no_grad`) are warned of, unless the recipe freezes them or they come from a file. A Rust \
                 model is made twice, from two seeds, and given the same parameters: where the outputs \
                 for a few examples are not the same, it computes with numbers that are no parameter.",
        why: "A tensor that no step changes is not trained: the optimizer does not know it, it is \
              frozen by mistake, the step was made on a copy, or the rate is below what the \
              number format can add.",
        condition: "For every trainable tensor: max |Δw| > 0 in some measured step (1, 2, 10, \
                    20, …). Exempt: tensors whose gradient is zero by design. Two models of the same \
                    parameters give the same outputs, bit by bit; not asked of one that draws random \
                    numbers in use.",
        mend: "Give the tensor to the optimizer, unfreeze it, and use the model that the step \
               returns.",
        source: "torcheck, mltest, AllenNLP; exact comparison.",
        severity: Severity::Error,
        recommended: true,
        options: &[],
    },
    needs: &[Experiment::Initial, Experiment::Training],
    trains_further: None,
    judge,
    record,
};

fn is_exempt(evidence: &Evidence, tensor: &str) -> bool {
    let initial = evidence.initial();
    let gradient = initial.gradients.iter().find(|gradient| gradient.tensor == tensor);
    gradient.is_some_and(|gradient| gradient.zero_by_design.is_some())
}

fn moved(update: &UpdateEvidence) -> bool {
    // Not `== 0`: a step to NaN is a change too, and another property's business.
    update.steps.iter().any(|step| step.largest != 0.0)
}

/// What a Rust model keeps from training by itself: meant for weights that are trained already.
fn held(facts: &SubjectFacts) -> Vec<Finding> {
    let of_tensor = |tensor: &String| Finding {
        place: tensor.clone(),
        message: "it asks for no gradient, so that no step changes what it was drawn as".to_owned(),
        measured: Some(0.0),
        bound: Some("max |Δw| > 0".to_owned()),
        mend: "remove `no_grad` or `set_require_grad(false)`; where it is meant, say so in \
               `training.groups` with `frozen: true`"
            .to_owned(),
    };
    let from_file = facts.weights.is_some();
    facts.held.iter().filter(|_| !from_file).map(of_tensor).collect()
}

/// Numbers that are drawn when a Rust model is made, and that no optimizer gets.
fn lost(facts: &SubjectFacts) -> Option<Finding> {
    let apart = facts.rebuilt?;
    Some(Finding {
        place: "model".to_owned(),
        message: format!(
            "two models with the same parameters are {} apart in their outputs: some of the numbers that \
             the model draws are no parameters, so that no step changes them and no file holds them",
            short(apart)
        ),
        measured: Some(apart),
        bound: Some("0".to_owned()),
        mend: "look for tensors in plain fields and for layers under `#[module(skip)]` or outside of the \
               module: make them `Param`s and fields of the module, or compute them in the same way each \
               time"
            .to_owned(),
    })
}

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let updates: Vec<&UpdateEvidence> = evidence
        .training()
        .updates
        .iter()
        .filter(|update| !is_exempt(evidence, &update.tensor))
        .collect();
    if updates.is_empty() {
        return Verdict::not_applicable("the model has no trainable tensor");
    }
    let held = held(&evidence.subject);
    let still: Vec<&&UpdateEvidence> = updates.iter().filter(|update| !moved(update)).collect();
    let summary =
        format!("{} of {} changed", updates.len() - still.len(), count(updates.len(), "tensor"));
    let lost = lost(&evidence.subject);
    match (still.is_empty(), lost.is_some()) {
        (true, false) if held.is_empty() => return Verdict::pass(summary),
        (true, false) => return Verdict::warn(summary, held),
        (true, true) => return Verdict::fail(summary, lost.into_iter().chain(held).collect()),
        (false, _) => (),
    }
    let all = still.len() == updates.len();
    let findings = still.iter().map(|update| Finding {
        place: update.tensor.clone(),
        message: format!("unchanged after {}", count(evidence.training().steps, "step")),
        measured: Some(0.0),
        bound: Some("max |Δw| > 0".to_owned()),
        mend: match all {
            true => format!(
                "no tensor changes: use the model that the step returns, and a learning rate well \
                 above {}",
                short(evidence.subject.learning_rate)
            ),
            false => "the optimizer never gets it: unfreeze it, register it, and do not detach \
                      its layer"
                .to_owned(),
        },
    });
    Verdict::fail(summary, findings.chain(lost).chain(held).collect())
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let still: Vec<Value> = evidence
        .training()
        .updates
        .iter()
        .filter(|update| !is_exempt(evidence, &update.tensor) && !moved(update))
        .map(|update| Value::from(update.tensor.as_str()))
        .collect();
    let tensors =
        evidence.training().updates.iter().filter(|update| !is_exempt(evidence, &update.tensor));
    mapping([("tensors", tensors.count().into()), ("unchanged", Value::Sequence(still))])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(change: impl FnOnce(&mut Evidence)) -> Verdict {
        testing::verdict(&PROPERTY, change)
    }

    fn stop(evidence: &mut Evidence, index: usize) {
        for step in &mut evidence.training.as_mut().unwrap().updates[index].steps {
            step.largest = 0.0;
        }
    }

    #[test]
    fn tensors_that_move_pass() {
        assert_eq!(verdict(|_| ()).outcome, Outcome::Pass);
    }

    #[test]
    fn a_tensor_that_stays_is_named() {
        let verdict = verdict(|evidence| stop(evidence, 0));
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert_eq!(verdict.findings[0].place, "hidden.weight");
    }

    #[test]
    fn what_a_rust_model_keeps_from_training_is_warned_of_unless_it_comes_from_a_file() {
        let held = |weights: Option<&str>| {
            verdict(|evidence| {
                evidence.subject.held = vec!["encoder.weight".to_owned()];
                evidence.subject.weights = weights.map(str::to_owned);
            })
        };
        assert_eq!(held(None).outcome, Outcome::Warn);
        assert_eq!(held(None).findings[0].place, "encoder.weight");
        assert_eq!(held(Some("0f")).outcome, Outcome::Pass);
    }

    #[test]
    fn numbers_that_are_no_parameters_fail() {
        let lost = verdict(|evidence| evidence.subject.rebuilt = Some(0.25));
        assert_eq!((lost.outcome, lost.findings[0].place.as_str()), (Outcome::Fail, "model"));
        assert!(lost.findings[0].message.contains("are 0.25 apart"), "{lost:?}");
        let both = verdict(|evidence| {
            stop(evidence, 0);
            evidence.subject.rebuilt = Some(f64::INFINITY);
        });
        assert_eq!((both.findings.len(), both.findings[0].place.as_str()), (2, "hidden.weight"));
    }

    #[test]
    fn a_gradient_that_is_zero_by_design_excuses_a_tensor() {
        let verdict = verdict(|evidence| {
            stop(evidence, 1);
            evidence.initial.as_mut().unwrap().gradients[1].zero_by_design = Some("by design");
        });
        assert_eq!(verdict.outcome, Outcome::Pass);
    }
}
