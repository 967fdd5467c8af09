//! How often a healthy model is accused: the shipped specs and the twins of the planted faults, none of
//! which has a fault, each with many seeds.
//!
//! `cargo bench --profile dev --bench false_alarms [-- SEEDS [FILE…]]`, 20 seeds where none are said,
//! on the device that `NN_TEST_DEVICE` names. Without words it writes its device's section of
//! `docs/false_alarms.md`. It fails where a test case failed, or where more than 2 % of the test cases of
//! a property warn.

#[path = "support/mod.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::ExitCode;

use nn_test::harness::wilson;
use support::Judged;

const SEEDS: u64 = 20;

/// Specs without a fault.
const HEALTHY: [&str; 2] = ["specs", "fixtures/faulty/twins"];

/// The largest share of warnings among the test cases of a property: a warning that one healthy model
/// in fifty shows is still read.
const MOST_WARNINGS: f64 = 0.02;

const HEAD: &str = "\
# How often a healthy network is accused

A test that fails without a fault is soon ignored, and the next fault with it. So the specs that are shipped and the twins of the planted faults, none of which has a fault, are judged with many seeds: other initial weights, other batches, other splits. `cargo bench --profile dev --bench false_alarms` does so again and writes the section of the device that `NN_TEST_DEVICE` names. It fails where a test case fails, and where more than 2 % of the test cases of a property warn. From which strength on a fault is seen is on [another page](detection.md).

";

/// What came of the test cases of a property.
#[derive(Debug, Default)]
struct Count {
    judged: usize,
    warned: usize,
    failed: usize,
}

fn main() -> ExitCode {
    let words: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let seeds = words.first().map_or(SEEDS, |word| word.parse().expect("SEEDS is a number"));
    let named: Vec<PathBuf> = words.iter().skip(1).map(PathBuf::from).collect();
    let files = if named.is_empty() { HEALTHY.map(PathBuf::from).to_vec() } else { named };

    let mut alarms = Vec::new();
    let mut specs = BTreeSet::new();
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    for seed in 1..=seeds {
        eprintln!("seed {seed} of {seeds}");
        for judged in support::run(&files, &["--seed", &seed.to_string()]) {
            specs.insert(judged.spec.clone());
            count(counts.entry(judged.property.clone()).or_default(), &judged);
            if !["passed", "skipped"].contains(&judged.status.as_str()) {
                alarms.push((seed, judged));
            }
        }
    }
    alarms.sort_by_key(|(seed, judged)| (judged.property.clone(), judged.spec.clone(), *seed));
    let found =
        format!("{} specs, {seeds} seeds\n\n{}{}", specs.len(), table(&counts), told(&alarms));
    print!("{found}");
    if words.is_empty() {
        let path = support::root().join("docs/false_alarms.md");
        let page = std::fs::read_to_string(&path).unwrap_or_default();
        std::fs::write(path, with_section(&page, device(), &found)).expect("it can be written");
    }
    let fails = counts
        .values()
        .any(|count| count.failed > 0 || count.warned as f64 > MOST_WARNINGS * count.judged as f64);
    if fails { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn device() -> &'static str {
    match std::env::var("NN_TEST_DEVICE").as_deref() {
        Ok("cpu") => "On the CPU",
        _ => "On an adapter",
    }
}

/// The page with what was found on a device in place of what was known of it.
fn with_section(page: &str, title: &str, found: &str) -> String {
    let known = page.split("\n## ").skip(1).filter_map(|section| section.split_once("\n\n"));
    let mut sections: BTreeMap<&str, &str> = known.collect();
    sections.insert(title, found);
    let sections: Vec<String> =
        sections.iter().map(|(title, text)| format!("## {title}\n\n{}\n", text.trim())).collect();
    format!("{HEAD}{}", sections.join("\n"))
}

/// Each alarm in a line.
fn told(alarms: &[(u64, Judged)]) -> String {
    let lines = alarms.iter().map(|(seed, judged)| {
        let Judged { spec, property, status, summary, findings } = judged;
        let places: Vec<&str> = findings.iter().map(|(place, _)| place.as_str()).collect();
        let places = places.join(", ");
        format!("- seed {seed}: {spec}::{property} {status}: {summary} (at {places})\n")
    });
    lines.collect()
}

fn count(count: &mut Count, judged: &Judged) {
    match judged.status.as_str() {
        "skipped" => return,
        "passed" => {}
        "warned" => count.warned += 1,
        _ => count.failed += 1,
    }
    count.judged += 1;
}

fn table(counts: &BTreeMap<String, Count>) -> String {
    let mut text =
        "| property | judged | warned | failed | false alarms, with the 95 % interval |\n\
                    |---|---|---|---|---|\n"
            .to_owned();
    let mut all = Count::default();
    for (property, count) in counts {
        text.push_str(&row(&format!("`{property}`"), count));
        all.judged += count.judged;
        all.warned += count.warned;
        all.failed += count.failed;
    }
    text + &row("all", &all) + "\n"
}

fn row(name: &str, count: &Count) -> String {
    let Count { judged, warned, failed } = count;
    let share = match judged {
        0 => "–".to_owned(),
        _ => {
            let (low, high) = wilson(warned + failed, *judged);
            let share = (warned + failed) as f64 / *judged as f64;
            format!("{:.1} % ({:.1}…{:.1} %)", 100.0 * share, 100.0 * low, 100.0 * high)
        }
    };
    format!("| {name} | {judged} | {warned} | {failed} | {share} |\n")
}
