//! Small helpers for sentences.

#[cfg(feature = "cli")]
use anstream::adapter::strip_str;

/// `1 test`, `2 tests`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

/// Every line of `text` with `margin` before it; empty lines stay empty.
pub(crate) fn indented(text: &str, margin: &str) -> String {
    let lines = text.lines().map(|line| match line {
        "" => String::new(),
        line => format!("{margin}{line}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// `text` without ANSI codes and other control characters, for readers that are no terminal. Tabs
/// become blanks. Line by line, so that a code that a driver left unfinished costs its own line.
#[cfg(feature = "cli")]
pub(super) fn plain(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = strip_str(line).to_string().replace('\t', "    ");
        // Not allowed in XML 1.0, and of no use anywhere else.
        line.replace(
            |letter: char| letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}'),
            "",
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Breaks each paragraph (line) of `text` between words, so that no line is longer than `width`
/// characters unless one word is.
#[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "only `explain` wraps text"))]
pub(crate) fn wrapped(text: &str, width: usize) -> String {
    let paragraphs = text.lines().map(|line| flowed(line, 0, 0, width));
    paragraphs.collect::<Vec<_>>().join("\n")
}

/// A paragraph broken between words. Its first line stands behind `start` columns that are taken, the
/// others begin with a margin.
pub(super) fn flowed(paragraph: &str, start: usize, margin: usize, width: usize) -> String {
    let mut text = String::new();
    let mut column = start;
    // Whether a break would make the line shorter.
    let mut worth = start > margin;
    let mut blank = false;
    for word in paragraph.split_whitespace() {
        let length = columns(word);
        if worth && column + usize::from(blank) + length > width {
            text.push('\n');
            text.push_str(&" ".repeat(margin));
            column = margin;
        } else if blank {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += length;
        (worth, blank) = (true, true);
    }
    text
}

/// Every line of `text` behind a margin, broken between words so that it fits `width` columns. What a
/// line itself begins with (blanks) stands before its further lines, too.
pub(super) fn fitted(text: &str, margin: usize, width: usize) -> String {
    let lines = text.lines().map(|line| {
        let margin = margin + line.len() - line.trim_start_matches(' ').len();
        match line.trim().is_empty() {
            true => String::new(),
            false => format!("{}{}", " ".repeat(margin), flowed(line, margin, margin, width)),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// How many columns a terminal shows `text` in: its colours take none.
pub(super) fn columns(text: &str) -> usize {
    let mut columns = 0;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            // A code ends with its first letter.
            '\u{1b}' => drop(letters.by_ref().find(char::is_ascii_alphabetic)),
            _ => columns += 1,
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_singular() {
        assert_eq!(counted(1, "test"), "1 test");
        assert_eq!(counted(0, "test"), "0 tests");
        assert_eq!(counted(12, "test"), "12 tests");
    }

    #[test]
    fn text_is_broken_between_words() {
        assert_eq!(wrapped("the loss falls", 8), "the loss\nfalls");
        assert_eq!(wrapped("unbreakable", 3), "unbreakable");
        assert_eq!(wrapped("a b\n\nc", 10), "a b\n\nc");
    }

    #[test]
    fn width_counts_characters_and_not_bytes() {
        assert_eq!(wrapped("−ln ½ ≈", 7), "−ln ½ ≈");
    }

    #[test]
    fn lines_that_are_broken_keep_their_margin_and_colours_take_no_room() {
        assert_eq!(fitted("help: a b\n  c d e\n\n", 2, 8), "  help:\n  a b\n    c d\n    e\n");
        assert_eq!(columns("\u{1b}[1mbold\u{1b}[0m ≈"), 6);
        assert_eq!(fitted("\u{1b}[1mbold\u{1b}[0m x", 0, 6), "\u{1b}[1mbold\u{1b}[0m x");
    }

    #[test]
    fn a_paragraph_flows_on_behind_what_stands_before_it() {
        assert_eq!(flowed("a b c", 4, 2, 7), "a b\n  c");
        assert_eq!(flowed("long", 4, 2, 7), "\n  long");
        assert_eq!(flowed("long", 2, 2, 4), "long");
    }

    #[cfg(feature = "cli")]
    #[test]
    fn plain_text_has_lines_and_nothing_else_of_a_terminal() {
        let text = "\u{1b}[31mred\u{1b}[0m\tx\r\nbell\u{7} nul\0 c1\u{9b} bad\u{fffe}\u{ffff}\n\u{1b}]0;title\nnext";
        assert_eq!(plain(text), "red    x\nbell nul c1 bad\n\nnext");
    }

    #[test]
    fn indenting_leaves_empty_lines_empty() {
        assert_eq!(indented("a\n\nb", "  "), "  a\n\n  b");
    }
}
