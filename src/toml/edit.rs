//! Adding to a TOML text without touching the rest of it.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TableLike, Value};

use super::tree::{SyntaxError, syntax_error};

/// Keys that tell the entries of a list of tables apart.
const IDENTITIES: [&str; 2] = ["name", "filter"];

/// Why nothing was added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Stop {
    #[error("it is not valid TOML: {}", .0.message)]
    Syntax(SyntaxError),
    /// A key has a value of its own, or none where it should have one.
    #[error("`{path}` is {} there", .theirs.as_deref().unwrap_or("not set"))]
    Conflict { path: String, theirs: Option<String> },
    /// The text would not come back as it was.
    #[error("it cannot be edited without other changes")]
    Inexact,
}

/// `text` with all that `fragment`, TOML too, says and `text` does not: whole tables, keys of tables
/// that are there, and entries of lists of tables. Comments and formatting of both stay.
///
/// # Errors
///
/// When `text` says something else where `fragment` says something, or cannot be edited.
pub(crate) fn merged(text: &str, fragment: &str) -> Result<String, Stop> {
    let parse =
        |text: &str| text.parse::<DocumentMut>().map_err(syntax_error).map_err(Stop::Syntax);
    let mark = if text.starts_with('\u{feff}') { "\u{feff}" } else { "" };
    let windows = text.contains("\r\n");
    let plain = text[mark.len()..].replace("\r\n", "\n");
    let mut document = parse(&plain)?;
    if document.to_string() != plain {
        return Err(Stop::Inexact);
    }
    let addition = parse(fragment)?;
    let before = document.to_string();
    merge_table(document.as_table_mut(), addition.as_table(), Home::Lines, "")?;
    let merged = document.to_string();
    if merged == before {
        return Ok(text.to_owned());
    }
    let merged = if windows { merged.replace('\n', "\r\n") } else { merged };
    Ok(format!("{mark}{merged}"))
}

/// How a table is written.
#[derive(Clone, Copy, PartialEq)]
enum Home {
    /// A key on each line.
    Lines,
    /// `{…}`.
    Braces,
}

fn merge_table(
    ours: &mut dyn TableLike,
    addition: &dyn TableLike,
    home: Home,
    path: &str,
) -> Result<(), Stop> {
    for (key, item) in addition.iter() {
        let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match ours.get_mut(key).filter(|found| !found.is_none()) {
            Some(found) => merge_item(found, item, &path)?,
            None => insert(ours, key, item, home),
        }
    }
    Ok(())
}

fn merge_item(ours: &mut Item, addition: &Item, path: &str) -> Result<(), Stop> {
    let theirs = plain(ours);
    let conflict = || Stop::Conflict { path: path.to_owned(), theirs: Some(theirs) };
    if let Item::ArrayOfTables(entries) = addition {
        return match ours {
            Item::ArrayOfTables(found) => merge_entries(found, entries, path),
            Item::Value(Value::Array(found)) => {
                let before = found.clone();
                let tables = before.iter().filter_map(|value| value.as_inline_table());
                let tables: Vec<&dyn TableLike> =
                    tables.map(|table| table as &dyn TableLike).collect();
                for entry in entries {
                    if !is_there(&tables, entry, path)? {
                        let mut table = entry.clone().into_inline_table();
                        table.fmt();
                        found.push(table);
                    }
                }
                Ok(())
            }
            _ => Err(conflict()),
        };
    }
    if same(ours, addition) {
        return Ok(());
    }
    let home = if ours.is_inline_table() { Home::Braces } else { Home::Lines };
    match (ours.as_table_like_mut(), addition.as_table_like()) {
        // An inline table is one value: when it is another one, it is a conflict.
        (Some(table), Some(more)) if !addition.is_inline_table() => {
            merge_table(table, more, home, path)
        }
        _ => Err(conflict()),
    }
}

fn merge_entries(
    ours: &mut ArrayOfTables,
    entries: &ArrayOfTables,
    path: &str,
) -> Result<(), Stop> {
    for entry in entries {
        let tables: Vec<&dyn TableLike> =
            ours.iter().map(|table| table as &dyn TableLike).collect();
        if !is_there(&tables, entry, path)? {
            ours.push(placed_last(entry.clone()));
        }
    }
    Ok(())
}

