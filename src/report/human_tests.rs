//! What people see of a run.

use anstream::adapter::strip_str;

use super::*;
use crate::report::event::SelectedTest;
use crate::report::examples;

const LISTED: View = View { level: StatusLevel::All, verbose: false, width: MOST_COLUMNS };
const VERBOSE: View = View { level: StatusLevel::Pass, verbose: true, width: MOST_COLUMNS };

fn report(view: View, events: &[Event]) -> String {
    let mut reporter = HumanReporter::new(Vec::new(), view);
    events.iter().for_each(|event| reporter.emit(event));
    let text = std::str::from_utf8(reporter.output.writer()).unwrap();
    strip_str(text).to_string()
}

/// A run of so many test cases, of which these end.
fn run(tests: usize, results: &[TestResult]) -> Vec<Event> {
    let select = |result: &TestResult| SelectedTest {
        test: result.test.clone(),
        package: None,
        file: result.file.clone(),
    };
    let selected = results.iter().map(select).collect();
    let mut events = vec![
        Event::RunStarted { schema_version: 1, tests, specs: 2 },
        Event::TestsSelected { partition: None, tests: selected },
    ];
    events.extend(results.iter().cloned().map(Event::TestFinished));
    events
}

#[test]
fn a_run_shows_what_is_wrong_in_full_and_counts_the_rest() {
    let mut events = examples::whole_run();
    let Event::RunStarted { tests, .. } = &mut events[0] else { panic!("{:?}", events[0]) };
    *tests = 800;
    insta::assert_snapshot!(report(View::default(), &events));
}

#[test]
fn a_small_run_lists_every_end() {
    insta::assert_snapshot!(report(View::default(), &examples::whole_run()));
}

#[test]
fn a_run_that_is_to_be_listed_or_is_small_shows_each_test_case_as_it_ends() {
    let line = "        PASS [   0.012s] digits::initial_loss  loss 2.31, expected 2.303\n";
    let first = |view: View, tests: usize| {
        let mut events = run(tests, &[examples::passed(), examples::skipped()]);
        events.pop();
        report(view, &events).contains(line)
    };
    assert!(first(View::default(), FEW) && !first(View::default(), FEW + 1));
    assert!(first(LISTED, 1000) && first(VERBOSE, 1000));
}

#[test]
fn a_spec_of_which_all_holds_is_one_line_and_none_where_only_failures_are_wanted() {
    let events = run(1000, &[examples::passed(), examples::skipped()]);
    let text = report(View::default(), &events);
    assert!(text.ends_with("PASS [   0.025s] digits  1 holds, 1 not applicable\n"), "{text}");
    let level = StatusLevel::Fail;
    for tests in [1, 1000] {
        let events = run(tests, &[examples::passed(), examples::skipped()]);
        let text = report(View { level, ..View::default() }, &events);
        assert!(!text.contains("digits"), "{text}");
    }
    let text = report(View { level, ..View::default() }, &run(1000, &[examples::failed()]));
    assert!(!text.contains("FAIL"), "its causes may come: {text}");
}

#[test]
fn verbose_shows_what_passing_tests_printed() {
    let event = Event::Output { test: Some("digits::initial_loss".into()), text: "hi".into() };
    let events = [event, Event::TestFinished(examples::passed())];
    assert!(!report(LISTED, &events).contains("hi"));
    assert_eq!(
        report(VERBOSE, &events),
        "        PASS [   0.012s] digits::initial_loss  loss 2.31, expected 2.303\n  \
         printed:\n    hi\n\n"
    );
}

#[test]
fn output_goes_with_its_own_test_only() {
    let mut events = vec![Event::Output { test: Some("x".into()), text: "noise".into() }];
    events.push(Event::TestFinished(examples::passed()));
    events.push(Event::TestFinished(examples::failed()));
    assert!(!report(LISTED, &events).contains("noise"));
}

#[test]
fn what_tests_print_at_the_same_time_is_kept_apart() {
    let output = |result: &TestResult, text: &str| Event::Output {
        test: Some(result.test.clone()),
        text: text.to_owned(),
    };
    let (failed, crashed) = (examples::failed(), examples::crashed());
    let events = [output(&failed, "first"), output(&crashed, "second")];
    let ends = [Event::TestFinished(failed), Event::TestFinished(crashed)];
    let text = report(LISTED, &[events, ends].concat());
    let place = |wanted: &str| text.find(wanted).unwrap_or_else(|| panic!("{wanted}: {text}"));
    assert!(place("first") < place("CRASH") && place("CRASH") < place("second"), "{text}");
}

#[test]
fn a_spec_that_is_cut_off_is_told_at_the_end_of_the_run() {
    let mut events = run(1000, &[examples::passed(), examples::failed(), examples::skipped()]);
    events.pop();
    assert!(!report(View::default(), &events).contains("FAIL"));
    events.push(Event::RunFinished(RunSummary { failed: 1, ..RunSummary::default() }));
    let text = report(View::default(), &events);
    assert!(text.contains("FAIL [  61.512s] digits  1 fails, 1 holds, 1 not run\n"), "{text}");
}

#[test]
fn where_test_cases_are_listed_the_cause_follows_the_last_one() {
    let mut events = run(1000, &[examples::failed()]);
    events.push(Event::Diagnosed(examples::diagnosis()));
    let (spec, file) = ("digits".to_owned(), "specs/digits.yaml".to_owned());
    events.push(Event::SpecFinished { spec, file, tensors: Vec::new() });
    let text = report(LISTED, &events);
    let place = |wanted: &str| text.find(wanted).unwrap_or_else(|| panic!("{wanted}: {text}"));
    assert!(place("conv1.weight") < place("Likely cause digits: the learning rate"), "{text}");
    assert!(text.contains("so that `outputs_vary` and `no_dead_units` fail too"), "{text}");
}

#[test]
fn a_clean_run_ends_with_one_line_and_no_next_step() {
    let summary = RunSummary { passed: 2, seconds: 0.5, ..RunSummary::default() };
    assert_eq!(
        report(View::default(), &[Event::RunFinished(summary)]),
        "------------\n     Summary [   0.500s] 2 tests: 2 passed\n"
    );
}

#[test]
fn several_pending_snapshots_are_counted_in_the_next_step() {
    let summary = RunSummary { snapshot_pending: 3, ..RunSummary::default() };
    let steps = next_steps(&summary, &[]);
    assert_eq!(steps, [format!("3 snapshots are pending: review with {REVIEW}")]);
}
