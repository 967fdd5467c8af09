//! What the supervisor knows about one worker.

use std::time::{Duration, Instant};

use super::ending::Ending;
use super::limits::{Exceeded, Limits};
use super::stray::StrayLines;
use super::timings::Timings;
use super::work::Job;
use super::worker::Worker;
use crate::diagnosis::{Trial, TrialOutcome};
use crate::report::event::MendTrial;

/// How long a worker may take to go once it has nothing left to do or has been killed.
const GRACE: Duration = Duration::from_secs(5);

/// A worker from its start until its end is settled.
pub(super) struct Life {
    pub(super) number: usize,
    pub(super) worker: Box<dyn Worker>,
    pub(super) role: usize,
    /// What it works on, or will once it is ready.
    pub(super) task: Option<Task>,
    /// Whether it has ever asked for an order.
    pub(super) was_ready: bool,
    pub(super) running: Option<Running>,
    /// The mend that it tries.
    pub(super) trying: Option<Trying>,
    /// What it prints beside its messages.
    pub(super) stray: StrayLines,
    /// The device that it opened.
    pub(super) device: Option<String>,
    pub(super) adapter_missing: Option<String>,
    pub(super) open_streams: u8,
    last_sign: Instant,
    /// Since when it should be on its way out.
    leaving: Option<Instant>,
    pub(super) was_killed: bool,
    /// Why the supervisor ended it, if a limit was the reason.
    pub(super) exceeded: Option<Exceeded>,
}

/// A job in a worker's hands.
#[derive(Debug)]
pub(super) struct Task {
    /// Its assignment holds the test cases that have not ended yet.
    pub(super) job: Job,
    /// When the worker was told to begin.
    pub(super) begun: Option<Instant>,
    /// Whether one of its test cases has ended.
    pub(super) finished_some: bool,
    /// Whether a worker was lost before it began this.
    pub(super) second_attempt: bool,
}

/// The test case that a worker is at.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) test: String,
    pub(super) since: Instant,
}

/// The mend that a worker tries when all test cases of its spec have ended.
#[derive(Debug)]
pub(super) struct Trying {
    pub(super) spec: String,
    pub(super) file: String,
    pub(super) cause: String,
    pub(super) since: Instant,
}

impl Trying {
    /// The trial that nobody will report: its worker is lost.
    pub(super) fn lost(self, end: &str) -> MendTrial {
        let trial = Trial {
            cause: self.cause,
            outcome: TrialOutcome::Crashed,
            reason: format!("the worker process {end}"),
            lines: Vec::new(),
            holds: Vec::new(),
            fails: Vec::new(),
            breaks: Vec::new(),
            changes: Vec::new(),
            seconds: self.since.elapsed().as_secs_f64(),
        };
        MendTrial { spec: self.spec, file: self.file, trial }
    }
}

impl Task {
    pub(super) fn new(job: Job) -> Self {
        Self { job, begun: None, finished_some: false, second_attempt: false }
    }

    /// What is left of it, for another worker.
    pub(super) fn anew(self) -> Self {
        // A part does not tell how long the whole takes.
        let whole = self.job.whole && !self.finished_some;
        Self { job: Job { whole, ..self.job }, begun: None, finished_some: false, ..self }
    }
}

impl Life {
    pub(super) fn new(number: usize, worker: Box<dyn Worker>, role: usize, task: Task) -> Self {
        Self {
            number,
            worker,
            role,
            task: Some(task),
            was_ready: false,
            running: None,
            trying: None,
            stray: StrayLines::default(),
            device: None,
            adapter_missing: None,
            open_streams: 2,
            last_sign: Instant::now(),
            leaving: None,
            was_killed: false,
            exceeded: None,
        }
    }

    pub(super) fn give_sign(&mut self) {
        self.last_sign = Instant::now();
    }

    /// It has nothing left to do.
    pub(super) fn leave(&mut self) {
        self.leaving.get_or_insert_with(Instant::now);
    }

    pub(super) fn is_leaving(&self) -> bool {
        self.leaving.is_some()
    }

    /// Ends it at once. From now on it is not listened to: last words would only confuse the report.
    pub(super) fn kill(&mut self, exceeded: Option<Exceeded>) {
        self.worker.kill();
        self.was_killed = true;
        self.exceeded = exceeded;
        self.leaving = Some(Instant::now());
    }

    /// Whether nothing more will come: it has said its last word, or it was killed a while ago and
    /// something that it left behind keeps its streams open.
    pub(super) fn is_over(&self) -> bool {
        self.open_streams == 0 || self.was_killed && self.is_overdue()
    }

    /// Whether it had time enough to go.
    pub(super) fn is_overdue(&self) -> bool {
        self.leaving.is_some_and(|since| since.elapsed() > GRACE)
    }

    /// How it ended, as a phrase that follows "the worker": by a limit, or else by itself.
    pub(super) fn end(&self, ending: Ending) -> String {
        self.exceeded.as_ref().map_or_else(|| ending.to_string(), Exceeded::phrase)
    }

    /// Test cases in its hands that have not ended.
    pub(super) fn unfinished(&self) -> usize {
        self.task.as_ref().map_or(0, |task| task.job.assignment.tests.len())
    }

    /// The limit that it is beyond, if any.
    pub(super) fn exceeds(&mut self, limits: &Limits, timings: &Timings) -> Option<Exceeded> {
        if self.is_leaving() {
            return (!self.was_killed && self.is_overdue()).then_some(Exceeded::Leave);
        }
        if let Some(silence) = limits.silence.filter(|limit| self.last_sign.elapsed() > *limit) {
            return Some(Exceeded::Silence(silence));
        }
        self.exceeds_time(timings).or_else(|| {
            let allowed = limits.memory.as_ref()?;
            let used = self.worker.memory().filter(|used| *used > allowed.bytes)?;
            Some(Exceeded::Memory { used, allowed: allowed.clone() })
        })
    }

    /// Without a word from anybody, earlier runs on the same device tell what is too long.
    fn exceeds_time(&self, timings: &Timings) -> Option<Exceeded> {
        let task = self.task.as_ref()?;
        let elapsed = task.begun?.elapsed();
        let timeout = match &task.job.timeout {
            Some(timeout) => Some(timeout.clone()).filter(|timeout| !timeout.duration.is_zero()),
            None => {
                timings.limit(self.device.as_deref()?, (&task.job.assignment.path, &task.job.spec))
            }
        };
        timeout.filter(|timeout| elapsed > timeout.duration).map(Exceeded::Time)
    }
}
