//! A worker: runs the specs that a supervisor gives to this process, one after the other.

use std::io::Write;
use std::time::Instant;

use super::equipment::Equipment;
use super::judge::Prepare;
use super::mends::{Failed, try_mends};
use super::mutant::mutated;
use super::name::sanitised;
use super::session::Session;
use super::shown::Shown;
use super::{TestCase, collect};
use crate::device::AdapterRequired;
use crate::diagnosis::{Case, Diagnosis, Judged, Recipe, diagnose};
use crate::panics;
use crate::pictures::{Found, Told};
use crate::protocol::{Assignment, Drawing, EventWriter, Order, SetUp, Unreadable};
use crate::registry::Registry;
use crate::report::event::{Event, Sink, SpecDiagnosis, Status, TestResult};
use crate::snapshot::Store;
use crate::spec::Spec;
use crate::whole_file;

/// Why a worker ends before it is told to.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    #[error(transparent)]
    AdapterRequired(#[from] AdapterRequired),
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error("the supervisor's first line says nothing about the device")]
    NoSetUp,
}

/// Follows the orders on this thread and reports each test case to `events`. Emits no event of the
/// run as a whole: that is the supervisor's. The devices are opened once. Specs can name `models`.
///
/// # Errors
///
/// When a wgpu adapter is required and there is none, or when the orders make no sense.
pub fn worker(
    models: Registry,
    orders: impl IntoIterator<Item = Result<Order, Unreadable>>,
    events: &mut EventWriter<impl Write>,
) -> Result<(), WorkerError> {
    panics::keep_those_of_other_threads();
    let mut orders = orders.into_iter();
    let Some(Order::SetUp(set_up)) = orders.next().transpose()? else {
        return Err(WorkerError::NoSetUp);
    };
    let equipment = Box::new(Equipment::new(Ok(set_up.device), models));
    follow(&set_up, orders, equipment, events)
}

fn follow(
    set_up: &SetUp,
    orders: impl Iterator<Item = Result<Order, Unreadable>>,
    prepare: Box<dyn Prepare>,
    events: &mut EventWriter<impl Write>,
) -> Result<(), WorkerError> {
    let mut session = Session::new(prepare, set_up.seed, Some(set_up.called_from.clone()))
        .with_severities(set_up.severities.clone());
    events.ready();
    for order in orders {
        match order? {
            Order::SetUp(_) => return Err(WorkerError::NoSetUp),
            Order::End => break,
            Order::Run(assignment) => {
                match run(&mut session, set_up, &assignment, events) {
                    Ok(Condition::Sound) => {}
                    // The supervisor starts another worker for what is left.
                    Ok(Condition::Doubtful) => break,
                    Err(absent) => {
                        events.adapter_required(absent.reason.clone());
                        return Err(absent.into());
                    }
                }
                // Its tensors need not stay while the next order is awaited.
                session.clear();
                events.ready();
            }
        }
    }
    Ok(())
}

/// Whether a worker can be trusted with another spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Condition {
    Sound,
    /// Something crashed: a device that was lost stays lost in this process, and what a panic
    /// interrupted may be half done. That shall cost one spec and not those behind it.
    Doubtful,
}

