//! The vocabulary against the parser: what the docs say is what is read.

use super::*;
use crate::spec::vocabulary::{DefaultValue, TermKind, TermMeta, ValueKind, terms};
use crate::spec::yaml;

/// A whole spec in which the YAML stands where the term can stand.
pub(super) fn with_term(term: &TermMeta, yaml: &str) -> String {
    let layers = "model: {layers: [linear: {out: 1, name: hidden}]}\n";
    match term.kind {
        TermKind::Section if term.name == "spec" => yaml.to_owned(),
        TermKind::Section if term.name == "data" => {
            format!("version: 1\ntask: classification\ndata: {yaml}\n{layers}")
        }
        TermKind::Section if term.name == "target" => format!(
            "version: 1\ntask: binary_classification\ndata: {{csv: a.csv, target: {yaml}}}\n{layers}"
        ),
        TermKind::Section if ["images", "text"].contains(&term.name) => {
            format!("version: 1\ntask: classification\ndata: {{{}: {yaml}}}\n{layers}", term.name)
        }
        TermKind::Section if term.name == "augment" => {
            format!("version: 1\ntask: classification\ndata: {{bars: , augment: {yaml}}}\n{layers}")
        }
        TermKind::Section if term.name == "targets" => format!(
            "version: 1\ntask: classification\ndata: {{csv: a.csv, target: b, targets: [{yaml}]}}\n\
             {layers}"
        ),
        TermKind::Section if term.name == "term" => {
            format!("{HEAD}{layers}loss: {{terms: [{yaml}]}}\n")
        }
        TermKind::Section if term.name == "split" => {
            format!(
                "version: 1\ntask: regression\ndata: {{linear_regression: , split: {yaml}}}\n{layers}"
            )
        }
        TermKind::Section if term.name == "model" => format!("{HEAD}model: {yaml}\n"),
        TermKind::Section if term.name == "weights" => {
            format!("{HEAD}model: {{layers: [linear: 1], weights: {yaml}}}\n")
        }
        TermKind::Section if term.name == "rust" => format!("{HEAD}model: {{rust: {yaml}}}\n"),
        TermKind::Section if term.name == "elastic" => {
            format!("{HEAD}{layers}regularization: {{elastic: {yaml}}}\n")
        }
        TermKind::Section if term.name == "groups" => {
            format!("{HEAD}{layers}training: {{groups: [{yaml}]}}\n")
        }
        TermKind::Section if term.name == "group" => {
            format!("{HEAD}{layers}groups: {{wiring: [initial_loss]}}\nexpect: [group: {yaml}]\n")
        }
        TermKind::Section if term.name == "early_stopping" => {
            format!("{HEAD}{layers}training: {{early_stopping: {yaml}}}\n")
        }
        TermKind::Section => format!("{HEAD}{layers}{}: {yaml}\n", term.name),
        TermKind::Layer | TermKind::Activation => {
            format!("{HEAD}model:\n  layers:\n    - {yaml}\n")
        }
        TermKind::Initializer => {
            format!("{HEAD}model: {{layers: [linear: {{out: 1, initializer: {yaml}}}]}}\n")
        }
        // Losses that are compared with nothing stand among the terms of one.
        TermKind::Loss if is_alone(term) && !yaml.starts_with("{terms") => {
            format!("{HEAD}{layers}loss: {{terms: [{{name: alone, loss: {yaml}}}]}}\n")
        }
        TermKind::Loss => format!(
            "version: 1\ntask: {}\ndata: {}\n{layers}loss: {yaml}\n",
            task_of(term),
            data_of(term)
        ),
        TermKind::Optimizer => format!("{HEAD}{layers}training: {{optimizer: {yaml}}}\n"),
        TermKind::Schedule => format!("{HEAD}{layers}training: {{schedule: {yaml}}}\n"),
        TermKind::Clipping => format!("{HEAD}{layers}training: {{clipping: {yaml}}}\n"),
        TermKind::Data => {
            format!("version: 1\ntask: {}\ndata: {yaml}\n{layers}", task_of(term))
        }
        TermKind::Scaling => format!(
            "version: 1\ntask: regression\ndata: {{linear_regression: , scale: {yaml}}}\n{layers}"
        ),
        TermKind::Encoding => format!(
            "version: 1\ntask: regression\ndata: {{csv: a.csv, target: y, encode: {{x: {yaml}}}}}\n\
             {layers}"
        ),
        TermKind::Missing => format!(
            "version: 1\ntask: regression\ndata: {{csv: a.csv, target: y, missing: {{x: {yaml}}}}}\n\
             {layers}"
        ),
        TermKind::Fault => format!("{HEAD}{layers}faults: [{yaml}]\n"),
    }
}

fn is_alone(term: &TermMeta) -> bool {
    ["gaussian_kl", "mean_output"].contains(&term.name)
}

fn task_of(term: &TermMeta) -> &'static str {
    match term.name {
        "cross_entropy" | "multi_margin" | "focal" | "ctc" | "rnnt" => "classification",
        "blobs" | "moons" | "circles" | "spirals" | "xor" | "waves" | "bars" | "shapes"
        | "parity" | "majority_token" | "padded_tokens" | "markov_chain" | "copy" | "reversal" => {
            "classification"
        }
        "binary_cross_entropy"
        | "hinge"
        | "soft_margin"
        | "hinge_embedding"
        | "cosine_embedding"
        | "margin_ranking" => "binary_classification",
        _ => "regression",
    }
}

