//! The sample's test targets without `cargo nn-test`: the verdicts are the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use libtest_mimic::{Completion, Failed};
use nn_test::property::REGISTRY;
use serde_json::Value;

use super::outcomes;
use super::sample::{self, MEMBERS, Verdicts};

fn members() -> String {
    MEMBERS.map(|member| format!("-p {member}")).join(" ")
}

/// What `cargo test` prints of test cases.
fn printed(output: &Output) -> Verdicts {
    let text = sample::text(&output.stdout);
    let lines = text.lines().filter_map(|line| line.strip_prefix("test ")?.split_once(" ... "));
    lines.map(|(test, end)| (test.trim_end().to_owned(), end != "FAILED")).collect()
}

pub fn cargo_test() -> Result<Completion, Failed> {
    let output = sample::cargo(&format!("test --locked --no-fail-fast --test nn {}", members()))
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    assert_eq!(printed(&output), outcomes::verdicts(), "{}", sample::told(&output));
    assert_eq!(output.status.code(), Some(101), "two twins are wrong");
    Ok(Completion::Completed)
}

/// A profile of `nn-test.toml` lets pass what is an error without it.
pub fn configuration() -> Result<Completion, Failed> {
    let run = sample::nn_test("--profile lenient -p operations");
    let told =
        run.statuses().into_iter().map(|(test, status)| (test.to_owned(), !status.is_failure()));
    let told: Verdicts = told.collect();
    let output = sample::cargo("test --locked --no-fail-fast --test nn -p operations")
        .env("NN_TEST_PROFILE", "lenient")
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    assert_eq!(printed(&output), told, "{}", sample::told(&output));
    assert_eq!((run.code, output.status.code()), (Some(0), Some(0)), "{}", sample::told(&output));
    // Without the profile some of them fail.
    let strict = outcomes::verdicts();
    assert!(told.keys().any(|test| strict.get(test) == Some(&false)), "{told:?}");
    Ok(Completion::Completed)
}

/// `cargo nextest` with these arguments; `None` where it is not installed.
fn nextest(arguments: &str) -> Option<Command> {
    let known = sample::cargo("nextest --version").output().ok()?;
    known.status.success().then(|| {
        let mut nextest = sample::cargo("nextest");
        nextest.env("NEXTEST_EXPERIMENTAL_LIBTEST_JSON", "1").args(arguments.split(' '));
        nextest
    })
}

fn missing() -> Completion {
    Completion::ignored_with(
        "cargo-nextest is not installed; `cargo install --locked cargo-nextest` installs it",
    )
}

/// What a run of nextest with lines of JSON has found.
fn run(mut nextest: Command) -> Result<Verdicts, Failed> {
    let output = nextest.output()?;
    // 100: a test failed.
    if !matches!(output.status.code(), Some(0 | 100)) {
        return Err(sample::told(&output).into());
    }
    let text = sample::text(&output.stdout);
    let events = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let ends = events.filter_map(|event| {
        // `package::target$test`
        let (_, test) = event["name"].as_str()?.split_once('$')?;
        match event["event"].as_str()? {
            "ok" => Some((test.to_owned(), true)),
            "failed" => Some((test.to_owned(), false)),
            _ => None,
        }
    });
    Ok(ends.collect())
}

const RUN: &str = "run --no-fail-fast --message-format libtest-json";

pub fn partitions() -> Result<Completion, Failed> {
    let mut whole = Verdicts::new();
    for part in 1..=3 {
        let arguments = format!("{RUN} --locked --partition hash:{part}/3 {}", members());
        let Some(nextest) = nextest(&arguments) else { return Ok(missing()) };
        let found = run(nextest)?;
        assert!(found.len() > 5, "a part of {found:?}");
        for (test, holds) in found {
            assert_eq!(whole.insert(test.clone(), holds), None, "{test} ran in two parts");
        }
    }
    assert_eq!(whole, outcomes::verdicts());
    Ok(Completion::Completed)
}

pub fn archive() -> Result<Completion, Failed> {
    let elsewhere = tempfile::tempdir()?;
    let archive = elsewhere.path().join("sample.tar.zst");
    let arguments = format!("archive --locked {} --archive-file", members());
    let Some(mut packing) = nextest(&arguments) else { return Ok(missing()) };
    let output = packing.arg(&archive).output()?;
    if !output.status.success() {
        return Err(sample::told(&output).into());
    }

    // Another machine has the sources, the data and the snapshots, and here one spec less: what is run
    // is what lies there, not what lay where the archive was made.
    let moved = elsewhere.path().join("fixtures/workspace");
    copy(&sample::root(), &moved)?;
    for table in ["digits.csv", "iris.csv"] {
        fs::copy(sample::root().join("..").join(table), moved.join("..").join(table))?;
    }
    fs::remove_file(moved.join("vision/specs/regularized.yaml"))?;

    let mut running = nextest(&format!("{RUN} --archive-file")).ok_or("it was here before")?;
    running.arg(&archive).arg("--workspace-remap").arg(&moved).current_dir(elsewhere.path());
    let mut expected = outcomes::verdicts();
    let before = expected.len();
    expected.retain(|test, _| !test.starts_with("regularized::"));
    let recommended = REGISTRY.iter().filter(|property| property.meta.recommended).count();
    assert_eq!(before - expected.len(), recommended);
    assert_eq!(run(running)?, expected);
    Ok(Completion::Completed)
}

/// Copies the files of a folder and of its folders.
fn copy(from: &Path, to: &Path) -> Result<(), Failed> {
    fs::create_dir_all(to)?;
    let entries: BTreeSet<_> = fs::read_dir(from)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    for path in entries {
        let copied = to.join(path.file_name().ok_or("an entry has a name")?);
        match path.is_dir() {
            true => copy(&path, &copied)?,
            false => drop(fs::copy(&path, &copied)?),
        }
    }
    Ok(())
}
