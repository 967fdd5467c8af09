//! What the columns of a CSV file hold, as far as a proposal needs it. The file is read row by row, and
//! of each column only so much is kept as tells labels from numbers.

use std::collections::BTreeSet;
use std::io::Read;

/// More different texts than a target has classes.
const MOST_LABELS: usize = 1000;

/// Names that targets often have, in lower case.
const TARGETS: [&str; 9] =
    ["target", "label", "labels", "class", "y", "outcome", "species", "category", "output"];

/// The columns of a table.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) columns: Vec<Column>,
    pub(super) rows: usize,
}

#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// Whether every cell is a finite number.
    pub(super) is_numeric: bool,
    /// Whether some cell is empty.
    pub(super) has_gaps: bool,
    /// The different cells; `None` where there are more than classes would be.
    labels: Option<BTreeSet<String>>,
}

impl Column {
    fn new(name: &str) -> Self {
        let labels = Some(BTreeSet::new());
        Self { name: name.to_owned(), is_numeric: true, has_gaps: false, labels }
    }

    fn see(&mut self, cell: &str) {
        self.is_numeric &= cell.parse::<f64>().is_ok_and(f64::is_finite);
        self.has_gaps |= cell.is_empty();
        let full = self.labels.as_mut().is_some_and(|labels| {
            if !labels.contains(cell) {
                labels.insert(cell.to_owned());
            }
            labels.len() > MOST_LABELS
        });
        if full {
            self.labels = None;
        }
    }

    /// How many different cells there are; `None` where there are more than classes would be.
    pub(super) fn classes(&self) -> Option<usize> {
        self.labels.as_ref().map(BTreeSet::len)
    }

    /// Whether the cells can be labels of so many classes at most, or of any number. Different numbers
    /// in most rows are measurements.
    fn can_be_classes(&self, rows: usize, most: Option<usize>) -> bool {
        let measured = |classes: usize| self.is_numeric && classes * 4 > rows && classes > 2;
        self.classes().is_some_and(|classes| {
            classes >= 2
                && !self.has_gaps
                && !measured(classes)
                && most.is_none_or(|most| classes == most)
        })
    }
}

/// What a target must be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted {
    Classes,
    TwoClasses,
    Number,
}

impl Columns {
    /// Reads a table; the error says why it is none.
    pub(super) fn read(file: impl Read) -> Result<Self, String> {
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(false).from_reader(file);
        let header = reader.headers().map_err(|error| error.to_string())?;
        let header: Vec<&str> =
            header.iter().map(|name| name.trim_start_matches('\u{feff}')).collect();
        let mut columns: Vec<Column> = header.into_iter().map(Column::new).collect();
        if columns.len() < 2 {
            return Err(
                "a target and at least one input are needed, in columns of their own".into()
            );
        }
        let (mut rows, mut row) = (0, csv::StringRecord::new());
        while reader.read_record(&mut row).map_err(|error| error.to_string())? {
            columns.iter_mut().zip(&row).for_each(|(column, cell)| column.see(cell));
            rows += 1;
        }
        match rows {
            0 => Err("below the header are no rows".to_owned()),
            _ => Ok(Self { columns, rows }),
        }
    }

    /// The column that is probably to be predicted: one that is called like a target, else the last one
    /// that can be.
    pub(super) fn target(&self, wanted: Wanted) -> Option<&Column> {
        let fits = |column: &&Column| match wanted {
            Wanted::Classes => column.can_be_classes(self.rows, None),
            Wanted::TwoClasses => column.can_be_classes(self.rows, Some(2)),
            Wanted::Number => column.is_numeric,
        };
        let called = |column: &&Column| TARGETS.contains(&&*column.name.to_lowercase());
        let fitting = || self.columns.iter().filter(fits);
        fitting().find(called).or_else(|| fitting().next_back())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(text: &str) -> Columns {
        Columns::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn the_target_is_called_like_one_or_stands_last() {
        let named = columns("class,x\na,1\nb,2\na,3\nb,4\n");
        assert_eq!(named.target(Wanted::Classes).unwrap().name, "class");
        let last = columns("x,kind\n1,a\n2,b\n3,a\n4,b\n");
        assert_eq!(last.target(Wanted::TwoClasses).unwrap().name, "kind");
        assert_eq!(last.target(Wanted::Number).unwrap().name, "x");
    }

    #[test]
    fn measurements_are_no_classes_and_texts_no_numbers() {
        let table = columns("a,b\n0.5,x\n0.25,y\n0.75,z\n1.5,x\n");
        assert_eq!(table.target(Wanted::Classes).unwrap().name, "b");
        assert!(table.target(Wanted::TwoClasses).is_none());
        assert_eq!(table.target(Wanted::Number).unwrap().name, "a");
        assert!(!table.columns[1].is_numeric);
    }

    #[test]
    fn what_is_no_table_is_told() {
        for (text, due) in [
            ("a\n1\n", "at least one input"),
            ("", "at least one input"),
            ("a,b\n", "no rows"),
            ("a,b\n1\n", "field"),
        ] {
            let error = Columns::read(text.as_bytes()).unwrap_err();
            assert!(error.contains(due), "{text:?}: {error}");
        }
    }
}
