//! What is told along the way.

use super::*;

#[test]
fn prints_go_with_the_test_that_ran_meanwhile() {
    let words = [
        start("b::one"),
        Word::Stdout("from a model".into()),
        Word::Stderr("and a warning".into()),
        finish("b::one", Status::Failed),
        Word::Stderr("on the way out".into()),
    ];
    let run = run(only_b(), vec![script([&words], CLEAN)]);
    assert_eq!(run.summary().failed, 1);
    assert_eq!(
        run.lines[2..],
        [
            "printed Some(\"b::one\") \"from a model\\nand a warning\"",
            "Failed b::one",
            "printed None \"on the way out\"",
            "Completed: 1 of 1",
        ]
    );
}

#[test]
fn another_worker_does_not_announce_the_same_device_again() {
    let device = || say(Event::DeviceSelected { device: "CPU".into(), note: None });
    let first = script([&[device(), start("a::one")]], Last::Dies(Ending::Signal(6)));
    let second = script([&[vec![device()], pass("b::one")].concat()], CLEAN);
    let run = run(two_specs(), vec![first, second]);
    let announced = run.lines.iter().filter(|line| *line == "device CPU");
    assert_eq!(announced.count(), 1, "{:?}", run.lines);
}

#[test]
fn a_seed_of_ones_own_is_said_once() {
    let mut work = only_b();
    work.roles[0].set_up.seed = Some(7);
    let run = run(work, vec![script([&pass("b::one")], CLEAN)]);
    assert_eq!(run.lines[1], "note seed 7 instead of the specs' own: snapshots are not compared");
}

#[test]
fn a_result_that_nobody_asked_for_is_not_counted() {
    let words = [pass("c::one"), pass("b::one")].concat();
    let run = run(only_b(), vec![script([&words], CLEAN)]);
    assert_eq!(run.summary().passed, 1);
    let note = "note the worker ran `c::one`, which nobody asked for".to_owned();
    assert!(run.lines.contains(&note), "{:?}", run.lines);
}

fn broken(test: &str) -> TestResult {
    TestResult { details: Some("bad".to_owned()), ..result(test, Status::SpecError) }
}

#[test]
fn broken_specs_are_reported_without_a_worker() {
    let work = Work { foregone: vec![broken("x::spec")], ..Work::default() };
    let run = run(work, Vec::new());
    assert_eq!(run.summary().spec_errors, 1);
    assert_eq!(run.lines, ["run 1 tests, 1 specs", "SpecError x::spec: bad", "Completed: 1 of 1"]);
}

#[test]
fn broken_specs_count_towards_the_allowed_number_of_failures() {
    let work = Work { foregone: vec![broken("x::spec"), broken("y::spec")], ..two_specs() };
    let limits = Limits { max_fail: NonZeroUsize::new(1), ..Limits::default() };
    let run = Stage::with(limits).run(work, Vec::new());
    assert_eq!((run.summary().spec_errors, run.summary().not_run), (1, 5));
    assert_eq!(run.orders, Vec::<String>::new());
    assert_eq!(run.lines.last().unwrap(), "MaxFail: 1 of 6");
}
