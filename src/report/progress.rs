//! Where a long test case is: a bar on a terminal, a line now and then elsewhere.
//!
//! Both wrap another reporter and hand every event on to it.

use std::collections::HashMap;
use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::event::{Event, Sink};
use super::output::Output;
use super::paint::{self, labelled};

/// How often the bar is redrawn while nothing happens, so that its clock goes on.
const TICK: Duration = Duration::from_millis(200);

/// A bar on stderr with the running test case, its activity, step and loss. Invisible when stderr
/// is no terminal.
#[derive(Debug)]
pub struct TerminalProgress<R> {
    inner: R,
    bar: ProgressBar,
    /// The running test cases and where they are, the one that was heard of last at the end.
    running: Vec<(String, String)>,
}

impl<R: Sink> TerminalProgress<R> {
    pub fn new(inner: R) -> Self {
        Self { inner, bar: ProgressBar::hidden(), running: Vec::new() }
    }

    /// Shows the place of the test case that was heard of last, and how many others run.
    fn show(&self) {
        let Some((_, place)) = self.running.last() else { return self.bar.set_message("") };
        let message = match self.running.len() - 1 {
            0 => place.clone(),
            others => format!("{place} (and {others} more)"),
        };
        self.bar.set_message(message);
    }

    fn hear(&mut self, test: &str, place: String) {
        self.running.retain(|(known, _)| known != test);
        self.running.push((test.to_owned(), place));
        self.show();
    }
}

impl<R: Sink> Sink for TerminalProgress<R> {
    fn emit(&mut self, event: &Event) {
        match event {
            Event::RunStarted { tests, .. } => {
                self.bar.suspend(|| self.inner.emit(event));
                self.bar = new_bar(*tests);
            }
            Event::TestStarted { test } => {
                self.hear(test, test.clone());
                self.inner.emit(event);
            }
            Event::Progress { test, activity, step, steps, loss } => {
                self.hear(test, place(test, activity, *step, *steps, *loss));
                self.inner.emit(event);
            }
            Event::TestFinished(result) => {
                self.bar.suspend(|| self.inner.emit(event));
                self.bar.inc(1);
                self.running.retain(|(known, _)| *known != result.test);
                self.show();
            }
            Event::MendStarted { spec, .. } => {
                self.hear(&mend_of(spec), format!("{spec}: trying a mend"));
                self.inner.emit(event);
            }
            Event::MendTried(trial) => {
                self.bar.suspend(|| self.inner.emit(event));
                self.running.retain(|(known, _)| *known != mend_of(&trial.spec));
                self.show();
            }
            Event::RunFinished(_) => {
                self.bar.finish_and_clear();
                self.inner.emit(event);
            }
            _ => self.bar.suspend(|| self.inner.emit(event)),
        }
    }

    fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }
}

impl<R> Drop for TerminalProgress<R> {
    /// An error may end the run early: no half-drawn bar may stay behind.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn new_bar(tests: usize) -> ProgressBar {
    let tests = u64::try_from(tests).unwrap_or(u64::MAX);
    let bar = ProgressBar::with_draw_target(Some(tests), ProgressDrawTarget::stderr());
    let template = "{elapsed:>12} [{bar:24}] {pos}/{len} {wide_msg}";
    let style = ProgressStyle::with_template(template).expect("the template is well-formed");
    bar.set_style(style.progress_chars("=> "));
    bar.enable_steady_tick(TICK);
    bar
}

/// What stands in place of a test case's name while a mend is tried.
pub(crate) fn mend_of(spec: &str) -> String {
    format!("{spec}::mend")
}

/// `digits::learns: training, step 120 of 400, loss 0.5234`.
fn place(test: &str, activity: &str, step: usize, steps: usize, loss: Option<f64>) -> String {
    let steps = if steps > 0 { format!(", step {step} of {steps}") } else { String::new() };
    let loss = loss.map(|loss| format!(", loss {loss:.4}")).unwrap_or_default();
    format!("{test}: {activity}{steps}{loss}")
}

/// Without a terminal: says where a test case is that runs for long, at ever longer intervals, so
/// that a CI log shows life and stays short.
#[derive(Debug)]
pub struct PlainProgress<R, W> {
    inner: R,
    output: Output<W>,
    clock: fn() -> Instant,
    /// By the names of the running test cases.
    running: HashMap<String, Watch>,
}

#[derive(Debug)]
struct Watch {
    started: Instant,
    next: Duration,
}

/// When a running test case is first mentioned; each further line comes after twice the time.
const FIRST_MENTION: Duration = Duration::from_secs(15);

impl<R: Sink, W: Write> PlainProgress<R, W> {
    pub fn new(inner: R, writer: W) -> Self {
        Self { inner, output: Output::new(writer), clock: Instant::now, running: HashMap::new() }
    }

