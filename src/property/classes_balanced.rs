//! `classes_balanced`: no class is rare, or the loss makes up for it.

use serde_yaml::Mapping;

use super::text::{count, few, percent, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::inspection::{ClassCount, LossFacts, TargetFacts};
use crate::spec::Severity;

/// More weights than this are no help to read.
const MOST_WEIGHTS: usize = 10;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "classes_balanced",
        summary: "No class is rare, or the loss makes up for it.",
        checks: "How often each class is the answer in the training part (at each place, where places \
                 have classes), and whether the loss has weights of classes or is `focal`. Nothing \
                 is run. Not applicable to regressions, and to labels that do not exclude each \
                 other: each of those is rare by its nature.",
        why: "With one class in a hundred, a model that never names it is right in 99 of 100 cases. \
              The loss is low, and the gradient of the rare class drowns in that of the others.",
        condition: "examples of the most frequent class / examples of the class ≤ `ratio`, for every \
                    class that occurs; or the loss has weights of classes, or is `focal`. Weights: \
                    where examples · weight of the largest class / examples · weight of a class \
                    exceed `ratio`, they are not more than the examples alone give: weights are not \
                    to make a class rarer than it is.",
        mend: "Give the loss `weights`, such as the inverse of each class's share, or take `focal`; or \
               gather more examples of the rare class. Then judge by the recall of each class, not \
               by the accuracy.",
        source: "SageMaker Debugger's ClassImbalance and evalml's check warn from 10 and 9 on. The \
                 data sets and generators shipped here have 1.0…1.7 (docs/data.md).",
        severity: Severity::Warn,
        recommended: true,
        options: &[OptionMeta {
            name: "ratio",
            kind: OptionKind::Number,
            default: OptionValue::Number(10.0),
            doc: "largest ratio of two classes' examples",
        }],
    },
    needs: &[Experiment::Inspection],
    trains_further: None,
    judge,
    record: |_, _| Mapping::new(),
};

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let inspection = evidence.inspection();
    let Some(data) = &inspection.data else {
        return Verdict::not_applicable("the model brings batches of its own");
    };
    let classes = match &data.targets {
        TargetFacts::Classes(classes) => classes,
        TargetFacts::Labels { .. } => {
            return Verdict::not_applicable("labels that do not exclude each other may be rare");
        }
        TargetFacts::Values { .. } => return Verdict::not_applicable("the targets are numbers"),
    };
    let bound = options.number("ratio").expect("it has a default");
    let weights = inspection.class_weights.as_slice();
    match weights.len() == classes.len() && !weights.is_empty() {
        true => judge_weights(classes, weights, &inspection.loss, bound),
        false => judge_classes(classes, &inspection.loss, bound),
    }
}

/// Whether weights make up for examples, and do not make a class rarer than it is.
fn judge_weights(classes: &[ClassCount], weights: &[f64], loss: &LossFacts, bound: f64) -> Verdict {
    let occurring = || classes.iter().zip(weights).filter(|(class, _)| class.training > 0);
    let counts = |(class, weight): (&ClassCount, &f64)| class.training as f64 * weight;
    let heaviest = occurring().max_by(|one, two| counts(*one).total_cmp(&counts(*two)));
    let most = occurring().map(|(class, _)| class.training).max();
    let (Some(heaviest), Some(most)) = (heaviest, most) else {
        return Verdict::not_applicable("no class occurs: see `labels_valid`");
    };
    // How many times as much as a class the heaviest one counts, and the most frequent one has.
    let weighed = |class: (&ClassCount, &f64)| counts(heaviest) / counts(class);
    let unweighed = |class: &ClassCount| most as f64 / class.training as f64;
    let mut worse: Vec<(&ClassCount, &f64)> = occurring()
        .filter(|(class, weight)| !(weighed((class, weight)) <= bound.max(unweighed(class))))
        .collect();
    let largest = occurring().map(weighed).fold(1.0, f64::max);
    let summary = format!("weighted, the classes count {} to 1 at most", short(largest));
    if worse.is_empty() {
        return Verdict::pass(summary);
    }
    worse.sort_by(|one, two| weighed(*two).total_cmp(&weighed(*one)));
    let findings = worse.into_iter().map(|(class, weight)| {
        let less = match *weight > 0.0 {
            true => format!(
                "counts {} times less than `{}`",
                short(weighed((class, weight))),
                heaviest.0.name
            ),
            false => "counts nothing in the loss".to_owned(),
        };
        Finding {
            place: class.name.clone(),
            message: format!(
                "with the weight {} and {} it {less}; by its examples alone it would be {}",
                short(*weight),
                count(class.training, "answer"),
                short(unweighed(class))
            ),
            measured: Some(weighed((class, weight))),
            bound: Some(format!("≤ {}", short(bound.max(unweighed(class))))),
            mend: mend(classes, loss),
        }
    });
    Verdict::fail(summary, few(findings.collect()))
}

fn judge_classes(classes: &[ClassCount], loss: &LossFacts, bound: f64) -> Verdict {
    let occurring = || classes.iter().filter(|class| class.training > 0);
    let (Some(most), Some(fewest)) = (
        occurring().max_by_key(|class| class.training),
        occurring().min_by_key(|class| class.training),
    ) else {
        return Verdict::not_applicable("no class occurs: see `labels_valid`");
    };
    let ratio = |class: &ClassCount| most.training as f64 / class.training as f64;
    let summary = format!(
        "`{}` has {}, `{}` has {}: {} to 1{}",
        most.name,
        count(most.training, "answer"),
        fewest.name,
        fewest.training,
        short(ratio(fewest)),
        if loss.weighted { ", and the loss is weighted" } else { "" },
    );
    let mut rare: Vec<&ClassCount> = occurring().filter(|class| ratio(class) > bound).collect();
    if rare.is_empty() || loss.weighted {
        return Verdict::pass(summary);
    }
    rare.sort_by_key(|class| class.training);
    let total: usize = classes.iter().map(|class| class.training).sum();
    let findings = rare.into_iter().map(|class| Finding {
        place: class.name.clone(),
        message: format!(
            "{} of {total} answers ({}), and `{}` has {}",
            class.training,
            percent(class.training as f64 / total as f64),
            most.name,
            most.training
        ),
        measured: Some(ratio(class)),
        bound: Some(format!("≤ {}", short(bound))),
        mend: mend(classes, loss),
    });
    Verdict::fail(summary, few(findings.collect()))
}

