//! How workers end, and what that means for the test cases.

use super::*;
use crate::exit_code;

#[test]
fn a_worker_that_does_all_its_work_is_the_only_one() {
    let device = say(Event::DeviceSelected { device: "CPU".into(), note: None });
    let a = [vec![device], all_of_a()].concat();
    let run = run(two_specs(), vec![script([&a, &pass("b::one")], CLEAN)]);
    assert_eq!(run.summary().passed, 4);
    assert_eq!(run.orders, ["0 is nn", "0 runs a::one a::two a::three", "0 runs b::one", "0 End"]);
    assert_eq!(
        run.lines,
        [
            "run 4 tests, 2 specs",
            "device CPU",
            "start a::one",
            "Passed a::one",
            "start a::two",
            "Passed a::two",
            "start a::three",
            "Passed a::three",
            "start b::one",
            "Passed b::one",
            "Completed: 4 of 4",
        ]
    );
}

#[test]
fn a_crash_costs_its_spec_alone_and_a_new_worker_goes_on() {
    let a = [pass("a::one"), vec![start("a::two"), Word::Stderr("driver: lost".into())]].concat();
    let first = script([&a], Last::Dies(Ending::Signal(11)));
    let run = run(two_specs(), vec![first, script([&pass("b::one")], CLEAN)]);
    let summary = run.summary();
    assert_eq!((summary.passed, summary.crashed, summary.not_run), (2, 2, 0));
    assert_eq!(run.orders[2..], ["1 is nn", "1 runs b::one", "1 End"]);
    assert_eq!(
        run.lines[4..],
        [
            "printed Some(\"a::two\") \"driver: lost\"",
            "Crashed a::two: the worker process was ended by signal 11 (SIGSEGV)",
            "Crashed a::three: not run: the worker process was ended by signal 11 (SIGSEGV) \
             in `a::two`",
            "start b::one",
            "Passed b::one",
            "Completed: 4 of 4",
        ]
    );
}

#[test]
fn a_worker_that_leaves_early_with_success_is_a_crash_too() {
    let run = run(only_b(), vec![script([&[start("b::one")]], Last::Dies(Ending::Code(0)))]);
    assert_eq!(run.summary().crashed, 1);
    assert_eq!(
        run.lines[2],
        "Crashed b::one: the worker process ended before all its tests were done"
    );
}

#[test]
fn a_death_after_the_last_test_is_a_note() {
    for last in [Last::Leaves(Ending::Signal(11)), Last::Dies(Ending::Signal(11))] {
        let run = run(only_b(), vec![script([&pass("b::one")], last)]);
        assert_eq!((run.summary().passed, run.summary().failures()), (1, 0));
        assert_eq!(
            run.lines[3],
            "note all its tests were complete when a worker was ended by signal 11 (SIGSEGV)"
        );
    }
}

/// What a worker says that begins to try a mend.
fn tries() -> Word {
    let (spec, file) = ("b".to_owned(), "specs/b.yaml".to_owned());
    say(Event::MendStarted { spec, file, cause: "learning_rate_too_high".to_owned() })
}

#[test]
fn a_worker_that_is_lost_while_it_tries_a_mend_costs_the_mend_alone() {
    let last = Last::Dies(Ending::Signal(11));
    let run = run(only_b(), vec![script([&[pass("b::one"), vec![tries()]].concat()], last)]);
    assert_eq!((run.summary().passed, run.summary().failures()), (1, 0));
    assert_eq!(
        run.lines[3..],
        [
            "mends learning_rate_too_high of b",
            "tried learning_rate_too_high of b: Crashed the worker process was ended by signal 11 (SIGSEGV)",
            "Completed: 1 of 1",
        ]
    );
}

#[test]
fn a_mend_does_not_count_as_time_of_its_spec() {
    let run = run(only_b(), vec![script([&[pass("b::one"), vec![tries()]].concat()], CLEAN)]);
    assert_eq!(run.timings, Timings::default());
}

#[test]
fn a_death_between_two_specs_blames_nobody() {
    let first = script([&all_of_a()], Last::Dies(Ending::Code(134)));
    let run = run(two_specs(), vec![first, script([&pass("b::one")], CLEAN)]);
    assert_eq!(run.summary().passed, 4);
}

#[test]
fn a_worker_that_retires_after_its_spec_is_replaced_without_a_word() {
    let first = script([&all_of_a()], Last::Dies(Ending::Code(0)));
    let run = run(two_specs(), vec![first, script([&pass("b::one")], CLEAN)]);
    assert_eq!(run.summary().passed, 4);
    assert!(!run.lines.iter().any(|line| line.starts_with("note")), "{:?}", run.lines);
}

