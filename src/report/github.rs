//! Annotations for GitHub: workflow commands that show a failure at its line of a pull request.
//!
//! The commands and their escapes are those of the runner (actions/toolkit, `command.ts`). It reads
//! both output streams of a step.

use super::event::{Status, TestResult};
use super::failure::{explanation, position};
use super::folded::{self, Room, room};
use super::gathered::{self, Ended, Gathered};
use super::record::RunRecord;
use super::text::{counted, plain};

/// How many annotations of one kind GitHub shows per step. The rest is dropped without a word.
const SHOWN: usize = 10;

/// Bytes of a message that are worth an annotation; GitHub cuts at 64 KiB, and the log has it all.
const MESSAGE_LIMIT: usize = 4096;

/// The commands of a run, one per line: errors first, of them the likely causes, then warnings, each kind
/// within what GitHub shows. What a likely cause tells has no annotation of its own. Paths are taken as
/// they are, so they should be relative to the root of the repository.
pub fn annotations(record: &RunRecord) -> String {
    let specs = gathered::of_record(record);
    let causes = specs.iter().filter_map(Annotation::of_cause);
    let full = || {
        let ends = specs.iter().flat_map(|spec| spec.ends.iter().map(move |end| (spec, end)));
        let ends = ends.filter(|(spec, end)| room(end, spec.cause()) == Room::Full);
        ends.map(|(_, end)| &end.result)
    };
    let (warned, failed): (Vec<_>, Vec<_>) =
        full().partition(|result| folded::shown(result) == Status::Warned);
    let errors = causes.chain(failed.into_iter().map(Annotation::of)).chain(new_snapshots(record));
    let warnings = warned.into_iter().map(Annotation::of).chain(not_run(record));
    [("error", folded(errors.collect())), ("warning", folded(warnings.collect()))]
        .into_iter()
        .flat_map(|(kind, annotations)| {
            annotations.into_iter().map(move |annotation| annotation.command(kind))
        })
        .collect()
}

struct Annotation {
    title: String,
    message: String,
    place: Option<Place>,
}

struct Place {
    file: String,
    /// From 1; `None` for the file as a whole.
    at: Option<(usize, usize)>,
}

impl Annotation {
    fn of(result: &TestResult) -> Self {
        let summary = result.verdict.as_ref().map(|verdict| verdict.summary.clone());
        let parts = [summary.unwrap_or_default(), explanation(result)];
        let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|p| !p.is_empty()).collect();
        Self {
            title: result.test.clone(),
            message: plain(&parts.join("\n")),
            place: Some(Place { file: result.file.clone(), at: position(result) }),
        }
    }

    /// What is likely behind the failures of a spec, at the first test case that says so.
    fn of_cause(spec: &Gathered) -> Option<Self> {
        let cause = spec.cause()?;
        let speaks = |end: &&Ended| room(end, Some(cause)) == Room::Evidence;
        let first = spec.ends.iter().find(speaks).map(|end| &end.result);
        let mut lines = vec![format!("at {}", cause.place), cause.text.clone()];
        lines.extend(cause.because.iter().map(|clue| format!("since {clue}")));
        if !cause.explains.is_empty() {
            lines.push(format!("and leads to {}", cause.explains.join(", ")));
        }
        lines.push(format!("help: {}", cause.mend));
        Some(Self {
            title: format!("{}: {}", spec.spec, cause.title),
            message: plain(&lines.join("\n")),
            place: Some(Place { file: spec.file.clone(), at: first.and_then(position) }),
        })
    }

    /// `::error file=a.yaml,line=3,col=5,title=a%3A%3Alearns::message`.
    fn command(&self, kind: &str) -> String {
        let mut properties = Vec::new();
        if let Some(place) = &self.place {
            properties.push(format!("file={}", property(&place.file)));
            if let Some((line, column)) = place.at {
                properties.push(format!("line={line},col={column}"));
            }
        }
        properties.push(format!("title={}", property(&self.title)));
        let message = data(shortened(&self.message));
        format!("::{kind} {}::{message}\n", properties.join(","))
    }
}

/// One annotation for all snapshots that nobody has seen yet.
fn new_snapshots(record: &RunRecord) -> Option<Annotation> {
    let new = record.results().filter(|result| folded::is_new(result));
    let names: Vec<&str> = new.map(|result| result.test.as_str()).collect();
    let title = counted(names.len(), "new snapshot");
    let message = format!("review with `cargo insta review`\n{}", names.join("\n"));
    (!names.is_empty()).then_some(Annotation { title, message, place: None })
}

/// One annotation for all that did not run.
fn not_run(record: &RunRecord) -> Option<Annotation> {
    let names: Vec<&str> = record.not_run().map(|test| test.test.as_str()).collect();
    let message = format!("{}\n{}", record.why_not_run(), names.join("\n"));
    let title = format!("{} not run", counted(names.len(), "test"));
    (!names.is_empty()).then_some(Annotation { title, message, place: None })
}

/// What GitHub shows, with one annotation that names the rest.
fn folded(mut annotations: Vec<Annotation>) -> Vec<Annotation> {
    if annotations.len() > SHOWN {
        let rest = annotations.split_off(SHOWN - 1);
        let names: Vec<&str> = rest.iter().map(|annotation| annotation.title.as_str()).collect();
        let title = format!("{} more, of which GitHub shows no more here", rest.len());
        annotations.push(Annotation { title, message: names.join("\n"), place: None });
    }
    annotations
}

