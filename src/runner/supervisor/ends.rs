//! The ends of workers, and what they mean for test cases.

use super::{Error, Stop, Supervisor};
use crate::exit_code;
use crate::report::event::{Event, Status, TestResult};
use crate::runner::ending::Ending;
use crate::runner::life::{Life, Running, Task};
use crate::runner::limits::Exceeded;
use crate::runner::work::Job;

impl Supervisor<'_> {
    /// Draws the consequences of the ends of workers.
    pub(super) fn bury(&mut self) {
        let mut place = 0;
        while place < self.lives.len() {
            let life = &mut self.lives[place];
            let ending = if life.is_over() { life.worker.ending() } else { None };
            let lost = life.was_killed && life.is_overdue();
            match ending.or_else(|| lost.then_some(Ending::Unknown)) {
                Some(ending) => {
                    let life = self.lives.remove(place);
                    self.settle(life, ending);
                    self.stop_if_due(self.is_anything_left());
                }
                None => place += 1,
            }
        }
    }

    fn settle(&mut self, mut life: Life, ending: Ending) {
        if self.stop.is_some() {
            return;
        }
        if let Some(error) = adapter_error(&mut life, ending) {
            return self.halt(Stop::Incomplete(error));
        }
        match life.task.take() {
            Some(task) if !task.job.assignment.tests.is_empty() => self.lose(life, task, ending),
            _ => self.leave(life, ending),
        }
    }

    /// A worker's end with all its work done. Some drivers crash at exit: that is no test's fault.
    fn leave(&mut self, mut life: Life, ending: Ending) {
        if let Some(text) = life.stray.take() {
            self.sink.emit(&Event::Output { test: None, text });
        }
        if let Some(trying) = life.trying.take() {
            let trial = trying.lost(&life.end(ending));
            self.sink.emit(&Event::MendTried(trial));
        } else if !ending.is_success() {
            self.note(format!("all its tests were complete when a worker {}", life.end(ending)));
        }
    }

    /// A worker's end in the middle of a task.
    fn lose(&mut self, mut life: Life, mut task: Task, ending: Ending) {
        let end = life.end(ending);
        if life.running.is_some() || life.exceeded.is_some() {
            return self.crash(life, task, &end);
        }
        if !life.was_ready && matches!(ending, Ending::Code(_)) {
            let output = life.stray.take();
            return self.halt(Stop::Incomplete(Error::WorkerFailed { ending, output }));
        }
        let file = task.job.assignment.file.display();
        if task.finished_some {
            self.note(format!("a worker {end} between two tests of {file}; another one goes on"));
        } else if task.second_attempt {
            return self.crash(life, task, &end);
        } else {
            self.note(format!("a worker {end} before it began {file}; another one does it"));
        }
        task.second_attempt = !task.finished_some;
        self.waiting.push_front(task.anew());
    }

    /// A worker was lost with this task: it is given up, others go on. The test case that ran is to
    /// blame, or else the one that was next.
    fn crash(&mut self, mut life: Life, task: Task, end: &str) {
        let tests = &task.job.assignment.tests;
        let running = life.running.take().filter(|running| tests.contains(&running.test));
        let (culprit, since) = match &running {
            Some(Running { test, since }) => (test, Some(*since)),
            None => (&tests[0], task.begun),
        };
        let seconds = since.map_or(0.0, |since| since.elapsed().as_secs_f64());
        let advice = life.exceeded.as_ref().and_then(Exceeded::advice);
        let advice = advice.map(|advice| format!("\n{advice}")).unwrap_or_default();
        let details = format!("the worker process {end}{advice}");
        self.count(&crashed(&task.job, culprit, details, seconds), life.stray.take());
        for victim in tests.iter().filter(|test| *test != culprit) {
            let details = format!("not run: the worker process {end} in `{culprit}`");
            self.count(&crashed(&task.job, victim, details, 0.0), None);
        }
    }
}

fn adapter_error(life: &mut Life, ending: Ending) -> Option<Error> {
    let stated = life.adapter_missing.take();
    let implied = (ending == Ending::Code(exit_code::ADAPTER_REQUIRED.into()))
        .then(|| life.stray.take().unwrap_or_else(|| "the worker did not say more".to_owned()));
    stated.or(implied).map(|reason| Error::AdapterRequired { reason })
}

/// The result of a test case that no worker reports.
pub(super) fn crashed(job: &Job, test: &str, details: String, seconds: f64) -> TestResult {
    let (line, column) = job.places.get(test).copied().unwrap_or_default();
    TestResult {
        test: test.to_owned(),
        file: job.assignment.file.display().to_string(),
        line,
        column,
        status: Status::Crashed,
        verdict: None,
        details: Some(details),
        seconds,
    }
}
