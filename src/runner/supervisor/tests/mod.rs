//! The loop against workers that are scripts.

mod endings;
mod limits;
mod reports;
mod several;

use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::rc::Rc;
use std::sync::mpsc::channel;

use super::*;
use crate::device::DeviceChoice;
use crate::protocol::{Assignment, SetUp};
use crate::report::event::Status;
use crate::runner::{Ending, Job, Program, Worker};

/// One worker: what it says to each order, and what it does when nothing is left to say.
struct Script {
    /// For each order in turn.
    answers: Vec<Vec<Word>>,
    last: Last,
    /// What the system says about its memory.
    memory: Option<u64>,
}

/// What a worker does after its last answer.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Last {
    /// Asks for more, and ends like that when it is told to.
    Leaves(Ending),
    /// Ends like that without a further word.
    Dies(Ending),
    /// Says nothing more until it is killed.
    Hangs,
    /// Ends like that before it was ready.
    NeverBegins(Ending),
}

/// A script for a worker that answers these orders.
fn script<const N: usize>(answers: [&[Word]; N], last: Last) -> Script {
    Script { answers: answers.map(<[Word]>::to_vec).into(), last, memory: None }
}

const CLEAN: Last = Last::Leaves(Ending::Code(0));

/// Starts scripts in their order and writes down what was asked of them.
struct Scripts {
    scripts: VecDeque<Script>,
    log: Rc<RefCell<Vec<String>>>,
}

struct ScriptedWorker {
    number: usize,
    answers: VecDeque<Vec<Word>>,
    last: Last,
    memory: Option<u64>,
    ending: Option<Ending>,
    sender: Sender<Notice>,
    log: Rc<RefCell<Vec<String>>>,
}

impl Launcher for Scripts {
    fn launch(
        &mut self,
        role: &Role,
        number: usize,
        notices: &Sender<Notice>,
    ) -> io::Result<Box<dyn Worker>> {
        let script = self.scripts.pop_front().expect("a further worker was not expected");
        self.log.borrow_mut().push(format!("{number} is {}", role.program.path.display()));
        let mut worker = ScriptedWorker {
            number,
            answers: script.answers.into(),
            last: script.last,
            memory: script.memory,
            ending: None,
            sender: notices.clone(),
            log: Rc::clone(&self.log),
        };
        match script.last {
            Last::NeverBegins(ending) => {
                for word in worker.answers.drain(..).flatten().collect::<Vec<_>>() {
                    worker.say(word);
                }
                worker.end(ending);
            }
            _ => worker.say(message(&Message::Ready)),
        }
        Ok(Box::new(worker))
    }
}

impl ScriptedWorker {
    fn say(&self, word: Word) {
        // One that the supervisor has given up speaks to nobody.
        let _ = self.sender.send(Notice::From(self.number, word));
    }

    fn end(&mut self, ending: Ending) {
        self.ending = Some(ending);
        self.say(Word::Closed);
        self.say(Word::Closed);
    }
}

impl Worker for ScriptedWorker {
    fn tell(&mut self, order: &Order) -> io::Result<()> {
        let told = match order {
            Order::Run(assignment) => {
                format!("{} runs {}", self.number, assignment.tests.join(" "))
            }
            other => format!("{} {other:?}", self.number),
        };
        self.log.borrow_mut().push(told);
        if *order == Order::End {
            let Last::Leaves(ending) = self.last else { panic!("{:?} was told to end", self.last) };
            self.end(ending);
            return Ok(());
        }
        let answer = self.answers.pop_front().expect("a further order was not expected");
        answer.into_iter().for_each(|word| self.say(word));
        match self.last {
            Last::Dies(ending) if self.answers.is_empty() => self.end(ending),
            Last::Hangs if self.answers.is_empty() => {}
            _ => self.say(message(&Message::Ready)),
        }
        Ok(())
    }

    fn kill(&mut self) {
        if self.ending.is_none() {
            self.end(Ending::Signal(9));
        }
    }

    fn ending(&mut self) -> Option<Ending> {
        self.ending
    }

