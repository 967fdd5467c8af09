//! `cargo nn-test check`: reads specs and data, infers all shapes and judges what can be judged without
//! a device.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::cases::{Group, choose};
use super::error::{Error, warn};
use super::options::{
    ColorOption, FormatOption, MessageFormat, NoTestsOption, SelectionOptions, SeverityOptions,
};
use super::seams::{self, Rejected, SpecSummary};
use super::settings::{self, ProfileOption, resolver};
use crate::config::Key;
use crate::report::event::{Status, TestResult};
use crate::report::{Mark, counted, describe, marked, rustc_colors};
use crate::severities::Severities;

/// Options of `check`.
#[derive(Debug, Clone, Args)]
pub(super) struct CheckOptions {
    #[command(flatten)]
    selection: SelectionOptions,
    #[command(flatten)]
    profile: ProfileOption,
    #[command(flatten)]
    no_tests: NoTestsOption,
    #[command(flatten)]
    severity: SeverityOptions,
    #[command(flatten)]
    format: FormatOption,
    #[command(flatten)]
    pub(super) color: ColorOption,
}

impl CheckOptions {
    pub(super) fn execute(self, output: &mut impl Write) -> Result<(), Error> {
        let choice = choose(&self.selection)?;
        let line = self.severity.say(self.no_tests.say(self.profile.command_line()));
        let resolver = resolver(choice.config.clone(), line)?;
        let settings = resolver.settings(None);
        if let Some(sentence) = choice.unless_empty(settings::choice(&settings, Key::NoTests))? {
            warn(&sentence);
        }
        let mut counts = Counts::default();
        for group in &choice.groups {
            let mut names = BTreeMap::new();
            let severities = resolver.settings(Some(&group.package)).severities();
            for checked in group_files(group, &severities, &mut names) {
                let text = match self.format.message_format() {
                    MessageFormat::Human => human(&checked),
                    MessageFormat::Json => json(&checked),
                };
                output.write_all(text.as_bytes())?;
                counts.add(&checked);
            }
        }
        if self.format.message_format() == MessageFormat::Human {
            output.write_all(counts.conclusion().as_bytes())?;
        }
        match counts {
            Counts { broken: 1.., .. } => Err(Error::SpecErrors),
            Counts { failed: 1.., .. } => Err(Error::TestsFailed),
            _ => Ok(()),
        }
    }
}

/// One spec file and what came of it.
#[derive(Debug)]
struct Checked {
    file: PathBuf,
    outcome: Result<SpecSummary, Rejected>,
}

fn group_files<'a>(
    group: &'a Group,
    severities: &'a Severities,
    names: &'a mut BTreeMap<String, PathBuf>,
) -> impl Iterator<Item = Checked> + 'a {
    group.specs.iter().map(|spec| {
        let outcome = seams::check(spec, severities);
        unique(Checked { file: spec.file.clone(), outcome }, names)
    })
}

/// Refuses a spec whose name another one of the package bears already: test cases and snapshots
/// are named after it.
fn unique(checked: Checked, names: &mut BTreeMap<String, PathBuf>) -> Checked {
    let Ok(summary) = &checked.outcome else { return checked };
    let Some(first) = names.get(&summary.name) else {
        names.insert(summary.name.clone(), checked.file.clone());
        return checked;
    };
    let message = format!(
        "spec name `{}` is used twice: in {} and in {}",
        summary.name,
        first.display(),
        checked.file.display()
    );
    let records = serde_json::json!([{ "file": checked.file, "message": message }]);
    let rendered = format!("error: {message}\n");
    Checked { outcome: Err(Rejected { rendered, records }), ..checked }
}

fn human(checked: &Checked) -> String {
    let file = checked.file.display();
    match &checked.outcome {
        Ok(summary) => {
            let head = marked(Mark::Good, "ok", &file.to_string());
            format!("{head}\n{}{}\n", described(summary), judged(&summary.judged))
        }
        Err(rejected) => format!("{}\n\n", rustc_colors(rejected.rendered.trim_end())),
    }
}

