//! Several shards of one run, put together to the whole, and what keeps them from being one.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::event::{Event, RunEnd, RunSummary, SCHEMA_VERSION, Status, TestResult};
use super::record::{Device, RecordedTest};
use super::shard::Shard;
use crate::runner::Partition;

/// Something that keeps shards from being a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Problem {
    /// A shard without `run_finished`.
    CutOff { shard: String, missing: usize },
    /// A shard that ended early, for another reason than failures.
    EndedEarly { shard: String, end: RunEnd, missing: usize },
    /// There is no file of this shard.
    Missing { partition: String },
    /// A shard of another whole than the first file's.
    Stranger { shard: String, partition: String, first: String },
    /// A test case that ended one way here and another way there.
    Contradiction { test: String, ends: [(String, Status); 2] },
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutOff { shard, missing } => {
                write!(formatter, "{shard}: the run was cut off; {}", lack(*missing))
            }
            Self::EndedEarly { shard, end, missing } => {
                let why = match end {
                    RunEnd::Interrupted => "was interrupted",
                    RunEnd::AdapterRequired => "required a wgpu adapter and found none",
                    _ => "could not be completed",
                };
                write!(formatter, "{shard}: the run {why}; {}", lack(*missing))
            }
            Self::Missing { partition } => write!(formatter, "no file holds shard {partition}"),
            Self::Stranger { shard, partition, first } => write!(
                formatter,
                "{shard}: shard {partition} is part of another whole than {first}"
            ),
            Self::Contradiction { test, ends: [(one, first), (other, second)] } => {
                let (first, second) = (word(*first), word(*second));
                write!(formatter, "{test}: {first} in {one}, but {second} in {other}")
            }
        }
    }
}

fn lack(missing: usize) -> String {
    match missing {
        0 => "no test is missing".to_owned(),
        1 => "1 test has no result".to_owned(),
        _ => format!("{missing} tests have no result"),
    }
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Passed => "passed",
        Status::Warned => "passed with a warning",
        Status::Skipped => "skipped",
        Status::Failed => "failed",
        Status::SnapshotPending => "pending",
        Status::SpecError => "a spec error",
        Status::Crashed => "crashed",
    }
}

/// The shards as the events of one run. A test case that several of them ran counts once, with its
/// worse end. The whole takes as long as all shards together. What keeps them from being a whole (a
/// shard that was cut off or is missing, a test case that ended in two ways) is a note each, and
/// makes the run incomplete.
pub fn merge(shards: &[Shard]) -> Vec<Event> {
    let (tests, contradictions) = tests(shards);
    let problems: Vec<Problem> = ends(shards).chain(gaps(shards)).chain(contradictions).collect();
    let mut summary = RunSummary::default();
    for test in &tests {
        match &test.result {
            Some(result) => summary.count(result.status),
            None => summary.not_run += 1,
        }
    }
    summary.seconds = shards.iter().map(|shard| shard.record.summary().seconds).sum();
    let unsound = (!problems.is_empty()).then_some(RunEnd::Incomplete);
    let ends = shards.iter().map(|shard| shard.record.summary().end).chain(unsound);
    summary.end = ends.max_by_key(|end| weight(*end)).unwrap_or_default();
    let mut events = beginning(shards, &tests);
    events.extend(results(tests));
    events.extend(problems.iter().map(|problem| Event::Note { message: problem.to_string() }));
    events.push(Event::RunFinished(summary));
    events
}

/// Which of several ends is the end of the whole.
fn weight(end: RunEnd) -> u8 {
    match end {
        RunEnd::Completed => 0,
        RunEnd::MaxFail => 1,
        RunEnd::Incomplete => 2,
        RunEnd::AdapterRequired => 3,
        RunEnd::Interrupted => 4,
    }
}

fn ends(shards: &[Shard]) -> impl Iterator<Item = Problem> {
    shards.iter().filter_map(|shard| {
        let missing = shard.record.not_run().count();
        let shard_name = shard.name.clone();
        match shard.record.end.map(|summary| summary.end) {
            Some(RunEnd::Completed | RunEnd::MaxFail) => None,
            Some(end) => Some(Problem::EndedEarly { shard: shard_name, end, missing }),
            None => Some(Problem::CutOff { shard: shard_name, missing }),
        }
    })
}

