//! A spec's name: given, or the file's, and with the values of a matrix.

use std::collections::HashMap;

use super::options::OptionReader;
use super::reader::Reader;
use super::reuse::Document;
use super::{Code, Diagnostic, Source, Spanned, Spec};

/// Names are folders of snapshots, and paths have a limit on some systems.
const LONGEST: usize = 120;

pub(super) fn read(
    spec: &mut OptionReader<'_, '_, '_>,
    source: &Source,
    document: &Document,
) -> Spanned<String> {
    let (mut name, from_file) = match spec.given("name") {
        Some(_) => (spec.text("name"), false),
        None => {
            let stem = source.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            (Spanned::new(stem, spec.place()), true)
        }
    };
    if from_file && document.number > 1 {
        let error = Diagnostic::new(
            Code::MISSING_KEY,
            "a spec after the first of a file needs `name`",
            name.span,
            "`name` is missing",
        );
        spec.reader.report(error.note("the first one may go by the file's name"));
        // It is not also one of two that go by the file's name.
        name.value.clear();
        return name;
    }
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let proposal = proposed_name(&name);
    if from_file && (name.is_empty() || !name.chars().all(fits)) {
        let error = Diagnostic::new(
            Code::BAD_NAME,
            format!("the file's name `{}` cannot be the spec's name", name.value),
            name.span,
            "this spec has no `name` of its own",
        );
        spec.reader.report(
            error
                .note("a spec's name has lower-case letters, digits and `_` alone")
                .help(format!("add `name: {proposal}`")),
        );
    } else if !name.chars().all(fits) {
        let error = Diagnostic::new(
            Code::BAD_NAME,
            "a spec's name has lower-case letters, digits and `_` alone",
            name.span,
            "has other characters",
        );
        spec.reader.report(error.help(format!("for example `name: {proposal}`")));
    }
    name.value.push_str(&document.suffix);
    if name.len() > LONGEST && !document.suffix.is_empty() {
        let error = Diagnostic::new(
            Code::BAD_NAME,
            format!("the names that the matrix makes are longer than {LONGEST} characters"),
            name.span,
            format!("one has {}", name.len()),
        );
        spec.reader.report(error.note(format!("it is `{}`", name.value)).help(
            "put what is long into `vars`, or shorten the spec's name and those of its variables",
        ));
    }
    name
}

/// Reports specs of one file that would have the same test cases.
pub(super) fn report_repeated<'spec>(
    reader: &mut Reader<'_>,
    specs: impl Iterator<Item = &'spec Spec>,
) {
    let mut first = HashMap::new();
    for spec in specs.filter(|spec| !spec.name.is_empty()) {
        if let Some(before) = first.insert(spec.name.value.as_str(), spec.name.span) {
            let error = Diagnostic::new(
                Code::DUPLICATE_SPEC,
                format!("two specs of the file have the name `{}`", *spec.name),
                spec.name.span,
                "the second one",
            );
            reader.report(error.also(before, "the first one").help("give one another `name`"));
        }
    }
}

/// The nearest name that fits.
fn proposed_name(name: &str) -> String {
    let fitting = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let proposal: String = name.chars().take(40).map(fitting).collect();
    let words: Vec<_> = proposal.split('_').filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "my_spec".to_owned() } else { words.join("_") }
}
