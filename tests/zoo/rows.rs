//! The matrix, read back: one row for each program.

use crate::programs::{RUST, TWIN, class_of};

/// One program of the matrix, as its text has it.
pub struct Row {
    pub name: String,
    pub tags: Vec<String>,
    pub causes: Vec<String>,
    pub accusations: Vec<String>,
}

impl Row {
    pub fn is_healthy(&self) -> bool {
        self.tags[0] == TWIN
    }

    pub fn is_in_rust(&self) -> bool {
        self.name.starts_with(RUST)
    }

    /// Whether the language itself refuses it.
    pub fn is_refused(&self) -> bool {
        self.tags.iter().any(|tag| tag == "refused")
    }

    pub fn class(&self) -> &str {
        class_of(&self.tags)
    }

    pub fn is_caught(&self) -> bool {
        // What is undecided accuses nobody.
        self.accusations.iter().any(|said| !said.starts_with("inconclusive"))
    }

    /// Whether it fails a run, or the language refuses it: a warning alone is read or not.
    pub fn is_failed(&self) -> bool {
        self.is_refused() || self.accusations.iter().any(|said| said.starts_with("error"))
    }

    /// Whether the first cause is what was planted; a refusal names it itself.
    pub fn is_named(&self) -> bool {
        let right = |cause: &String| {
            self.tags[1..].iter().any(|tag| tag.trim_start_matches("or_") == cause)
        };
        self.is_caught() && (self.is_refused() || self.causes.first().is_some_and(right))
    }
}

pub fn rows(matrix: &str) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for line in matrix.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let list = |text: &str, separator: &str| text.split(separator).map(str::to_owned).collect();
        match (line.strip_prefix("    because: "), line.strip_prefix("    "), rows.last_mut()) {
            (Some("nothing"), _, _) => {}
            (Some(causes), _, Some(row)) => row.causes = list(causes, ", "),
            (None, Some(said), Some(row)) => row.accusations.push(said.to_owned()),
            _ => {
                let (name, tags) = line.split_once(" [").expect("a program has tags");
                let tags = list(tags.trim_end_matches(']'), " ");
                let (causes, accusations) = (Vec::new(), Vec::new());
                rows.push(Row { name: name.to_owned(), tags, causes, accusations });
            }
        }
    }
    rows
}