/// Shards that nobody gave, and those that belong elsewhere.
fn gaps(shards: &[Shard]) -> Vec<Problem> {
    let parts = shards.iter().filter_map(|shard| {
        let partition: Partition = shard.record.partition.as_deref()?.parse().ok()?;
        Some((shard.name.as_str(), partition))
    });
    let parts: Vec<(&str, Partition)> = parts.collect();
    let Some((first, whole)) = parts.first() else { return Vec::new() };
    let siblings: Vec<Partition> = whole.siblings().collect();
    let strangers = parts.iter().filter(|(_, part)| !siblings.contains(part));
    let strangers = strangers.map(|(shard, part)| Problem::Stranger {
        shard: (*shard).to_owned(),
        partition: part.to_string(),
        first: (*first).to_owned(),
    });
    let given = |sibling: &&Partition| parts.iter().any(|(_, part)| part == *sibling);
    let missing = siblings.iter().filter(|sibling| !given(sibling));
    let missing = missing.map(|sibling| Problem::Missing { partition: sibling.to_string() });
    strangers.chain(missing).collect()
}

/// All test cases, those of a spec together, in the order in which the shards name the specs.
fn tests(shards: &[Shard]) -> (Vec<RecordedTest>, Vec<Problem>) {
    let mut specs: HashMap<String, usize> = HashMap::new();
    let mut merged: Vec<(usize, &str, RecordedTest)> = Vec::new();
    let mut places: HashMap<(usize, String), usize> = HashMap::new();
    let mut contradictions = Vec::new();
    for shard in shards {
        for test in &shard.record.tests {
            // Shards may come from systems that write paths differently.
            let file = test.selected.file.replace('\\', "/");
            let count = specs.len();
            let spec = *specs.entry(file).or_insert(count);
            let key = (spec, test.selected.test.clone());
            let Some(place) = places.get(&key) else {
                places.insert(key, merged.len());
                merged.push((spec, &shard.name, test.clone()));
                continue;
            };
            let (_, holder, known) = &mut merged[*place];
            contradictions.extend(contradiction((holder, known), (&shard.name, test)));
            if is_worse(test.result.as_ref(), known.result.as_ref()) {
                (*holder, *known) = (&shard.name, test.clone());
            }
        }
    }
    merged.sort_by_key(|(spec, ..)| *spec);
    (merged.into_iter().map(|(_, _, test)| test).collect(), contradictions)
}

fn contradiction(
    (one, first): (&str, &RecordedTest),
    (other, second): (&str, &RecordedTest),
) -> Option<Problem> {
    let ends = (first.result.as_ref()?.status, second.result.as_ref()?.status);
    (ends.0 != ends.1).then(|| Problem::Contradiction {
        test: first.selected.test.clone(),
        ends: [(one.to_owned(), ends.0), (other.to_owned(), ends.1)],
    })
}

/// Any result is more than none.
fn is_worse(new: Option<&TestResult>, known: Option<&TestResult>) -> bool {
    let badness = |result: Option<&TestResult>| result.map_or(0, |result| badness(result.status));
    badness(new) > badness(known)
}

fn badness(status: Status) -> u8 {
    match status {
        Status::Skipped => 1,
        Status::Passed => 2,
        Status::Warned => 3,
        Status::SnapshotPending => 4,
        Status::SpecError => 5,
        Status::Failed => 6,
        Status::Crashed => 7,
    }
}

fn beginning(shards: &[Shard], tests: &[RecordedTest]) -> Vec<Event> {
    let specs: HashSet<&str> = tests.iter().map(|test| test.selected.file.as_str()).collect();
    let (schema_version, count) = (SCHEMA_VERSION, tests.len());
    let mut events = vec![
        Event::RunStarted { schema_version, tests: count, specs: specs.len() },
        Event::TestsSelected {
            partition: None,
            tests: tests.iter().map(|test| test.selected.clone()).collect(),
        },
    ];
    let records = || shards.iter().map(|shard| &shard.record);
    for Device { name, note } in distinct(records().flat_map(|record| &record.devices)) {
        events.push(Event::DeviceSelected { device: name.clone(), note: note.clone() });
    }
    for message in distinct(records().flat_map(|record| &record.notes)) {
        events.push(Event::Note { message: message.clone() });
    }
    for diagnosis in records().flat_map(|record| &record.diagnoses) {
        events.push(Event::Diagnosed(diagnosis.clone()));
    }
    for trial in records().flat_map(|record| &record.trials) {
        events.push(Event::MendTried(trial.clone()));
    }
    for text in records().flat_map(|record| &record.stray) {
        events.push(Event::Output { test: None, text: text.clone() });
    }
    events
}

fn results(tests: Vec<RecordedTest>) -> impl Iterator<Item = Event> {
    tests.into_iter().flat_map(|RecordedTest { result, printed, .. }| {
        let test = result.as_ref().map(|result| result.test.clone());
        let output = printed.map(|text| Event::Output { test, text });
        output.into_iter().chain(result.map(Event::TestFinished))
    })
}

fn distinct<'a, T: PartialEq>(items: impl Iterator<Item = &'a T>) -> Vec<&'a T> {
    let mut distinct: Vec<&T> = Vec::new();
    for item in items {
        if !distinct.contains(&item) {
            distinct.push(item);
        }
    }
    distinct
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