/// Weights of n / (k · nₖ), where the loss takes some and all classes occur.
fn mend(classes: &[ClassCount], loss: &LossFacts) -> String {
    let takes_weights = matches!(loss.name, "cross_entropy" | "binary_cross_entropy");
    let occur = classes.iter().all(|class| class.training > 0);
    if !takes_weights {
        return "gather more examples of it, or take a loss with weights of classes".to_owned();
    }
    if !occur || classes.len() > MOST_WEIGHTS {
        return format!("give `{}` its `weights`, or take `focal`", loss.name);
    }
    let total: usize = classes.iter().map(|class| class.training).sum();
    let weight =
        |class: &ClassCount| short(total as f64 / (classes.len() as f64 * class.training as f64));
    let weights: Vec<String> = classes.iter().map(weight).collect();
    format!(
        "write `loss: {{{}: {{weights: [{}]}}}}`, or take `focal`",
        loss.name,
        weights.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(counts: &[usize], change: impl FnOnce(&mut LossFacts)) -> Verdict {
        let mut evidence = testing::evidence();
        let classes = counts.iter().enumerate().map(|(class, count)| ClassCount {
            name: format!("class {class}"),
            training: *count,
            held_out: 2,
        });
        testing::data(&mut evidence).targets = TargetFacts::Classes(classes.collect());
        change(&mut evidence.inspection.as_mut().unwrap().loss);
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn classes_of_one_order_pass() {
        assert_eq!(verdict(&[50, 40, 10], |_| {}).outcome, Outcome::Pass);
    }

    #[test]
    fn a_rare_class_fails_by_its_name_and_gets_its_weight() {
        let verdict = verdict(&[90, 6, 24], |_| {});
        assert_eq!(verdict.outcome, Outcome::Fail);
        let finding = &verdict.findings[0];
        assert_eq!((finding.place.as_str(), finding.measured), ("class 1", Some(15.0)));
        assert!(finding.mend.contains("weights: [0.444, 6.67, 1.67]"), "{}", finding.mend);
        assert_eq!(verdict.findings.len(), 1);
    }

    #[test]
    fn a_weighted_loss_makes_up_for_it() {
        assert_eq!(verdict(&[90, 6], |loss| loss.weighted = true).outcome, Outcome::Pass);
    }

    fn weighted(counts: &[usize], weights: &[f64]) -> Verdict {
        let mut evidence = testing::evidence();
        let classes = counts.iter().enumerate().map(|(class, count)| ClassCount {
            name: format!("class {class}"),
            training: *count,
            held_out: 2,
        });
        testing::data(&mut evidence).targets = TargetFacts::Classes(classes.collect());
        let inspection = evidence.inspection.as_mut().unwrap();
        inspection.loss.weighted = true;
        inspection.class_weights = weights.to_vec();
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn weights_that_make_up_for_rare_classes_pass_and_so_do_half_hearted_ones() {
        assert_eq!(weighted(&[900, 10], &[1.0, 90.0]).outcome, Outcome::Pass);
        assert_eq!(weighted(&[900, 10], &[1.0, 9.5]).outcome, Outcome::Pass, "the root");
        assert_eq!(weighted(&[50, 50], &[1.0, 10.0]).outcome, Outcome::Pass);
        assert_eq!(weighted(&[50, 0], &[1.0, 0.0]).outcome, Outcome::Pass, "nobody is silenced");
    }

    #[test]
    fn weights_that_make_a_class_rarer_than_it_is_fail_at_it() {
        let turned = weighted(&[60, 40], &[1.0, 0.01]);
        assert_eq!(turned.outcome, Outcome::Fail);
        let finding = &turned.findings[0];
        assert_eq!((finding.place.as_str(), finding.measured), ("class 1", Some(150.0)));
        assert!(finding.mend.contains("weights: [0.833, 1.25]"), "{finding:?}");
        let silenced = weighted(&[50, 50, 50], &[1.0, 0.0, 1.0]);
        assert_eq!(silenced.findings[0].place, "class 1");
        assert!(silenced.findings[0].message.contains("counts nothing"), "{silenced:?}");
    }

    #[test]
    fn a_class_that_never_occurs_is_not_this_propertys() {
        assert_eq!(verdict(&[50, 0, 50], |_| {}).outcome, Outcome::Pass);
        assert_eq!(verdict(&[0, 0], |_| {}).outcome, Outcome::NotApplicable);
    }

    #[test]
    fn labels_and_numbers_are_left_alone() {
        let mut evidence = testing::evidence();
        let options = Options::defaults(&PROPERTY.meta);
        testing::data(&mut evidence).targets =
            TargetFacts::Labels { labels: Vec::new(), exclusive: false };
        assert_eq!(judge(&evidence, &options).outcome, Outcome::NotApplicable);
        testing::data(&mut evidence).targets =
            TargetFacts::Values { columns: Vec::new(), steps: None };
        assert_eq!(judge(&evidence, &options).outcome, Outcome::NotApplicable);
    }
}
