//! `loss_suits_task`: outputs are what the loss takes, and can be what the targets are.

mod seen;

use serde_yaml::Mapping;

use super::text::{percent, short};
use super::{Finding, Meta, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::inspection::{Head, Outputs, Range, Reach, Rows, Takes, TargetFacts};
use crate::spec::{Severity, Task};

/// The share of guessing's loss that no weights get below. Where memorizing a batch leaves more than
/// that, `overfits_batch` warns.
const FLOOR: f64 = 0.1;

/// The share of the targets' variance that no weights get below.
const MISFIT: f64 = 0.01;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "loss_suits_task",
        summary: "Outputs are what the loss takes, and can be what the targets are.",
        checks: "How far the outputs can reach, whatever the weights: intervals are followed \
                 backwards from the output through activations and whatever moves, joins or scales \
                 numbers, to layers whose weights can give any number. That is held against the \
                 loss and the targets of the training part. Nothing is run. Of a Rust model four \
                 outputs before training are seen in the place of this: enough to tell rows that \
                 add up to 1, and numbers that are no probabilities.",
        why: "A loss with a softmax of its own behind a softmax looks healthy: it starts where it ought \
              to and falls. It only cannot fall below ln(1 + (k − 1)/e) for k classes. The same goes \
              for outputs that are never negative where logits are to be, and for a sigmoid that is \
              to give 7.",
        condition: "Error: (a) a softmax over one number, which is always 1; (b) logits or scores in \
                    [a, b] with which the loss stays above a tenth of the one of guessing: \
                    ln(1 + (k − 1)·e^(a−b)) for k classes, ln(1 + e^(−b)) and ln(1 + eᵃ) for one \
                    logit, 1 − b and 1 + a for `hinge`; (c) outputs that are no probabilities, \
                    or whose rows do not add up to 1, for a loss of probabilities, and rows that do \
                    for labels that do not exclude each other; no log-probabilities for `kl_div`; \
                    negative rates for `poisson_nll`; (d) real targets outside the outputs' range, \
                    where Σ distance² ≥ 1 % of Σ (t − mean)². Warning: logits for several classes \
                    that are exactly 0 on a half-line; real targets outside by less than that; \
                    a regression on few, evenly spaced numbers with ten examples each, as classes \
                    are. A range is never taken too narrow; where layers cannot be followed, \
                    nothing is claimed.",
        mend: "Let the model end with the last layer that has weights, and leave softmax and sigmoid \
               to the loss; or take `logits: false`. For numbers out of reach scale the targets, or \
               end with a linear layer.",
        source: "UMLAUT, AUTOTRAINER, NeuraLint and DeepDiagnosis have tables of pairs; fault classes \
                 5 to 14. A tenth of guessing is where memorizing a batch is suspicious (64 healthy \
                 programs). A softmax before cross entropy leaves 45 % for 2 classes and 63 % for 10, \
                 tanh 18 % and 35 %, relu6 1 %.",
        severity: Severity::Error,
        recommended: true,
        options: &[],
    },
    needs: &[Experiment::Inspection],
    trains_further: None,
    judge,
    record: |_, _| Mapping::new(),
};

/// What is wrong, and whether it is certain.
struct Fault {
    certain: bool,
    finding: Finding,
}