/// Whether one of `tables` is the entry already.
fn is_there(tables: &[&dyn TableLike], entry: &Table, path: &str) -> Result<bool, Stop> {
    let identity = IDENTITIES.iter().find_map(|key| Some((*key, entry.get(key)?)));
    let Some((key, name)) = identity else { return Ok(false) };
    let found = tables.iter().find(|table| table.get(key).is_some_and(|item| same(item, name)));
    let Some(found) = found else { return Ok(false) };
    for (key, item) in entry.iter() {
        let theirs = found.get(key);
        if !theirs.is_some_and(|theirs| same(theirs, item)) {
            return Err(Stop::Conflict {
                path: format!("{path}.{key}"),
                theirs: theirs.map(plain),
            });
        }
    }
    Ok(true)
}

/// Adds an item at the end of a table; in the document, tables come after all others.
fn insert(ours: &mut dyn TableLike, key: &str, item: &Item, home: Home) {
    let mut item = match item.clone() {
        Item::Table(table) => Item::Table(placed_last(table)),
        Item::ArrayOfTables(tables) => {
            Item::ArrayOfTables(tables.into_iter().map(placed_last).collect())
        }
        other => other,
    };
    if home == Home::Braces {
        item.make_value();
        // What stands before the closing brace moves behind the new value.
        let last = ours.iter_mut().last();
        let last = last.and_then(|(_, item)| item.as_value_mut()).map(Value::decor_mut);
        let ending = last.and_then(|decor| {
            let ending = decor.suffix().and_then(|suffix| suffix.as_str()).map(str::to_owned);
            decor.set_suffix("");
            ending
        });
        if let Some(value) = item.as_value_mut() {
            value.decor_mut().set_prefix(" ");
            value.decor_mut().set_suffix(ending.unwrap_or_default());
        }
    }
    ours.insert(key, item);
}

/// A table without the place that it had in its own document, behind an empty line.
fn placed_last(mut table: Table) -> Table {
    table.set_position(None);
    if !table.is_implicit() {
        let prefix = table.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default();
        let prefix = format!("\n{}", prefix.trim_start_matches('\n'));
        table.decor_mut().set_prefix(prefix);
    }
    let names: Vec<String> = table.iter().map(|(name, _)| name.to_owned()).collect();
    for name in names {
        let Some(item) = table.get_mut(&name) else { continue };
        let placed = match std::mem::take(item) {
            Item::Table(inner) => Item::Table(placed_last(inner)),
            Item::ArrayOfTables(tables) => {
                Item::ArrayOfTables(tables.into_iter().map(placed_last).collect())
            }
            other => other,
        };
        *item = placed;
    }
    table
}

/// Whether two items say the same, however they are formatted.
fn same(left: &Item, right: &Item) -> bool {
    match (left, right) {
        (Item::Value(Value::Array(left)), Item::Value(Value::Array(right))) => {
            let items = |array: &toml_edit::Array| {
                array.iter().cloned().map(Item::Value).collect::<Vec<_>>()
            };
            let (left, right) = (items(left), items(right));
            left.len() == right.len() && left.iter().zip(&right).all(|(a, b)| same(a, b))
        }
        _ => match (left.as_table_like(), right.as_table_like()) {
            (Some(left), Some(right)) => {
                left.len() == right.len()
                    && left
                        .iter()
                        .all(|(key, item)| right.get(key).is_some_and(|other| same(item, other)))
            }
            (None, None) => scalar(left).is_some() && scalar(left) == scalar(right),
            _ => false,
        },
    }
}

/// A value without its spelling, with its type.
fn scalar(item: &Item) -> Option<(&'static str, String)> {
    let text = match item.as_value()? {
        Value::String(text) => text.value().clone(),
        Value::Integer(number) => number.value().to_string(),
        Value::Float(number) => number.value().to_string(),
        Value::Boolean(flag) => flag.value().to_string(),
        Value::Datetime(time) => time.value().to_string(),
        Value::Array(_) | Value::InlineTable(_) => return None,
    };
    Some((item.type_name(), text))
}

