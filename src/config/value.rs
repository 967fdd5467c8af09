//! What a key takes, and its value.

use std::fmt;

use crate::size::read_size;
use crate::suggestion::closest;
use crate::toml::{Node, quoted};

/// What a key takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A whole number from 1 on.
    Count,
    /// Whole seconds; 0 means without end.
    Seconds,
    /// An amount of memory, or 0 for no limit.
    Bytes,
    /// The same, or "auto": nn-test finds a value by itself.
    Auto(&'static Kind),
    /// The path of a file to write, or `false` for none.
    File,
    /// The name of something of cargo's.
    Name,
    /// An expression that selects test cases; whoever uses it reads it.
    Filter,
    /// A list of names.
    Names,
    Flag,
    /// `true` ends a run at its first failure, `false` never.
    FailFast,
}

/// The value of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// No file.
    Nothing,
    /// Whatever nn-test finds right.
    Auto,
    Text(String),
    Number(u64),
    Flag(bool),
    Names(Vec<String>),
}

/// The word that leaves a value to nn-test.
const AUTO: &str = "auto";

impl Kind {
    /// Reads a value of a TOML file.
    pub(super) fn read(self, node: &Node) -> Option<Value> {
        match (self, node) {
            (Self::Choice(choices), Node::Text(text)) => {
                choices.contains(&text.as_str()).then(|| Value::Text(text.clone()))
            }
            (Self::Count, Node::Integer(number)) => {
                u64::try_from(*number).ok().filter(|number| *number > 0).map(Value::Number)
            }
            (Self::Seconds | Self::Bytes, Node::Integer(number)) => {
                u64::try_from(*number).ok().map(Value::Number)
            }
            (Self::Bytes, Node::Text(text)) => read_size(text).ok().map(Value::Number),
            (Self::Auto(_), Node::Text(text)) if text == AUTO => Some(Value::Auto),
            (Self::Auto(kind), node) => kind.read(node),
            (Self::File, Node::Flag(false)) => Some(Value::Nothing),
            (Self::File | Self::Name | Self::Filter, Node::Text(text)) => {
                (!text.trim().is_empty()).then(|| Value::Text(text.clone()))
            }
            (Self::Names, Node::List(items)) => {
                let names = items.iter().map(|item| match &item.value {
                    Node::Text(name) if !name.trim().is_empty() => Some(name.clone()),
                    _ => None,
                });
                names.collect::<Option<_>>().map(Value::Names)
            }
            (Self::Flag, Node::Flag(flag)) => Some(Value::Flag(*flag)),
            (Self::FailFast, Node::Flag(flag)) => Some(fail_fast(*flag)),
            _ => None,
        }
    }

    /// Reads the value of an environment variable.
    pub(super) fn read_text(self, text: &str) -> Option<Value> {
        let text = text.trim();
        let node = match self {
            Self::Choice(_) | Self::Name | Self::Filter => Node::Text(text.to_owned()),
            Self::Count | Self::Seconds => Node::Integer(text.parse().ok()?),
            Self::File if text == "false" => Node::Flag(false),
            Self::Bytes | Self::File => Node::Text(text.to_owned()),
            Self::Auto(_) if text == AUTO => return Some(Value::Auto),
            Self::Auto(kind) => return kind.read_text(text),
            Self::Flag | Self::FailFast => Node::Flag(match text {
                "true" | "1" => true,
                "false" | "0" => false,
                _ => return None,
            }),
            Self::Names => {
                let names = text.split([',', ' ']).filter(|name| !name.is_empty());
                return Some(Value::Names(names.map(str::to_owned).collect()));
            }
        };
        self.read(&node)
    }

