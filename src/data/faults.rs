//! Planted faults of the data: wrong answers, wrong scales, and held-out examples that are not held out.
//!
//! What stands against the inputs is changed before the data is divided, as in a program that reads its
//! files wrongly; scales come after the data's own.

use super::{Dataset, InputKind, Targets};
use crate::random::Random;
use crate::spec::{Fault, Spec};

fn faults(spec: &Spec) -> impl Iterator<Item = &Fault> {
    spec.faults.iter().map(|fault| &fault.value)
}

/// Plants the faults of targets. `classes` is their number, 0 where there are none.
pub(super) fn plant_in_targets(targets: &mut Targets, classes: usize, spec: &Spec) {
    for fault in faults(spec) {
        match fault {
            Fault::ShiftLabels { by, share } => *targets = shifted(targets, *by, *share),
            Fault::PermuteLabels(share) => {
                let random = &mut Random::new(spec.training.seed, "fault.permute_labels");
                permute(targets, classes, *share, random);
            }
            _ => {}
        }
    }
}

/// Plants the faults of inputs.
pub(super) fn plant_in_inputs(inputs: &mut [f64], kind: InputKind, spec: &Spec) {
    if kind != InputKind::Float {
        return;
    }
    for fault in faults(spec) {
        match fault {
            Fault::ScaleInputs(factor) => inputs.iter_mut().for_each(|number| *number *= factor),
            Fault::ShiftInputs(by) => inputs.iter_mut().for_each(|number| *number += by),
            _ => {}
        }
    }
}

/// Plants the faults of the division into parts.
pub(super) fn plant_in_parts(data: &mut Dataset, spec: &Spec) {
    for fault in faults(spec) {
        if let Fault::LeakValidation(share) = fault {
            let random = &mut Random::new(spec.training.seed, "fault.leak_validation");
            leak(data, *share, random);
        }
    }
}

/// In the last share of the examples each has the target of the one `by` places before it; of these the
/// last ones come first.
fn shifted(targets: &Targets, by: usize, share: f64) -> Targets {
    let examples = targets.len();
    let moved = count(share, examples);
    let mut order: Vec<usize> = (0..examples).collect();
    if moved > 0 {
        order[examples - moved..].rotate_right(by % moved);
    }
    targets.select(&order)
}

/// So many of all, one at least where there is any.
fn count(share: f64, all: usize) -> usize {
    ((share * all as f64).round() as usize).clamp(usize::from(all > 0), all)
}

/// Gives a share of the examples another class, or the target of another example.
fn permute(targets: &mut Targets, classes: usize, share: f64, random: &mut Random) {
    let examples = targets.len();
    let chosen = &random.permutation(examples)[..count(share, examples)];
    let mut another = |class: usize| match classes {
        0 | 1 => class,
        _ => (class + 1 + random.below(classes - 1)) % classes,
    };
    let width = targets.width();
    match targets {
        Targets::Classes(all) => chosen.iter().for_each(|&row| all[row] = another(all[row])),
        Targets::Places { classes: all, .. } => {
            for place in chosen.iter().flat_map(|row| row * width..(row + 1) * width) {
                all[place] = all[place].map(&mut another);
            }
        }
        Targets::Values(_) | Targets::Arrays { .. } | Targets::Labels { .. } => {
            let mut order: Vec<usize> = (0..examples).collect();
            for (row, next) in chosen.iter().zip(chosen.iter().cycle().skip(1)) {
                order[*row] = *next;
            }
            *targets = targets.select(&order);
        }
    }
}

