//! Several workers at once.

use super::*;

fn at_once(jobs: usize) -> Limits {
    Limits { jobs: NonZeroUsize::new(jobs).unwrap(), ..Limits::default() }
}

fn three_specs() -> Work {
    jobs(&[("a", &["one", "two"]), ("b", &["one"]), ("c", &["one"])])
}

#[test]
fn workers_pull_specs_until_none_is_left() {
    let first = script([&pass_all(&["a::one", "a::two"]), &pass("c::one")], CLEAN);
    let second = script([&pass("b::one")], CLEAN);
    let run = Stage::with(at_once(2)).run(three_specs(), vec![first, second]);
    assert_eq!(run.summary().passed, 4);
    assert_eq!(
        run.orders,
        [
            "0 is nn",
            "1 is nn",
            "0 runs a::one a::two",
            "1 runs b::one",
            "0 runs c::one",
            "1 End",
            "0 End"
        ]
    );
}

#[test]
fn the_tests_of_a_spec_are_reported_in_their_order_whatever_others_do() {
    let first = script([&pass_all(&["a::one", "a::two"]), &pass("c::one")], CLEAN);
    let second = script([&pass("b::one")], CLEAN);
    let run = Stage::with(at_once(2)).run(three_specs(), vec![first, second]);
    let of_a: Vec<&String> = run.lines.iter().filter(|line| line.contains("a::")).collect();
    assert_eq!(of_a, ["start a::one", "Passed a::one", "start a::two", "Passed a::two"]);
}

#[test]
fn a_crash_of_one_worker_leaves_the_others_alone_and_another_takes_its_place() {
    let first = script([&[start("a::one")]], Last::Dies(Ending::Signal(6)));
    let second = script([&pass("b::one")], CLEAN);
    let third = script([&pass("c::one")], CLEAN);
    let run = Stage::with(at_once(2)).run(three_specs(), vec![first, second, third]);
    let summary = run.summary();
    assert_eq!((summary.passed, summary.crashed, summary.not_run), (2, 2, 0));
}

#[test]
fn no_more_workers_are_started_than_there_are_specs() {
    let scripts = vec![script([&all_of_a()], CLEAN), script([&pass("b::one")], CLEAN)];
    let run = Stage::with(at_once(8)).run(two_specs(), scripts);
    assert_eq!(run.summary().passed, 4);
}

#[test]
fn a_worker_runs_only_what_its_program_can() {
    let mut work = three_specs();
    work.roles.push(role("target"));
    work.jobs[1].role = 1;
    let own = script([&pass_all(&["a::one", "a::two"]), &pass("c::one")], CLEAN);
    let target = script([&pass("b::one")], CLEAN);
    let run = run(work, vec![own, target]);
    assert_eq!(
        run.orders,
        [
            "0 is nn",
            "0 runs a::one a::two",
            "0 runs c::one",
            "0 End",
            "1 is target",
            "1 runs b::one",
            "1 End"
        ]
    );
}

#[test]
fn packages_may_have_specs_of_the_same_name() {
    let mut work = jobs(&[("a", &["one"]), ("a", &["one"])]);
    work.jobs[1].assignment.package_root = "/q".into();
    let scripts = vec![script([&pass("a::one")], CLEAN), script([&pass("a::one")], CLEAN)];
    let run = Stage::with(at_once(2)).run(work, scripts);
    assert_eq!(run.summary().passed, 2);
}

#[test]
fn the_last_allowed_failure_ends_all_workers() {
    let failing = [start("b::one"), finish("b::one", Status::Failed)];
    let scripts = vec![script([&[start("a::one")]], Last::Hangs), script([&failing], Last::Hangs)];
    let limits = Limits { max_fail: NonZeroUsize::new(1), ..at_once(2) };
    let run = Stage::with(limits).run(three_specs(), scripts);
    let summary = run.summary();
    assert_eq!((summary.failed, summary.crashed, summary.not_run), (1, 0, 3));
}
