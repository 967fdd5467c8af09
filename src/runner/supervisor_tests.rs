//! The loop against workers that are scripts.

use std::collections::VecDeque;
use std::sync::mpsc::channel;

use super::*;
use crate::device::DeviceChoice;
use crate::runner::PlannedSpec;

/// One worker: what it says, and how it ends. A worker that hangs closes its streams only when it
/// is killed.
struct Script {
    notices: Vec<Notice>,
    ending: Ending,
    hangs: bool,
}

#[derive(Default)]
struct Scripts {
    scripts: VecDeque<Script>,
    /// The plans that the workers were given.
    plans: Vec<Plan>,
}

struct ScriptedWorker {
    ending: Ending,
    sender: Sender<Notice>,
    hangs: bool,
}

impl Launcher for Scripts {
    fn launch(&mut self, plan: &Plan, notices: &Sender<Notice>) -> io::Result<Box<dyn Worker>> {
        self.plans.push(plan.clone());
        let script = self.scripts.pop_front().expect("a further worker was not expected");
        for notice in script.notices {
            notices.send(notice).unwrap();
        }
        let mut worker =
            ScriptedWorker { ending: script.ending, sender: notices.clone(), hangs: script.hangs };
        if !script.hangs {
            worker.close();
        }
        Ok(Box::new(worker))
    }
}

impl ScriptedWorker {
    fn close(&mut self) {
        self.sender.send(Notice::Closed).unwrap();
        self.sender.send(Notice::Closed).unwrap();
    }
}

impl Worker for ScriptedWorker {
    fn kill(&mut self) {
        if std::mem::take(&mut self.hangs) {
            self.close();
        }
    }

    fn wait(&mut self) -> Ending {
        self.ending
    }
}

#[derive(Default)]
struct Recorder {
    lines: Vec<String>,
    closes_after: Option<usize>,
}

impl Sink for Recorder {
    /// One short line per event, without times.
    fn emit(&mut self, event: &Event) {
        self.lines.push(match event {
            Event::RunStarted { tests, specs, .. } => format!("run {tests} tests, {specs} specs"),
            Event::TestsSelected { tests, .. } => format!("selected {}", tests.len()),
            Event::DeviceSelected { device, .. } => format!("device {device}"),
            Event::TestStarted { test } => format!("start {test}"),
            Event::Progress { test, .. } => format!("progress {test}"),
            Event::TestFinished(result) => {
                let details = result.details.as_ref().map(|details| format!(": {details}"));
                format!("{:?} {}{}", result.status, result.test, details.unwrap_or_default())
            }
            Event::Output { test, text } => format!("printed {test:?} {text:?}"),
            Event::Note { message } => format!("note {message}"),
            Event::RunFinished(summary) => {
                let RunSummary { not_run, end, .. } = summary;
                format!("{end:?}: {} of {}", summary.finished(), summary.finished() + not_run)
            }
        });
    }

    fn is_closed(&self) -> bool {
        self.closes_after.is_some_and(|limit| self.lines.len() >= limit)
    }
}

fn plan(specs: &[(&str, &[&str])]) -> Plan {
    let specs = specs.iter().map(|(name, properties)| PlannedSpec {
        file: format!("specs/{name}.yaml").into(),
        specs_dir: "/p/specs".into(),
        tests: properties.iter().map(|property| format!("{name}::{property}")).collect(),
    });
    let specs = specs.collect();
    Plan { device: DeviceChoice::Auto, seed: None, package_root: "/p".into(), specs }
}

fn two_specs() -> Plan {
    plan(&[("a", &["one", "two", "three"]), ("b", &["one"])])
}

fn say(event: Event) -> Notice {
    let line = Message::Event(event).encode();
    Notice::Stdout(line.trim_end_matches('\n').to_owned())
}

fn start(test: &str) -> Notice {
    say(Event::TestStarted { test: test.to_owned() })
}

fn finish(test: &str, status: Status) -> Notice {
    let file = "specs/a.yaml".to_owned();
    let result =
        TestResult { status, details: None, ..crashed(test.to_owned(), file, String::new(), 0.0) };
    say(Event::TestFinished(result))
}

fn pass(test: &str) -> [Notice; 2] {
    [start(test), finish(test, Status::Passed)]
}

fn script<const N: usize>(notices: [&[Notice]; N], ending: Ending) -> Script {
    Script { notices: notices.concat(), ending, hangs: false }
}

fn run_all(
    work: Vec<Work>,
    limits: Limits,
    scripts: Vec<Script>,
    mut recorder: Recorder,
) -> (Result<RunSummary, Error>, Vec<String>, Vec<Plan>) {
    let mut launcher = Scripts { scripts: scripts.into(), plans: Vec::new() };
    let (sender, receiver) = channel();
    let channels = (&sender, &receiver);
    let outcome = supervise(work, limits, &mut launcher, channels, &mut recorder);
    assert!(launcher.scripts.is_empty(), "a worker was not started");
    (outcome, recorder.lines, launcher.plans)
}

