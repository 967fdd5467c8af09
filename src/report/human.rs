//! The run for people: one line per spec whose properties hold, what is wrong in full, and what to do
//! next. A small run, and one that is to be listed, shows one line per test case as nextest does.

use std::collections::HashMap;
use std::io::Write;

use super::diagnosis::causes;
use super::event::{Event, RunSummary, Sink, Status, TestResult};
use super::failure::described;
use super::folded;
use super::gathered::{Ended, Gathered, Specs, property_of};
use super::line;
use super::output::Output;
use super::paint::{self, labelled, paint};
use super::text::{counted, flowed, indented};

/// How much is shown of what holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StatusLevel {
    /// Nothing: only what is wrong.
    Fail,
    /// A line for each spec.
    #[default]
    Pass,
    /// A line for each test case, as it ends.
    All,
}

/// What a person wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    pub level: StatusLevel,
    /// Whether also what passing test cases printed, and whatever else they have to say, is shown. Lists
    /// all test cases.
    pub verbose: bool,
    /// Columns that a line may have.
    pub width: usize,
}

impl Default for View {
    fn default() -> Self {
        Self { level: StatusLevel::default(), verbose: false, width: MOST_COLUMNS }
    }
}

/// Longer lines are hard to read, and no log shows them whole.
pub const MOST_COLUMNS: usize = 100;

/// A run of so few test cases shows each of them.
const FEW: usize = 10;

/// Writes lines with ANSI colours; give it a stream that strips them where they are not wanted.
#[derive(Debug)]
pub struct HumanReporter<W> {
    output: Output<W>,
    view: View,
    /// Whether test cases are listed as they end.
    lists: bool,
    /// Whether the run has several specs.
    has_several: bool,
    specs: Specs,
    /// What was printed during test cases that have not ended yet, by their names.
    printed: HashMap<String, String>,
    /// Named once more at the end: with many specs they have scrolled away.
    failures: Vec<Failure>,
}

/// What `explain` can be asked about.
#[derive(Debug)]
enum Topic {
    Cause(String),
    Property(String),
}

/// What is remembered of a spec that fails.
#[derive(Debug)]
struct Failure {
    spec: String,
    /// As the worst of its test cases.
    status: Status,
    /// The likely cause in a line, or else the properties that fail.
    why: String,
    /// What `explain` tells more about.
    topic: Option<Topic>,
    /// Whether there is nothing wrong but snapshots to be accepted.
    only_pending: bool,
}

impl<W: Write> HumanReporter<W> {
    pub fn new(writer: W, view: View) -> Self {
        Self {
            output: Output::new(writer),
            view,
            lists: view.verbose || view.level == StatusLevel::All,
            has_several: false,
            specs: Specs::default(),
            printed: HashMap::new(),
            failures: Vec::new(),
        }
    }

    fn finished(&mut self, result: &TestResult) {
        let printed = self.printed.remove(&result.test);
        let ended = Ended { result: result.clone(), printed };
        if self.lists {
            self.list(&ended);
        }
        self.specs.end(ended);
        self.complete();
    }

    fn complete(&mut self) {
        let complete = self.specs.complete();
        complete.iter().for_each(|gathered| self.spec(gathered));
    }

    /// Shows a test case by itself.
    fn list(&mut self, ended: &Ended) {
        let status = ended.result.status;
        let holds = matches!(status, Status::Passed | Status::Skipped);
        if holds && self.view.level == StatusLevel::Fail && !self.view.verbose {
            return;
        }
        let width = self.view.width;
        let text = match self.view.verbose && holds {
            true => {
                let described = described(&ended.result, width, false);
                let head = line::of_result(&ended.result, width);
                format!("{head}{}", folded::block(&described, ended.printed.as_deref()))
            }
            false => folded::of_case(ended, width, false),
        };
        self.output.line(&text);
    }

    /// Shows a spec of which nothing more will come, or what is behind it where its test cases are listed.
    fn spec(&mut self, gathered: &Gathered) {
        let failure = Failure::of(gathered);
        if self.lists {
            let cause = gathered.cause().and(gathered.diagnosis.as_ref());
            if let Some(diagnosis) = cause {
                self.output.line(&format!(
                    "{}\n",
                    causes(diagnosis, &gathered.trials, false, self.view.width)
                ));
            }
        } else if self.view.level != StatusLevel::Fail || failure.is_some() || gathered.warns() {
            self.output.line(&folded::of_spec(gathered, self.view.width));
        }
        self.failures.extend(failure);
    }

    /// A worker's print that belongs to no test case.
    fn stray(&mut self, text: &str) {
        let heading = paint(paint::QUIET, "printed:");
        self.output.line(&format!("  {heading}\n{}\n", indented(text.trim_end(), "    ")));
    }

    fn summary(&mut self, summary: &RunSummary) {
        let rest = self.specs.rest();
        rest.iter().for_each(|gathered| self.spec(gathered));
        self.output.line(&paint(paint::QUIET, "------------"));
        self.output.line(&line::of_run(summary, self.view.width));
        let failures = std::mem::take(&mut self.failures);
        for failure in
            failures.iter().filter(|failure| self.has_several && failure.is_named(summary))
        {
            self.output.line(&failure.line(self.view.width));
        }
        for step in next_steps(summary, &failures) {
            self.labelled(paint::HINT, "Next", &step);
        }
    }

