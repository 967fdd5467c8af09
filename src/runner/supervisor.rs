//! The loop: one worker at a time, until every selected test case has ended.

use std::io;
use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use super::ending::Ending;
use super::message::{Message, decode};
use super::plan::Plan;
use super::queue::Queue;
use super::stray::StrayLines;
use crate::exit_code;
use crate::report::event::{Event, RunEnd, RunSummary, SCHEMA_VERSION, Sink, Status, TestResult};

/// How long a worker may take to go once it has nothing left to do or has been killed.
const GRACE: Duration = Duration::from_secs(5);

/// What reaches the supervisor while a worker lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A line of the worker's standard output: a message or a stray print.
    Stdout(String),
    /// A line of the worker's standard error.
    Stderr(String),
    /// One of the two streams has ended.
    Closed,
    /// The user or the system wants the run to end.
    Interrupt,
}

/// Starts workers. Each sends its lines to `notices`, and [`Notice::Closed`] once per stream.
pub trait Launcher {
    /// # Errors
    ///
    /// When the process cannot be started.
    fn launch(&mut self, plan: &Plan, notices: &Sender<Notice>) -> io::Result<Box<dyn Worker>>;
}

/// A running worker.
pub trait Worker {
    /// Ends it at once.
    fn kill(&mut self);
    /// Waits until it has ended.
    fn wait(&mut self) -> Ending;
}

/// When a run ends early.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Failed test cases after which nothing more is run.
    pub max_fail: Option<NonZeroUsize>,
    /// How long a worker may say nothing before it counts as hung.
    pub patience: Option<Duration>,
}

/// Why a run is not complete.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no wgpu adapter: {reason}")]
    AdapterRequired { reason: String },
    #[error("cannot start a worker process")]
    Launch(#[source] io::Error),
    #[error("the worker process {ending} before it ran a test")]
    WorkerFailed {
        ending: Ending,
        /// What it printed.
        output: Option<String>,
    },
    #[error("interrupted")]
    Interrupted,
    /// Nobody reads the report any more.
    #[error("the reader of the report is gone")]
    OutputClosed,
}

impl Error {
    /// What the last event of the run says.
    fn run_end(&self) -> RunEnd {
        match self {
            Self::Interrupted => RunEnd::Interrupted,
            Self::AdapterRequired { .. } => RunEnd::AdapterRequired,
            Self::Launch(_) | Self::WorkerFailed { .. } | Self::OutputClosed => RunEnd::Incomplete,
        }
    }
}

/// The selected test cases of one package.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// Known without a worker: broken specs.
    pub foregone: Vec<TestResult>,
    pub plan: Plan,
}

impl Work {
    fn tests(&self) -> usize {
        self.foregone.len() + self.plan.tests()
    }

    fn specs(&self) -> usize {
        self.foregone.len() + self.plan.specs.len()
    }
}

/// Does all work, package by package, and reports to `sink`. Every run that starts also ends
/// with [`Event::RunFinished`], whatever happens in between.
///
/// # Errors
///
/// When the run is incomplete for another reason than `limits`. Failed test cases are no errors.
pub fn supervise(
    work: Vec<Work>,
    limits: Limits,
    launcher: &mut dyn Launcher,
    (sender, receiver): (&Sender<Notice>, &Receiver<Notice>),
    sink: &mut dyn Sink,
) -> Result<RunSummary, Error> {
    let begin = Instant::now();
    let tests = work.iter().map(Work::tests).sum();
    let specs = work.iter().map(Work::specs).sum();
    let seed = work.iter().find_map(|work| work.plan.seed);
    let mut supervisor = Supervisor {
        limits,
        launcher,
        sender,
        receiver,
        sink,
        summary: RunSummary::default(),
        device: None,
    };
    supervisor.sink.emit(&Event::RunStarted { schema_version: SCHEMA_VERSION, tests, specs });
    if let Some(seed) = seed {
        supervisor
            .note(format!("seed {seed} instead of the specs' own: snapshots are not compared"));
    }
    let outcome = work.into_iter().try_for_each(|work| supervisor.run(work));
    let mut summary = supervisor.summary;
    summary.not_run = tests - summary.finished();
    summary.end = match &outcome {
        Ok(()) => RunEnd::Completed,
        Err(Stop::MaxFail) => RunEnd::MaxFail,
        Err(Stop::Incomplete(error)) => error.run_end(),
    };
    summary.seconds = begin.elapsed().as_secs_f64();
    sink.emit(&Event::RunFinished(summary));
    match outcome {
        Ok(()) | Err(Stop::MaxFail) => Ok(summary),
        Err(Stop::Incomplete(error)) => Err(error),
    }
}