#[test]
fn a_death_between_two_tests_of_a_spec_costs_none_of_them() {
    let first = script([&pass("a::one")], Last::Dies(Ending::Code(134)));
    let rest = pass_all(&["a::two", "a::three"]);
    let run = run(two_specs(), vec![first, script([&rest, &pass("b::one")], CLEAN)]);
    assert_eq!(run.summary().passed, 4);
    assert_eq!(run.orders[3..], ["1 runs a::two a::three", "1 runs b::one", "1 End"]);
    assert_eq!(
        run.lines[3],
        "note a worker ended with exit code 134 between two tests of specs/a.yaml; another one \
         goes on"
    );
}

#[test]
fn a_spec_whose_worker_dies_before_it_begins_has_a_second_chance_and_no_third() {
    let dies = || script([&[]], Last::Dies(Ending::Signal(9)));
    let kept = run(only_b(), vec![dies(), script([&pass("b::one")], CLEAN)]);
    assert_eq!(kept.summary().passed, 1);
    assert_eq!(
        kept.lines[1],
        "note a worker was ended by signal 9 (SIGKILL, perhaps for want of memory) before it began \
         specs/b.yaml; another one does it"
    );
    let lost = run(only_b(), vec![dies(), dies()]);
    assert_eq!(lost.summary().crashed, 1);
    assert!(lost.lines[2].starts_with("Crashed b::one: the worker process was ended"));
}

#[test]
fn a_signal_at_the_start_costs_nothing_and_an_exit_code_ends_the_run() {
    let killed = script([], Last::NeverBegins(Ending::Signal(9)));
    let kept = run(only_b(), vec![killed, script([&pass("b::one")], CLEAN)]);
    assert_eq!(kept.summary().passed, 1);

    let words = [Word::Stderr("no such option".into())];
    let broken = script([&words], Last::NeverBegins(Ending::Code(2)));
    let run = run(two_specs(), vec![broken]);
    let error = run.outcome.unwrap_err();
    let output = Some("no such option".to_owned());
    assert!(
        matches!(&error, Error::WorkerFailed { ending: Ending::Code(2), output: o } if *o == output),
        "{error:?}"
    );
    assert_eq!(run.lines, ["run 4 tests, 2 specs", "Incomplete: 0 of 4"]);
}

#[test]
fn tests_that_a_worker_passes_over_are_not_forgotten() {
    let run = run(two_specs(), vec![script([&pass("a::two"), &pass("b::one")], CLEAN)]);
    let summary = run.summary();
    assert_eq!((summary.passed, summary.crashed, summary.not_run), (2, 2, 0));
    assert_eq!(run.lines[3], "Crashed a::one: the worker process passed it over");
}

#[test]
fn a_missing_adapter_is_one_error_and_no_test_failure() {
    let ending = Ending::Code(exit_code::ADAPTER_REQUIRED.into());
    let reason = "no Vulkan loader".to_owned();
    let words = [start("a::one"), message(&Message::AdapterRequired { reason })];
    let run = run(two_specs(), vec![script([&words], Last::Dies(ending))]);
    assert_eq!(run.outcome.unwrap_err().to_string(), "no wgpu adapter: no Vulkan loader");
    assert_eq!(run.lines, ["run 4 tests, 2 specs", "start a::one", "AdapterRequired: 0 of 4"]);
}

#[test]
fn an_interrupt_ends_the_workers_and_still_reports_what_ran() {
    let a = [pass("a::one"), vec![start("a::two")]].concat();
    let limits = Limits { jobs: NonZeroUsize::new(2).unwrap(), ..Limits::default() };
    let stage = Stage { interrupted: true, ..Stage::with(limits) };
    let scripts = vec![script([&a], Last::Hangs), script([&[start("b::one")]], Last::Hangs)];
    let run = stage.run(two_specs(), scripts);
    assert!(matches!(run.outcome, Err(Error::Interrupted)), "{:?}", run.outcome);
    assert_eq!(run.lines.last().unwrap(), "Interrupted: 1 of 4");
    assert!(!run.lines.iter().any(|line| line.starts_with("Crashed")), "{:?}", run.lines);
}

#[test]
fn a_reader_that_goes_away_ends_the_run() {
    let recorder = Recorder { closes_after: Some(3), ..Recorder::default() };
    let stage = Stage { recorder, ..Stage::default() };
    let run = stage.run(two_specs(), vec![script([&all_of_a()], Last::Hangs)]);
    assert!(matches!(run.outcome, Err(Error::OutputClosed)), "{:?}", run.outcome);
}

#[test]
fn a_crash_points_to_the_line_of_its_expectation() {
    let result = crashed(&job("a", &["one", "two"]), "a::two", String::new(), 0.0);
    assert_eq!((result.file.as_str(), result.line, result.column), ("specs/a.yaml", 6, 3));
}
