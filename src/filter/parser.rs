//! Reads filter expressions, with cargo-nextest's operators.
//!
//! ```text
//! or        = and { ("or" | "|" | "+") and }
//! and       = not { ("and" | "&" | "-") not }       a - b is a and not b
//! not       = ("not" | "!") not | "(" or ")" | predicate
//! predicate = name "(" ( [ "=" | "~" | "#" ] text | "/" regex "/" ) ")"
//! ```
//!
//! `\` takes the next character of a text as it is; in a regular expression it does so for `/` alone,
//! and brackets need none.

use super::expression::{Expression, Quality};
use super::matcher::Matcher;
use crate::property::REGISTRY;
use crate::spec::{Code, Diagnostic, Diagnostics, Source, Span};
use crate::suggestion::closest;

/// What models are made of; `broken` for specs that cannot be run.
const KINDS: [&str; 3] = ["layers", "rust", "broken"];
const PREDICATES: [(&str, Quality); 6] = [
    ("test", Quality::Test),
    ("package", Quality::Package),
    ("spec", Quality::Spec),
    ("property", Quality::Property),
    ("tag", Quality::Tag),
    ("kind", Quality::Kind),
];
/// Brackets and negations inside each other.
const DEPTH_LIMIT: usize = 64;

pub(super) fn parse(text: &str, origin: &str) -> Result<Expression, Diagnostics> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let read = parser.or().and_then(|expression| match parser.rest().is_empty() {
        true => Ok(expression),
        false => Err(parser.here("an operator is due here", "`and`, `or` or `-`")),
    });
    read.map_err(|error| Diagnostics::one(Source::new(origin, text), *error))
}

type Wrong = Box<Diagnostic>;

struct Parser<'text> {
    text: &'text str,
    at: usize,
    depth: usize,
}

impl<'text> Parser<'text> {
    fn or(&mut self) -> Result<Expression, Wrong> {
        let mut left = self.and()?;
        while self.takes_word("or") || self.takes("|") || self.takes("+") {
            left = Expression::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expression, Wrong> {
        let mut left = self.not()?;
        loop {
            let right = if self.takes_word("and") || self.takes("&") {
                self.not()?
            } else if self.takes("-") {
                Expression::Not(Box::new(self.not()?))
            } else {
                return Ok(left);
            };
            left = Expression::And(Box::new(left), Box::new(right));
        }
    }

    fn not(&mut self) -> Result<Expression, Wrong> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(self.here("the filter is nested too deeply", "one more here"));
        }
        let read = if self.takes_word("not") || self.takes("!") {
            self.not().map(|inner| Expression::Not(Box::new(inner)))
        } else if self.rest().starts_with('(') {
            self.bracket()
        } else {
            self.predicate()
        };
        self.depth -= 1;
        read
    }

    fn bracket(&mut self) -> Result<Expression, Wrong> {
        let open = self.place(1);
        self.at += 1;
        let inside = self.or()?;
        match self.takes(")") {
            true => Ok(inside),
            false => {
                let error = self.here("a bracket is not closed", "`)` is due here");
                Err(Box::new(error.also(open, "opens here")))
            }
        }
    }

    fn predicate(&mut self) -> Result<Expression, Wrong> {
        let rest = self.rest();
        let end =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let (name, place) = (&rest[..end], self.place(end));
        if name.is_empty() {
            return Err(self.here("a predicate is due here", "like `tag(slow)`"));
        }
        let known = PREDICATES.map(|(name, _)| name);
        let all: Vec<&str> = known.into_iter().chain(["all", "none"]).collect();
        if !all.contains(&name) {
            let error = wrong(format!("there is no predicate `{name}`"), place, "not known");
            return Err(Box::new(match closest(name, all.iter().copied()) {
                Some(meant) => error.help(format!("did you mean `{meant}`?")),
                None => error.note(format!("known are `{}`", all.join("`, `"))),
            }));
        }
        self.at += end;
        if !self.takes("(") {
            let help = format!("write `{name}(…)`");
            return Err(Box::new(self.here("a bracket is due here", "`(`").help(help)));
        }
        let quality = PREDICATES.iter().find(|(known, _)| *known == name);
        if let Some((_, quality)) = quality.filter(|_| self.rest().starts_with('/')) {
            return self.regex(place).map(|matcher| Expression::Is(*quality, matcher));
        }
        let (text, inside) = self.inside(place)?;
        match quality {
            None if !text.is_empty() => {
                Err(Box::new(wrong(format!("`{name}` takes nothing"), inside, "too much")))
            }
            None if name == "all" => Ok(Expression::All),
            None => Ok(Expression::None),
            Some((_, quality)) => {
                let matcher = matcher(*quality, &text, inside)?;
                check(*quality, &matcher, inside)?;
                Ok(Expression::Is(*quality, matcher))
            }
        }
    }

