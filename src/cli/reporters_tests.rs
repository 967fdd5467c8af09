//! Reports in temporary folders.

use super::super::cases::ChosenSpec;
use super::*;
use crate::report::event::{RunSummary, TestResult};
use crate::report::examples;

fn run(reporters: &mut Reporters, results: &[TestResult]) {
    reporters.emit(&Event::RunStarted { schema_version: 1, tests: results.len(), specs: 1 });
    for result in results {
        reporters.emit(&Event::TestFinished(result.clone()));
    }
    reporters.emit(&Event::RunFinished(RunSummary::default()));
}

#[test]
fn one_run_is_reported_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| Some(folder.path().join(name));
    let destinations = Destinations {
        junit: path("reports/junit.xml"),
        summary: path("summary.md"),
        events: path("events.jsonl"),
        step_summary: path("step.md"),
        ..Destinations::default()
    };
    fs::write(folder.path().join("step.md"), "before\n").unwrap();
    let mut reporters = Reporters::open(None, destinations).unwrap();
    run(&mut reporters, &[examples::failed()]);
    reporters.close().unwrap();

    let text = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(text("reports/junit.xml").contains("digits::gradients_match"));
    assert!(text("summary.md").contains("digits::gradients_match"));
    assert_eq!(text("step.md"), format!("before\n{}", text("summary.md")));
    assert_eq!(text("events.jsonl").lines().count(), 3);
}

#[test]
fn a_file_that_cannot_be_written_is_found_before_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let here = Some(folder.path().to_owned());
    for destinations in [
        Destinations { junit: here.clone(), ..Destinations::default() },
        Destinations { summary: here.clone(), ..Destinations::default() },
        Destinations { events: here, ..Destinations::default() },
    ] {
        let error = Reporters::open(None, destinations).err().unwrap();
        assert_eq!(error.exit_code(), 101);
        assert!(error.to_string().contains(&folder.path().display().to_string()), "{error}");
    }
}

#[test]
fn a_report_that_fails_at_the_end_does_not_keep_others_from_being_written() {
    let folder = tempfile::tempdir().unwrap();
    let (junit, summary) = (folder.path().join("junit.xml"), folder.path().join("summary.md"));
    let destinations = Destinations {
        junit: Some(junit.clone()),
        summary: Some(summary.clone()),
        ..Destinations::default()
    };
    let mut reporters = Reporters::open(None, destinations).unwrap();
    run(&mut reporters, &[examples::passed()]);
    fs::create_dir(&junit).unwrap();
    let error = reporters.close().unwrap_err();
    assert!(error.to_string().contains("junit.xml"), "{error}");
    assert!(summary.exists());
}

#[test]
fn a_step_summary_that_is_not_there_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let step_summary = Some(folder.path().join("none/step.md"));
    let mut reporters =
        Reporters::open(None, Destinations { step_summary, ..Destinations::default() }).unwrap();
    run(&mut reporters, &[]);
    reporters.close().unwrap();
}

#[test]
fn the_selection_follows_the_start_and_knows_packages() {
    let group = |package: &str| Group {
        package: package.to_owned(),
        package_root: "/p".into(),
        member: None,
        specs: vec![ChosenSpec {
            file: "a.yaml".into(),
            tests: vec!["a::learns".to_owned()],
            ..ChosenSpec::default()
        }],
    };
    let packages = |package| selected(&group(package)).map(|test| test.package).next().unwrap();
    assert_eq!(packages("nets"), Some("nets".to_owned()));
    assert_eq!(packages("/p"), None);

    let mut reporters = Reporters::open(None, Destinations::default()).unwrap();
    let tests = selected(&group("nets")).collect();
    reporters.selection = Some(Event::TestsSelected { partition: None, tests });
    run(&mut reporters, &[]);
    assert_eq!(reporters.record.not_run().count(), 1);
}

#[test]
fn paths_begin_at_the_root_of_the_repository() {
    let spelt = |file, repository| spelling(file, Path::new("/r/nets"), repository);
    let repository = Some(Path::new("/r"));
    assert_eq!(spelt("specs/a.yaml", repository), "nets/specs/a.yaml");
    assert_eq!(spelt("../other/a.yaml", repository), "other/a.yaml");
    assert_eq!(spelt("/r/a.yaml", repository), "a.yaml");
    // What lies elsewhere keeps its name.
    assert_eq!(spelt("../../a.yaml", repository), "../../a.yaml");
    assert_eq!(spelt("specs/a.yaml", None), "specs/a.yaml");
}
