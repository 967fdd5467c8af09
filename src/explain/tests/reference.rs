//! That each word has its page, and that the spec on it runs.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::*;
use crate::device::{DeviceChoice, Devices};
use crate::experiment::{Experiment, Laboratory};
use crate::spec::vocabulary::terms;
use crate::spec::{Source, parse};
use crate::subject::Subject;

/// All files below `docs/reference`.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let found = entries.flat_map(|path| match path.is_dir() {
        true => files(&path),
        false => BTreeSet::from([path]),
    });
    found.collect()
}

#[test]
fn the_reference_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference");
    let pages = reference();
    for (path, text) in &pages {
        let file = root.join(path);
        if std::env::var("UPDATE_DOCS").as_deref() == Ok("1") {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
        }
        assert_page(&format!("docs/reference/{}", path.display()), text);
    }
    let due: BTreeSet<PathBuf> = pages.iter().map(|(path, _)| root.join(path)).collect();
    let stale: Vec<PathBuf> = files(&root).difference(&due).cloned().collect();
    match std::env::var("UPDATE_DOCS").as_deref() == Ok("1") {
        true => stale.iter().for_each(|file| fs::remove_file(file).unwrap()),
        false => assert!(stale.is_empty(), "no word has these pages: {stale:?}"),
    }
}

#[test]
fn every_example_is_trained_for_a_step() {
    let _alone = crate::device::alone();
    let devices = Devices::open(DeviceChoice::Cpu).unwrap();
    let kinds = REFERENCE.map(|(kind, _)| kind);
    let mut wrong = Vec::new();
    for term in terms().filter(|term| kinds.contains(&term.kind)) {
        let Some(whole) = example::whole(term) else {
            wrong
                .push(format!("`{}`: no frame of `example.rs` fits `{}`", term.name, term.example));
            continue;
        };
        let text = format!("{}expect: [learns: {{steps: 1, at_most: 1}}]\n", whole.text);
        let spec = parse(Source::new("specs/example.yaml", text)).unwrap();
        let subject = Subject::prepare(spec).unwrap();
        let mut laboratory = Laboratory::new(subject, &devices).unwrap();
        if let Err(error) = laboratory.require(Experiment::Training, &mut |_, _, _, _| ()) {
            wrong.push(format!("`{}`: {error}", term.name));
            continue;
        }
        let training = laboratory.evidence().training();
        if training.steps != 1 || !training.sample_losses.iter().all(|look| look.loss.is_finite()) {
            wrong.push(format!("`{}`: {:?}", term.name, training.sample_losses));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_page_says_what_a_word_takes_makes_and_is_called() {
    let linear: Vec<Topic> =
        find("linear").into_iter().filter(|topic| topic.kind.name == "layer").collect();
    let headings: Vec<&str> = linear[0].sections.iter().map(|section| section.heading).collect();
    for due in ["Options", "Short form", "Elsewhere called", "Shapes", "In a spec", "A whole spec"]
    {
        assert!(headings.contains(&due), "{due}: {headings:?}");
    }
    let pages = reference();
    let page = |path: &str| &pages.iter().find(|(at, _)| at == Path::new(path)).unwrap().1;
    assert!(page("layers/linear.md").contains("`dense`"));
    // The schedule of the same name is called otherwise.
    assert!(!page("layers/linear.md").contains("`polynomial`"));
    assert!(page("schedules/linear.md").contains("`polynomial`"));
}