/// Why no further worker is started.
#[derive(Debug)]
enum Stop {
    MaxFail,
    Incomplete(Error),
}

struct Supervisor<'a> {
    limits: Limits,
    launcher: &'a mut dyn Launcher,
    sender: &'a Sender<Notice>,
    receiver: &'a Receiver<Notice>,
    sink: &'a mut dyn Sink,
    summary: RunSummary,
    /// What the last worker said about its device: a further worker repeats it.
    device: Option<Event>,
}

/// What is known about one worker.
#[derive(Debug, Default)]
struct Life {
    running: Option<Running>,
    finished: usize,
    stray: StrayLines,
    adapter_missing: Option<String>,
    /// Why the supervisor ended it, if it did.
    killed: Option<Killed>,
}

#[derive(Debug)]
struct Running {
    test: String,
    since: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Killed {
    Interrupted,
    OutputClosed,
    MaxFail,
    Silent,
}

impl Supervisor<'_> {
    /// Reports what is known already, then starts workers until the plan is done.
    fn run(&mut self, work: Work) -> Result<(), Stop> {
        let mut queue = Queue::new(work.plan);
        for result in &work.foregone {
            self.stop_if_due()?;
            self.count(result, None);
        }
        while let Some(plan) = queue.remaining() {
            self.stop_if_due()?;
            let launched = self.launcher.launch(plan, self.sender);
            let mut worker = launched.map_err(|error| Stop::Incomplete(Error::Launch(error)))?;
            let life = self.attend(worker.as_mut(), &mut queue);
            let ending = worker.wait();
            self.settle(life, ending, &mut queue)?;
        }
        Ok(())
    }

    /// Listens to one worker until it has said its last word.
    fn attend(&mut self, worker: &mut dyn Worker, queue: &mut Queue) -> Life {
        let mut life = Life::default();
        let mut open_streams = 2;
        while open_streams > 0 {
            let killed = match self.listen(life.killed.is_some() || queue.len() == 0) {
                Ok(Notice::Closed) => {
                    open_streams -= 1;
                    None
                }
                Ok(Notice::Interrupt) => Some(Killed::Interrupted),
                // A killed worker's last words would only confuse the report.
                Ok(_) if life.killed.is_some() => None,
                Ok(Notice::Stdout(line)) => self.hear(&line, &mut life, queue),
                Ok(Notice::Stderr(line)) => {
                    life.stray.push(&line);
                    None
                }
                // Something that the dead worker left behind keeps its streams open.
                Err(_) if life.killed.is_some() => break,
                Err(_) => Some(Killed::Silent),
            };
            if let (Some(killed), None) = (killed, life.killed) {
                life.killed = Some(killed);
                worker.kill();
            }
        }
        life
    }

    /// The next notice, or an error when the worker has been silent for too long.
    fn listen(&self, leaving: bool) -> Result<Notice, RecvTimeoutError> {
        let patience = if leaving { Some(GRACE) } else { self.limits.patience };
        match patience {
            Some(patience) => self.receiver.recv_timeout(patience),
            None => self.receiver.recv().map_err(RecvTimeoutError::from),
        }
    }

    /// Takes a line of the worker's standard output; says whether the worker must end now.
    fn hear(&mut self, line: &str, life: &mut Life, queue: &mut Queue) -> Option<Killed> {
        let line = decode(line);
        if line.message.is_none() || !line.stray.is_empty() {
            life.stray.push(line.stray);
        }
        match line.message? {
            Message::AdapterRequired { reason } => life.adapter_missing = Some(reason),
            Message::Event(Event::TestFinished(result)) => self.finish(&result, life, queue),
            Message::Event(event) => self.forward(event, life),
        }
        match (self.sink.is_closed(), self.has_too_many_failures() && queue.len() > 0) {
            (true, _) => Some(Killed::OutputClosed),
            (false, true) => Some(Killed::MaxFail),
            (false, false) => None,
        }
    }

    fn forward(&mut self, event: Event, life: &mut Life) {
        match &event {
            // The run as a whole is begun and ended by the supervisor.
            Event::RunStarted { .. } | Event::RunFinished(_) => return,
            Event::DeviceSelected { .. } if self.device.as_ref() == Some(&event) => return,
            Event::DeviceSelected { .. } => self.device = Some(event.clone()),
            Event::TestStarted { test } => {
                life.running = Some(Running { test: test.clone(), since: Instant::now() });
            }
            _ => {}
        }
        self.sink.emit(&event);
    }

