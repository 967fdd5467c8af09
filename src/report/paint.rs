//! Colours of the terminal reporter: what is green, what is red, and how diffs and rendered
//! diagnostics are tinted.
//!
//! Everything here writes ANSI codes. The stream behind strips them where they are not wanted.

use anstyle::{AnsiColor, Style};

use super::event::Status;

pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const DOUBTFUL: Style = AnsiColor::Yellow.on_default().bold();
pub(super) const HINT: Style = AnsiColor::Cyan.on_default().bold();
pub(super) const STRONG: Style = Style::new().bold();
pub(super) const QUIET: Style = Style::new().dimmed();
const FRAME: Style = AnsiColor::BrightBlue.on_default().bold();
const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();

/// Width of the right-aligned word that a line begins with, as in cargo and nextest.
const WORD_WIDTH: usize = 12;

/// What a line's first word says about the rest.
#[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "only commands mark their lines"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Good,
    Doubtful,
    Bad,
    Hint,
}

/// `          ok text`, with the word in the mark's colour.
#[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "only commands mark their lines"))]
pub(crate) fn marked(mark: Mark, word: &str, text: &str) -> String {
    let style = match mark {
        Mark::Good => GOOD,
        Mark::Doubtful => DOUBTFUL,
        Mark::Bad => BAD,
        Mark::Hint => HINT,
    };
    labelled(style, word, text)
}

/// `        PASS text`.
pub(super) fn labelled(style: Style, word: &str, text: &str) -> String {
    format!("{}{} {text}", " ".repeat(WORD_WIDTH.saturating_sub(word.len())), paint(style, word))
}

/// A name that stands above what belongs to it.
#[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "only commands have headings"))]
pub(crate) fn heading(text: &str) -> String {
    paint(STRONG, text)
}

/// `text` in a style; nothing at all for an empty text.
pub(super) fn paint(style: Style, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{style}{text}{style:#}") }
}

/// The colour of a test case's end.
pub(super) fn status_style(status: Status) -> Style {
    match status {
        Status::Passed => GOOD,
        Status::Warned | Status::Skipped | Status::SnapshotPending => DOUBTFUL,
        Status::Failed | Status::SpecError | Status::Crashed => BAD,
    }
}

/// A unified diff with its added and removed lines coloured. Other text stays as it is.
pub(crate) fn diff(text: &str) -> String {
    each_line(text, |line| match line.trim_start().as_bytes().first() {
        Some(b'+') => paint(ADDED, line),
        Some(b'-') => paint(REMOVED, line),
        Some(b'@') => paint(QUIET, line),
        _ => line.to_owned(),
    })
}

/// A diagnostic as rustc prints it, coloured as rustc does. Diagnostics travel through events as
/// plain text, since the process that renders them does not know the terminal.
pub(crate) fn diagnostic(text: &str) -> String {
    each_line(text, |line| {
        let trimmed = line.trim_start();
        if let Some(title) = titled(trimmed) {
            title
        } else if trimmed.starts_with("-->") || trimmed.starts_with(":::") {
            framed(line, line.len() - trimmed.len() + 3)
        } else if let Some((gutter, code)) = line.split_once('|').filter(|(g, _)| is_gutter(g)) {
            format!("{}{}", paint(FRAME, &format!("{gutter}|")), underlined(code))
        } else if trimmed.starts_with("= ") {
            framed(line, line.len() - trimmed.len() + 1)
        } else {
            line.to_owned()
        }
    })
}

/// `error[NN0102]: message` with its level coloured and its message bold.
fn titled(line: &str) -> Option<String> {
    let (head, message) = line.split_once(": ")?;
    let level = head.split('[').next()?;
    let style = match level {
        "error" => BAD,
        "warning" => DOUBTFUL,
        "help" | "note" => HINT,
        _ => return None,
    };
    Some(format!("{}{}", paint(style, head), paint(STRONG, &format!(": {message}"))))
}

/// The first `length` bytes of a line in the frame's colour.
fn framed(line: &str, length: usize) -> String {
    let (frame, rest) = line.split_at(length);
    format!("{}{rest}", paint(FRAME, frame))
}

fn is_gutter(text: &str) -> bool {
    text.bytes().all(|byte| byte == b' ' || byte.is_ascii_digit())
}

/// The part of a source line behind the gutter: underlines are coloured, code is not.
fn underlined(code: &str) -> String {
    match code.trim_start().as_bytes().first() {
        Some(b'^') => paint(BAD, code),
        Some(b'-') if code.trim_start().starts_with("--") => paint(FRAME, code),
        _ => code.to_owned(),
    }
}

fn each_line(text: &str, paint_line: impl Fn(&str) -> String) -> String {
    text.lines().map(paint_line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;

    use super::*;

    const DIAGNOSTIC: &str = "\
error[NN0203]: layer sizes do not line up
 --> specs/mlp.yaml:5:19
  |
3 |   - linear: 128
  |             --- produces 128 features
5 |   - linear: 10
  |     ^^^^^^ takes 64 features
  |
  = note: run `cargo nn-test explain NN0203`
help: a|b is no gutter";

    #[test]
    fn painting_changes_colours_only() {
        assert_eq!(strip_str(&diagnostic(DIAGNOSTIC)).to_string(), DIAGNOSTIC);
        let changes = " layers:\n-  loss: 1\n+  loss: 2";
        assert_eq!(strip_str(&diff(changes)).to_string(), changes);
    }

    #[test]
    fn levels_frames_and_underlines_have_their_own_colours() {
        let painted = diagnostic(DIAGNOSTIC);
        let lines: Vec<&str> = painted.lines().collect();
        assert!(lines[0].starts_with(&paint(BAD, "error[NN0203]")), "{:?}", lines[0]);
        assert!(lines[1].starts_with(&paint(FRAME, " -->")), "{:?}", lines[1]);
        assert_eq!(lines[2], paint(FRAME, "  |"));
        assert_eq!(lines[3], format!("{}   - linear: 128", paint(FRAME, "3 |")));
        assert!(lines[6].ends_with(&paint(BAD, "     ^^^^^^ takes 64 features")), "{:?}", lines[6]);
        assert!(lines[9].starts_with(&paint(HINT, "help")), "{:?}", lines[9]);
    }

    #[test]
    fn a_diff_shows_added_lines_green_and_removed_lines_red() {
        assert_eq!(diff("+new"), paint(ADDED, "+new"));
        assert_eq!(diff("-old"), paint(REMOVED, "-old"));
        assert_eq!(diff(" same"), " same");
    }
}
