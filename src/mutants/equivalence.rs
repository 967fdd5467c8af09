//! Mutants that theory says no test can tell from the original.
//!
//! Only what no expectation caught is asked about: a mutant that is caught is none of these.

use std::collections::{HashMap, HashSet};

use crate::data::{self, Dataset, Examples, Targets};
use crate::experiment::zero_by_design;
use crate::hash::Fnv1a;
use crate::model::Plan;
use crate::spec::{Fault, Scaling, Spanned, Spec, Task};

/// The share of wrong targets that any model has to live with.
const FEW: f64 = 0.05;

/// Why a missed mutant is as good as the original, if it is.
pub fn equivalence(fault: &Fault, spec: &Spec, plan: Option<&Plan>) -> Option<&'static str> {
    match fault {
        Fault::ShiftLabels { .. } => {
            let (right, wrong) = both(fault, spec)?;
            if share_of_wrong_targets(&right, &wrong)? <= FEW {
                return Some("the data is sorted, so that nearly all targets stay right");
            }
            are_renamed(&right, &wrong).then_some(
                "the classes come in turn, so that each has the name of another one and stays whole",
            )
        }
        Fault::SigmoidOutputs => lies_in_a_sigmoid(spec)
            .then_some("the targets lie between 0 and 1, as the outputs of a sigmoid do"),
        Fault::DropBias(layer) => {
            let idle = plan.and_then(|plan| zero_by_design(&format!("{layer}.bias"), plan));
            idle.map(|_| "what follows subtracts the bias again")
        }
        _ => None,
    }
}

/// The data without the fault and with it. Which of them are trained on, and so how they are scaled, may
/// depend on the targets: they are compared unscaled.
fn both(fault: &Fault, spec: &Spec) -> Option<(Dataset, Dataset)> {
    if *spec.task == Task::Objective {
        return None;
    }
    let mut unscaled = Spec::clone(spec);
    unscaled.data.scale.value = Scaling::None;
    let right = data::load(&unscaled).ok()?;
    unscaled.faults.push(Spanned::new(fault.clone(), spec.name.span));
    Some((right, data::load(&unscaled).ok()?))
}

/// Whether all targets of a regression are what a sigmoid gives.
fn lies_in_a_sigmoid(spec: &Spec) -> bool {
    let is_inside = |values: &[f64]| values.iter().all(|value| (0.0..=1.0).contains(value));
    *spec.task == Task::Regression
        && data::load(spec).is_ok_and(|data| data.train.targets.values().is_some_and(is_inside))
}

/// Whether each class has one other name that no other class has, but for a few examples: the first and
/// the last ones.
fn are_renamed(right: &Dataset, wrong: &Dataset) -> bool {
    let classes = |data: &Dataset| -> HashMap<u64, usize> {
        let width = data.example_len();
        let parts = [&data.train, &data.validation, &data.test];
        let of_part = |part: &Examples| -> Vec<(u64, usize)> {
            let Targets::Classes(classes) = &part.targets else { return Vec::new() };
            let inputs = (0..part.len()).map(|example| hash_of(part.input(example, width)));
            inputs.zip(classes.iter().copied()).collect()
        };
        parts.into_iter().flat_map(of_part).collect()
    };
    let (before, after) = (classes(right), classes(wrong));
    let mut renamed: HashMap<(usize, usize), usize> = HashMap::new();
    for (inputs, class) in &before {
        if let Some(other) = after.get(inputs) {
            *renamed.entry((*class, *other)).or_default() += 1;
        }
    }
    let (mut names, mut taken, mut same) = (HashSet::new(), HashSet::new(), 0);
    let mut renamed: Vec<((usize, usize), usize)> = renamed.into_iter().collect();
    renamed.sort_by_key(|(pair, count)| (std::cmp::Reverse(*count), *pair));
    for ((class, other), count) in renamed {
        if !names.contains(&class) && !taken.contains(&other) {
            names.insert(class);
            taken.insert(other);
            same += count;
        }
    }
    !before.is_empty() && same as f64 >= (1.0 - FEW) * before.len() as f64
}

