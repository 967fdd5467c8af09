//! What a worker says to its supervisor, and how it is told from stray prints.

use std::io::Write;

use serde::{Deserialize, Serialize};

use super::Models;
use crate::report::event::{Event, Sink};

/// Begins every message. Byte 0x1E is the record separator of JSON text sequences (RFC 7464): no
/// program prints it by accident, so a message is found even behind a print without a line end.
const MARK: &str = "\u{1e}nn-test ";

/// One message of a worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// Nothing is left to do here: what comes next? Also the first message.
    Ready,
    Event(Event),
    /// A wgpu adapter is required and there is none: the worker stops.
    AdapterRequired {
        reason: String,
    },
    /// What a test target registers. A worker does not say it.
    Models(Models),
}

/// A line of a worker's standard output, taken apart.
#[derive(Debug, PartialEq)]
pub struct Line<'a> {
    /// What stands before the message, or the whole line when there is none.
    pub stray: &'a str,
    pub message: Option<Message>,
}

impl Message {
    /// A whole line.
    pub fn encode(&self) -> String {
        let body = serde_json::to_string(self).expect("a message has only string keys");
        format!("{MARK}{body}\n")
    }
}

/// A line that bears the mark but no readable message counts as stray.
pub fn decode(line: &str) -> Line<'_> {
    let found = line.split_once(MARK).and_then(|(stray, body)| {
        serde_json::from_str(body).ok().map(|message| Line { stray, message: Some(message) })
    });
    found.unwrap_or(Line { stray: line, message: None })
}

/// The worker's side: a sink that writes every event as a message.
#[derive(Debug)]
pub struct EventWriter<W> {
    writer: W,
    closed: bool,
}

impl<W: Write> EventWriter<W> {
    pub fn new(writer: W) -> Self {
        Self { writer, closed: false }
    }

    /// Asks for the next order.
    pub fn ready(&mut self) {
        self.send(&Message::Ready);
    }

    /// Says what is registered.
    pub fn models(&mut self, models: Models) {
        self.send(&Message::Models(models));
    }

    /// Tells the supervisor that the required adapter is absent.
    pub fn adapter_required(&mut self, reason: String) {
        self.send(&Message::AdapterRequired { reason });
    }

    fn send(&mut self, message: &Message) {
        let written = self.writer.write_all(message.encode().as_bytes());
        self.closed |= written.and_then(|()| self.writer.flush()).is_err();
    }
}

impl<W: Write> Sink for EventWriter<W> {
    fn emit(&mut self, event: &Event) {
        self.send(&Message::Event(event.clone()));
    }

    fn is_closed(&self) -> bool {
        self.closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started() -> Event {
        Event::TestStarted { test: "digits::learns".to_owned() }
    }

    #[test]
    fn a_message_reads_back_as_it_was_written() {
        let mut writer = EventWriter::new(Vec::new());
        writer.ready();
        writer.emit(&started());
        writer.adapter_required("no Vulkan loader\nat all".to_owned());
        writer.models(Models::new(vec!["cnn".to_owned()]));
        let text = String::from_utf8(writer.writer).unwrap();
        let messages: Vec<Message> = text.lines().filter_map(|line| decode(line).message).collect();
        let reason = "no Vulkan loader\nat all".to_owned();
        let models = Models::new(vec!["cnn".to_owned()]);
        assert_eq!(
            messages,
            [
                Message::Ready,
                Message::Event(started()),
                Message::AdapterRequired { reason },
                Message::Models(models),
            ]
        );
    }

    #[test]
    fn a_print_without_line_end_does_not_hide_the_message_behind_it() {
        let line = format!("loading… {}", Message::Event(started()).encode());
        let decoded = decode(line.trim_end_matches('\n'));
        assert_eq!(decoded.stray, "loading… ");
        assert_eq!(decoded.message, Some(Message::Event(started())));
    }

    #[test]
    fn stray_lines_are_no_messages() {
        for line in ["", "hello", r#"{"event":"test_started","test":"x"}"#, "\u{1e}nn-test {oops"] {
            assert_eq!(decode(line), Line { stray: line, message: None });
        }
    }
}
