//! That the pages in `docs/` are what the sources say, and that every topic has an explanation.

mod data;
mod peer_checks;
mod readme;
mod reference;

use std::fs;
use std::path::Path;

use super::term::REFERENCE;
use super::*;

/// Compares a text with its file in the repository; writes the file when `UPDATE_DOCS` is `1`.
fn assert_page(file: &str, page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var("UPDATE_DOCS").as_deref() == Ok("1") {
        fs::write(&path, page).unwrap();
        return;
    }
    let committed = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    let differs = committed.lines().zip(page.lines()).position(|(old, new)| old != new);
    assert!(
        committed == page,
        "{file} is not what the sources say (line {}): run `UPDATE_DOCS=1 cargo test --lib \
         explain` and commit the result",
        differs.unwrap_or(committed.lines().count().min(page.lines().count())) + 1
    );
}

#[test]
fn the_page_about_properties_is_up_to_date() {
    assert_page("docs/properties.md", &properties());
}

#[test]
fn the_page_about_the_language_is_up_to_date() {
    assert_page("docs/language.md", &language());
}

#[test]
fn the_page_about_errors_is_up_to_date() {
    assert_page("docs/errors.md", &errors());
}

#[test]
fn the_page_of_causes_is_what_they_say() {
    assert_page("docs/causes.md", &causes());
}

#[test]
fn the_json_schema_is_up_to_date() {
    assert_page("nn-test.schema.json", &crate::schema::text());
}

#[test]
fn every_topic_stands_on_one_page() {
    let reference = reference().into_iter().map(|(_, page)| page);
    let pages = properties() + &language() + &causes() + &errors() + &reference.collect::<String>();
    let headings = |name: &str| {
        pages.lines().filter(|line| line.trim_start_matches('#').trim() == name).count()
    };
    for topic in topics() {
        assert_eq!(headings(topic.name), find(topic.name).len(), "{}", topic.name);
    }
}

#[test]
fn every_topic_is_explained() {
    for topic in topics() {
        assert!(!topic.sections.is_empty(), "{topic:?}");
        assert!(!topic.summary.is_empty(), "{topic:?}");
    }
}

#[test]
fn a_topic_is_found_in_any_spelling() {
    for name in ["batch_norm", "Batch-Norm", "BATCHNORM", " batch norm "] {
        let names: Vec<_> = find(name).iter().map(|topic| topic.name).collect();
        assert_eq!(names, ["batch_norm"], "{name}");
    }
    assert_eq!(find("nn0107")[0].name, "NN0107");
    assert_eq!(find("learns")[0].kind.name, "property");
    assert!(find("quux").is_empty());
}

#[test]
fn a_name_that_is_not_known_finds_the_one_that_was_meant() {
    assert_eq!(suggestion("dense"), Some("linear"));
    assert_eq!(suggestion("learn"), Some("learns"));
    assert_eq!(suggestion("NN017"), Some("NN0107"));
    assert_eq!(suggestion("quux"), None);
}

#[test]
fn a_property_says_what_it_checks_and_what_its_options_are() {
    let learns = find("learns").remove(0);
    let headings: Vec<_> = learns.sections.iter().map(|section| section.heading).collect();
    assert_eq!(
        headings,
        [
            "What it checks",
            "Why it matters",
            "Holds when",
            "When it fails",
            "Options",
            "In a spec",
            "How it counts",
            "Source",
        ]
    );
    let Body::Options(options) = &learns.sections[4].body else { panic!("options") };
    assert_eq!((options[0].name, options[0].default.as_str()), ("steps", "20"));
    let Body::Set(example) = &learns.sections[5].body else { panic!("example") };
    assert_eq!(example, "expect:\n  - learns: {steps: 20}");
}

#[test]
fn bars_stay_inside_their_cell() {
    let pages = reference().into_iter().map(|(_, page)| page);
    let page = pages.collect::<String>() + &language();
    let width = |line: &str| line.replace("\\|", "").matches('|').count();
    let tables: Vec<&str> = page.lines().filter(|line| line.starts_with("| ")).collect();
    assert!(tables.len() > 100);
    for line in tables {
        assert!([3, 5].contains(&width(line)), "{line}");
    }
}
