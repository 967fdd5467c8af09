//! The loop: a few workers at a time, until every selected test case has ended.

mod ends;

use std::collections::VecDeque;
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use self::ends::crashed;
use super::ending::Ending;
use super::life::{Life, Running, Task, Trying};
use super::limits::Limits;
use super::timings::Timings;
use super::work::{Role, Work};
use super::worker::{Launcher, Notice, Word};
use crate::protocol::{Message, Order, decode};
use crate::report::event::{Event, RunEnd, RunSummary, SCHEMA_VERSION, Sink, TestResult};

/// How often limits are looked at.
const TICK: Duration = Duration::from_millis(50);
/// How soon an end is looked for once a worker's streams are closed.
const SOON: Duration = Duration::from_millis(2);

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

/// Does all work with as many workers at once as `limits` allow, and reports to `sink`. Every run
/// that starts also ends with [`Event::RunFinished`], whatever happens in between. The durations of
/// complete specs are added to `timings`.
///
/// The test cases of a spec are reported in their order; several specs interleave.
///
/// # Errors
///
/// When the run is incomplete for another reason than `limits`. Failed test cases are no errors.
pub fn supervise(
    work: Work,
    limits: &Limits,
    timings: &mut Timings,
    launcher: &mut dyn Launcher,
    (sender, receiver): (&Sender<Notice>, &Receiver<Notice>),
    sink: &mut dyn Sink,
) -> Result<RunSummary, Error> {
    let begin = Instant::now();
    let (tests, specs) = (work.tests(), work.specs());
    let seed = work.roles.iter().find_map(|role| role.set_up.seed);
    let mut supervisor = Supervisor {
        limits,
        timings,
        launcher,
        sender,
        receiver,
        sink,
        roles: work.roles,
        waiting: work.jobs.into_iter().map(Task::new).collect(),
        lives: Vec::new(),
        launched: 0,
        summary: RunSummary::default(),
        devices: Vec::new(),
        stop: None,
    };
    supervisor.sink.emit(&Event::RunStarted { schema_version: SCHEMA_VERSION, tests, specs });
    if let Some(seed) = seed {
        supervisor
            .note(format!("seed {seed} instead of the specs' own: snapshots are not compared"));
    }
    supervisor.run(&work.foregone);
    let Supervisor { mut summary, stop, .. } = supervisor;
    summary.not_run = tests - summary.finished();
    summary.end = match &stop {
        None => RunEnd::Completed,
        Some(Stop::MaxFail) => RunEnd::MaxFail,
        Some(Stop::Incomplete(error)) => error.run_end(),
    };
    summary.seconds = begin.elapsed().as_secs_f64();
    sink.emit(&Event::RunFinished(summary));
    match stop {
        None | Some(Stop::MaxFail) => Ok(summary),
        Some(Stop::Incomplete(error)) => Err(error),
    }
}

/// Why nothing more is begun.
#[derive(Debug)]
enum Stop {
    MaxFail,
    Incomplete(Error),
}

struct Supervisor<'a> {
    limits: &'a Limits,
    timings: &'a mut Timings,
    launcher: &'a mut dyn Launcher,
    sender: &'a Sender<Notice>,
    receiver: &'a Receiver<Notice>,
    sink: &'a mut dyn Sink,
    roles: Vec<Role>,
    /// What no worker has in hand.
    waiting: VecDeque<Task>,
    lives: Vec<Life>,
    /// Workers started so far.
    launched: usize,
    summary: RunSummary,
    /// What workers said about their devices: further workers repeat it.
    devices: Vec<Event>,
    stop: Option<Stop>,
}

