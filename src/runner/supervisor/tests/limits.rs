//! Limits: of failures, silence, time and memory.

use super::*;
use crate::runner::{MemoryLimit, Timeout};

fn max_fail(limit: usize) -> Limits {
    Limits { max_fail: NonZeroUsize::new(limit), ..Limits::default() }
}

#[test]
fn the_run_ends_after_the_allowed_number_of_failures() {
    let a = [
        vec![start("a::one"), finish("a::one", Status::Failed)],
        pass("a::two"),
        vec![start("a::three"), finish("a::three", Status::SnapshotPending)],
    ];
    let scripts = vec![script([&a.concat()], Last::Hangs)];
    let run = Stage::with(max_fail(2)).run(two_specs(), scripts);
    let summary = run.summary();
    assert_eq!((summary.failed, summary.snapshot_pending, summary.not_run), (1, 1, 1));
    assert!(!run.lines.contains(&"start b::one".to_owned()), "{:?}", run.lines);
}

#[test]
fn a_crash_counts_towards_the_allowed_number_of_failures() {
    let scripts = vec![script([&[start("a::one")]], Last::Dies(Ending::Signal(6)))];
    let summary = Stage::with(max_fail(1)).run(two_specs(), scripts).summary();
    assert_eq!((summary.crashed, summary.not_run), (3, 1));
}

#[test]
fn the_last_failure_of_all_ends_no_worker() {
    let b = [start("b::one"), finish("b::one", Status::Failed)];
    let run = Stage::with(max_fail(1)).run(only_b(), vec![script([&b], CLEAN)]);
    assert_eq!(run.orders.last().unwrap(), "0 End");
}

#[test]
fn a_silent_worker_is_killed_and_its_test_is_reported() {
    let limits = Limits { silence: Some(Duration::from_millis(50)), ..Limits::default() };
    let scripts = vec![script([&[start("a::one")]], Last::Hangs), script([&pass("b::one")], CLEAN)];
    let run = Stage::with(limits).run(two_specs(), scripts);
    let summary = run.summary();
    assert_eq!((summary.passed, summary.crashed), (1, 3));
    assert_eq!(
        run.lines[2],
        "Crashed a::one: the worker process gave no sign of life for 0.1 s and was killed\n\
         a spec that computes this long without a word gets more time with `--silence SECONDS` \
         (0 waits for ever)"
    );
}

#[test]
fn a_spec_that_takes_too_long_is_killed_and_the_limit_is_named() {
    let mut work = two_specs();
    let source = "`timeout` in the spec".to_owned();
    work.jobs[0].timeout = Some(Timeout { duration: Duration::from_millis(100), source });
    let a = [pass("a::one"), vec![start("a::two")]].concat();
    let scripts = vec![script([&a], Last::Hangs), script([&pass("b::one")], CLEAN)];
    let run = run(work, scripts);
    assert_eq!((run.summary().passed, run.summary().crashed), (2, 2));
    assert_eq!(
        run.lines[4],
        "Crashed a::two: the worker process worked on this spec for 0.1 s and was killed\n\
         the limit is set by `timeout` in the spec; raise it with `--timeout SECONDS`, \
         `NN_TEST_TIMEOUT` or `timeout:` in the spec"
    );
    assert_eq!(
        run.lines[5],
        "Crashed a::three: not run: the worker process worked on this spec for 0.1 s and was \
         killed in `a::two`"
    );
}

#[test]
fn a_spec_that_hangs_before_its_first_test_has_no_second_chance() {
    let mut work = only_b();
    work.jobs[0].timeout =
        Some(Timeout { duration: Duration::from_millis(10), source: "x".to_owned() });
    let run = run(work, vec![script([&[]], Last::Hangs)]);
    assert_eq!(run.summary().crashed, 1);
}

#[test]
fn a_worker_that_occupies_too_much_memory_is_killed_and_both_sizes_are_named() {
    let source = "`--memory-limit`".to_owned();
    let memory = Some(MemoryLimit { bytes: 1 << 30, source });
    let limits = Limits { memory, ..Limits::default() };
    let greedy = Script { memory: Some(3 << 29), ..script([&[start("a::one")]], Last::Hangs) };
    let modest = Script { memory: Some(1 << 30), ..script([&pass("b::one")], CLEAN) };
    let run = Stage::with(limits).run(two_specs(), vec![greedy, modest]);
    assert_eq!((run.summary().passed, run.summary().crashed), (1, 3));
    assert_eq!(
        run.lines[2],
        "Crashed a::one: the worker process occupied 1.5 GiB of memory, where 1 GiB are allowed, \
         and was killed\nthe limit is set by `--memory-limit`; raise it with `--memory-limit`, or \
         run fewer specs at once with `-j`"
    );
}

fn device() -> Word {
    say(Event::DeviceSelected { device: "CPU".into(), note: None })
}

#[test]
fn complete_specs_leave_their_duration_behind_by_device() {
    let mut work = two_specs();
    work.jobs[1].whole = false;
    let a = [vec![device()], all_of_a()].concat();
    let run = run(work, vec![script([&a, &pass("b::one")], CLEAN)]);
    let limit =
        |name: &str| run.timings.limit("CPU", (format!("/p/specs/{name}.yaml").as_ref(), name));
    assert_eq!(limit("a").unwrap().duration, Duration::from_secs(60));
    assert_eq!(limit("b"), None, "a part of a spec is no measure");
}

#[test]
fn a_spec_that_was_begun_twice_leaves_no_duration_behind() {
    let first = [vec![device()], pass("a::one")].concat();
    let rest = [vec![device()], pass_all(&["a::two", "a::three"])].concat();
    let scripts = vec![script([&first], Last::Dies(Ending::Signal(9))), script([&rest], CLEAN)];
    let run = run(jobs(&[("a", &["one", "two", "three"])]), scripts);
    assert_eq!(run.summary().passed, 3);
    assert_eq!(run.timings.limit("CPU", ("/p/specs/a.yaml".as_ref(), "a")), None);
}
