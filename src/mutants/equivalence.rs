//! Mutants that theory says no test can tell from the original.
//!
//! Only what no expectation caught is asked about: a mutant that is caught is none of these.

use std::collections::HashMap;

use crate::data::{self, Dataset, Examples};
use crate::experiment::zero_by_design;
use crate::hash::Fnv1a;
use crate::model::Plan;
use crate::spec::{Fault, Scaling, Spanned, Spec, Task};

/// The share of wrong targets that any model has to live with.
const FEW: f64 = 0.05;

/// Why a missed mutant is as good as the original, if it is.
pub fn equivalence(fault: &Fault, spec: &Spec, plan: Option<&Plan>) -> Option<&'static str> {
    match fault {
        Fault::ShiftLabels(_) => {
            let wrong = share_of_wrong_targets(fault, spec)?;
            (wrong <= FEW).then_some("the data is sorted, so that nearly all targets stay right")
        }
        Fault::DropBias(layer) => {
            let idle = plan.and_then(|plan| zero_by_design(&format!("{layer}.bias"), plan));
            idle.map(|_| "what follows subtracts the bias again")
        }
        _ => None,
    }
}

/// The share of examples that have another target with the fault than without it. Which of them are
/// trained on, and so how they are scaled, may depend on the targets: they are compared unscaled.
fn share_of_wrong_targets(fault: &Fault, spec: &Spec) -> Option<f64> {
    if *spec.task == Task::Objective {
        return None;
    }
    let mut unscaled = Spec::clone(spec);
    unscaled.data.scale.value = Scaling::None;
    let right = data::load(&unscaled).ok()?;
    unscaled.faults.push(Spanned::new(fault.clone(), spec.name.span));
    let wrong = data::load(&unscaled).ok()?;
    let mut known: HashMap<u64, usize> = HashMap::new();
    for pair in pairs(&right) {
        *known.entry(pair).or_default() += 1;
    }
    let (mut all, mut differing) = (0.0, 0.0);
    for pair in pairs(&wrong) {
        all += 1.0;
        match known.get_mut(&pair).filter(|left| **left > 0) {
            Some(left) => *left -= 1,
            None => differing += 1.0,
        }
    }
    (all > 0.0).then_some(differing / all)
}

/// A hash of inputs and targets for each example.
fn pairs(data: &Dataset) -> Vec<u64> {
    let width = data.example_len();
    let of = |part: &Examples, example: usize| {
        let mut hash = Fnv1a::new();
        for number in part.input(example, width) {
            hash.write(&number.to_bits().to_le_bytes());
        }
        hash.write(format!("{:?}", part.targets.select(&[example])).as_bytes());
        hash.finish()
    };
    let parts = [&data.train, &data.validation, &data.test].into_iter();
    parts.flat_map(|part| (0..part.len()).map(move |example| of(part, example))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Source, parse};
    use crate::subject::Subject;

    fn of(layers: &str, training: &str, fault: &Fault) -> bool {
        let text = format!(
            "version: 1\nname: net\ntask: regression\ndata: linear_regression\n\
             model: [{layers}]\ntraining: {{{training}}}\n"
        );
        let subject = Subject::prepare(parse(Source::new("net.yaml", text)).unwrap()).unwrap();
        equivalence(fault, &subject.spec, subject.declared()).is_some()
    }

    #[test]
    fn targets_that_are_sorted_stay_right_when_they_are_moved_by_one() {
        let of = |data: &str| {
            let text = format!(
                "version: 1\nname: net\ntask: classification\ndata: {data}\nmodel: [linear: 3]\n"
            );
            let spec = parse(Source::new("fixtures/net.yaml", text)).unwrap();
            equivalence(&Fault::ShiftLabels(1), &spec, None).is_some()
        };
        assert!(of("{csv: iris.csv, target: species, scale: standardize}"));
        assert!(!of("{blobs: {classes: 3}}"));
    }

    #[test]
    fn a_bias_before_a_normalization_is_none() {
        let drop = Fault::DropBias("linear1".to_owned());
        assert!(of("linear: 4, batch_norm, relu, linear: 1", "epochs: 1", &drop));
        assert!(!of("linear: 4, relu, linear: 1", "epochs: 1", &drop));
    }
}