impl Supervisor<'_> {
    /// Reports what is known already, then keeps workers busy until all is done.
    fn run(&mut self, foregone: &[TestResult]) {
        for result in foregone {
            self.stop_if_due(true);
            if self.stop.is_some() {
                return;
            }
            self.count(result, None);
        }
        self.stop_if_due(self.is_anything_left());
        let mut checked = Instant::now();
        loop {
            self.start_workers();
            if self.lives.is_empty() {
                return;
            }
            self.listen();
            if checked.elapsed() >= TICK {
                self.check_limits();
                checked = Instant::now();
            }
            self.bury();
        }
    }

    /// Each new worker has its first task from the start, so that no more are started than needed.
    fn start_workers(&mut self) {
        while self.stop.is_none() && self.lives.len() < self.limits.jobs.get() {
            let Some(task) = self.waiting.pop_front() else { return };
            let role = task.job.role;
            let launched = self.launcher.launch(&self.roles[role], self.launched, self.sender);
            match launched {
                Ok(worker) => self.lives.push(Life::new(self.launched, worker, role, task)),
                Err(error) => return self.halt(Stop::Incomplete(Error::Launch(error))),
            }
            self.launched += 1;
        }
    }

    /// Takes the next notice, if one comes soon.
    fn listen(&mut self) {
        let wait = if self.lives.iter().any(Life::is_over) { SOON } else { TICK };
        match self.receiver.recv_timeout(wait) {
            Ok(Notice::Interrupt) => self.halt(Stop::Incomplete(Error::Interrupted)),
            Ok(Notice::From(number, word)) => {
                // A worker that was given up may still have something behind it that prints.
                let place = self.lives.iter().position(|life| life.number == number);
                if let Some(place) = place {
                    self.hear(place, word);
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                unreachable!("this side holds a sender, too")
            }
        }
    }

    fn hear(&mut self, place: usize, word: Word) {
        let life = &mut self.lives[place];
        life.give_sign();
        match word {
            Word::Closed => {
                life.open_streams = life.open_streams.saturating_sub(1);
                if life.open_streams == 0 {
                    life.leave();
                }
            }
            _ if life.was_killed => {}
            Word::Stderr(line) => life.stray.push(&line),
            Word::Stdout(line) => {
                let line = decode(&line);
                if line.message.is_none() || !line.stray.is_empty() {
                    life.stray.push(line.stray);
                }
                if let Some(message) = line.message {
                    self.take(place, message);
                    self.stop_if_due(self.is_anything_left());
                }
            }
        }
    }

    fn take(&mut self, place: usize, message: Message) {
        match message {
            Message::Ready => self.give_order(place),
            Message::AdapterRequired { reason } => {
                self.lives[place].adapter_missing = Some(reason);
            }
            Message::Event(Event::TestFinished(result)) => self.finish(place, &result),
            Message::Event(event) => self.forward(place, event),
            Message::Models(_) => {}
        }
    }

    /// A worker has nothing to do: what is next for it?
    fn give_order(&mut self, place: usize) {
        let life = &mut self.lives[place];
        life.was_ready = true;
        if life.task.as_ref().is_some_and(|task| task.begun.is_some()) {
            self.conclude(place);
        }
        let life = &mut self.lives[place];
        let task = life.task.take().or_else(|| {
            let fits = |task: &Task| task.job.role == life.role;
            self.waiting.iter().position(fits).and_then(|index| self.waiting.remove(index))
        });
        let told = match task {
            Some(mut task) => {
                task.begun = Some(Instant::now());
                let order = Order::Run(task.job.assignment.clone());
                life.task = Some(task);
                life.worker.tell(&order)
            }
            None => {
                life.leave();
                life.worker.tell(&Order::End)
            }
        };
        if let Err(error) = told {
            self.halt(Stop::Incomplete(Error::Launch(error)));
        }
    }

    /// A worker says that it is through with its task.
    fn conclude(&mut self, place: usize) {
        let life = &mut self.lives[place];
        let Some(task) = life.task.take() else { return };
        let job = task.job;
        if let (true, Some(begun), Some(device)) = (job.whole, task.begun, &life.device) {
            let spec = (job.assignment.path.as_path(), job.spec.as_str());
            self.timings.record(device, spec, begun.elapsed());
        }
        for test in &job.assignment.tests {
            let details = "the worker process passed it over".to_owned();
            self.count(&crashed(&job, test, details, 0.0), None);
        }
    }

    fn forward(&mut self, place: usize, event: Event) {
        match &event {
            // The run as a whole is begun and ended by the supervisor.
            Event::RunStarted { .. } | Event::RunFinished(_) => return,
            Event::DeviceSelected { device, .. } => {
                self.lives[place].device = Some(device.clone());
                if self.devices.contains(&event) {
                    return;
                }
                self.devices.push(event.clone());
            }
            Event::TestStarted { test } => {
                let running = Running { test: test.clone(), since: Instant::now() };
                self.lives[place].running = Some(running);
            }
            Event::MendStarted { spec, file, cause } => {
                let life = &mut self.lives[place];
                let (spec, file, cause) = (spec.clone(), file.clone(), cause.clone());
                life.trying = Some(Trying { spec, file, cause, since: Instant::now() });
                if let Some(task) = &mut life.task {
                    // A mend has as long as its spec, and does not tell how long the spec takes.
                    task.begun = Some(Instant::now());
                    task.job.whole = false;
                }
            }
            Event::MendTried(_) => self.lives[place].trying = None,
            _ => {}
        }
        self.sink.emit(&event);
    }

    fn finish(&mut self, place: usize, result: &TestResult) {
        let life = &mut self.lives[place];
        life.running = None;
        let task = life.task.as_mut().filter(|task| task.begun.is_some());
        let known = task.and_then(|task| {
            let assignment = &mut task.job.assignment;
            let index = assignment.tests.iter().position(|test| *test == result.test)?;
            task.finished_some = true;
            assignment.tests.remove(index);
            if assignment.ends_with(result.status) {
                assignment.tests.clear();
            }
            Some(())
        });
        if known.is_none() {
            return self.note(format!("the worker ran `{}`, which nobody asked for", result.test));
        }
        let stray = life.stray.take();
        self.count(result, stray);
    }

    fn count(&mut self, result: &TestResult, stray: Option<String>) {
        if let Some(text) = stray {
            self.sink.emit(&Event::Output { test: Some(result.test.clone()), text });
        }
        self.summary.count(result.status);
        self.sink.emit(&Event::TestFinished(result.clone()));
    }

    fn check_limits(&mut self) {
        for life in &mut self.lives {
            if let Some(exceeded) = life.exceeds(self.limits, self.timings) {
                life.kill(Some(exceeded));
            }
        }
    }

    fn is_anything_left(&self) -> bool {
        !self.waiting.is_empty() || self.lives.iter().any(|life| life.unfinished() > 0)
    }

    fn stop_if_due(&mut self, anything_left: bool) {
        let failures = self.summary.failures();
        let too_many = self.limits.max_fail.is_some_and(|limit| failures >= limit.get());
        if self.sink.is_closed() {
            self.halt(Stop::Incomplete(Error::OutputClosed));
        } else if too_many && anything_left {
            self.halt(Stop::MaxFail);
        }
    }

    /// Ends all workers. The first reason counts.
    fn halt(&mut self, stop: Stop) {
        if self.stop.is_some() {
            return;
        }
        self.stop = Some(stop);
        self.waiting.clear();
        for life in self.lives.iter_mut().filter(|life| !life.was_killed) {
            life.kill(None);
        }
    }

    fn note(&mut self, message: String) {
        self.sink.emit(&Event::Note { message });
    }
}

#[cfg(test)]
mod tests;
