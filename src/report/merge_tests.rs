//! Shards made by hand.

use super::*;
use crate::report::event::{SelectedTest, Sink};
use crate::report::{RunRecord, examples};

/// A shard whose tests (`file::property`) ended like this, or not at all.
fn shard(
    name: &str,
    partition: Option<&str>,
    tests: &[(&str, Option<Status>)],
    end: Option<RunEnd>,
) -> Shard {
    let file = |test: &str| format!("{}.yaml", test.split("::").next().unwrap());
    let selected = tests.iter().map(|(test, _)| SelectedTest {
        test: (*test).to_owned(),
        package: Some("nets".to_owned()),
        file: file(test),
    });
    let mut record = RunRecord::default();
    let partition = partition.map(str::to_owned);
    record.emit(&Event::TestsSelected { partition, tests: selected.collect() });
    record.emit(&Event::DeviceSelected { device: "CPU".into(), note: None });
    let mut summary = RunSummary { seconds: 1.5, ..RunSummary::default() };
    for (test, status) in tests {
        let Some(status) = *status else { continue };
        let (file, test) = (file(test), (*test).to_owned());
        let text = format!("{test} in {name}");
        record.emit(&Event::Output { test: Some(test.clone()), text });
        summary.count(status);
        record.emit(&Event::TestFinished(TestResult { test, file, status, ..examples::passed() }));
    }
    if let Some(end) = end {
        record.emit(&Event::RunFinished(RunSummary { end, ..summary }));
    }
    Shard { name: name.to_owned(), record }
}

fn summary(events: &[Event]) -> RunSummary {
    match events.last() {
        Some(Event::RunFinished(summary)) => *summary,
        other => panic!("{other:?}"),
    }
}

/// All notes: the shards themselves have none.
fn problems(shards: &[Shard]) -> Vec<String> {
    let events = merge(shards).into_iter();
    let notes = events.filter_map(|event| match event {
        Event::Note { message } => Some(message),
        _ => None,
    });
    notes.collect()
}

const PASSED: Option<Status> = Some(Status::Passed);
const FAILED: Option<Status> = Some(Status::Failed);
const COMPLETED: Option<RunEnd> = Some(RunEnd::Completed);

#[test]
fn two_shards_are_one_run_with_the_tests_of_a_spec_together() {
    let shards = [
        shard("1", Some("hash:1/2"), &[("a::x", PASSED), ("b::x", FAILED)], COMPLETED),
        shard("2", Some("hash:2/2"), &[("a::y", PASSED), ("b::y", PASSED)], COMPLETED),
    ];
    let events = merge(&shards);
    assert!(problems(&shards).is_empty());
    let mut record = RunRecord::default();
    events.iter().for_each(|event| record.emit(event));
    let names: Vec<&str> = record.tests.iter().map(|test| test.selected.test.as_str()).collect();
    assert_eq!(names, ["a::x", "a::y", "b::x", "b::y"]);
    assert_eq!(record.tests[1].printed.as_deref(), Some("a::y in 2"));
    assert_eq!(record.devices.len(), 1);
    assert_eq!(
        summary(&events),
        RunSummary { passed: 3, failed: 1, seconds: 3.0, ..RunSummary::default() }
    );
    assert_eq!(events[0], Event::RunStarted { schema_version: 1, tests: 4, specs: 2 });
}

#[test]
fn a_merged_run_can_be_merged_again() {
    let shards = [shard("1", None, &[("a::x", PASSED)], COMPLETED)];
    let events = merge(&shards);
    let mut record = RunRecord::default();
    events.iter().for_each(|event| record.emit(event));
    assert_eq!(merge(&[Shard { name: "whole".into(), record }]), events);
}

#[test]
fn a_test_that_ended_in_two_ways_counts_as_the_worse_and_is_told() {
    let shards = [
        shard("1", None, &[("a::x", PASSED)], COMPLETED),
        shard("2", None, &[("a::x", FAILED)], COMPLETED),
        shard("3", None, &[("a::x", PASSED)], COMPLETED),
    ];
    assert_eq!(
        problems(&shards),
        ["a::x: passed in 1, but failed in 2", "a::x: failed in 2, but passed in 3"]
    );
    let summary = summary(&merge(&shards));
    assert_eq!((summary.passed, summary.failed, summary.end), (0, 1, RunEnd::Incomplete));
}

#[test]
fn a_test_that_ended_twice_alike_counts_once() {
    let shards = ["1", "2"].map(|name| shard(name, None, &[("a::x", PASSED)], COMPLETED));
    assert_eq!(summary(&merge(&shards)).passed, 1);
    assert!(problems(&shards).is_empty());
}

#[test]
fn a_shard_that_was_cut_off_is_told_with_what_is_missing() {
    let tests = [("a::x", PASSED), ("a::y", None), ("a::z", None)];
    let shards = [shard("1.jsonl", None, &tests, None)];
    assert_eq!(problems(&shards), ["1.jsonl: the run was cut off; 2 tests have no result"]);
    let summary = summary(&merge(&shards));
    assert_eq!((summary.passed, summary.not_run, summary.end), (1, 2, RunEnd::Incomplete));
}

#[test]
fn the_whole_ends_as_its_worst_shard() {
    let ends = |ends: &[RunEnd]| {
        let names = ["1", "2", "3"];
        let shards = ends.iter().zip(names);
        let shards: Vec<Shard> =
            shards.map(|(end, name)| shard(name, None, &[], Some(*end))).collect();
        (summary(&merge(&shards)).end, problems(&shards).len())
    };
    use RunEnd::{AdapterRequired, Completed, Incomplete, Interrupted, MaxFail};
    assert_eq!(ends(&[]), (Completed, 0));
    assert_eq!(ends(&[Completed, MaxFail]), (MaxFail, 0));
    assert_eq!(ends(&[MaxFail, Incomplete, Completed]), (Incomplete, 1));
    assert_eq!(ends(&[AdapterRequired, Incomplete]), (AdapterRequired, 2));
    assert_eq!(ends(&[AdapterRequired, Interrupted]), (Interrupted, 2));
}

#[test]
fn a_shard_that_nobody_gave_is_missed() {
    let shards = [
        shard("1", Some("slice:1/3"), &[], COMPLETED),
        shard("2", Some("slice:3/3"), &[], COMPLETED),
    ];
    assert_eq!(problems(&shards), ["no file holds shard slice:2/3"]);
    assert_eq!(summary(&merge(&shards)).end, RunEnd::Incomplete);
}

#[test]
fn a_shard_of_another_whole_is_told() {
    let shards = [
        shard("1", Some("hash:1/1"), &[], COMPLETED),
        shard("2", Some("slice:2/2"), &[], COMPLETED),
    ];
    assert_eq!(problems(&shards), ["2: shard slice:2/2 is part of another whole than 1"]);
}

#[test]
fn systems_that_write_paths_differently_mean_the_same_spec() {
    let mut windows = shard("2", None, &[("a::x", PASSED)], COMPLETED);
    windows.record.respell_files(|_| "specs\\a.yaml".to_owned());
    let mut other = shard("1", None, &[("a::x", PASSED)], COMPLETED);
    other.record.respell_files(|_| "specs/a.yaml".to_owned());
    assert_eq!(summary(&merge(&[other, windows])).passed, 1);
}