    /// A regular expression between slashes, and the closing bracket.
    fn regex(&mut self, name: Span) -> Result<Matcher, Wrong> {
        let start = self.at + 1;
        let (mut text, mut escaped) = (String::new(), false);
        let end = self.text[start..].char_indices().find_map(|(at, letter)| {
            match (escaped, letter) {
                (false, '/') => return Some(start + at),
                (true, '/') => {
                    text.pop();
                    text.push('/');
                }
                (_, letter) => text.push(letter),
            }
            escaped = letter == '\\' && !escaped;
            None
        });
        let Some(end) = end else {
            self.at = self.text.len();
            let error = self.here("a regular expression is not closed", "`/` is due here");
            return Err(Box::new(error.also(name, "of this predicate")));
        };
        let inside = Span { start, end };
        if text.is_empty() {
            return Err(Box::new(wrong("a regular expression is due here", inside, "it is empty")));
        }
        let matcher = Matcher::regex(&text).map_err(|reason| {
            Box::new(wrong(format!("wrong regular expression: {reason}"), inside, "written here"))
        })?;
        self.at = end + 1;
        match self.takes(")") {
            true => Ok(matcher),
            false => {
                let error = self.here("a bracket is not closed", "`)` is due here");
                Err(Box::new(error.also(name, "of this predicate")))
            }
        }
    }

    /// The text up to the closing bracket.
    fn inside(&mut self, name: Span) -> Result<(String, Span), Wrong> {
        let start = self.at;
        let mut text = String::new();
        let mut letters = self.text[start..].char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                ')' => {
                    self.at = start + at + 1;
                    let span = Span { start, end: start + at };
                    return Ok((text.trim().to_owned(), span));
                }
                '\\' => text.extend(letters.next().map(|(_, escaped)| escaped)),
                letter => text.push(letter),
            }
        }
        self.at = self.text.len();
        let error = self.here("a bracket is not closed", "`)` is due here");
        Err(Box::new(error.also(name, "of this predicate")))
    }

    /// What is left, without leading space.
    fn rest(&mut self) -> &'text str {
        let rest = &self.text[self.at..];
        let trimmed = rest.trim_start();
        self.at += rest.len() - trimmed.len();
        trimmed
    }

    fn takes(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// A word, and not the beginning of a longer one.
    fn takes_word(&mut self, word: &str) -> bool {
        let behind = self.rest().strip_prefix(word);
        let whole = behind.is_some_and(|behind| {
            !behind.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_')
        });
        whole && self.takes(word)
    }

    fn place(&mut self, length: usize) -> Span {
        self.rest();
        Span { start: self.at, end: self.at + length }
    }

    fn here(&mut self, message: &str, label: &str) -> Wrong {
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        Box::new(wrong(message, self.place(length), label))
    }
}

fn matcher(quality: Quality, text: &str, span: Span) -> Result<Matcher, Wrong> {
    let mut letters = text.chars();
    let (matcher, name): (fn(String) -> Matcher, &str) = match letters.next() {
        Some('=') => (Matcher::Equal, letters.as_str()),
        Some('~') => (Matcher::Contains, letters.as_str()),
        Some('#') => (Matcher::Glob, letters.as_str()),
        _ if quality == Quality::Test => (Matcher::Contains, text),
        _ => (Matcher::Glob, text),
    };
    if name.trim().is_empty() {
        return Err(Box::new(wrong("a name is due here", span, "nothing to compare with")));
    }
    Ok(matcher(name.trim().to_owned()))
}