    fn mention(&mut self, test: &str, place: &str) {
        let Some(watch) = self.running.get_mut(test) else { return };
        let elapsed = (self.clock)().duration_since(watch.started);
        if elapsed >= watch.next {
            watch.next = elapsed * 2;
            let text = format!("[>{:>7.0}s] {place}", elapsed.as_secs_f64().floor());
            self.output.line(&labelled(paint::DOUBTFUL, "SLOW", &text));
        }
    }
}

impl<R: Sink, W: Write> Sink for PlainProgress<R, W> {
    fn emit(&mut self, event: &Event) {
        match event {
            Event::TestStarted { test } => {
                let watch = Watch { started: (self.clock)(), next: FIRST_MENTION };
                self.running.insert(test.clone(), watch);
            }
            Event::TestFinished(result) => {
                self.running.remove(&result.test);
            }
            Event::Progress { test, activity, step, steps, loss } => {
                self.mention(test, &place(test, activity, *step, *steps, *loss));
            }
            _ => {}
        }
        self.inner.emit(event);
    }

    fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    use anstream::adapter::strip_str;

    use super::*;
    use crate::report::examples;

    #[derive(Debug, Default)]
    struct Recorder(Vec<Event>);

    impl Sink for Recorder {
        fn emit(&mut self, event: &Event) {
            self.0.push(event.clone());
        }
    }

    fn progress(step: usize) -> Event {
        let (test, activity) = ("digits::learns".to_owned(), "training".to_owned());
        Event::Progress { test, activity, step, steps: 400, loss: Some(0.52341) }
    }

    #[test]
    fn a_place_names_test_activity_step_and_loss() {
        assert_eq!(
            place("digits::learns", "training", 120, 400, Some(0.52341)),
            "digits::learns: training, step 120 of 400, loss 0.5234"
        );
        assert_eq!(place("a::b", "loading data", 0, 0, None), "a::b: loading data");
    }

    #[test]
    fn the_bar_counts_finished_tests_and_hands_every_event_on() {
        let events = [
            Event::RunStarted { schema_version: 1, tests: 2, specs: 1 },
            Event::TestStarted { test: "digits::learns".into() },
            progress(1),
            Event::TestFinished(examples::failed()),
        ];
        let mut reporter = TerminalProgress::new(Recorder::default());
        events.iter().for_each(|event| reporter.emit(event));
        assert_eq!(reporter.inner.0, events);
        assert_eq!(reporter.bar.position(), 1);
        assert_eq!(reporter.bar.length(), Some(2));
        assert_eq!(reporter.bar.message(), "digits::learns: training, step 1 of 400, loss 0.5234");
    }

    #[test]
    fn several_running_tests_are_counted_and_the_last_one_heard_of_is_shown() {
        let mut reporter = TerminalProgress::new(Recorder::default());
        reporter.emit(&Event::RunStarted { schema_version: 1, tests: 2, specs: 1 });
        for test in ["digits::learns", "digits::initial_loss"] {
            reporter.emit(&Event::TestStarted { test: test.into() });
        }
        assert_eq!(reporter.bar.message(), "digits::initial_loss (and 1 more)");
        reporter.emit(&progress(1));
        let place = "digits::learns: training, step 1 of 400, loss 0.5234";
        assert_eq!(reporter.bar.message(), format!("{place} (and 1 more)"));
        reporter.emit(&Event::TestFinished(examples::passed()));
        assert_eq!(reporter.bar.message(), place);
    }

    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    static SECONDS: AtomicU64 = AtomicU64::new(0);

    fn test_clock() -> Instant {
        *START + Duration::from_secs(SECONDS.load(Ordering::Relaxed))
    }

    #[test]
    fn without_a_terminal_a_slow_test_is_mentioned_at_ever_longer_intervals() {
        let mut reporter = PlainProgress::new(Recorder::default(), Vec::new());
        reporter.clock = test_clock;
        reporter.emit(&Event::TestStarted { test: "digits::learns".into() });
        // Another one that begins or ends meanwhile changes nothing.
        reporter.emit(&Event::TestStarted { test: "digits::initial_loss".into() });
        reporter.emit(&Event::TestFinished(examples::passed()));
        for seconds in [1, 14, 15, 16, 29, 31, 59, 63] {
            SECONDS.store(seconds, Ordering::Relaxed);
            reporter.emit(&progress(usize::try_from(seconds).unwrap()));
        }
        let text = std::str::from_utf8(reporter.output.writer()).unwrap();
        assert_eq!(
            strip_str(text).to_string(),
            "        SLOW [>     15s] digits::learns: training, step 15 of 400, loss 0.5234
        SLOW [>     31s] digits::learns: training, step 31 of 400, loss 0.5234
        SLOW [>     63s] digits::learns: training, step 63 of 400, loss 0.5234\n"
        );
        assert_eq!(reporter.inner.0.len(), 11);
    }
}
