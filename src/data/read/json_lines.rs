//! JSON lines into a table of cells: one object per line, the same fields in each.

use std::io::{BufReader, Read};

use serde_json::{Map, Value};

use super::kept::{Keep, Kept};
use super::lines::next_line;
use super::table::{Row, Table, header_errors};
use crate::data::DataError;
use crate::data::error::{Unit, list};

/// Reads one JSON object per line, in a stream. The first line's fields are the columns; empty
/// lines are passed over. Numbers and truth values become cells as they are written, `null` a
/// missing value.
///
/// # Errors
///
/// A line that is no object, fields that the first line has and another lacks or the other way
/// round, and values that are lists or objects.
pub(in crate::data) fn parse(source: impl Read, keep: Keep) -> Result<Table, Vec<DataError>> {
    let mut source = BufReader::new(source);
    let mut kept = Kept::new(keep);
    let mut header: Option<Vec<String>> = None;
    let mut text = Vec::new();
    let mut line = 0;
    loop {
        let read = next_line(&mut source, &mut text);
        let more = read.map_err(|error| vec![malformed(line + 1, &error.to_string())])?;
        if !more {
            break;
        }
        line += 1;
        if std::str::from_utf8(&text).is_err() {
            return Err(vec![DataError::NotUtf8 { line }]);
        }
        let json = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
        if json.trim_ascii().is_empty() {
            continue;
        }
        let fields = object(json).map_err(|reason| vec![malformed(line, &reason)])?;
        let header = header.get_or_insert_with(|| fields.keys().cloned().collect());
        check_fields(&fields, header).map_err(|reason| vec![malformed(line, &reason)])?;
        kept.offer(|| {
            let cells: Result<Vec<String>, String> =
                header.iter().map(|name| cell(name, &fields[name.as_str()])).collect();
            let cells = cells.map_err(|reason| malformed(line, &reason))?;
            let row = Row::new(line, cells.iter().map(String::as_str));
            let bytes = row.bytes();
            Ok::<_, DataError>((row, bytes))
        })
        .map_err(|error| vec![error])?;
    }
    let Some(header) = header else { return Err(vec![DataError::NoRows { header: false }]) };
    let errors = header_errors(&header);
    if errors.is_empty() {
        Ok(Table { header, rows: kept.finish(), unit: Unit::Line })
    } else {
        Err(errors)
    }
}

fn object(json: &[u8]) -> Result<Map<String, Value>, String> {
    match serde_json::from_slice(json) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(other) => Err(format!("an object of fields is due, and this is {}", noun(&other))),
        // The parser's own place counts lines of this one.
        Err(error) => {
            let text = error.to_string();
            let reason = text.split(" at line").next().unwrap_or(&text);
            Err(format!("{reason}, at column {}", error.column()))
        }
    }
}

fn check_fields(fields: &Map<String, Value>, header: &[String]) -> Result<(), String> {
    if let Some(missing) = header.iter().find(|name| !fields.contains_key(name.as_str())) {
        return Err(format!("the field `{missing}` of the first line is missing"));
    }
    if fields.len() == header.len() {
        return Ok(());
    }
    let more: Vec<String> = fields.keys().filter(|name| !header.contains(name)).cloned().collect();
    Err(format!("the first line has no {}", list(&more)))
}

fn cell(name: &str, value: &Value) -> Result<String, String> {
    Ok(match value {
        Value::Null => String::new(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        other => return Err(format!("the field `{name}` holds {}", noun(other))),
    })
}

fn noun(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn malformed(line: usize, reason: &str) -> DataError {
    DataError::Malformed {
        file: None,
        reason: format!("line {line}: {reason}"),
        mend: "write one object per line, with the same fields and a single value in each; `null` \
               is a missing value",
    }
}

#[cfg(test)]
mod tests {
    use super::super::kept::MOST;
    use super::*;

    fn parse(text: &str) -> Result<Table, Vec<DataError>> {
        super::parse(text.as_bytes(), Keep { sample: None, seed: 1, bytes: MOST })
    }

    fn message(text: &str) -> String {
        parse(text).unwrap_err()[0].to_string()
    }

    #[test]
    fn fields_become_cells_in_the_first_lines_order() {
        let table =
            parse("{\"b\": 1.5, \"a\": \"x, y\"}\n\n{\"a\": null, \"b\": true}\r\n").unwrap();
        assert_eq!(table.header, ["b", "a"]);
        let cells = |row: usize| [0, 1].map(|column| table.rows[row].cell(column));
        assert_eq!((cells(0), cells(1)), (["1.5", "x, y"], ["true", ""]));
        assert_eq!([0, 1].map(|row| table.rows[row].line), [1, 3]);
    }

    #[test]
    fn lines_that_are_no_rows_are_told_with_their_numbers() {
        assert_eq!(
            message("{\"a\": 1}\n[2]\n"),
            "line 2: an object of fields is due, and this is a list"
        );
        assert_eq!(
            message("{\"a\": 1}\n{\"b\": 1}\n"),
            "line 2: the field `a` of the first line is missing"
        );
        assert_eq!(
            message("{\"a\": 1}\n{\"a\": 1, \"c\": 2}\n"),
            "line 2: the first line has no `c`"
        );
        assert_eq!(message("{\"a\": [1]}\n"), "line 1: the field `a` holds a list");
        assert!(message("{\"a\": 1}\n{\"a\": \n").starts_with("line 2: EOF while parsing"));
        assert_eq!(message(""), "there are no examples: the file is empty");
        assert!(message(&"[".repeat(100_000)).contains("recursion limit exceeded"));
    }
}
