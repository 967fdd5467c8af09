//! From spec files to test cases: touches no device, prints nothing, never fails.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::TestCase;
use super::name::{self, BrokenNames};
use crate::panics;
use crate::spec::{self, Spec};

/// The test cases of spec files, in the order of the files.
///
/// A file that cannot be read is one case, `<file stem>::spec`, whose result is its rendered
/// diagnostics: those of all its specs. Of several specs of one name the first keeps it; each later one is one case,
/// `<name>_2::spec` and so on, whose result names both files.
pub fn collect(files: &[PathBuf]) -> Vec<TestCase> {
    collect_with(files, &load)
}

/// The test case of that name, without reading files that cannot hold it.
pub(super) fn collect_exact(files: &[PathBuf], name: &str) -> Vec<TestCase> {
    let cases = collect(&candidates(files, name));
    if cases.iter().any(|case| case.name == name) { cases } else { collect(files) }
}

/// The files that a test case may come from. A spec's name stands in its file or is the file's
/// stem, what a matrix adds to it begins with a `-`; the case of a broken spec may be numbered, which
/// depends on all files.
fn candidates(files: &[PathBuf], case: &str) -> Vec<PathBuf> {
    let Some(spec) = name::runnable_spec(case) else {
        return files.to_vec();
    };
    let spec = spec.split('-').next().unwrap_or(spec);
    let may_hold = |file: &&PathBuf| {
        stem(file) == spec || fs::read_to_string(file).is_ok_and(|text| text.contains(spec))
    };
    files.iter().filter(may_hold).cloned().collect()
}

fn collect_with(
    files: &[PathBuf],
    load: &dyn Fn(&Path) -> Result<Vec<Spec>, String>,
) -> Vec<TestCase> {
    let mut owners: HashMap<String, &Path> = HashMap::new();
    let mut broken = BrokenNames::default();
    let mut cases = Vec::new();
    for file in files {
        match load(file) {
            Err(reason) => {
                let name = broken.take(&stem(file), 1);
                cases.push(TestCase::broken(name, file, reason));
            }
            Ok(specs) => {
                for spec in specs {
                    let name = name::sanitised(&spec.name);
                    if let Some(owner) = owners.get(&name) {
                        let reason = taken(&name, owner, file);
                        cases.push(TestCase::refused(broken.take(&name, 2), file, reason, spec));
                    } else {
                        owners.insert(name, file);
                        cases.extend(TestCase::of_spec(&Arc::new(spec), file));
                    }
                }
            }
        }
    }
    cases
}

fn load(file: &Path) -> Result<Vec<Spec>, String> {
    match panics::caught(|| spec::load_all(file)) {
        Ok(loaded) => loaded.map_err(|diagnostics| diagnostics.render(false)),
        Err(panic) => Err(format!(
            "reading {} made nn-test itself panic, which is a bug of nn-test: {panic}",
            file.display()
        )),
    }
}

fn stem(file: &Path) -> String {
    name::sanitised(&file.file_stem().unwrap_or_default().to_string_lossy())
}

fn taken(name: &str, owner: &Path, file: &Path) -> String {
    format!(
        "two specs have the name `{name}`\n  {}\n  {}\ngive one of them another `name:`",
        owner.display(),
        file.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::fixtures::{ALWAYS, NEVER, expectation, spec};
    use crate::report::event::Status;

    /// A file whose stem begins with `broken` is one; the others' spec is named by the stem up to
    /// the first dot.
    fn fake(file: &Path) -> Result<Vec<Spec>, String> {
        let stem = file.file_stem().unwrap().to_str().unwrap();
        if stem.starts_with("broken") {
            return Err(format!("error in {}", file.display()));
        }
        let name = stem.split('.').next().unwrap();
        Ok(vec![spec(name, vec![expectation(&ALWAYS), expectation(&NEVER)])])
    }

    fn names(files: &[&str]) -> Vec<String> {
        let files: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
        collect_with(&files, &fake).into_iter().map(|case| case.name).collect()
    }

    #[test]
    fn cases_come_in_the_order_of_files_and_expectations() {
        assert_eq!(
            names(&["b.yaml", "a.yaml"]),
            ["b::always", "b::never", "a::always", "a::never"]
        );
    }

    #[test]
    fn a_broken_spec_is_one_failing_case_among_the_others() {
        assert_eq!(
            names(&["broken ü.yaml", "a.yaml"]),
            ["broken__::spec", "a::always", "a::never"]
        );
        let cases = collect_with(&[PathBuf::from("broken.yaml")], &fake);
        let result = cases[0].foregone().unwrap();
        assert_eq!(result.status, Status::SpecError);
        assert_eq!(result.details.as_deref(), Some("error in broken.yaml"));
        assert_eq!(result.file, "broken.yaml");
    }

    #[test]
    fn a_name_used_twice_fails_at_each_later_spec_and_names_both_files() {
        let files = ["x/a.yaml", "y/a.yaml", "z/a.other.yaml"];
        assert_eq!(names(&files), ["a::always", "a::never", "a_2::spec", "a_3::spec"]);
        let files = files.map(PathBuf::from);
        let cases = collect_with(&files, &fake);
        let reason = cases[3].foregone().unwrap().details.unwrap();
        assert!(reason.contains("x/a.yaml") && reason.contains("z/a.other.yaml"), "{reason}");
    }

    #[test]
    fn names_are_unique_whatever_the_files_are_called() {
        let files =
            ["broken.yaml", "x/broken.yaml", "broken_2.yaml", "a.yaml", "a.b.yaml", "a_2.yaml"];
        let mut names = names(&files);
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn files_that_cannot_hold_a_case_are_not_read_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let files =
            ["digits.yaml", "named.yaml", "other.yaml"].map(|file| folder.path().join(file));
        for (file, text) in files.iter().zip(["", "name: digits", "name: iris"]) {
            fs::write(file, text).unwrap();
        }
        assert_eq!(candidates(&files, "digits::learns"), files[..2]);
        assert_eq!(candidates(&files, "iris::learns"), files[2..]);
        assert_eq!(candidates(&files, "iris-hidden=8::learns"), files[2..]);
        assert_eq!(candidates(&files, "digits::spec"), files);
    }

    #[test]
    fn a_file_holds_as_many_specs_as_it_has_documents_and_combinations() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sweep.yaml");
        let one = "version: 1\ntask: regression\ndata: linear_regression\nexpect: [shapes]\n";
        let text = format!(
            "{one}matrix: {{hidden: [8, 16]}}\nmodel: [linear: \"${{hidden}}\", linear: 1]\n\
             ---\nname: other\n{one}model: [linear: 1]\n"
        );
        fs::write(&file, text).unwrap();
        let names = |cases: Vec<TestCase>| -> Vec<String> {
            cases.into_iter().map(|case| case.name).collect()
        };
        let all = ["sweep-hidden=8::shapes", "sweep-hidden=16::shapes", "other::shapes"];
        assert_eq!(names(collect(std::slice::from_ref(&file))), all);
        assert_eq!(names(collect_exact(&[file], "sweep-hidden=8::shapes")), all);
    }

    #[test]
    fn a_missing_file_is_a_failing_case() {
        let cases = collect(&[PathBuf::from("/nonexistent/gone.yaml")]);
        assert_eq!(cases.len(), 1);
        assert_eq!(cases[0].name, "gone::spec");
        assert!(cases[0].foregone().is_some());
    }
}
