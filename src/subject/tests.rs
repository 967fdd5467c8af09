//! Every file in `fixtures/broken/subjects` with the text that a user sees: specs whose words are
//! right, and whose data or model are not.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use insta::assert_snapshot;

use super::checks::{memory_text, physical_memory};
use super::*;
use crate::registry::tests::registry;
use crate::spec;
use crate::spec::Code;

const FOLDER: &str = "fixtures/broken/subjects";

/// The names of all specs in the folder, without their extension.
fn names() -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(FOLDER)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter_map(|file| file.strip_suffix(".yaml").map(str::to_owned))
        .collect();
    names.sort();
    names
}

/// What is wrong with a subject.
fn refusal(name: &str) -> Diagnostics {
    // Joined by hand: the same on Windows.
    let path = format!("{FOLDER}/{name}.yaml");
    let spec = spec::load(Path::new(&path)).unwrap_or_else(|errors| panic!("{errors}"));
    match Subject::prepare_with(spec, &registry()) {
        Ok(_) => panic!("{name} is a right subject"),
        Err(diagnostics) => diagnostics,
    }
}

#[test]
fn every_broken_subject_says_what_is_wrong() {
    // Tests run in the package's folder, so that the paths in the texts are the same everywhere.
    for name in names() {
        // This machine's memory is no other's.
        let memory = memory_text(u128::from(physical_memory()));
        let text = refusal(&name).render(false).replace('\\', "/").replace(&memory, "[memory]");
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../../fixtures/broken/subjects/rendered");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| assert_snapshot!(name, text));
    }
}

#[test]
fn every_code_of_data_and_model_is_raised_by_a_broken_subject() {
    let codes = |diagnostics: Diagnostics| diagnostics.errors.into_iter().map(|error| error.code);
    let raised: BTreeSet<Code> = names().iter().flat_map(|name| codes(refusal(name))).collect();
    let ours = |code: &Code| ["NN02", "NN03"].iter().any(|digits| code.0.starts_with(digits));
    let all = spec::CODES.iter().map(|meta| meta.code).filter(ours);
    let missing: Vec<Code> = all.filter(|code| !raised.contains(code)).collect();
    assert_eq!(missing, []);
}
