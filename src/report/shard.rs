//! Files of events, read back: what a run was, long after and elsewhere.

use super::event::{Event, SCHEMA_VERSION, Sink};
use super::record::RunRecord;

/// What one file of events says.
#[derive(Debug, Clone, PartialEq)]
pub struct Shard {
    /// The file, for people.
    pub name: String,
    pub record: RunRecord,
}

/// Why a file is no record of a run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}:{line}: {reason}")]
pub struct ShardError {
    pub name: String,
    /// From 1.
    pub line: usize,
    pub reason: String,
}

impl Shard {
    /// Reads JSON lines, as `--message-format json` prints and `--events` writes them. Events that
    /// a later version of the same schema has added are passed over.
    ///
    /// # Errors
    ///
    /// At the first line that is no event, or that belongs to another schema or another run.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, ShardError> {
        let mut record = RunRecord::default();
        let mut begun = false;
        let error =
            |line: usize, reason: String| ShardError { name: name.to_owned(), line, reason };
        for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            if line.trim_ascii().is_empty() {
                continue;
            }
            let event = event(line).map_err(|reason| error(index + 1, reason))?;
            match &event {
                Some(Event::RunStarted { .. }) if begun => {
                    let reason = "a second run begins here; each run needs a file of its own";
                    return Err(error(index + 1, reason.to_owned()));
                }
                Some(Event::RunStarted { schema_version, .. }) => {
                    check_version(*schema_version).map_err(|reason| error(index + 1, reason))?;
                    begun = true;
                }
                _ if !begun => {
                    let reason = "no run begins here: the first event is `run_started`";
                    return Err(error(index + 1, reason.to_owned()));
                }
                _ => {}
            }
            if let Some(event) = event {
                record.emit(&event);
            }
        }
        match begun {
            true => Ok(Self { name: name.to_owned(), record }),
            false => Err(error(1, "the file has no events".to_owned())),
        }
    }
}

fn check_version(version: u32) -> Result<(), String> {
    match version {
        SCHEMA_VERSION => Ok(()),
        _ => Err(format!(
            "schema version {version}, and this nn-test reads {SCHEMA_VERSION}: use one version of \
             nn-test for all shards"
        )),
    }
}

/// The event of a line; none when it is one that this version does not know.
fn event(line: &[u8]) -> Result<Option<Event>, String> {
    let broken = |error: serde_json::Error| match error.is_eof() {
        true => format!("the line breaks off at column {}: its writer was stopped", error.column()),
        false => format!("this is no event: {}", without_line(&error)),
    };
    let value: serde_json::Value = serde_json::from_slice(line).map_err(broken)?;
    let Some(name) = value.get("event").and_then(|name| name.as_str()) else {
        return Err("this is no event: it has no `event`".to_owned());
    };
    if !Event::NAMES.contains(&name) {
        return Ok(None);
    }
    serde_json::from_slice(line).map(Some).map_err(broken)
}

/// The parser has seen one line only and calls it the first.
fn without_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.replace(&format!(" at line 1 column {}", error.column()), "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples;

    const STARTED: &str = r#"{"event":"run_started","schema_version":1,"tests":1,"specs":1}"#;

    fn lines(events: &[Event]) -> String {
        events.iter().map(|event| serde_json::to_string(event).unwrap() + "\n").collect()
    }

    fn error(text: &str) -> String {
        Shard::read("a.jsonl", text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_shard_is_read_as_it_was_recorded() {
        let events = examples::whole_run();
        let mut record = RunRecord::default();
        events.iter().for_each(|event| record.emit(event));
        let shard = Shard::read("a.jsonl", lines(&events).as_bytes()).unwrap();
        assert_eq!(shard, Shard { name: "a.jsonl".into(), record });
    }

    #[test]
    fn a_file_without_an_end_is_a_run_without_an_end() {
        let shard = Shard::read("a.jsonl", STARTED.as_bytes()).unwrap();
        assert_eq!(shard.record.end, None);
    }

    #[test]
    fn a_line_that_breaks_off_is_named() {
        let text = format!("{STARTED}\n{{\"event\":\"test_fini");
        let error = error(&text);
        assert!(error.starts_with("a.jsonl:2: the line breaks off"), "{error}");
    }

    #[test]
    fn what_is_no_event_is_named_with_its_line() {
        for line in ["Compiling nets", "[1]", "{}", r#"{"event":3}"#, r#"{"event":"test_started"}"#]
        {
            let error = error(&format!("{STARTED}\n\n{line}\n"));
            assert!(error.starts_with("a.jsonl:3: this is no event"), "{line}: {error}");
        }
        let error = Shard::read("a.jsonl", &[STARTED.as_bytes(), b"\n\xff\xfe\n"].concat());
        assert_eq!(error.unwrap_err().line, 2);
    }

    #[test]
    fn an_event_of_a_later_version_is_passed_over() {
        let text = format!("{STARTED}\n{{\"event\":\"moon_rose\",\"phase\":3}}\n");
        assert!(Shard::read("a.jsonl", text.as_bytes()).is_ok());
    }

    #[test]
    fn another_schema_is_refused() {
        let other = STARTED.replace("\"schema_version\":1", "\"schema_version\":2");
        assert_eq!(
            error(&other),
            "a.jsonl:1: schema version 2, and this nn-test reads 1: use one version of nn-test \
             for all shards"
        );
    }

    #[test]
    fn a_file_holds_one_run() {
        assert_eq!(error(""), "a.jsonl:1: the file has no events");
        assert_eq!(
            error(r#"{"event":"note","message":"x"}"#),
            "a.jsonl:1: no run begins here: the first event is `run_started`"
        );
        assert_eq!(
            error(&format!("{STARTED}\n{STARTED}\n")),
            "a.jsonl:2: a second run begins here; each run needs a file of its own"
        );
    }
}
