//! Properties as topics.

use super::{Kind, OptionRow, Section, Topic};
use crate::property::{Meta, OptionKind, OptionMeta, OptionValue};
use crate::spec::Severity;

pub(super) const KIND: Kind = Kind { name: "property", title: "Properties" };

pub(super) fn topic(meta: &'static Meta) -> Topic {
    let sections = [
        Section::prose("What it checks", meta.checks),
        Section::prose("Why it matters", meta.why),
        Section::prose("Holds when", meta.condition),
        Section::prose("When it fails", meta.mend),
        Section::options(meta.options.iter().map(row)),
        Section::set("In a spec", format!("expect:\n  - {}", example(meta))),
        Section::prose("How it counts", counts(meta)),
        Section::prose("Source", meta.source),
    ];
    Topic {
        kind: KIND,
        name: meta.name,
        summary: meta.summary,
        sections: sections.into_iter().flatten().collect(),
    }
}

fn row(option: &'static OptionMeta) -> OptionRow {
    OptionRow {
        name: option.name,
        takes: takes(option.kind).to_owned(),
        default: default(option).unwrap_or_else(|| missing(option).to_owned()),
        meaning: option.doc,
    }
}

fn takes(kind: OptionKind) -> &'static str {
    match kind {
        OptionKind::Count => "a whole number of at least 1",
        OptionKind::Index => "a whole number of at least 0",
        OptionKind::Axes => "an axis, or a list of axes",
        OptionKind::Factors => "a number greater than 0, or a list of such numbers",
        OptionKind::Size => {
            "an amount of memory: bytes, or a number with a unit such as `50MB` or `8GiB`"
        }
        OptionKind::Name => "a name",
        OptionKind::Number => "a number of at least 0",
        OptionKind::Range => "`[low, high]`, two numbers of at least 0, low below high",
        OptionKind::Flag => "`true` or `false`",
        OptionKind::Files => "a file, or a list of files",
        OptionKind::Names => "a mapping of names in the file to names here",
    }
}

/// The default as a person would write it in a spec; `None` when the property derives it.
fn default(option: &OptionMeta) -> Option<String> {
    Some(match &option.default {
        OptionValue::Derived
        | OptionValue::Required
        | OptionValue::Files(_)
        | OptionValue::Names(_)
        | OptionValue::Name(_) => return None,
        OptionValue::Counts(counts) => format!("{counts:?}"),
        OptionValue::Numbers(numbers) => {
            let numbers: Vec<String> = numbers.iter().map(|value| number(*value)).collect();
            format!("[{}]", numbers.join(", "))
        }
        OptionValue::Count(count) => count.to_string(),
        OptionValue::Number(value) => number(*value),
        OptionValue::Range(low, high) => format!("[{}, {}]", number(*low), number(*high)),
        OptionValue::Flag(flag) => flag.to_string(),
    })
}

fn missing(option: &OptionMeta) -> &'static str {
    if option.is_required() { "none" } else { "derived" }
}

fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        magnitude if (1e-2..1e5).contains(&magnitude) => value.to_string(),
        _ => format!("{value:e}"),
    }
}

/// The property in a list of expectations, with an option where it has one: rather one whose
/// default shows what is usual.
pub(super) fn example(meta: &Meta) -> String {
    let required = meta.required().first().copied();
    let usual = meta.options.iter().find(|option| option.default != OptionValue::Derived);
    match required.or(usual).or(meta.options.first()) {
        None => meta.name.to_owned(),
        Some(option) => {
            let value = default(option).unwrap_or_else(|| sample(option.kind).to_owned());
            format!("{}: {{{}: {value}}}", meta.name, option.name)
        }
    }
}

fn sample(kind: OptionKind) -> &'static str {
    match kind {
        OptionKind::Count | OptionKind::Index => "10",
        OptionKind::Axes => "1",
        OptionKind::Factors => "2",
        OptionKind::Size => "50MB",
        OptionKind::Name => "mask",
        OptionKind::Number => "0.1",
        OptionKind::Range => "[1e-4, 1e-2]",
        OptionKind::Flag => "true",
        OptionKind::Files => "golden/mlp.safetensors",
        OptionKind::Names => "{\"0\": hidden}",
    }
}

fn counts(meta: &Meta) -> String {
    let severity = match meta.severity {
        Severity::Error => "When it does not hold, the test case fails (`severity: error`)",
        Severity::Warn => {
            "When it does not hold, the test case passes with a warning (`severity: warn`)"
        }
        Severity::Off => "It is not judged (`severity: off`)",
    };
    let recommended = match meta.recommended {
        true => "it is in the recommended set, which a spec without `expect` asks for.",
        false => "it runs only when a spec asks for it.",
    };
    format!("{severity} unless spec or configuration say otherwise; {recommended}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::property::REGISTRY;
    use crate::spec::{Source, parse};

    #[test]
    fn every_example_is_a_right_expectation() {
        for property in REGISTRY {
            let text = format!(
                "version: 1\ntask: classification\ndata: moons\nmodel: [linear: 2]\n\
                 expect: [{}]\n",
                example(&property.meta)
            );
            let spec = parse(Source::new("example.yaml", text)).unwrap();
            assert_eq!(spec.expectations[0].property, *property);
        }
    }

    #[test]
    fn numbers_are_written_as_in_a_spec() {
        let texts: Vec<String> = [0.5, 1e-5, 0.0, 300.0, 1e6].into_iter().map(number).collect();
        assert_eq!(texts, ["0.5", "1e-5", "0", "300", "1e6"]);
    }
}