/// An item for a message, without what surrounds it.
fn plain(item: &Item) -> String {
    match item {
        Item::Value(value) => format!("`{}`", value.clone().decorated("", "")),
        other => other.type_name().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAGMENT: &str = "\
[dev-dependencies]
nn-test = { version = \"0.1\", default-features = false }

# The models under test.
[[test]]
name = \"nn\"
harness = false
";

    #[test]
    fn what_is_missing_is_added_at_the_end_and_the_rest_stays() {
        let text = "# top\n[package]\nname = 'a'   # mine\n\n[dependencies]\nburn = \"0.22\"\n";
        assert_eq!(
            merged(text, FRAGMENT).unwrap(),
            format!(
                "{text}\n[dev-dependencies]\nnn-test = {{ version = \"0.1\", default-features = \
                 false }}\n\n# The models under test.\n[[test]]\nname = \"nn\"\nharness = false\n"
            )
        );
    }

    #[test]
    fn merging_twice_changes_nothing_more() {
        let once = merged("[package]\nname = \"a\"\n", FRAGMENT).unwrap();
        assert_eq!(merged(&once, FRAGMENT).unwrap(), once);
    }

    #[test]
    fn keys_and_entries_join_those_that_are_there() {
        let text = "\
[dev-dependencies]
# For folders.
tempfile = \"3\"

[[test]]
name = \"other\"   # first

[profile.dev]
debug = 1
";
        assert_eq!(
            merged(text, FRAGMENT).unwrap(),
            "\
[dev-dependencies]
# For folders.
tempfile = \"3\"
nn-test = { version = \"0.1\", default-features = false }

[[test]]
name = \"other\"   # first

# The models under test.
[[test]]
name = \"nn\"
harness = false

[profile.dev]
debug = 1
"
        );
    }

    #[test]
    fn inline_tables_and_inline_lists_are_joined_too() {
        let text = "dev-dependencies = { tempfile = \"3\" }\ntest = [{ name = \"x\" }]\n";
        assert_eq!(
            merged(text, FRAGMENT).unwrap(),
            "dev-dependencies = { tempfile = \"3\", nn-test = { version = \"0.1\", \
             default-features = false } }\ntest = [{ name = \"x\" }, { name = \"nn\", harness = \
             false }]\n"
        );
    }

    #[test]
    fn dotted_keys_are_tables_like_others() {
        let text = "dev-dependencies.tempfile = \"3\"\n";
        let merged = merged(text, FRAGMENT).unwrap();
        let tree = crate::toml::parse(&merged).unwrap();
        assert!(tree.at(&["dev-dependencies", "nn-test"]).is_some(), "{merged}");
        assert!(tree.at(&["dev-dependencies", "tempfile"]).is_some(), "{merged}");
    }

    #[test]
    fn another_value_is_a_conflict_and_the_same_value_in_other_words_is_none() {
        let conflict = |text: &str| merged(text, FRAGMENT).unwrap_err().to_string();
        assert_eq!(
            conflict("[dev-dependencies]\nnn-test = \"0.2\"\n"),
            "`dev-dependencies.nn-test` is `\"0.2\"` there"
        );
        assert_eq!(conflict("[[test]]\nname = \"nn\"\n"), "`test.harness` is not set there");
        assert_eq!(
            conflict("[[test]]\nname = \"nn\"\nharness = true\n"),
            "`test.harness` is `true` there"
        );
        assert_eq!(conflict("test = 3\n"), "`test` is `3` there");
        let same = "[dev-dependencies.nn-test]\ndefault-features = false\nversion = '0.1'\n\
                    [[test]]\nharness = false # yes\npath = \"tests/nn.rs\"\nname = 'nn'\n";
        assert_eq!(merged(same, FRAGMENT).unwrap(), same);
    }

    #[test]
    fn line_ends_of_windows_and_a_byte_order_mark_stay() {
        let text = "\u{feff}[package]\r\nname = \"a\"\r\n";
        let merged = merged(text, FRAGMENT).unwrap();
        assert!(merged.starts_with(text), "{merged:?}");
        assert_eq!(merged.matches('\n').count(), merged.matches("\r\n").count());
    }

    #[test]
    fn an_empty_text_becomes_the_fragment() {
        let merged = merged("", FRAGMENT).unwrap();
        assert_eq!(merged.trim_start(), FRAGMENT);
    }

    #[test]
    fn what_is_no_toml_is_not_edited() {
        assert!(matches!(merged("a = \n", FRAGMENT), Err(Stop::Syntax(_))));
    }
}
