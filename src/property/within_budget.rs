//! `within_budget`: the model is no larger than the spec says that it may be.

use serde_yaml::Mapping;

use super::text::{mapping, optional, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment};
use crate::inspection::Counted;
use crate::spec::Severity;

/// Of an f32.
const BYTES: usize = 4;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "within_budget",
        summary: "Parameters, multiply-adds and memory of the model stay within what the spec allows.",
        checks: "What the layers own and compute, counted from the spec; nothing is run. Parameters \
                 are all numbers of the model, running statistics among them. Multiply-adds are those \
                 of a forward pass over one example. Memory is what training holds whatever the \
                 batch: weights, gradients and the optimizer's state, in f32. There is no bound on \
                 time: the same commit is to get the same verdict on every machine. Of a Rust model \
                 the parameters are those that its first run shows, and its multiply-adds are not \
                 known.",
        why: "A model grows by a line of its spec: a wider layer before `flatten`, one more stage, a \
              longer sequence under attention. Where it must fit a device or a budget of training, \
              nobody sees it until it does not.",
        condition: "parameters ≤ `parameters`; multiply-adds ≤ `multiply_adds`; 4 · (p + t + s · t) \
                    bytes ≤ `memory`, with p parameters, of which t are trained, and s numbers that the \
                    optimizer keeps for each of these: 0 `sgd` (1 with momentum), 2 `adam`, `adamw` (3 \
                    with `amsgrad`) and `lamb`, 1 to 4 `rmsprop`, 1 `adagrad` and `lion`, 4 `adan`. \
                    Where they are known between bounds only (`adafactor`, `muon`, single tensors \
                    frozen, Rust models), it fails when the lower one is too much, passes when the \
                    upper one is not, and is inconclusive in between.",
        mend: "Make the layer that is named smaller (a pool or a mean before `flatten`, groups, a \
               smaller kernel), or allow more where it is meant to be so large.",
        source: "The spec. Counts as in `cargo nn-test show`; the optimizers' states are those of Burn. \
                 Breck et al. 2017, \"The ML Test Score\" (regressions of memory and speed are to be \
                 watched).",
        severity: Severity::Error,
        recommended: false,
        options: &[
            OptionMeta {
                name: "parameters",
                kind: OptionKind::Count,
                default: OptionValue::Required,
                doc: "most numbers that the model may own",
            },
            OptionMeta {
                name: "multiply_adds",
                kind: OptionKind::Count,
                default: OptionValue::Required,
                doc: "most multiply-adds of a forward pass over one example",
            },
            OptionMeta {
                name: "memory",
                kind: OptionKind::Size,
                default: OptionValue::Required,
                doc: "most bytes of weights, gradients and optimizer state",
            },
        ],
    },
    needs: &[Experiment::Inspection],
    trains_further: None,
    judge,
    record,
};

/// What is counted, held against what is allowed.
struct Entry {
    what: &'static str,
    /// At least, and at most.
    counted: Option<[usize; 2]>,
    allowed: usize,
    place: String,
    /// A number in words, with its unit.
    shown: fn(usize) -> String,
}

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let entries = entries(evidence, options);
    if entries.is_empty() {
        return Verdict::not_applicable("no budget is declared");
    }
    let told: Vec<String> = entries.iter().filter_map(told).collect();
    if told.is_empty() {
        return Verdict::not_applicable(
            "what a Rust model owns is known when it has been run, and what it computes is not",
        );
    }
    let summary = told.join(", ");
    let over: Vec<Finding> = entries.iter().filter_map(over).collect();
    if !over.is_empty() {
        return Verdict::fail(summary, over);
    }
    let open: Vec<Finding> = entries.iter().filter_map(open).collect();
    match open.is_empty() {
        true => Verdict::pass(summary),
        false => Verdict::inconclusive(summary, open),
    }
}

