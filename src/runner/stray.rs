//! What a worker prints beside its messages: kept to be shown with the test that ran meanwhile.

use std::collections::VecDeque;

/// Lines kept per test case; of more, the last ones tell most.
const KEPT_LINES: usize = 200;

/// The last stray lines since they were last taken.
#[derive(Debug, Default)]
pub(super) struct StrayLines {
    lines: VecDeque<String>,
    left_out: usize,
}

impl StrayLines {
    pub(super) fn push(&mut self, line: &str) {
        if self.lines.len() == KEPT_LINES {
            self.lines.pop_front();
            self.left_out += 1;
        }
        self.lines.push_back(line.to_owned());
    }

    /// All lines as one text, `None` when there are none; the next test begins afresh.
    pub(super) fn take(&mut self) -> Option<String> {
        let Self { lines, left_out } = std::mem::take(self);
        if lines.is_empty() {
            return None;
        }
        let omission = (left_out > 0).then(|| format!("… {left_out} earlier lines left out"));
        let lines: Vec<String> = omission.into_iter().chain(lines).collect();
        Some(lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_taken_once() {
        let mut stray = StrayLines::default();
        stray.push("a");
        stray.push("b");
        assert_eq!(stray.take().as_deref(), Some("a\nb"));
        assert_eq!(stray.take(), None);
    }

    #[test]
    fn of_many_lines_the_last_are_kept_and_the_omission_is_said() {
        let mut stray = StrayLines::default();
        (0..KEPT_LINES + 3).for_each(|line| stray.push(&line.to_string()));
        let text = stray.take().unwrap();
        assert!(text.starts_with("… 3 earlier lines left out\n3\n4\n"), "{text}");
        assert!(text.ends_with("\n202"), "{text}");
    }
}