    /// What is expected, to follow "must be" or "takes".
    pub fn expected(self) -> String {
        match self {
            Self::Choice(choices) => alternatives(choices),
            Self::Count => "a whole number from 1 on".to_owned(),
            Self::Seconds => "a whole number of seconds, where 0 means without end".to_owned(),
            Self::Bytes => "an amount of memory such as \"8GiB\" or \"500MB\", or 0".to_owned(),
            Self::Auto(kind) => format!("{}, or \"{AUTO}\"", kind.expected()),
            Self::File => "the path of a file, or false".to_owned(),
            Self::Name => "a name".to_owned(),
            Self::Filter => "a filter expression".to_owned(),
            Self::Names => "a list of names".to_owned(),
            Self::Flag | Self::FailFast => "true or false".to_owned(),
        }
    }

    /// The choice that a misspelt word most likely stands for.
    pub(super) fn suggestion(self, text: &str) -> Option<&'static str> {
        match self {
            Self::Choice(choices) => closest(text, choices.iter().copied()),
            _ => None,
        }
    }
}

/// After how many failures a run ends; 0 stands for never.
pub(super) fn fail_fast(flag: bool) -> Value {
    Value::Number(u64::from(flag))
}

/// `"a", "b" or "c"`.
fn alternatives(choices: &[&str]) -> String {
    let quoted: Vec<String> = choices.iter().map(|choice| format!("\"{choice}\"")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

impl fmt::Display for Value {
    /// As TOML writes it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => formatter.write_str("false"),
            Self::Auto => formatter.write_str(&quoted(AUTO)),
            Self::Text(text) => formatter.write_str(&quoted(text)),
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Flag(flag) => write!(formatter, "{flag}"),
            Self::Names(names) => {
                let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
                write!(formatter, "[{}]", names.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_auto_takes_the_other_values_too() {
        let kind = Kind::Auto(&Kind::Count);
        assert_eq!(kind.read(&Node::Text("auto".into())), Some(Value::Auto));
        assert_eq!(kind.read(&Node::Integer(2)), Some(Value::Number(2)));
        assert_eq!(kind.read(&Node::Text("all".into())), None);
        assert_eq!(kind.read_text("auto"), Some(Value::Auto));
        assert_eq!(kind.read_text("0"), None);
        assert_eq!(kind.expected(), "a whole number from 1 on, or \"auto\"");
    }

    #[test]
    fn variables_spell_what_files_spell() {
        let choices = Kind::Choice(&["auto", "cpu"]);
        assert_eq!(choices.read_text("cpu"), Some(Value::Text("cpu".into())));
        assert_eq!(choices.read_text("gpu"), None);
        assert_eq!(Kind::Count.read_text(" 3 "), Some(Value::Number(3)));
        assert_eq!(Kind::Count.read_text("0"), None);
        assert_eq!(Kind::Seconds.read_text("0"), Some(Value::Number(0)));
        assert_eq!(Kind::Seconds.read_text("-1"), None);
        assert_eq!(Kind::File.read_text("a b.xml"), Some(Value::Text("a b.xml".into())));
        assert_eq!(Kind::File.read_text("false"), Some(Value::Nothing));
        assert_eq!(Kind::Bytes.read_text("1KiB"), Some(Value::Number(1024)));
        assert_eq!(Kind::Flag.read_text("1"), Some(Value::Flag(true)));
        assert_eq!(Kind::Flag.read_text("yes"), None);
        assert_eq!(Kind::FailFast.read_text("true"), Some(Value::Number(1)));
        let names = Value::Names(vec!["a".into(), "b/c".into()]);
        assert_eq!(Kind::Names.read_text("a, b/c"), Some(names));
    }

    #[test]
    fn values_are_shown_as_toml_writes_them() {
        assert_eq!(Value::Text("a\"b".into()).to_string(), "'a\"b'");
        assert_eq!(Value::Names(vec!["a".into(), "b".into()]).to_string(), "[\"a\", \"b\"]");
        assert_eq!(Value::Nothing.to_string(), "false");
        assert_eq!(Value::Number(3).to_string(), "3");
    }

    #[test]
    fn alternatives_are_a_list_with_or() {
        assert_eq!(Kind::Choice(&["a", "b", "c"]).expected(), "\"a\", \"b\" or \"c\"");
        assert_eq!(alternatives(&["a"]), "\"a\"");
    }
}
