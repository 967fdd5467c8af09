//! What a key takes, and its value.

use std::fmt;

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
    /// An amount of memory, or `false` for no limit.
    Bytes,
    /// The path of a file to write, or `false` for none.
    File,
    /// The name of something of cargo's.
    Name,
    /// A list of names.
    Names,
    Flag,
    /// `true` ends a run at its first failure, `false` never.
    FailFast,
}

/// The value of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// No file, no limit.
    Nothing,
    Text(String),
    Number(u64),
    Flag(bool),
    Names(Vec<String>),
}

/// Units of memory, with their bytes.
const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

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
            (Self::Seconds, Node::Integer(number)) => {
                u64::try_from(*number).ok().map(Value::Number)
            }
            (Self::Bytes, Node::Text(text)) => bytes(text).map(Value::Number),
            (Self::Bytes | Self::File, Node::Flag(false)) => Some(Value::Nothing),
            (Self::File | Self::Name, Node::Text(text)) => {
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
            Self::Choice(_) | Self::Name => Node::Text(text.to_owned()),
            Self::Count | Self::Seconds => Node::Integer(text.parse().ok()?),
            Self::Bytes | Self::File if text == "false" => Node::Flag(false),
            Self::Bytes | Self::File => Node::Text(text.to_owned()),
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
            Self::Bytes => {
                "an amount of memory such as \"512MiB\" or \"4GiB\", or false".to_owned()
            }
            Self::File => "the path of a file, or false".to_owned(),
            Self::Name => "a name".to_owned(),
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

/// Bytes of `512MiB`, `4 GiB`, `1.5GiB`.
pub fn bytes(text: &str) -> Option<u64> {
    let (number, unit) = UNITS.iter().find_map(|(name, unit)| {
        let number = text.trim().strip_suffix(name)?;
        Some((number.trim(), *unit))
    })?;
    let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = number.parse().ok().filter(|_| plain)?;
    let bytes = (number * unit as f64).round();
    // Up to 2^53 every whole number is exact; no machine has more memory.
    ((1.0..=9_007_199_254_740_992.0).contains(&bytes)).then_some(bytes as u64)
}

/// The shortest way to write an amount of memory.
pub(super) fn written_bytes(bytes: u64) -> String {
    let whole = UNITS.iter().find(|(_, unit)| bytes.is_multiple_of(*unit) && bytes > 0);
    match whole {
        Some((name, unit)) => format!("{}{name}", bytes / unit),
        None => format!("{}KiB", bytes as f64 / 1024.0),
    }
}

impl fmt::Display for Value {
    /// As TOML writes it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => formatter.write_str("false"),
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
    fn amounts_of_memory_have_a_unit() {
        assert_eq!(bytes("512MiB"), Some(512 << 20));
        assert_eq!(bytes(" 4 GiB "), Some(4 << 30));
        assert_eq!(bytes("1.5GiB"), Some(3 << 29));
        for wrong in ["", "4", "GiB", "-1GiB", "4GB", "0MiB", "infGiB", "1e3MiB", "99999999999GiB"]
        {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_amount_of_memory_is_read_back_as_it_is_written() {
        for amount in [1, 1024, 512 << 20, 3 << 29, 4 << 30, (1 << 20) + 512] {
            assert_eq!(bytes(&written_bytes(amount)), Some(amount), "{amount}");
        }
        assert_eq!(written_bytes(4 << 30), "4GiB");
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