fn shortened(message: &str) -> &str {
    &message[..message.floor_char_boundary(MESSAGE_LIMIT)]
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::event::{Event, NEW_SNAPSHOT, RunEnd, RunSummary, SelectedTest, Sink};
    use crate::report::examples;

    fn commands(results: Vec<TestResult>) -> Vec<String> {
        let mut record = RunRecord::default();
        results.into_iter().for_each(|result| record.emit(&Event::TestFinished(result)));
        annotations(&record).lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_failure_is_an_error_at_its_line() {
        assert_eq!(
            commands(vec![examples::failed()]),
            ["::error file=specs/digits.yaml,line=35,col=5,title=digits%3A%3Agradients_match::\
              worst relative error 0.5%0A  conv1.weight: analytic and numeric gradients differ%0A\
              \u{20}     measured 0.5, bound ≤ 1e-6%0A      help: check the layer's backward pass"]
        );
    }

    #[test]
    fn errors_come_before_warnings_and_what_is_well_is_not_told() {
        let results = vec![
            examples::passed(),
            examples::warned(),
            examples::skipped(),
            examples::failed(),
            examples::crashed(),
        ];
        let commands = commands(results);
        let kinds: Vec<&str> =
            commands.iter().map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(kinds, ["::error", "::error", "::warning"]);
    }

    #[test]
    fn a_likely_cause_is_an_error_and_what_it_tells_is_none() {
        let mut record = RunRecord::default();
        let evidence = TestResult { test: "digits::learns".into(), ..examples::failed() };
        for result in [examples::failed(), evidence, examples::passed()] {
            record.emit(&Event::TestFinished(result));
        }
        record.emit(&Event::Diagnosed(examples::diagnosis()));
        let commands: Vec<String> = annotations(&record).lines().map(str::to_owned).collect();
        assert_eq!(
            commands[0],
            "::error file=specs/digits.yaml,line=35,col=5,\
             title=digits%3A the learning rate is too high::\
             at training.optimizer.learning_rate%0ASteps overshoot.%0A\
             since the loss rises (`learns`)%0Aand leads to outputs_vary, no_dead_units%0A\
             help: Divide the learning rate by 10 until the loss falls."
        );
        assert!(commands[1].contains("title=digits%3A%3Agradients_match"), "{commands:?}");
        assert_eq!(commands.len(), 2, "{commands:?}");
    }

    #[test]
    fn new_snapshots_are_one_error() {
        let details = Some(format!("{NEW_SNAPSHOT} (3 lines)"));
        let new = TestResult { details, ..examples::pending() };
        assert_eq!(
            commands(vec![new.clone(), TestResult { test: "digits::learns".into(), ..new }]),
            ["::error title=2 new snapshots::review with `cargo insta review`%0A\
              digits::shapes%0Adigits::learns"]
        );
    }

    #[test]
    fn an_error_of_a_spec_stands_where_its_diagnostic_points() {
        let commands = commands(vec![examples::spec_error()]);
        assert!(commands[0].starts_with("::error file=specs/broken.yaml,line=7,col=7,"));
    }

    #[test]
    fn the_errors_of_a_spec_are_told_once() {
        let details = Some("the spec has errors, shown at broken::spec".to_owned());
        let pointer =
            TestResult { test: "broken::learns".into(), details, ..examples::spec_error() };
        assert_eq!(commands(vec![examples::spec_error(), pointer]).len(), 1);
    }

    #[test]
    fn what_has_no_line_is_told_of_the_file() {
        let commands = commands(vec![TestResult { line: 0, column: 0, ..examples::crashed() }]);
        assert!(commands[0].starts_with("::error file=specs/digits.yaml,title="), "{commands:?}");
    }

    #[test]
    fn nothing_breaks_out_of_a_command() {
        let file = "a,line=1::100 %.yaml".to_owned();
        let details = Some("50 %\r\n::error::forged\u{1b}[31m red\u{1b}[0m".to_owned());
        let commands = commands(vec![TestResult { file, details, ..examples::crashed() }]);
        assert_eq!(
            commands,
            ["::error file=a%2Cline=1%3A%3A100 %25.yaml,line=34,col=5,title=digits%3A%3Alearns::\
              \u{20} 50 %25%0A  ::error::forged red"]
        );
    }

    #[test]
    fn what_github_would_drop_is_named_in_the_last_one() {
        let failure = |number| TestResult { test: format!("a::{number}"), ..examples::failed() };
        assert_eq!(commands((0..10).map(failure).collect()).len(), 10);
        let commands = commands((0..13).map(failure).collect());
        assert_eq!(commands.len(), 10);
        assert_eq!(
            commands[9],
            "::error title=4 more%2C of which GitHub shows no more here::a::9%0Aa::10%0Aa::11%0Aa::12"
        );
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let details = Some("ä".repeat(MESSAGE_LIMIT));
        let commands = commands(vec![TestResult { details, ..examples::crashed() }]);
        let (_, message) = commands[0].rsplit_once("::").unwrap();
        assert!((MESSAGE_LIMIT - 1..=MESSAGE_LIMIT).contains(&message.len()), "{}", message.len());
    }

    #[test]
    fn tests_that_did_not_run_are_one_warning() {
        let test =
            |name: &str| SelectedTest { test: name.into(), package: None, file: "a.yaml".into() };
        let mut record = RunRecord::default();
        let tests = vec![test("a::x"), test("a::y")];
        record.emit(&Event::TestsSelected { partition: None, tests });
        let end = RunEnd::Interrupted;
        record.emit(&Event::RunFinished(RunSummary { not_run: 2, end, ..RunSummary::default() }));
        assert_eq!(
            annotations(&record),
            "::warning title=2 tests not run::not run: the run was interrupted%0Aa::x%0Aa::y\n"
        );
    }
}
