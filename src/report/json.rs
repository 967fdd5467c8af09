//! Events as JSON lines, for programs.

use std::io::{self, Write};

use super::event::{Event, Sink};
use super::output::Output;

/// Writes each event as one line of JSON. The schema is that of [`Event`]; numbers that JSON
/// cannot hold (NaN, ∞) are `null`.
#[derive(Debug)]
pub struct JsonReporter<W> {
    output: Output<W>,
}

impl<W: Write> JsonReporter<W> {
    pub fn new(writer: W) -> Self {
        Self { output: Output::new(writer) }
    }

    /// Why events were lost, if some were.
    pub fn into_error(self) -> Option<io::Error> {
        self.output.into_error()
    }
}

impl<W: Write> Sink for JsonReporter<W> {
    fn emit(&mut self, event: &Event) {
        let line = serde_json::to_string(event).expect("an event has only string keys");
        self.output.line(&line);
    }

    fn is_closed(&self) -> bool {
        self.output.is_closed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::event::SCHEMA_VERSION;
    use crate::report::examples;

    #[test]
    fn each_event_is_one_line_and_reads_back_as_it_was() {
        let events = [
            Event::RunStarted { schema_version: SCHEMA_VERSION, tests: 2, specs: 1 },
            Event::DeviceSelected { device: "llvmpipe".into(), note: None },
            Event::TestStarted { test: "digits::learns".into() },
            Event::Output { test: None, text: "two\nlines".into() },
            Event::TestFinished(examples::failed()),
        ];
        let mut reporter = JsonReporter::new(Vec::new());
        events.iter().for_each(|event| reporter.emit(event));

        let text = std::str::from_utf8(reporter.output.writer()).unwrap();
        let read: Vec<Event> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(read, events);
    }

    #[test]
    fn the_lines_are_the_published_schema() {
        let mut reporter = JsonReporter::new(Vec::new());
        reporter.emit(&Event::RunStarted { schema_version: 1, tests: 2, specs: 1 });
        reporter.emit(&Event::TestFinished(examples::passed()));
        assert_eq!(
            std::str::from_utf8(reporter.output.writer()).unwrap(),
            concat!(
                r#"{"event":"run_started","schema_version":1,"tests":2,"specs":1}"#,
                "\n",
                r#"{"event":"test_finished","test":"digits::initial_loss","#,
                r#""file":"specs/digits.yaml","line":34,"column":5,"status":"passed","#,
                r#""verdict":{"outcome":"pass","summary":"loss 2.31, expected 2.303","#,
                r#""findings":[]},"details":null,"seconds":0.0123}"#,
                "\n",
            )
        );
    }
}