fn entries(evidence: &Evidence, options: &Options) -> Vec<Entry> {
    let counted = counted(evidence);
    let place =
        |path: fn(&Counted) -> &String| counted.map(path).filter(|path| !path.is_empty()).cloned();
    let place = |path| place(path).unwrap_or_else(|| "model".to_owned());
    let entry = |name, what, counted, place, shown| {
        Some(Entry { what, counted, allowed: options.count(name)?, place, shown })
    };
    let parameters = parameters(evidence).map(|count| [count, count]);
    let multiply_adds = counted.map(|counted| [counted.multiply_adds; 2]);
    let (largest, busiest) = (place(|counted| &counted.largest), place(|counted| &counted.busiest));
    let number = |count: usize| count.to_string();
    [
        entry("parameters", "parameters", parameters, largest.clone(), number),
        entry("multiply_adds", "multiply-adds", multiply_adds, busiest, number),
        entry("memory", "of memory", memory(evidence), largest, bytes),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn counted(evidence: &Evidence) -> Option<&Counted> {
    evidence.inspection().cost.counted.as_ref()
}

/// All numbers of the model; of a Rust model none before it has been run.
fn parameters(evidence: &Evidence) -> Option<usize> {
    let subject = &evidence.subject;
    let run = subject.rust && !subject.layers.is_empty();
    counted(evidence).map(|counted| counted.parameters).or(run.then_some(subject.parameters))
}

/// Bytes at least, and at most. All that a Rust model owns may be frozen, or nothing of it.
fn memory(evidence: &Evidence) -> Option<[usize; 2]> {
    let all = parameters(evidence)?;
    let [least, most] = counted(evidence).map_or([0, all], |counted| counted.trained);
    let [few, many] = evidence.inspection().cost.state;
    let of = |trained: usize, state: usize| {
        trained.saturating_mul(state + 1).saturating_add(all).saturating_mul(BYTES)
    };
    Some([of(least, few), of(most, many)])
}

fn told(entry: &Entry) -> Option<String> {
    let [least, most] = entry.counted?;
    let amount = match least == most {
        true => (entry.shown)(most),
        false => format!("{} to {}", (entry.shown)(least), (entry.shown)(most)),
    };
    Some(format!("{amount} {} of {} allowed", entry.what, (entry.shown)(entry.allowed)))
}

fn over(entry: &Entry) -> Option<Finding> {
    let [least, most] = entry.counted.filter(|[least, _]| *least > entry.allowed)?;
    let times = short(least as f64 / entry.allowed as f64);
    let at_least = if least == most { "" } else { "at least " };
    Some(Finding {
        place: entry.place.clone(),
        message: format!(
            "the model has {at_least}{} {}, {times} times what is allowed; `{}` has most",
            (entry.shown)(least),
            entry.what,
            entry.place
        )
        .replace("; `model` has most", ""),
        measured: Some(least as f64),
        bound: Some(format!("≤ {}", (entry.shown)(entry.allowed))),
        mend: "make this layer smaller, or allow more".to_owned(),
    })
}

fn open(entry: &Entry) -> Option<Finding> {
    let message = match entry.counted {
        None => format!("{} of a Rust model are not known", entry.what),
        Some([_, most]) if most <= entry.allowed => return None,
        Some([least, most]) => format!(
            "between {} and {} {}: how much exactly is not known before a step is made",
            (entry.shown)(least),
            (entry.shown)(most),
            entry.what
        ),
    };
    Some(Finding {
        place: entry.place.clone(),
        message,
        measured: None,
        bound: Some(format!("≤ {}", (entry.shown)(entry.allowed))),
        mend: "bound the parameters, which are known exactly".to_owned(),
    })
}

fn bytes(bytes: usize) -> String {
    let units = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    let unit = units.into_iter().find(|(size, _)| bytes as f64 >= *size);
    match unit {
        Some((size, unit)) => format!("{} {unit}", short(bytes as f64 / size)),
        None => format!("{bytes} bytes"),
    }
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let number = |count: Option<usize>| optional(count.map(|count| count as f64));
    mapping([
        ("parameters", number(parameters(evidence))),
        ("multiply_adds", number(counted(evidence).map(|counted| counted.multiply_adds))),
    ])
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;
    use crate::spec::{Source, parse};

    /// Of the healthy subject: 160 parameters, 140 multiply-adds, 4 · 160 · 4 bytes with Adam.
    fn verdict(budget: &[(&str, usize)], change: impl FnOnce(&mut Evidence)) -> Verdict {
        let mut evidence = testing::evidence();
        change(&mut evidence);
        let mut options = Options::defaults(&PROPERTY.meta);
        for (name, allowed) in budget {
            options.set(name, OptionValue::Count(*allowed));
        }
        judge(&evidence, &options)
    }

    fn is_rust(evidence: &mut Evidence) {
        evidence.subject.rust = true;
        evidence.inspection.as_mut().unwrap().cost.counted = None;
    }

    #[test]
    fn a_budget_that_is_just_kept_passes_and_one_less_does_not() {
        for (name, due) in [("parameters", 160), ("multiply_adds", 140), ("memory", 2560)] {
            assert_eq!(verdict(&[(name, due)], |_| ()).outcome, Outcome::Pass, "{name}");
            let over = verdict(&[(name, due - 1)], |_| ());
            assert_eq!(over.outcome, Outcome::Fail, "{name}");
            assert_eq!((over.findings[0].place.as_str(), over.findings.len()), ("head", 1));
        }
        let all = verdict(&[("parameters", 80), ("multiply_adds", 1), ("memory", 5000)], |_| ());
        assert_eq!(all.findings.len(), 2);
        let message = "the model has 160 parameters, 2 times what is allowed; `head` has most";
        assert_eq!(all.findings[0].message, message);
    }

    #[test]
    fn what_is_known_between_bounds_is_decided_outside_of_them_alone() {
        let judged = |allowed| {
            verdict(&[("memory", allowed)], |evidence| {
                evidence.inspection.as_mut().unwrap().cost.state = [0, 2];
            })
        };
        assert_eq!(judged(1279).outcome, Outcome::Fail);
        assert_eq!(judged(1280).outcome, Outcome::Inconclusive);
        assert_eq!(judged(2559).outcome, Outcome::Inconclusive);
        assert_eq!(judged(2560).outcome, Outcome::Pass);
    }

    #[test]
    fn of_a_rust_model_the_parameters_are_known_when_it_has_been_run() {
        let judged = |name, allowed| verdict(&[(name, allowed)], is_rust).outcome;
        assert_eq!(judged("parameters", 160), Outcome::Pass);
        assert_eq!(judged("parameters", 159), Outcome::Fail);
        assert_eq!(judged("memory", 639), Outcome::Fail);
        assert_eq!(judged("memory", 2559), Outcome::Inconclusive);
        assert_eq!(judged("multiply_adds", 1), Outcome::NotApplicable);
        let unseen = verdict(&[("parameters", 1)], |evidence| {
            is_rust(evidence);
            evidence.subject.layers.clear();
        });
        assert_eq!(unseen.outcome, Outcome::NotApplicable);
        let both = verdict(&[("parameters", 160), ("multiply_adds", 1)], is_rust);
        assert_eq!(both.outcome, Outcome::Inconclusive);
    }

    #[test]
    fn nothing_declared_is_nothing_to_judge() {
        assert_eq!(testing::verdict(&PROPERTY, |_| ()).outcome, Outcome::NotApplicable);
    }

    #[test]
    fn memory_is_written_with_a_unit_or_in_bytes() {
        let read = |memory: &str| {
            let text = format!(
                "version: 1\ntask: classification\ndata: moons\nmodel: [linear: 2]\n\
                 expect: [within_budget: {{memory: {memory}}}]\n"
            );
            parse(Source::new("a.yaml", text))
                .map(|spec| spec.expectations[0].options.count("memory"))
        };
        assert_eq!(read("50MB").unwrap(), Some(50_000_000));
        assert_eq!(read("1e6").unwrap(), Some(1_000_000));
        for wrong in ["much", "0", "0MB", "[1]"] {
            let error = read(wrong).unwrap_err().render(false);
            assert!(error.contains("`memory` of `within_budget` must be"), "{error}");
        }
    }

    #[test]
    fn bytes_have_a_unit_that_suits_them() {
        assert_eq!([639, 2_560, 50_000_000].map(bytes), ["639 bytes", "2.56 kB", "50 MB"]);
    }
}