fn data_of(term: &TermMeta) -> &'static str {
    if task_of(term) == "regression" { "linear_regression" } else { "blobs" }
}

#[test]
fn every_example_is_a_right_spec() {
    for term in terms() {
        spec(&with_term(term, term.example));
    }
}

#[test]
fn every_term_stands_alone_unless_an_option_is_required() {
    for term in terms().filter(|term| term.kind != TermKind::Section) {
        let required =
            term.options.iter().filter(|option| option.default == DefaultValue::Required);
        let missing: Vec<_> =
            required.map(|option| format!("`{}` needs `{}`", term.name, option.name)).collect();
        let word = match term.kind {
            TermKind::Layer | TermKind::Activation => term.name.to_owned(),
            _ => format!("{{{}: }}", term.name),
        };
        assert_eq!(messages(&with_term(term, &word)), missing, "{}", term.name);
    }
}

#[test]
fn every_option_is_read_under_its_documented_name() {
    for term in terms().filter(|term| term.name != "spec" && !term.options.is_empty()) {
        for option in term.options {
            // A mapping is right for no option but a nested one, so that its name is in the error.
            let source = if term.name == "data" { "csv: a.csv, " } else { "" };
            let source = match option.name {
                "target" | "targets" | "features" | "encode" | "missing" | "na" => source,
                "inputs" if !source.is_empty() => "npz: a.npz, ",
                _ => "",
            };
            // What keys a configuration has is known only where its model is registered.
            let open = [ValueKind::Config, ValueKind::Names].contains(&option.kind);
            let wrong = if open { "3" } else { "{nonsense: }" };
            let body = format!("{{{source}{}: {wrong}}}", option.name);
            let yaml = match term.kind {
                TermKind::Section => body,
                TermKind::Layer | TermKind::Activation => format!("{}: {body}", term.name),
                _ => format!("{{{}: {body}}}", term.name),
            };
            let text = with_term(term, &yaml);
            let rendered = errors(&text);
            assert!(
                rendered.contains(&format!("`{}`", option.name)) || rendered.contains("`nonsense`"),
                "{} {}:\n{rendered}",
                term.name,
                option.name
            );
        }
    }
}

#[test]
fn every_default_is_what_is_read_when_it_is_written_out() {
    for term in terms().filter(|term| term.kind != TermKind::Section) {
        for option in term.options {
            let (DefaultValue::Count(_)
            | DefaultValue::Number(_)
            | DefaultValue::Flag(_)
            | DefaultValue::Word(_)) = option.default
            else {
                continue;
            };
            let required: Vec<_> = term
                .options
                .iter()
                .filter(|other| other.default == DefaultValue::Required)
                .map(|other| format!("{}: {}", other.name, sample(other.name)))
                .collect();
            let without = required.join(", ");
            let with = [required, vec![format!("{}: {}", option.name, option.default)]]
                .concat()
                .join(", ");
            let place = |options: &str| match term.kind {
                TermKind::Layer | TermKind::Activation => format!("{}: {{{options}}}", term.name),
                TermKind::Fault => format!("{}: {{{options}}}", term.name),
                _ => format!("{{{}: {{{options}}}}}", term.name),
            };
            let plain = |spec: Spec| {
                format!(
                    "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
                    spec.layers().iter().map(|layer| layer.kind.clone()).collect::<Vec<_>>(),
                    spec.loss.terms[0].kind.value,
                    spec.training.optimizer.kind,
                    spec.training.optimizer.learning_rate.value,
                    spec.training.optimizer.others.map(|others| others.kind),
                    spec.training.schedule.kind.value,
                    spec.faults.iter().map(|fault| fault.value.clone()).collect::<Vec<_>>()
                )
            };
            let left = plain(spec(&with_term(term, &place(&without))));
            let right = plain(spec(&with_term(term, &place(&with))));
            assert_eq!(left, right, "{} {}", term.name, option.name);
        }
    }
}

/// A value for a required option.
pub(super) fn sample(option: &str) -> &'static str {
    match option {
        "probability" => "0.5",
        "layers" => "[linear: 1]",
        "layer" => "hidden",
        "tensor" => "hidden.weight",
        "shape" => "[2, 2]",
        "range" => "[0, 1]",
        "terms" => "[{name: near, loss: mse}]",
        "final_lr" | "gamma" | "max_lr" => "0.5",
        "schedules" => "[constant]",
        "from" => "[input, input]",
        "branches" => "[[relu], [tanh]]",
        "context" | "memory" => "input",
        _ => "3",
    }
}

#[test]
fn a_tree_has_no_place_outside_the_text() {
    let text = "é: [1, {b: ü}, \"ñ\"]\nd:\n  - |\n    çç\n  - ~\n";
    let root = yaml::read_one(text);
    let yaml::Value::Mapping(entries) = &root.value else { panic!("mapping") };
    let at = |span: crate::spec::Span| &text[span.start..span.end];
    assert_eq!(at(entries[0].0.span), "é");
    assert_eq!(at(entries[0].1.span), "[1, {b: ü}, \"ñ\"]");
    let yaml::Value::Sequence(items) = &entries[0].1.value else { panic!("list") };
    assert_eq!(at(items[1].span), "{b: ü}");
    assert_eq!(at(items[2].span), "\"ñ\"");
    assert_eq!(at(entries[1].0.span), "d");
}
