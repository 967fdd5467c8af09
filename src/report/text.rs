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
    let paragraphs = text.lines().map(|line| wrapped_paragraph(line, width));
    paragraphs.collect::<Vec<_>>().join("\n")
}

fn wrapped_paragraph(paragraph: &str, width: usize) -> String {
    let mut text = String::new();
    let mut column = 0;
    for word in paragraph.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            text.push('\n');
            column = 0;
        } else if column > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += length;
    }
    text
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