    fn memory(&mut self) -> Option<u64> {
        self.memory
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
            Event::SpecFinished { spec, .. } => format!("end {spec}"),
            Event::Diagnosed(diagnosis) => format!("diagnosed {}", diagnosis.spec),
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

fn job(name: &str, properties: &[&str]) -> Job {
    let assignment = Assignment {
        package_root: "/p".into(),
        path: format!("/p/specs/{name}.yaml").into(),
        file: format!("specs/{name}.yaml").into(),
        specs_dir: "/p/specs".into(),
        tests: properties.iter().map(|property| format!("{name}::{property}")).collect(),
        mutation: None,
        pictures: None,
    };
    let places = assignment.tests.iter().cloned().zip([(5, 3), (6, 3), (7, 3)]).collect();
    Job { role: 0, spec: name.to_owned(), assignment, places, timeout: None, whole: true }
}

fn role(path: &str) -> Role {
    let program = Program { path: path.into(), ..Program::default() };
    let set_up = SetUp {
        device: DeviceChoice::Auto,
        seed: None,
        severities: Default::default(),
        called_from: "/p".into(),
    };
    Role { program, set_up }
}

fn jobs(jobs: &[(&str, &[&str])]) -> Work {
    let jobs = jobs.iter().map(|(name, properties)| job(name, properties)).collect();
    Work { foregone: Vec::new(), roles: vec![role("nn")], jobs }
}

fn two_specs() -> Work {
    jobs(&[("a", &["one", "two", "three"]), ("b", &["one"])])
}

fn only_b() -> Work {
    jobs(&[("b", &["one"])])
}

fn message(message: &Message) -> Word {
    Word::Stdout(message.encode().trim_end_matches('\n').to_owned())
}

fn say(event: Event) -> Word {
    message(&Message::Event(event))
}

fn start(test: &str) -> Word {
    say(Event::TestStarted { test: test.to_owned() })
}

fn result(test: &str, status: Status) -> TestResult {
    TestResult {
        test: test.to_owned(),
        file: "specs/a.yaml".to_owned(),
        line: 0,
        column: 0,
        status,
        verdict: None,
        details: None,
        seconds: 0.0,
    }
}

fn finish(test: &str, status: Status) -> Word {
    say(Event::TestFinished(result(test, status)))
}

fn pass(test: &str) -> Vec<Word> {
    vec![start(test), finish(test, Status::Passed)]
}

fn pass_all(tests: &[&str]) -> Vec<Word> {
    tests.iter().flat_map(|test| pass(test)).collect()
}

fn all_of_a() -> Vec<Word> {
    pass_all(&["a::one", "a::two", "a::three"])
}

/// How a run went.
struct Run {
    outcome: Result<RunSummary, Error>,
    /// What was reported.
    lines: Vec<String>,
    /// What was asked of the workers.
    orders: Vec<String>,
    timings: Timings,
}

impl Run {
    fn summary(&self) -> RunSummary {
        *self.outcome.as_ref().unwrap()
    }
}

/// A run that is about to be.
#[derive(Default)]
struct Stage {
    limits: Limits,
    recorder: Recorder,
    timings: Timings,
    interrupted: bool,
}

impl Stage {
    fn with(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    fn run(mut self, work: Work, scripts: Vec<Script>) -> Run {
        let log = Rc::default();
        let mut launcher = Scripts { scripts: scripts.into(), log: Rc::clone(&log) };
        let (sender, receiver) = channel();
        if self.interrupted {
            // It comes when everything that was said without delay has been heard.
            let sender = sender.clone();
            std::thread::spawn(move || {
                std::thread::sleep(TICK);
                sender.send(Notice::Interrupt)
            });
        }
        let outcome = supervise(
            work,
            &self.limits,
            &mut self.timings,
            &mut launcher,
            (&sender, &receiver),
            &mut self.recorder,
        );
        assert!(launcher.scripts.is_empty(), "a worker was not started");
        let orders = log.borrow().clone();
        Run { outcome, lines: self.recorder.lines, orders, timings: self.timings }
    }
}

fn run(work: Work, scripts: Vec<Script>) -> Run {
    Stage::default().run(work, scripts)
}