    fn labelled(&mut self, style: anstyle::Style, word: &str, text: &str) {
        let text = flowed(text, MARGIN, MARGIN, self.view.width);
        self.output.line(&labelled(style, word, &text));
    }
}

/// As far as labels reach.
const MARGIN: usize = 13;

impl Failure {
    fn of(gathered: &Gathered) -> Option<Self> {
        let wrong = || gathered.ends.iter().map(|end| &end.result);
        let wrong = || wrong().filter(|result| result.status.is_failure());
        wrong().next()?;
        let status = folded::worst(wrong());
        let mut names: Vec<&str> = wrong().map(|result| property_of(&result.test)).collect();
        let failed = wrong().find(|result| result.status == Status::Failed);
        let topic = match gathered.cause() {
            Some(cause) => Some(Topic::Cause(cause.cause.clone())),
            None => failed.map(|result| Topic::Property(property_of(&result.test).to_owned())),
        };
        let many = names.len().saturating_sub(MOST_NAMES);
        names.truncate(MOST_NAMES);
        let why = match gathered.cause() {
            Some(cause) => format!("{} (at {})", cause.title, cause.place),
            None if many > 0 => format!("{} and {many} more", names.join(", ")),
            None => names.join(", "),
        };
        let only_pending = wrong().all(|result| result.status == Status::SnapshotPending);
        Some(Self { spec: gathered.spec.clone(), status, why, topic, only_pending })
    }

    /// On a first run every snapshot is pending: their number says enough.
    fn is_named(&self, summary: &RunSummary) -> bool {
        !(self.only_pending && summary.snapshot_pending > MOST_PENDING)
    }

    fn line(&self, width: usize) -> String {
        let spec = paint(paint::STRONG, &self.spec);
        line::without_time(self.status, &spec, &self.why, width)
    }
}

/// No more properties than these are named in a line.
const MOST_NAMES: usize = 4;

impl<W: Write> Sink for HumanReporter<W> {
    fn emit(&mut self, event: &Event) {
        match event {
            Event::RunStarted { tests, specs, .. } => {
                self.lists |= *tests <= FEW && self.view.level != StatusLevel::Fail;
                self.has_several = *specs > 1;
                let what = format!("{} of {}", counted(*tests, "test"), counted(*specs, "spec"));
                self.labelled(paint::GOOD, "Running", &what);
            }
            Event::DeviceSelected { device, note } => {
                self.labelled(paint::GOOD, "Device", device);
                if let Some(note) = note {
                    self.labelled(paint::DOUBTFUL, "Note", note);
                }
            }
            Event::TestStarted { .. } | Event::Progress { .. } => {}
            Event::TestsSelected { tests, .. } => self.specs.select(tests),
            Event::Output { test: Some(test), text } => {
                self.printed.insert(test.clone(), text.clone());
            }
            Event::Output { test: None, text } if self.view.verbose => self.stray(text),
            Event::Output { test: None, .. } => {}
            Event::TestFinished(result) => self.finished(result),
            Event::Diagnosed(diagnosis) => {
                self.specs.diagnose(diagnosis);
            }
            Event::MendStarted { .. } => {}
            Event::MendTried(trial) => self.specs.tried(trial),
            Event::SpecFinished { spec, file, .. } => {
                self.specs.close(spec, file);
                self.complete();
            }
            Event::Note { message } => self.labelled(paint::DOUBTFUL, "Note", message),
            Event::RunFinished(summary) => self.summary(summary),
        }
    }

    fn is_closed(&self) -> bool {
        self.output.is_closed()
    }
}

/// How pending snapshots are looked at, and how they are accepted unseen.
const REVIEW: &str = "`cargo insta review`, or accept all: `INSTA_UPDATE=always cargo nn-test`";

/// More pending snapshots than these are counted and not listed.
const MOST_PENDING: usize = 5;

/// What the reader can do now.
fn next_steps(summary: &RunSummary, failures: &[Failure]) -> Vec<String> {
    let mut steps = Vec::new();
    let topics = || failures.iter().filter_map(|failure| failure.topic.as_ref());
    let cause = topics().find(|topic| matches!(topic, Topic::Cause(_)));
    match cause.or_else(|| topics().next()) {
        Some(Topic::Cause(cause)) => steps.push(format!(
            "`cargo nn-test explain {cause}` tells more, as it does of each property"
        )),
        Some(Topic::Property(property)) => steps.push(format!(
            "`cargo nn-test explain {property}` tells what it checks and what to do"
        )),
        None => {}
    }
    match summary.snapshot_pending {
        0 => {}
        1 => steps.push(format!("1 snapshot is pending: review it with {REVIEW}")),
        pending => steps.push(format!("{pending} snapshots are pending: review with {REVIEW}")),
    }
    steps
}

#[cfg(test)]
#[path = "human_tests.rs"]
mod tests;