/// What the spec amounts to: task, data, layers with output shapes and parameters, properties.
fn described(summary: &SpecSummary) -> String {
    let examples = summary.training_examples + summary.validation_examples + summary.test_examples;
    let test = match summary.test_examples {
        0 => String::new(),
        examples => format!(", {examples} for the test"),
    };
    let data = match examples {
        0 => "batches of the model's own".to_owned(),
        _ => format!(
            "{} of shape {:?} ({} for validation{test})",
            counted(examples, "example"),
            summary.input,
            summary.validation_examples,
        ),
    };
    let mut lines = vec![format!("  {}: {}, {data}", summary.name, summary.task)];
    let width = |text: fn(&super::seams::LayerRow) -> &str| {
        summary.layers.iter().map(|layer| text(layer).chars().count()).max().unwrap_or(0)
    };
    let (names, kinds, outputs) =
        (width(|layer| &layer.name), width(|layer| &layer.kind), width(|layer| &layer.output));
    for layer in &summary.layers {
        let row = format!(
            "    {:names$}  {:kinds$}  {:outputs$}  {:>9}",
            layer.name,
            layer.kind,
            layer.output,
            if layer.parameters > 0 { layer.parameters.to_string() } else { String::new() },
        );
        lines.push(row.trim_end().to_owned());
    }
    let model = match &summary.rust {
        Some(name) => format!("Rust model `{name}`, seen when it runs"),
        None => counted(summary.parameters, "parameter"),
    };
    lines.push(format!(
        "  {model}; {}: {}",
        match summary.properties.len() {
            1 => "1 property".to_owned(),
            count => format!("{count} properties"),
        },
        summary.properties.join(", "),
    ));
    lines.join("\n") + "\n"
}

/// What is judged without a device: a count of what holds, and in full what does not.
fn judged(results: &[TestResult]) -> String {
    let held = results.iter().filter(|result| result.status == Status::Passed).count();
    let mut text = match held {
        0 => String::new(),
        1 => "  1 holds without being run\n".to_owned(),
        _ => format!("  {held} hold without being run\n"),
    };
    for result in results {
        let (mark, word) = match result.status {
            status if status.is_failure() => (Mark::Bad, "FAIL"),
            Status::Warned => (Mark::Doubtful, "WARN"),
            _ => continue,
        };
        let summary = result.verdict.as_ref().map_or("", |verdict| &verdict.summary);
        let line = marked(mark, word, &format!("{}  {summary}", result.test));
        text.push_str(&format!("{line}\n{}\n", describe(result)));
    }
    text
}

/// What came of all specs.
#[derive(Debug, Default)]
struct Counts {
    sound: usize,
    broken: usize,
    failed: usize,
    warned: usize,
}

impl Counts {
    fn add(&mut self, checked: &Checked) {
        let Ok(summary) = &checked.outcome else {
            self.broken += 1;
            return;
        };
        self.sound += 1;
        let statuses = || summary.judged.iter().map(|result| result.status);
        self.failed += statuses().filter(|status| status.is_failure()).count();
        self.warned += statuses().filter(|status| *status == Status::Warned).count();
    }

    fn conclusion(&self) -> String {
        let good = counted(self.sound, "spec");
        let specs = match self.broken {
            0 => format!("{good} checked"),
            broken => format!("{} wrong, {good} fine", counted(broken, "spec")),
        };
        let failed = match self.failed {
            0 => String::new(),
            1 => "; 1 property does not hold".to_owned(),
            failed => format!("; {failed} properties do not hold"),
        };
        let warned = match self.warned {
            0 => String::new(),
            warned => format!("; {}", counted(warned, "warning")),
        };
        format!("{specs}{failed}{warned}\n")
    }
}

#[derive(Serialize)]
struct CheckedRecord<'a> {
    file: String,
    summary: Option<&'a SpecSummary>,
    errors: Option<&'a serde_json::Value>,
}