fn run_with(
    plan: Plan,
    limits: Limits,
    scripts: Vec<Script>,
    recorder: Recorder,
) -> (Result<RunSummary, Error>, Vec<String>, Vec<Plan>) {
    run_all(vec![Work { foregone: Vec::new(), plan }], limits, scripts, recorder)
}

fn run(plan: Plan, scripts: Vec<Script>) -> (Result<RunSummary, Error>, Vec<String>, Vec<Plan>) {
    run_with(plan, Limits::default(), scripts, Recorder::default())
}

#[test]
fn a_worker_that_does_all_its_work_is_the_only_one() {
    let device = say(Event::DeviceSelected { device: "CPU".into(), note: None });
    let all = ["a::one", "a::two", "a::three", "b::one"].map(pass).concat();
    let (outcome, lines, plans) =
        run(two_specs(), vec![script([&[device], &all], Ending::Code(0))]);
    assert_eq!(outcome.unwrap().passed, 4);
    assert_eq!(plans, [two_specs()]);
    assert_eq!(
        lines,
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
    let first = script(
        [&pass("a::one"), &[start("a::two"), Notice::Stderr("driver: lost".into())]],
        Ending::Signal(11),
    );
    let second = script([&pass("b::one")], Ending::Code(0));
    let (outcome, lines, plans) = run(two_specs(), vec![first, second]);
    let summary = outcome.unwrap();
    assert_eq!((summary.passed, summary.crashed, summary.not_run), (2, 2, 0));
    assert_eq!(plans[1], plan(&[("b", &["one"])]));
    assert_eq!(
        lines[4..],
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
    let early = script([&[start("b::one")]], Ending::Code(0));
    let (outcome, lines, _) = run(plan(&[("b", &["one"])]), vec![early]);
    assert_eq!(outcome.unwrap().crashed, 1);
    assert_eq!(lines[2], "Crashed b::one: the worker process ended before all its tests were done");
}

#[test]
fn a_death_after_the_last_test_is_a_note() {
    let script = script([&pass("b::one")], Ending::Signal(11));
    let (outcome, lines, _) = run(plan(&[("b", &["one"])]), vec![script]);
    let summary = outcome.unwrap();
    assert_eq!((summary.passed, summary.failures()), (1, 0));
    assert_eq!(
        lines[3],
        "note all tests were complete when the worker was ended by signal 11 (SIGSEGV)"
    );
}

#[test]
fn a_death_between_two_tests_blames_nobody() {
    let first = script([&pass("a::one"), &pass("a::two"), &pass("a::three")], Ending::Code(134));
    let second = script([&pass("b::one")], Ending::Code(0));
    let (outcome, lines, _) = run(two_specs(), vec![first, second]);
    assert_eq!(outcome.unwrap().passed, 4);
    assert_eq!(
        lines[7],
        "note a worker ended with exit code 134 between two tests; another one goes on"
    );
}

#[test]
fn a_worker_that_cannot_begin_ends_the_run() {
    let broken = script([&[Notice::Stderr("no such option".into())]], Ending::Code(2));
    let (outcome, lines, _) = run(two_specs(), vec![broken]);
    let error = outcome.unwrap_err();
    let output = Some("no such option".to_owned());
    assert!(
        matches!(&error, Error::WorkerFailed { ending: Ending::Code(2), output: o } if *o == output),
        "{error:?}"
    );
    assert_eq!(lines, ["run 4 tests, 2 specs", "Incomplete: 0 of 4"]);
}

#[test]
fn a_missing_adapter_is_one_error_and_no_test_failure() {
    let line = Message::AdapterRequired { reason: "no Vulkan loader".into() }.encode();
    let notice = Notice::Stdout(line.trim_end().to_owned());
    let worker = script([&[notice]], Ending::Code(exit_code::ADAPTER_REQUIRED.into()));
    let (outcome, lines, _) = run(two_specs(), vec![worker]);
    assert_eq!(outcome.unwrap_err().to_string(), "no wgpu adapter: no Vulkan loader");
    assert_eq!(lines, ["run 4 tests, 2 specs", "AdapterRequired: 0 of 4"]);
}

#[test]
fn the_run_ends_after_the_allowed_number_of_failures() {
    let notices = [
        [start("a::one"), finish("a::one", Status::Failed)],
        pass("a::two"),
        [start("a::three"), finish("a::three", Status::SnapshotPending)],
        pass("b::one"),
    ];
    let limits = Limits { max_fail: NonZeroUsize::new(2), patience: None };
    let worker = script([&notices.concat()], Ending::Signal(9));
    let (outcome, lines, _) = run_with(two_specs(), limits, vec![worker], Recorder::default());
    let summary = outcome.unwrap();
    assert_eq!((summary.failed, summary.snapshot_pending, summary.not_run), (1, 1, 1));
    assert!(!lines.contains(&"start b::one".to_owned()), "{lines:?}");
}

#[test]
fn a_crash_counts_towards_the_allowed_number_of_failures() {
    let limits = Limits { max_fail: NonZeroUsize::new(1), patience: None };
    let worker = script([&[start("a::one")]], Ending::Signal(6));
    let (outcome, ..) = run_with(two_specs(), limits, vec![worker], Recorder::default());
    let summary = outcome.unwrap();
    assert_eq!((summary.crashed, summary.not_run), (3, 1));
}

#[test]
fn a_silent_worker_is_killed_and_its_test_is_reported() {
    let hung = Script { notices: vec![start("a::one")], ending: Ending::Signal(9), hangs: true };
    let next = script([&pass("b::one")], Ending::Code(0));
    let limits = Limits { max_fail: None, patience: Some(Duration::from_millis(50)) };
    let (outcome, lines, _) = run_with(two_specs(), limits, vec![hung, next], Recorder::default());
    let summary = outcome.unwrap();
    assert_eq!((summary.passed, summary.crashed), (1, 3));
    assert_eq!(
        lines[2],
        "Crashed a::one: the worker process gave no sign of life for 0 s and was killed"
    );
}

#[test]
fn an_interrupt_ends_the_worker_and_still_reports_what_ran() {
    let hung = Script {
        notices: [&pass("a::one")[..], &[start("a::two"), Notice::Interrupt]].concat(),
        ending: Ending::Signal(9),
        hangs: true,
    };
    let (outcome, lines, _) = run(two_specs(), vec![hung]);
    assert!(matches!(outcome, Err(Error::Interrupted)), "{outcome:?}");
    assert_eq!(lines.last().unwrap(), "Interrupted: 1 of 4");
    assert!(!lines.iter().any(|line| line.starts_with("Crashed")), "{lines:?}");
}

#[test]
fn a_reader_that_goes_away_ends_the_run() {
    let worker = script([&pass("a::one"), &pass("a::two")], Ending::Signal(9));
    let recorder = Recorder { closes_after: Some(3), ..Recorder::default() };
    let (outcome, ..) = run_with(two_specs(), Limits::default(), vec![worker], recorder);
    assert!(matches!(outcome, Err(Error::OutputClosed)), "{outcome:?}");
}

#[test]
fn prints_go_with_the_test_that_ran_meanwhile() {
    let notices = [
        &[start("b::one"), Notice::Stdout("from a model".into())][..],
        &[Notice::Stderr("and a warning".into()), finish("b::one", Status::Failed)],
        &[Notice::Stderr("on the way out".into())],
    ];
    let (outcome, lines, _) = run(plan(&[("b", &["one"])]), vec![script(notices, Ending::Code(0))]);
    assert_eq!(outcome.unwrap().failed, 1);
    assert_eq!(
        lines[2..],
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
    let first = script([&[device(), start("a::one")]], Ending::Signal(6));
    let second = script([&[device()], &pass("b::one")], Ending::Code(0));
    let (_, lines, _) = run(two_specs(), vec![first, second]);
    assert_eq!(lines.iter().filter(|line| *line == "device CPU").count(), 1, "{lines:?}");
}

#[test]
fn a_seed_of_ones_own_is_said_once() {
    let plan = Plan { seed: Some(7), ..plan(&[("b", &["one"])]) };
    let (_, lines, _) = run(plan, vec![script([&pass("b::one")], Ending::Code(0))]);
    assert_eq!(lines[1], "note seed 7 instead of the specs' own: snapshots are not compared");
}

#[test]
fn a_result_that_nobody_asked_for_is_not_counted() {
    let worker = script([&pass("c::one"), &pass("b::one")], Ending::Code(0));
    let (outcome, lines, _) = run(plan(&[("b", &["one"])]), vec![worker]);
    assert_eq!(outcome.unwrap().passed, 1);
    assert!(lines.contains(&"note the worker ran `c::one`, which nobody asked for".to_owned()));
}

fn broken(test: &str) -> TestResult {
    let result = crashed(test.to_owned(), "specs/x.yaml".to_owned(), "bad".to_owned(), 0.0);
    TestResult { status: Status::SpecError, ..result }
}

#[test]
fn broken_specs_are_reported_without_a_worker() {
    let work = Work { foregone: vec![broken("x::spec")], plan: plan(&[]) };
    let (outcome, lines, _) =
        run_all(vec![work], Limits::default(), Vec::new(), Recorder::default());
    assert_eq!(outcome.unwrap().spec_errors, 1);
    assert_eq!(lines, ["run 1 tests, 1 specs", "SpecError x::spec: bad", "Completed: 1 of 1"]);
}

#[test]
fn the_allowed_number_of_failures_counts_over_all_packages() {
    let limits = Limits { max_fail: NonZeroUsize::new(1), patience: None };
    let first = Work { foregone: vec![broken("x::spec")], plan: plan(&[]) };
    let second = Work { foregone: Vec::new(), plan: two_specs() };
    let (outcome, lines, plans) =
        run_all(vec![first, second], limits, Vec::new(), Recorder::default());
    let summary = outcome.unwrap();
    assert_eq!((summary.spec_errors, summary.not_run), (1, 4));
    assert_eq!(plans, []);
    assert_eq!(lines.last().unwrap(), "MaxFail: 1 of 5");
}
