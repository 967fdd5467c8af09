//! Tests of the language as a whole.

mod broken;
mod errors;
mod reuse;
mod robust;
mod schema;
mod valid;
mod vocabulary;

use super::{Diagnostics, Severity, Source, Spec, file};
use crate::experiment::Evidence;
use crate::property::{Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};

/// What every spec needs, so that a test can show one section.
const HEAD: &str = "version: 1\ntask: regression\ndata: linear_regression\n";

const fn meta(name: &'static str, recommended: bool) -> Meta {
    Meta {
        name,
        summary: "holds",
        checks: "something",
        why: "it matters",
        condition: "x < 1",
        mend: "lower x",
        source: "a test",
        severity: Severity::Error,
        recommended,
        options: &[
            OptionMeta {
                name: "steps",
                kind: OptionKind::Count,
                default: OptionValue::Count(200),
                doc: "steps",
            },
            OptionMeta {
                name: "tolerance",
                kind: OptionKind::Number,
                default: OptionValue::Derived,
                doc: "tolerance",
            },
            OptionMeta {
                name: "range",
                kind: OptionKind::Range,
                default: OptionValue::Range(1e-4, 1e-2),
                doc: "range",
            },
            OptionMeta {
                name: "exact",
                kind: OptionKind::Flag,
                default: OptionValue::Flag(false),
                doc: "exactness",
            },
        ],
    }
}

const fn property(name: &'static str, recommended: bool) -> Property {
    Property { meta: meta(name, recommended), needs: &[], trains_further: None, judge, record }
}

fn judge(_: &Evidence, _: &Options) -> Verdict {
    Verdict::pass("holds")
}

fn record(_: &Evidence, _: &Options) -> serde_yaml::Mapping {
    serde_yaml::Mapping::new()
}

static INITIAL_LOSS: Property = property("initial_loss", true);
static OVERFITS_BATCH: Property = property("overfits_batch", true);
static UPDATE_RATIO: Property = property("update_ratio", false);
static REGISTRY: &[&Property] = &[&INITIAL_LOSS, &OVERFITS_BATCH, &UPDATE_RATIO];

fn parse_all(text: &str) -> Result<Vec<Spec>, Diagnostics> {
    file::parse_with(Source::new("specs/example.yaml", text), REGISTRY)
}

fn parse(text: &str) -> Result<Spec, Diagnostics> {
    parse_all(text).map(|specs| {
        let [spec] = <[Spec; 1]>::try_from(specs).unwrap_or_else(|specs| panic!("{specs:#?}"));
        spec
    })
}

/// Parses a spec that must be right.
fn spec(text: &str) -> Spec {
    parse(text).unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

/// Renders the errors of a spec that must be wrong.
fn errors(text: &str) -> String {
    match parse(text) {
        Ok(spec) => panic!("no error in:\n{text}\n{spec:#?}"),
        Err(diagnostics) => diagnostics.render(false),
    }
}

/// The messages alone, in the order of their places.
fn messages(text: &str) -> Vec<String> {
    match parse(text) {
        Ok(_) => Vec::new(),
        Err(diagnostics) => diagnostics.records().into_iter().map(|error| error.message).collect(),
    }
}