/// Puts training examples in the place of a share of those that are held out.
fn leak(data: &mut Dataset, share: f64, random: &mut Random) {
    let (training, held_out) = (data.train.len(), data.validation.len());
    let leaked = count(share, held_out);
    let copies: Vec<usize> =
        random.permutation(training).into_iter().cycle().take(leaked).collect();
    let kept: Vec<usize> = (leaked..held_out).collect();
    let width = data.example_len();
    let both = |leaked: &Targets, kept_of: &Targets| {
        leaked.select(&copies).followed_by(kept_of.select(&kept))
    };
    let mut inputs = data.train.select(&copies, width).inputs;
    inputs.extend(data.validation.select(&kept, width).inputs);
    data.validation.inputs = inputs;
    data.validation.targets = both(&data.train.targets, &data.validation.targets);
    for other in &mut data.others {
        other.validation = both(&other.train, &other.validation);
    }
    data.origin.leak(&copies);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::load;
    use crate::spec::{Source, parse};

    fn data(data: &str, faults: &str) -> Dataset {
        let text = format!(
            "version: 1\nname: faulty\n{data}model: {{layers: [flatten, linear: 3]}}\n{faults}\n"
        );
        load(&parse(Source::new("faulty.yaml", text)).unwrap()).unwrap()
    }

    const BLOBS: &str = "task: classification\n\
        data: {blobs: {examples: 60, classes: 3}, split: {validation: 0.25, shuffle: false}}\n";

    fn classes(data: &Dataset) -> Vec<usize> {
        let parts = [&data.train.targets, &data.validation.targets];
        parts.into_iter().flat_map(|targets| targets.classes().unwrap()).collect()
    }

    #[test]
    fn labels_are_shifted_once_over_the_whole_data() {
        let (right, wrong) = (data(BLOBS, ""), data(BLOBS, "faults: [shift_labels: 2]"));
        let mut due = classes(&right);
        due.rotate_right(2);
        assert_eq!(classes(&wrong), due);
        assert_eq!(wrong.train.inputs, right.train.inputs);
    }

    #[test]
    fn labels_from_some_row_on_are_shifted_and_those_before_stay() {
        let right = classes(&data(BLOBS, ""));
        let wrong = classes(&data(BLOBS, "faults: [shift_labels: {by: 1, share: 0.25}]"));
        let mut due = right.clone();
        due[45..].rotate_right(1);
        assert_eq!(wrong, due);
        assert_eq!(right[..45], wrong[..45]);
        assert_ne!(right[45..], wrong[45..]);
    }

    #[test]
    fn a_share_of_the_labels_is_wrong_and_no_more() {
        let right = classes(&data(BLOBS, ""));
        for (share, due) in [("0.25", 15), ("1", 60), ("0.001", 1)] {
            let wrong = classes(&data(BLOBS, &format!("faults: [permute_labels: {share}]")));
            let differing = right.iter().zip(&wrong).filter(|(right, wrong)| right != wrong);
            assert_eq!(differing.count(), due, "{share}");
        }
    }

    #[test]
    fn numbers_are_permuted_among_the_examples_that_are_chosen() {
        let mut targets = Targets::Values((0..10).map(f64::from).collect());
        permute(&mut targets, 0, 0.4, &mut Random::new(7, "test"));
        let found = targets.values().unwrap();
        let moved = (0..10).filter(|row| found[*row] != *row as f64).count();
        let mut sorted = found.to_vec();
        sorted.sort_by(f64::total_cmp);
        assert_eq!((moved, sorted), (4, (0..10).map(f64::from).collect()));
    }

    #[test]
    fn inputs_are_scaled_and_shifted_after_the_scaling_of_the_data() {
        let scaled = BLOBS.replace("}, split", "}, scale: standardize, split");
        let right = data(&scaled, "");
        let wrong = data(&scaled, "faults: [scale_inputs: 255, shift_inputs: 3]");
        for (right, wrong) in [
            (&right.train.inputs, &wrong.train.inputs),
            (&right.validation.inputs, &wrong.validation.inputs),
        ] {
            let due: Vec<f64> = right.iter().map(|number| number * 255.0 + 3.0).collect();
            assert_eq!(*wrong, due);
        }
    }

    #[test]
    fn a_share_of_the_held_out_examples_are_training_ones() {
        let (right, wrong) = (data(BLOBS, ""), data(BLOBS, "faults: [leak_validation: 0.4]"));
        let width = wrong.example_len();
        let of = |data: &Dataset, row: usize| data.validation.input(row, width).to_vec();
        let known = |row: &usize| {
            let mut training = wrong.train.inputs.chunks(width);
            training.any(|input| input == of(&wrong, *row))
        };
        assert_eq!((0..15).filter(known).count(), 6);
        assert!((6..15).all(|row| of(&right, row) == of(&wrong, row)));
        assert_eq!((wrong.validation.len(), wrong.train.clone()), (15, right.train));
    }
}