/// What is found: faults, or why nothing can be said.
enum Found {
    Faults(Vec<Fault>),
    Nothing(&'static str),
}

fn judge(evidence: &Evidence, _options: &Options) -> Verdict {
    let inspection = evidence.inspection();
    let mut faults: Vec<Fault> =
        inspection.softmax_of_one.iter().map(|path| softmax_of_one(path)).collect();
    let mut unknown = None;
    let mut known = Vec::new();
    for head in &inspection.heads {
        match of_head(head) {
            Found::Faults(found) => {
                faults.extend(found);
                known.push(summary(head));
            }
            Found::Nothing(reason) => unknown = Some(reason),
        }
        faults.extend(numbered_classes(head));
    }
    if let (Some(reason), true, true) = (unknown, known.is_empty(), faults.is_empty()) {
        return Verdict::not_applicable(reason);
    }
    let summary = match known.is_empty() {
        true => inspection.heads.iter().map(summary).collect::<Vec<_>>().join("; "),
        false => known.join("; "),
    };
    let certain = faults.iter().any(|fault| fault.certain);
    let findings: Vec<Finding> = faults.into_iter().map(|fault| fault.finding).collect();
    match (findings.is_empty(), certain) {
        (true, _) => Verdict::pass(summary),
        (false, true) => Verdict::fail(summary, findings),
        (false, false) => Verdict::warn(summary, findings),
    }
}

fn of_head(head: &Head) -> Found {
    match &head.outputs {
        _ if head.loss.takes == Takes::Other => {
            Found::Nothing("the loss compares no outputs with targets one by one")
        }
        Outputs::Planned(reach) => of_reach(head, reach),
        Outputs::Seen(outputs) => seen::judge(head, outputs),
        Outputs::Unknown => Found::Nothing("what a Rust model gives is seen when it runs"),
    }
}

fn summary(head: &Head) -> String {
    let loss = head.loss.name;
    match &head.outputs {
        Outputs::Planned(reach) if reach.range == Range::ALL => {
            format!("`{loss}` gets any numbers from `{}`", reach.place)
        }
        Outputs::Planned(reach) => {
            format!("`{loss}` gets numbers in {} from `{}`", shown(reach.range), reach.place)
        }
        Outputs::Seen(outputs) => format!("`{loss}` got numbers in {}", shown(outputs.range)),
        Outputs::Unknown => format!("`{loss}`"),
    }
}

fn shown(range: Range) -> String {
    format!("[{}, {}]", short(range.low), short(range.high))
}

fn softmax_of_one(path: &str) -> Fault {
    certain(
        path,
        "a softmax over one number gives 1 whatever it is: no gradient passes it".to_owned(),
        "remove it; one logit goes with `binary_cross_entropy`, which has its own sigmoid",
    )
}

fn certain(place: &str, message: String, mend: impl Into<String>) -> Fault {
    let place = place.to_owned();
    let finding = Finding { place, message, measured: None, bound: None, mend: mend.into() };
    Fault { certain: true, finding }
}

fn suspicious(place: &str, message: String, mend: impl Into<String>) -> Fault {
    Fault { certain: false, ..certain(place, message, mend) }
}

fn of_reach(head: &Head, reach: &Reach) -> Found {
    let fault = match head.loss.takes {
        Takes::Logits => logits(head, reach),
        Takes::Scores => floor(head, reach),
        Takes::Probabilities if head.task == Task::Classification => distribution(head, reach),
        Takes::Probabilities => probabilities(head, reach),
        Takes::LogProbabilities => log_probabilities(reach),
        Takes::Rates => rates(reach),
        Takes::Targets => targets(head, reach),
        Takes::Other => None,
    };
    Found::Faults(fault.into_iter().collect())
}

fn logits(head: &Head, reach: &Reach) -> Option<Fault> {
    let loss = head.loss.name;
    let several = head.task == Task::Classification;
    if reach.rows == Rows::SumToOne || (reach.range.is_within(Range::UNIT) && several) {
        let floor = head.least_loss.map_or_else(String::new, |least| {
            format!(": the loss cannot fall below {} of what guessing costs", percent(least))
        });
        let own = if several { "softmax" } else { "sigmoid" };
        return Some(certain(
            &reach.place,
            format!(
                "`{loss}` takes logits and applies its own {own}, but the model ends with `{}`{floor}",
                reach.kind
            ),
            format!("remove `{}`", reach.place),
        ));
    }
    let zeros = || {
        suspicious(
            &reach.place,
            format!(
                "a logit that `{}` makes 0 gets no gradient, and where all are 0 the model is stuck \
                 at a guess",
                reach.kind
            ),
            format!("remove `{}`: logits may be negative", reach.place),
        )
    };
    floor(head, reach).or_else(|| (several && reach.can_die).then(zeros))
}

/// Outputs too narrow for the loss.
fn floor(head: &Head, reach: &Reach) -> Option<Fault> {
    let least = head.least_loss.filter(|least| *least > FLOOR)?;
    let fault = certain(
        &reach.place,
        format!(
            "`{}` gives numbers in {}: `{}` cannot fall below {} of what guessing costs",
            reach.kind,
            shown(reach.range),
            head.loss.name,
            percent(least)
        ),
        format!("remove `{}`, or put a layer with weights after it", reach.place),
    );
    let bound = Some(format!("≤ {FLOOR}"));
    Some(Fault { finding: Finding { measured: Some(least), bound, ..fault.finding }, ..fault })
}

/// One distribution over classes.
fn distribution(head: &Head, reach: &Reach) -> Option<Fault> {
    let loss = head.loss.name;
    let ends = format!("but the model ends with `{}`", reach.kind);
    match reach.rows {
        Rows::SumToOne if !head.classes_last => Some(certain(
            &reach.place,
            format!(
                "`{}` adds up to 1 over the last axis, but the classes of a place lie along the first",
                reach.kind
            ),
            "let the loss take the softmax: `logits: true`, and remove this layer",
        )),
        Rows::ExponentialsSumToOne => Some(certain(
            &reach.place,
            format!("`{loss}` with `logits: false` takes probabilities, {ends}"),
            "take `softmax` in its place, or `logits: true`",
        )),
        Rows::Any if reach.exact && reach.range.is_within(Range::UNIT) => Some(certain(
            &reach.place,
            format!(
                "`{loss}` with `logits: false` takes probabilities that add up to 1, {ends}: the loss \
                 is 0 when all outputs are 1"
            ),
            format!(
                "take `softmax` in the place of `{}`, or `logits: true` without it",
                reach.place
            ),
        )),
        Rows::Any if reach.exact => Some(certain(
            &reach.place,
            format!(
                "`{loss}` with `logits: false` takes probabilities, but `{}` gives numbers in {}",
                reach.kind,
                shown(reach.range)
            ),
            format!("put `softmax` after `{}`, or take `logits: true`", reach.place),
        )),
        _ => None,
    }
}

/// A probability for each answer.
fn probabilities(head: &Head, reach: &Reach) -> Option<Fault> {
    let loss = head.loss.name;
    if !reach.range.is_within(Range::UNIT) {
        return reach.exact.then(|| {
            certain(
                &reach.place,
                format!(
                    "`{loss}` with `logits: false` takes probabilities, but `{}` gives numbers in {}",
                    reach.kind,
                    shown(reach.range)
                ),
                format!("put `sigmoid` after `{}`, or take `logits: true`", reach.place),
            )
        });
    }
    let exclusive = matches!(head.targets, Some(TargetFacts::Labels { exclusive: true, .. }));
    (reach.rows == Rows::SumToOne && !exclusive).then(|| {
        certain(
            &reach.place,
            format!(
                "`{}` makes the probabilities of an example add up to 1, but its labels do not \
                 exclude each other",
                reach.kind
            ),
            format!("take `sigmoid` in the place of `{}`", reach.place),
        )
    })
}

fn log_probabilities(reach: &Reach) -> Option<Fault> {
    let wrong = match reach.rows {
        Rows::ExponentialsSumToOne | Rows::Unknown => false,
        Rows::SumToOne => true,
        Rows::Any => reach.exact,
    };
    wrong.then(|| {
        certain(
            &reach.place,
            format!("`kl_div` takes log-probabilities, but the model ends with `{}`", reach.kind),
            match reach.rows {
                Rows::SumToOne => format!("take `log_softmax` in the place of `{}`", reach.place),
                _ => format!("put `log_softmax` after `{}`", reach.place),
            },
        )
    })
}

fn rates(reach: &Reach) -> Option<Fault> {
    (reach.range.low < 0.0 && reach.exact).then(|| {
        certain(
            &reach.place,
            format!(
                "`poisson_nll` with `log_input: false` takes rates, but `{}` may give negative ones, \
                 which have no logarithm",
                reach.kind
            ),
            format!("put `softplus` after `{}`, or take `log_input: true`", reach.place),
        )
    })
}

fn targets(head: &Head, reach: &Reach) -> Option<Fault> {
    let found = head.unreachable.filter(|found| found.misfit > 0.0)?;
    let sums = match found.share {
        0.0 => "; they do not add up to 1 as its outputs do".to_owned(),
        share => format!("; {} of them are outside", percent(share)),
    };
    let fault = certain(
        &reach.place,
        format!(
            "`{}` gives numbers in {}, and targets are in {}{sums}",
            reach.kind,
            shown(reach.range),
            shown(found.targets)
        ),
        format!("remove `{}`, or scale the targets into its range", reach.place),
    );
    let finding = Finding {
        measured: Some(found.misfit),
        bound: Some(format!("below {} of the variance left", percent(MISFIT))),
        ..fault.finding
    };
    Some(Fault { certain: found.misfit >= MISFIT, finding })
}

/// Numbers that look like classes.
fn numbered_classes(head: &Head) -> Option<Fault> {
    let Some(TargetFacts::Values { steps: Some(steps), .. }) = head.targets else { return None };
    (head.loss.takes == Takes::Targets).then(|| {
        suspicious(
            "task",
            format!(
                "the targets are {steps} evenly spaced numbers, as classes are, and `{}` takes their \
                 distances for granted",
                head.loss.name
            ),
            "if they are names of classes, write `task: classification`; if they are counts or grades, \
             say `loss_suits_task: {severity: off}`",
        )
    })
}

#[cfg(test)]
mod tests;