fn run(
    session: &mut Session,
    set_up: &SetUp,
    assignment: &Assignment,
    events: &mut dyn Sink,
) -> Result<Condition, AdapterRequired> {
    let mut condition = Condition::Sound;
    let mut events = Shown::new(events, set_up, assignment);
    let mut cases = collect(std::slice::from_ref(&assignment.path));
    if let Some(mutation) = &assignment.mutation {
        cases = mutated(&cases, mutation, &assignment.path);
    }
    session.compare_snapshots(assignment.mutation.is_none() && assignment.pictures.is_none());
    let store = Store::new(&assignment.package_root, &assignment.specs_dir);
    let mut results = Vec::new();
    let is_drawing =
        |name: &String| assignment.pictures.as_ref().is_some_and(|drawing| drawing.test == *name);
    for name in assignment.tests.iter().filter(|name| !is_drawing(name)) {
        match cases.iter().find(|case| case.name == *name) {
            Some(case) => {
                let result = session.run(case, &store, &mut events)?;
                if result.status == Status::Crashed {
                    condition = Condition::Doubtful;
                }
                let ends = assignment.ends_with(result.status);
                results.push((case, result));
                if ends {
                    break;
                }
            }
            None => {
                events.emit(&Event::TestStarted { test: name.clone() });
                events.emit(&Event::TestFinished(gone(name, assignment)));
            }
        }
    }
    let judged = judged(&results);
    let spec = results.first().and_then(|(case, _)| Some(case.expectation()?.0));
    let diagnosis = spec.and_then(|spec| diagnosed(session, spec, &judged, assignment));
    let causes = diagnosis.as_ref().map_or_else(Vec::new, |diagnosis| diagnosis.causes.clone());
    if let Some(diagnosis) = &diagnosis {
        events.emit(&Event::Diagnosed(diagnosis.clone()));
    }
    // A worker that takes over what another one left draws only what is still to be drawn.
    let due = assignment.pictures.as_ref().filter(|_| assignment.tests.iter().any(is_drawing));
    if let Some(drawing) = due {
        let results = Results { cases: &cases, results: &results, causes: &causes };
        if draw(session, drawing, assignment, &results, &mut events)? == Status::Crashed {
            condition = Condition::Doubtful;
        }
    }
    // Last of all, since the laboratory of the spec as it is is gone then.
    if let (Some(diagnosis), Some(spec), true) = (&diagnosis, spec, tries(set_up, assignment)) {
        let cases: Vec<&TestCase> = results.iter().map(|(case, _)| *case).collect();
        let failed = Failed { spec, cases: &cases, judged: &judged, diagnosis };
        if try_mends(session, &failed, &store, &mut events)? {
            condition = Condition::Doubtful;
        }
    }
    let name = assignment.tests.first().and_then(|name| name.rsplit_once("::"));
    if let Some((spec, _)) = name {
        let file = assignment.file.display().to_string();
        let asks = assignment.mutation.as_ref().is_some_and(|mutation| mutation.tells_tensors);
        let tensors = if asks { session.tensors() } else { Vec::new() };
        events.emit(&Event::SpecFinished { spec: spec.to_owned(), file, tensors });
    }
    Ok(condition)
}

/// Whether mends are tried: not where the spec is run in another form, or drawn.
fn tries(set_up: &SetUp, assignment: &Assignment) -> bool {
    set_up.try_mends && assignment.mutation.is_none() && assignment.pictures.is_none()
}

/// The verdicts that a diagnosis reads.
fn judged(results: &[(&TestCase, TestResult)]) -> Vec<Judged> {
    let judged = results.iter().filter_map(|(case, result)| {
        let (_, expectation) = case.expectation()?;
        // A failure that is expected or known needs no cause.
        let is_open = expectation.fails.is_none() && expectation.allowed.is_none();
        let verdict = result.verdict.as_ref();
        let verdict = verdict.filter(|_| is_open && result.status != Status::Skipped)?;
        let property = expectation.property.meta.name.to_owned();
        Some(Judged { property, verdict: verdict.clone() })
    });
    judged.collect()
}

/// What came of a spec's test cases.
struct Results<'a> {
    /// All that the spec has.
    cases: &'a [TestCase],
    /// Those that were run.
    results: &'a [(&'a TestCase, TestResult)],
    causes: &'a [Diagnosis],
}

/// Draws the pictures of a spec whose test cases are over, and writes their page. It counts as a test case
/// of its own, so that a worker that dies over it is noticed as always.
fn draw(
    session: &mut Session,
    drawing: &Drawing,
    assignment: &Assignment,
    results: &Results<'_>,
    events: &mut dyn Sink,
) -> Result<Status, AdapterRequired> {
    let Results { cases, results, causes } = *results;
    events.emit(&Event::TestStarted { test: drawing.test.clone() });
    let begin = Instant::now();
    // The laboratory of the case that was run last is still there.
    let last = results.last().map(|(case, _)| *case);
    let last = last.or_else(|| cases.iter().find(|case| case.expectation().is_some()));
    let Some(case) = last.filter(|case| case.expectation().is_some()) else {
        let result = gone(&drawing.test, assignment);
        events.emit(&Event::TestFinished(result));
        return Ok(Status::Crashed);
    };
    let told = results.iter().filter_map(|(case, result)| {
        let (_, expectation) = case.expectation()?;
        let verdict = result.verdict.clone()?;
        Some(Told { property: expectation.property.meta.name.to_owned(), verdict })
    });
    let found = Found { told: told.collect(), causes: causes.to_vec() };
    let written = match panics::caught(|| session.drawn(case, drawing, &found, events)) {
        Ok(drawn) => drawn?.and_then(|text| {
            whole_file::write(&drawing.page, &text).map_err(|error| {
                let path = drawing.page.display();
                (Status::Crashed, format!("cannot write `{path}`: {error}"))
            })
        }),
        Err(panic) => Err((Status::Crashed, format!("panicked: {panic}"))),
    };
    let (status, details) = match written {
        Ok(()) => (Status::Passed, None),
        Err((status, details)) => (status, Some(details)),
    };
    let (test, seconds) = (drawing.test.clone(), begin.elapsed().as_secs_f64());
    let result = TestResult { test, seconds, line: 0, column: 0, ..case.result(status, details) };
    events.emit(&Event::TestFinished(result));
    Ok(status)
}

