//! Paths in results as the user sees them.
//!
//! A worker may run in another folder than the one that the user called from, so it works with
//! absolute paths. What it reports goes through here.

use crate::protocol::{Assignment, SetUp};
use crate::report::event::{Event, Sink, TestResult};

/// Hands events on, with the spec's paths relative to the folder that the user called from.
pub(super) struct Shown<'a> {
    inner: &'a mut dyn Sink,
    file: String,
    /// Beginnings of paths, and what is shown in their place.
    beginnings: Vec<(String, String)>,
}

impl<'a> Shown<'a> {
    pub(super) fn new(inner: &'a mut dyn Sink, set_up: &SetUp, assignment: &Assignment) -> Self {
        let folders = [
            (assignment.path.parent(), assignment.file.parent()),
            (Some(set_up.called_from.as_path()), Some("".as_ref())),
        ];
        let beginnings = folders.into_iter().filter_map(|(real, shown)| {
            // Every path begins with the root.
            let real = real.filter(|real| real.parent().is_some())?;
            let (real, shown) = (real.join(""), shown?.join(""));
            Some((real.display().to_string(), shown.display().to_string()))
        });
        let file = assignment.file.display().to_string();
        Self { inner, file, beginnings: beginnings.collect() }
    }

    fn text(&self, text: &str) -> String {
        let replace = |text: String, (real, shown): &(String, String)| replaced(&text, real, shown);
        self.beginnings.iter().fold(text.to_owned(), replace)
    }
}

/// Replaces a folder at the beginning of paths, and not one of the same name further inside.
fn replaced(text: &str, real: &str, shown: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(real) {
        let (before, from) = rest.split_at(at);
        replaced.push_str(before);
        let inside_a_path = |letter: char| letter.is_alphanumeric() || "._-~".contains(letter);
        replaced.push_str(if before.ends_with(inside_a_path) { real } else { shown });
        rest = &from[real.len()..];
    }
    replaced + rest
}

impl Sink for Shown<'_> {
    fn emit(&mut self, event: &Event) {
        match event {
            Event::TestFinished(result) => {
                let details = result.details.as_deref().map(|details| self.text(details));
                let file = self.file.clone();
                let result = TestResult { file, details, ..result.clone() };
                self.inner.emit(&Event::TestFinished(result));
            }
            event => self.inner.emit(event),
        }
    }

    fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceChoice;
    use crate::harness::fixtures::Recorder;
    use crate::report::event::Status;

    /// The details that are shown for a spec of a package beside the folder called from.
    fn shown(details: &str) -> TestResult {
        let set_up = SetUp {
            device: DeviceChoice::Cpu,
            seed: None,
            severities: Default::default(),
            called_from: "/project/net".into(),
        };
        let assignment = Assignment {
            package_root: "/project/other".into(),
            path: "/project/other/specs/a.yaml".into(),
            file: "../other/specs/a.yaml".into(),
            specs_dir: "/project/other/specs".into(),
            tests: vec!["a::learns".to_owned()],
            mutation: None,
            pictures: None,
        };
        let mut recorder = Recorder::default();
        let result = TestResult {
            test: "a::learns".to_owned(),
            file: "/project/other/specs/a.yaml".to_owned(),
            line: 3,
            column: 5,
            status: Status::SpecError,
            verdict: None,
            details: Some(details.to_owned()),
            seconds: 0.0,
        };
        Shown::new(&mut recorder, &set_up, &assignment).emit(&Event::TestFinished(result));
        let Some(Event::TestFinished(result)) = recorder.events.pop() else {
            panic!("{:?}", recorder.events)
        };
        result
    }

    #[test]
    fn the_spec_its_neighbours_and_what_lies_below_the_folder_called_from_are_relative() {
        let result =
            shown(" --> /project/other/specs/a.yaml:3:4, /project/other/specs/../x.csv, /tmp/y");
        assert_eq!(result.file, "../other/specs/a.yaml");
        assert_eq!(
            result.details.unwrap(),
            " --> ../other/specs/a.yaml:3:4, ../other/specs/../x.csv, /tmp/y"
        );
        let result = shown("at /project/net/src/model.rs:3 and in /project/network");
        assert_eq!(result.details.unwrap(), "at src/model.rs:3 and in /project/network");
    }

    #[test]
    fn a_folder_of_the_same_name_further_inside_a_path_is_left_alone() {
        let text = "/home/project/net/x, `/project/net/y`";
        assert_eq!(replaced(text, "/project/net/", ""), "/home/project/net/x, `y`");
    }
}