/// A name that nothing can have is misspelt: without an error it would select nothing, silently.
fn check(quality: Quality, matcher: &Matcher, span: Span) -> Result<(), Wrong> {
    let known: Vec<&str> = match quality {
        Quality::Property => REGISTRY.iter().map(|property| property.meta.name).collect(),
        Quality::Kind => KINDS.to_vec(),
        _ => return Ok(()),
    };
    let what = if quality == Quality::Kind { "kind" } else { "property" };
    match matcher.only_name() {
        Some(name) if !known.contains(&name) => {
            let error = wrong(format!("there is no {what} `{name}`"), span, "not known");
            Err(Box::new(match closest(name, known.iter().copied()) {
                Some(meant) => error.help(format!("did you mean `{meant}`?")),
                None => error.note(format!("known are `{}`", known.join("`, `"))),
            }))
        }
        _ => Ok(()),
    }
}

fn wrong(message: impl Into<String>, span: Span, label: &str) -> Diagnostic {
    Diagnostic::new(Code::FILTER_SYNTAX, message, span, label)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The message, and the text that is marked.
    fn error(text: &str) -> (String, String) {
        let found = parse(text, "-E").unwrap_err();
        let error = &found.errors[0];
        assert!(found.render(false).contains(&error.message));
        (error.message.clone(), text[error.label.0.start..error.label.0.end].to_owned())
    }

    #[test]
    fn what_is_wrong_is_told_at_its_place() {
        for (text, message, marked) in [
            ("", "a predicate is due here", ""),
            ("tag(slow) and", "a predicate is due here", ""),
            ("tag(slow) tag(cnn)", "an operator is due here", "t"),
            ("(tag(slow) or tag(a)", "a bracket is not closed", ""),
            ("tag(slow", "a bracket is not closed", ""),
            ("tags(slow)", "there is no predicate `tags`", "tags"),
            ("slow", "there is no predicate `slow`", "slow"),
            ("tag", "a bracket is due here", ""),
            ("tag()", "a name is due here", ""),
            ("all(x)", "`all` takes nothing", "x"),
            ("spec(/digits.*)", "a regular expression is not closed", ""),
            ("spec(/digits.*/ x)", "a bracket is not closed", "x"),
            ("spec(//)", "a regular expression is due here", ""),
            ("spec(/a(b/)", "wrong regular expression: unclosed group", "a(b"),
            ("property(lerns)", "there is no property `lerns`", "lerns"),
            ("kind(binary)", "there is no kind `binary`", "binary"),
            ("tag(a) \u{e4}", "an operator is due here", "\u{e4}"),
        ] {
            assert_eq!(error(text), (message.to_owned(), marked.to_owned()), "{text}");
        }
        assert_eq!(error(&"(".repeat(99)).0, "the filter is nested too deeply");
        assert_eq!(error(&"not ".repeat(99)).0, "the filter is nested too deeply");
    }

    #[test]
    fn an_error_is_shown_as_those_of_specs_are() {
        let text = parse("tag(slow) and propertie(learns)", "-E").unwrap_err().render(false);
        insta::assert_snapshot!(text, @r"
        error[NN0405]: there is no predicate `propertie`
         --> -E:1:15
          |
        1 | tag(slow) and propertie(learns)
          |               ^^^^^^^^^ not known
          |
          = help: did you mean `property`?
          = note: run `cargo nn-test explain NN0405`
        ");
    }

    #[test]
    fn a_backslash_takes_a_bracket_into_a_name() {
        let expression = parse(r"test(a\)b)", "-E").unwrap();
        let due = Expression::Is(Quality::Test, Matcher::Contains("a)b".to_owned()));
        assert_eq!(expression, due);
    }

    #[test]
    fn a_regular_expression_keeps_its_brackets_and_backslashes() {
        for (text, regex) in [
            (r"test( /a(b|c)/ )", r"a(b|c)"),
            (r"test(/\d+\/x/)", r"\d+/x"),
            (r"test(/\\/)", r"\\"),
            ("test(/\u{e4}|\u{f6}/)", "\u{e4}|\u{f6}"),
        ] {
            let due = Matcher::regex(regex).unwrap();
            assert_eq!(parse(text, "-E").unwrap(), Expression::Is(Quality::Test, due), "{text}");
        }
    }
}
