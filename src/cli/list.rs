//! `cargo nn-test list`: the selected test cases, without a device.

use std::io::Write;

use clap::Args;
use serde::Serialize;

use super::cases::{Choice, Group, choose};
use super::error::{Error, warn};
use super::options::{
    ColorOption, FormatOption, MessageFormat, NoTests, PartitionOption, SelectionOptions,
};
use crate::report::event::SCHEMA_VERSION;
use crate::report::{counted, heading};

/// Options of `list`.
#[derive(Debug, Clone, Args)]
pub(super) struct ListOptions {
    #[command(flatten)]
    selection: SelectionOptions,
    #[command(flatten)]
    partition: PartitionOption,
    #[command(flatten)]
    format: FormatOption,
    #[command(flatten)]
    pub(super) color: ColorOption,
}

impl ListOptions {
    pub(super) fn execute(self, output: &mut impl Write) -> Result<(), Error> {
        let choice = choose(&self.selection)?.shard(self.partition.partition);
        // An empty list is no error, but a person wants to know why it is empty.
        if let Some(sentence) = choice.unless_empty(NoTests::Warn)? {
            warn(&sentence);
        }
        let text = match self.format.message_format() {
            MessageFormat::Human => human(&choice),
            MessageFormat::Json => json(&choice),
        };
        output.write_all(text.as_bytes())?;
        Ok(())
    }
}

/// Spec by spec; every name can be copied to the command line as it stands.
fn human(choice: &Choice) -> String {
    let mut text = String::new();
    for group in &choice.groups {
        if choice.groups.len() > 1 {
            text.push_str(&format!("package {}\n\n", heading(&group.package)));
        }
        for specs in group.specs.chunk_by(|one, next| one.file == next.file) {
            text.push_str(&format!("{}\n", heading(&specs[0].file.display().to_string())));
            for test in specs.iter().flat_map(|spec| &spec.tests) {
                text.push_str(&format!("    {test}\n"));
            }
            text.push('\n');
        }
    }
    let specs = counted(choice.specs().count(), "spec");
    text.push_str(&format!("{} in {specs}\n", counted(choice.tests(), "test")));
    text
}

#[derive(Serialize)]
struct Listing<'a> {
    schema_version: u32,
    tests: Vec<ListedTest<'a>>,
}

#[derive(Serialize)]
struct ListedTest<'a> {
    name: &'a str,
    package: &'a str,
    file: String,
    /// The spec's own.
    tags: Vec<&'a str>,
}

/// One JSON document.
fn json(choice: &Choice) -> String {
    let tests = choice.groups.iter().flat_map(listed).collect();
    let listing = Listing { schema_version: SCHEMA_VERSION, tests };
    let text = serde_json::to_string(&listing).expect("a listing has only string keys");
    format!("{text}\n")
}

fn listed(group: &Group) -> impl Iterator<Item = ListedTest<'_>> {
    group.specs.iter().flat_map(move |spec| {
        spec.tests.iter().map(move |name| ListedTest {
            name,
            package: &group.package,
            file: spec.file.display().to_string(),
            tags: spec.tags().collect(),
        })
    })
}