    fn finish(&mut self, result: &TestResult, life: &mut Life, queue: &mut Queue) {
        life.running = None;
        if !queue.contains(&result.test) {
            self.note(format!("the worker ran `{}`, which nobody asked for", result.test));
            return;
        }
        life.finished += 1;
        queue.finish(&result.test);
        self.count(result, life.stray.take());
    }

    fn count(&mut self, result: &TestResult, stray: Option<String>) {
        if let Some(text) = stray {
            self.sink.emit(&Event::Output { test: Some(result.test.clone()), text });
        }
        self.summary.count(result.status);
        self.sink.emit(&Event::TestFinished(result.clone()));
    }

    /// Draws the consequences of a worker's end.
    fn settle(&mut self, mut life: Life, ending: Ending, queue: &mut Queue) -> Result<(), Stop> {
        if let Some(error) = match life.killed {
            Some(Killed::MaxFail) => return Err(Stop::MaxFail),
            Some(Killed::Interrupted) => Some(Error::Interrupted),
            Some(Killed::OutputClosed) => Some(Error::OutputClosed),
            Some(Killed::Silent) | None => adapter_error(&mut life, ending),
        } {
            return Err(Stop::Incomplete(error));
        }
        let end = match (life.killed, self.limits.patience) {
            (Some(Killed::Silent), Some(patience)) if queue.len() > 0 => {
                format!("gave no sign of life for {} s and was killed", patience.as_secs())
            }
            (Some(Killed::Silent), _) => "did not end by itself and was killed".to_owned(),
            _ => ending.to_string(),
        };
        if queue.len() == 0 {
            self.leave(life, ending, &end);
            return Ok(());
        }
        if let Some(running) = life.running.take() {
            self.crash(running, &end, life.stray.take(), queue);
            return Ok(());
        }
        if life.finished == 0 {
            let output = life.stray.take();
            return Err(Stop::Incomplete(Error::WorkerFailed { ending, output }));
        }
        self.note(format!("a worker {end} between two tests; another one goes on"));
        Ok(())
    }

    /// A worker's end with all its work done. Some drivers crash at exit: that is no test's fault.
    fn leave(&mut self, mut life: Life, ending: Ending, end: &str) {
        if let Some(text) = life.stray.take() {
            self.sink.emit(&Event::Output { test: None, text });
        }
        if !ending.is_success() {
            self.note(format!("all tests were complete when the worker {end}"));
        }
    }

    /// The running test case took the worker down: its spec is given up, others go on.
    fn crash(&mut self, running: Running, end: &str, stray: Option<String>, queue: &mut Queue) {
        let seconds = running.since.elapsed().as_secs_f64();
        let mut abandoned = queue.abandon_spec_of(&running.test).into_iter();
        if let Some(culprit) = abandoned.next() {
            let details = format!("the worker process {end}");
            self.count(&crashed(culprit.test, culprit.file, details, seconds), stray);
        }
        for victim in abandoned {
            let details = format!("not run: the worker process {end} in `{}`", running.test);
            self.count(&crashed(victim.test, victim.file, details, 0.0), None);
        }
    }

    /// Asked before anything more is begun.
    fn stop_if_due(&self) -> Result<(), Stop> {
        match (self.sink.is_closed(), self.has_too_many_failures()) {
            (true, _) => Err(Stop::Incomplete(Error::OutputClosed)),
            (false, true) => Err(Stop::MaxFail),
            (false, false) => Ok(()),
        }
    }

    fn has_too_many_failures(&self) -> bool {
        self.limits.max_fail.is_some_and(|limit| self.summary.failures() >= limit.get())
    }

    fn note(&mut self, message: String) {
        self.sink.emit(&Event::Note { message });
    }
}

fn adapter_error(life: &mut Life, ending: Ending) -> Option<Error> {
    let stated = life.adapter_missing.take();
    let implied = (ending == Ending::Code(exit_code::ADAPTER_REQUIRED.into()))
        .then(|| life.stray.take().unwrap_or_else(|| "the worker did not say more".to_owned()));
    stated.or(implied).map(|reason| Error::AdapterRequired { reason })
}

fn crashed(test: String, file: String, details: String, seconds: f64) -> TestResult {
    TestResult {
        test,
        file,
        line: 0,
        column: 0,
        status: Status::Crashed,
        verdict: None,
        details: Some(details),
        seconds,
    }
}

#[cfg(test)]
#[path = "supervisor_tests.rs"]
mod tests;