fn hash_of(numbers: &[f64]) -> u64 {
    let mut hash = Fnv1a::new();
    numbers.iter().for_each(|number| hash.write(&number.to_bits().to_le_bytes()));
    hash.finish()
}

/// The share of examples that have another target with the fault than without it.
fn share_of_wrong_targets(right: &Dataset, wrong: &Dataset) -> Option<f64> {
    let mut known: HashMap<u64, usize> = HashMap::new();
    for pair in pairs(right) {
        *known.entry(pair).or_default() += 1;
    }
    let (mut all, mut differing) = (0.0, 0.0);
    for pair in pairs(wrong) {
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
            equivalence(&Fault::ShiftLabels { by: 1, share: 1.0 }, &spec, None).is_some()
        };
        assert!(of("{csv: iris.csv, target: species, scale: standardize}"));
        assert!(!of("{csv: breast_cancer.csv, target: diagnosis, scale: standardize}"));
    }

    #[test]
    fn classes_that_come_in_turn_are_renamed_and_stay_whole() {
        let data = |inputs: &[f64], classes: &[usize]| {
            let text = "version: 1\nname: net\ntask: classification\n\
                        data: {blobs: {classes: 3}}\nmodel: [linear: 3]\n";
            let spec = parse(Source::new("net.yaml", text)).unwrap();
            let mut data = data::load(&spec).unwrap();
            let none = data.train.select(&[], data.example_len());
            (data.validation, data.test) = (none.clone(), none);
            (data.shape, data.train.inputs) = (vec![1], inputs.to_vec());
            data.train.targets = Targets::Classes(classes.to_vec());
            data
        };
        let inputs = [0.1, 0.2, 0.3, 0.4];
        let right = data(&inputs, &[0, 1, 0, 1]);
        assert!(are_renamed(&right, &data(&inputs, &[1, 0, 1, 0])));
        assert!(!are_renamed(&right, &data(&inputs, &[1, 0, 0, 1])));
        assert!(!are_renamed(&right, &data(&inputs, &[1, 1, 1, 1])));
    }

    #[test]
    fn the_last_one_of_classes_that_come_in_turn_may_have_another_name() {
        let of = |fault: &str| {
            let text = "version: 1\nname: net\ntask: classification\n\
                        data: {majority_token: {examples: 400, classes: 3, vocabulary: 8, length: 12}}\n\
                        model: [embedding: {vocabulary: 8, dimension: 4}, mean: 0, linear: 3]\n";
            let spec = parse(Source::new("net.yaml", text)).unwrap();
            let fault = match fault {
                "shift" => Fault::ShiftLabels { by: 1, share: 1.0 },
                _ => Fault::PermuteLabels(0.5),
            };
            equivalence(&fault, &spec, None).is_some()
        };
        assert!(of("shift"));
        assert!(!of("permute"));
    }

    #[test]
    fn targets_between_0_and_1_are_what_a_sigmoid_gives() {
        let of = |data: &str| {
            let text = format!(
                "version: 1\nname: net\ntask: regression\ndata: {data}\nmodel: [linear: 1]\n"
            );
            let spec = parse(Source::new("fixtures/net.yaml", text)).unwrap();
            equivalence(&Fault::SigmoidOutputs, &spec, None).is_some()
        };
        let progression = "{csv: diabetes.csv, target: progression, scale_target: ";
        assert!(of(&format!("{progression}{{multiply: 0.002}}}}")));
        assert!(!of(&format!("{progression}standardize}}")));
    }

    #[test]
    fn a_bias_before_a_normalization_is_none() {
        let drop = Fault::DropBias("linear1".to_owned());
        assert!(of("linear: 4, batch_norm, relu, linear: 1", "epochs: 1", &drop));
        assert!(!of("linear: 4, relu, linear: 1", "epochs: 1", &drop));
    }
}