/// What all results of a spec together say, if they accuse it of something.
fn diagnosed(
    session: &Session,
    spec: &Spec,
    judged: &[Judged],
    assignment: &Assignment,
) -> Option<SpecDiagnosis> {
    let known = session.known();
    let case = Case { spec, judged, known: &known };
    let causes = diagnose(judged, &Recipe::of(spec, known.steps)).into_iter();
    let causes: Vec<Diagnosis> = causes.map(|cause| cause.with_suggestion(&case)).collect();
    let file = assignment.file.display().to_string();
    (!causes.is_empty()).then(|| SpecDiagnosis { spec: sanitised(&spec.name), file, causes })
}

/// The file was listed with this case and no longer has it.
fn gone(name: &str, assignment: &Assignment) -> TestResult {
    let file = assignment.file.display().to_string();
    TestResult {
        test: name.to_owned(),
        line: 0,
        column: 0,
        status: Status::Crashed,
        verdict: None,
        details: Some(format!("{file} changed during the run: it has no test case {name} now")),
        seconds: 0.0,
        file,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::device::DeviceChoice;
    use crate::harness::fixtures::{FakeLaboratory, judged};
    use crate::harness::judge::Obstacle;
    use crate::property::Verdict;
    use crate::protocol::{Message, decode};

    fn set_up(folder: &Path) -> SetUp {
        SetUp {
            device: DeviceChoice::Cpu,
            seed: None,
            severities: Default::default(),
            try_mends: false,
            called_from: folder.to_owned(),
        }
    }

    /// Orders a spec of that name and two properties to run, after writing it.
    fn order(folder: &Path, name: &str, tests: &[&str]) -> Order {
        let path = folder.join(format!("{name}.yaml"));
        let text = format!(
            "version: 1\nname: {name}\ntask: classification\n\
             data: {{moons: {{examples: 64}}}}\nmodel: {{layers: [linear: 2]}}\n\
             expect: [shapes, initial_loss]\n"
        );
        fs::write(&path, text).unwrap();
        Order::Run(Assignment {
            package_root: folder.to_owned(),
            file: format!("{name}.yaml").into(),
            path,
            specs_dir: folder.to_owned(),
            tests: tests.iter().map(|test| format!("{name}::{test}")).collect(),
            mutation: None,
            pictures: None,
        })
    }

    /// What a worker says, a word for each message.
    fn said(
        folder: &Path,
        orders: Vec<Order>,
        laboratory: FakeLaboratory,
    ) -> (Result<(), WorkerError>, Vec<String>) {
        let mut written = Vec::new();
        let mut events = EventWriter::new(&mut written);
        let orders = orders.into_iter().map(Ok);
        let outcome = follow(&set_up(folder), orders, Box::new(laboratory), &mut events);
        let text = String::from_utf8(written).unwrap();
        let words = text.lines().map(|line| match decode(line).message.unwrap() {
            Message::Event(Event::SpecFinished { spec, file, .. }) => {
                format!("end {spec} of {file}")
            }
            Message::Ready => "ready".to_owned(),
            Message::Event(Event::TestStarted { test }) => format!("start {test}"),
            Message::Event(Event::TestFinished(result)) => {
                format!("{:?} {} of {}", result.status, result.test, result.file)
            }
            Message::AdapterRequired { reason } => format!("no adapter: {reason}"),
            other => format!("{other:?}"),
        });
        (outcome, words.filter(|word| !word.contains("Progress")).collect())
    }

    fn inapplicable() -> FakeLaboratory {
        FakeLaboratory::new(|_| Ok(judged(Verdict::not_applicable("-"))))
    }

    #[test]
    fn the_ordered_cases_run_in_their_order_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let orders = vec![
            order(root, "b", &["initial_loss"]),
            order(root, "a", &["initial_loss", "shapes", "gone"]),
            Order::End,
            order(root, "c", &["shapes"]),
        ];
        let (outcome, words) = said(root, orders, inapplicable());
        assert!(outcome.is_ok(), "{outcome:?}");
        assert_eq!(
            words,
            [
                "ready",
                "start b::initial_loss",
                "Skipped b::initial_loss of b.yaml",
                "end b of b.yaml",
                "ready",
                "start a::initial_loss",
                "Skipped a::initial_loss of a.yaml",
                "start a::shapes",
                "Skipped a::shapes of a.yaml",
                "start a::gone",
                "Crashed a::gone of a.yaml",
                "end a of a.yaml",
                "ready",
            ]
        );
    }

    #[test]
    fn a_worker_in_which_something_crashed_finishes_its_spec_and_begins_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let laboratory = FakeLaboratory::new(|name| match name {
            "shapes" => panic!("the device was lost"),
            _ => Ok(judged(Verdict::not_applicable("-"))),
        });
        let orders =
            vec![order(root, "a", &["shapes", "initial_loss"]), order(root, "b", &["shapes"])];
        let (outcome, words) = said(root, orders, laboratory);
        assert!(outcome.is_ok(), "{outcome:?}");
        assert_eq!(
            words,
            [
                "ready",
                "start a::shapes",
                "Crashed a::shapes of a.yaml",
                "start a::initial_loss",
                "Skipped a::initial_loss of a.yaml",
                "end a of a.yaml",
            ]
        );
    }

    /// The same order with a page to be drawn.
    fn order_with_pictures(folder: &Path, name: &str, tests: &[&str], page: &Path) -> Order {
        let Order::Run(mut assignment) = order(folder, name, tests) else {
            unreachable!("an order to run is one")
        };
        let test = format!("{name}::pictures");
        assignment.tests.push(test.clone());
        assignment.pictures = Some(Drawing { test, page: page.to_owned(), steps: Some(2) });
        Order::Run(assignment)
    }

    #[test]
    fn a_page_is_drawn_when_all_test_cases_are_over() {
        let _alone = crate::device::alone();
        let folder = tempfile::tempdir().unwrap();
        let page = folder.path().join("pages/a.html");
        let orders = vec![order_with_pictures(folder.path(), "a", &["shapes"], &page), Order::End];
        let equipment = Box::new(Equipment::new(Ok(DeviceChoice::Cpu), Registry::new()));
        let mut written = Vec::new();
        let mut events = EventWriter::new(&mut written);
        follow(&set_up(folder.path()), orders.into_iter().map(Ok), equipment, &mut events).unwrap();
        let said = String::from_utf8(written).unwrap();
        let ends: Vec<(String, Status)> = said
            .lines()
            .filter_map(|line| match decode(line).message {
                Some(Message::Event(Event::TestFinished(result))) => {
                    Some((result.test, result.status))
                }
                _ => None,
            })
            .collect();
        let passed = |test: &str| (test.to_owned(), Status::Passed);
        assert_eq!(ends, [passed("a::shapes"), passed("a::pictures")]);
        let text = fs::read_to_string(&page).unwrap();
        assert!(
            text.contains("<h1>a</h1>") && text.contains("The one property that applies holds."),
            "{text}"
        );
        // Whoever draws tests nothing: no snapshot is written.
        assert!(!folder.path().join("snapshots").exists());
    }

    #[test]
    fn a_page_that_cannot_be_drawn_is_a_crash_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let page = folder.path().join("a.html");
        let orders = vec![
            order_with_pictures(folder.path(), "a", &["shapes"], &page),
            order(folder.path(), "b", &["shapes"]),
        ];
        let (outcome, words) = said(folder.path(), orders, inapplicable());
        assert!(outcome.is_ok(), "{outcome:?}");
        assert_eq!(
            words,
            [
                "ready",
                "start a::shapes",
                "Skipped a::shapes of a.yaml",
                "start a::pictures",
                "Crashed a::pictures of a.yaml",
                "end a of a.yaml",
            ]
        );
        assert!(!page.exists());
    }

    #[test]
    fn the_last_specs_laboratory_is_closed_before_the_next_order_is_awaited() {
        let folder = tempfile::tempdir().unwrap();
        let laboratory = inapplicable();
        let orders = vec![order(folder.path(), "a", &["shapes"]), Order::End];
        said(folder.path(), orders, laboratory.clone()).0.unwrap();
        assert_eq!(laboratory.log.borrow().last().unwrap(), "close a");
    }

    thread_local! {
        /// How often `learns` was judged in this test.
        static JUDGED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    }

    /// A recipe with a rate that is too high, and what a worker says of it, a word for each event.
    fn tried(learns: fn(usize) -> Verdict) -> Vec<String> {
        thread_local! {
            static LEARNS: std::cell::Cell<fn(usize) -> Verdict> =
                const { std::cell::Cell::new(|_| Verdict::not_applicable("")) };
        }
        LEARNS.set(learns);
        JUDGED.set(0);
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let properties =
            ["shapes", "overfits_batch", "learns", "initial_loss", "frozen_stay", "weights_update"];
        let path = root.join("a.yaml");
        let text = format!(
            "version: 1\nname: a\ntask: classification\ndata: moons\nmodel: [linear: 2]\n\
             training: {{optimizer: {{sgd: {{learning_rate: 10}}}}}}\nexpect: [{}]\n",
            properties.join(", ")
        );
        fs::write(&path, text).unwrap();
        let assignment = Assignment {
            package_root: root.to_owned(),
            file: "a.yaml".into(),
            path,
            specs_dir: root.to_owned(),
            tests: properties.iter().map(|name| format!("a::{name}")).collect(),
            mutation: None,
            pictures: None,
        };
        let laboratory = FakeLaboratory::new(|name| {
            Ok(judged(match name {
                "learns" => {
                    JUDGED.set(JUDGED.get() + 1);
                    LEARNS.get()(JUDGED.get())
                }
                _ => Verdict::pass("fine"),
            }))
        });
        let set_up = SetUp { try_mends: true, ..set_up(root) };
        let mut written = Vec::new();
        let mut events = EventWriter::new(&mut written);
        let orders = vec![Ok(Order::Run(assignment)), Ok(Order::End)].into_iter();
        follow(&set_up, orders, Box::new(laboratory), &mut events).unwrap();
        let text = String::from_utf8(written).unwrap();
        let words = text.lines().filter_map(|line| match decode(line).message.unwrap() {
            Message::Ready => Some("ready".to_owned()),
            Message::Event(Event::TestFinished(result)) if result.test == "a::learns" => {
                Some(format!("{:?}", result.status))
            }
            Message::Event(Event::Diagnosed(diagnosis)) => {
                let suggestion = diagnosis.causes[0].suggestion.as_ref().unwrap();
                Some(format!("write {}", suggestion.lines.join("; ")))
            }
            Message::Event(Event::MendTried(tried)) => {
                Some(format!("{:?} {}", tried.trial.outcome, tried.trial.lines.join("; ")))
            }
            _ => None,
        });
        words.collect()
    }

    fn rises() -> Verdict {
        let finding = crate::property::Finding {
            place: "training.optimizer.learning_rate".to_owned(),
            message: "the loss rises".to_owned(),
            measured: None,
            bound: None,
            mend: String::new(),
        };
        Verdict::fail("loss 2 → 9", vec![finding])
    }

    const WRITTEN: &str = "training.optimizer.sgd.learning_rate: 0.1";

    #[test]
    fn what_is_suggested_is_tried_and_changes_no_result() {
        let helps = tried(|time| if time == 1 { rises() } else { Verdict::pass("loss 2 → 0.1") });
        let write = format!("write {WRITTEN}");
        let (helped, failed) = (format!("Helped {WRITTEN}"), format!("DidNotHelp {WRITTEN}"));
        assert_eq!(helps, ["ready", "Failed", write.as_str(), helped.as_str(), "ready"]);
        let in_vain = tried(|_| rises());
        assert_eq!(in_vain, ["ready", "Failed", write.as_str(), failed.as_str(), "ready"]);
    }

    #[test]
    fn a_panic_in_a_mend_costs_the_mend_and_the_worker_that_it_may_have_left_in_doubt() {
        let panics = tried(|time| if time == 1 { rises() } else { panic!("a kernel") });
        let crashed = format!("Crashed {WRITTEN}");
        assert_eq!(panics, ["ready", "Failed", &format!("write {WRITTEN}"), crashed.as_str()]);
    }

    #[test]
    fn an_absent_adapter_is_told_and_ends_the_worker() {
        let folder = tempfile::tempdir().unwrap();
        let laboratory = FakeLaboratory::behind(Obstacle::Adapter("no loader".to_owned()));
        let orders = vec![order(folder.path(), "a", &["shapes"])];
        let (outcome, words) = said(folder.path(), orders, laboratory);
        assert!(matches!(outcome, Err(WorkerError::AdapterRequired(_))), "{outcome:?}");
        assert_eq!(words, ["ready", "start a::shapes", "no adapter: no loader"]);
    }

    #[test]
    fn orders_without_a_set_up_are_refused() {
        let mut events = EventWriter::new(Vec::new());
        let outcome = worker(Registry::new(), [Ok(Order::End)], &mut events);
        assert!(matches!(outcome, Err(WorkerError::NoSetUp)), "{outcome:?}");
    }
}
