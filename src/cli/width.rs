//! How wide the terminal is.

use std::io::{self, IsTerminal};

use clap::Command;

use crate::report::MOST_COLUMNS;

/// Columns for a report on standard output: those of the terminal, up to what reads well. A file or a CI
/// log has no width of its own.
pub(super) fn columns() -> usize {
    if io::stdout().is_terminal() { wrapped_at() } else { MOST_COLUMNS }
}

/// clap knows how wide the terminal is and does not tell; but it breaks a text there.
fn wrapped_at() -> usize {
    let text = "- ".repeat(MOST_COLUMNS);
    let mut command =
        Command::new("width").max_term_width(MOST_COLUMNS).help_template("{about}").about(text);
    let help = command.render_help().to_string();
    let longest = help.lines().map(|line| line.trim_end().len()).max().unwrap_or(MOST_COLUMNS);
    // Words of one letter and blanks leave out the last column of an even width.
    (longest + 1).clamp(LEAST_COLUMNS, MOST_COLUMNS)
}

/// Narrower than this nothing is readable, however it is broken.
const LEAST_COLUMNS: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_as_wide_as_the_terminal_within_what_can_be_read() {
        // Tests run with and without a terminal, of any width.
        assert!((LEAST_COLUMNS..=MOST_COLUMNS).contains(&wrapped_at()));
        assert!((LEAST_COLUMNS..=MOST_COLUMNS).contains(&columns()));
    }
}