/// One line per spec.
fn json(checked: &Checked) -> String {
    let record = CheckedRecord {
        file: checked.file.display().to_string(),
        summary: checked.outcome.as_ref().ok(),
        errors: checked.outcome.as_ref().err().map(|rejected| &rejected.records),
    };
    let text = serde_json::to_string(&record).expect("a record has only string keys");
    format!("{text}\n")
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;

    use super::super::seams::LayerRow;
    use super::*;
    use crate::property::{Finding, Verdict};

    fn summary(name: &str) -> SpecSummary {
        let layer = |name: &str, kind: &str, output: &str, parameters| LayerRow {
            name: name.to_owned(),
            kind: kind.to_owned(),
            output: output.to_owned(),
            parameters,
        };
        SpecSummary {
            name: name.to_owned(),
            task: "binary classification".to_owned(),
            training_examples: 160,
            validation_examples: 40,
            test_examples: 0,
            input: vec![2],
            rust: None,
            layers: vec![
                layer("linear1", "linear", "[16]", 48),
                layer("relu1", "relu", "[16]", 0),
                layer("head", "linear", "[1]", 17),
            ],
            parameters: 65,
            properties: vec!["initial_loss".to_owned(), "learns".to_owned()],
            judged: Vec::new(),
        }
    }

    fn sound(file: &str, name: &str) -> Checked {
        Checked { file: file.into(), outcome: Ok(summary(name)) }
    }

    #[test]
    fn a_sound_spec_is_shown_with_its_layers() {
        assert_eq!(
            strip_str(&human(&sound("specs/moons.yaml", "moons"))).to_string(),
            "          ok specs/moons.yaml
  moons: binary classification, 200 examples of shape [2] (40 for validation)
    linear1  linear  [16]         48
    relu1    relu    [16]
    head     linear  [1]          17
  65 parameters; 2 properties: initial_loss, learns

"
        );
    }

    #[test]
    fn what_holds_is_counted_and_what_does_not_is_shown_in_full() {
        let result = |property: &str, status, verdict| TestResult {
            test: format!("moons::{property}"),
            file: "specs/moons.yaml".to_owned(),
            line: 0,
            column: 0,
            status,
            verdict: Some(verdict),
            details: None,
            seconds: 0.0,
        };
        let finding = Finding {
            place: "head".to_owned(),
            message: "a sigmoid".to_owned(),
            measured: None,
            bound: None,
            mend: "remove it".to_owned(),
        };
        let mut checked = sound("specs/moons.yaml", "moons");
        checked.outcome.as_mut().unwrap().judged = vec![
            result("labels_valid", Status::Passed, Verdict::pass("fine")),
            result("targets_scaled", Status::Skipped, Verdict::not_applicable("classes")),
            result("loss_suits_task", Status::Failed, Verdict::fail("bounded", vec![finding])),
        ];
        let text = strip_str(&human(&checked)).to_string();
        assert!(
            text.ends_with(
                "  1 holds without being run
        FAIL moons::loss_suits_task  bounded
  --> specs/moons.yaml
  head: a sigmoid
      help: remove it

"
            ),
            "{text}"
        );
        let mut counts = Counts::default();
        counts.add(&checked);
        assert_eq!(counts.conclusion(), "1 spec checked; 1 property does not hold\n");
    }

    #[test]
    fn a_name_used_twice_is_refused_at_its_second_use() {
        let mut names = BTreeMap::new();
        assert!(unique(sound("a.yaml", "moons"), &mut names).outcome.is_ok());
        assert!(unique(sound("b.yaml", "blobs"), &mut names).outcome.is_ok());
        let rejected = unique(sound("c.yaml", "moons"), &mut names).outcome.unwrap_err();
        assert_eq!(
            rejected.rendered,
            "error: spec name `moons` is used twice: in a.yaml and in c.yaml\n"
        );
    }

    #[test]
    fn programs_get_one_line_per_spec() {
        let line = json(&sound("a.yaml", "moons"));
        assert_eq!(line.matches('\n').count(), 1);
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(value["summary"]["layers"][2]["parameters"], 17);
        assert!(value["errors"].is_null());

        let records = serde_json::json!([{ "code": "NN0104" }]);
        let rejected = Rejected { rendered: String::new(), records };
        let line = json(&Checked { file: "b.yaml".into(), outcome: Err(rejected) });
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(value["errors"][0]["code"], "NN0104");
        assert!(value["summary"].is_null());
    }

    #[test]
    fn the_conclusion_counts_both_kinds() {
        let counts =
            |sound, broken, failed, warned| Counts { sound, broken, failed, warned }.conclusion();
        assert_eq!(counts(3, 0, 0, 0), "3 specs checked\n");
        assert_eq!(counts(2, 1, 0, 0), "1 spec wrong, 2 specs fine\n");
        assert_eq!(counts(2, 0, 1, 0), "2 specs checked; 1 property does not hold\n");
        assert_eq!(counts(2, 0, 3, 2), "2 specs checked; 3 properties do not hold; 2 warnings\n");
    }
}
