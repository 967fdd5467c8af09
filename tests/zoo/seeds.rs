//! What several seeds say of each program: `fixtures/faulty/zoo/seeds.csv`, written by
//! `cargo bench --bench zoo_seeds`.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::rows::Row;

/// The columns.
const HEAD: &str = "program,seeds,caught,right_cause,accused_by";

/// One program with several seeds.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Tally {
    pub program: String,
    pub seeds: usize,
    /// With how many of them something accuses it.
    pub caught: usize,
    /// With how many of them the first cause is the one that was planted.
    pub named: usize,
    /// What accuses it with some seeds and not with all of them, with how many.
    pub wavering: Vec<(String, usize)>,
}

impl Tally {
    /// Whether it depends on the seed that it is accused at all.
    pub fn wavers(&self) -> bool {
        self.caught > 0 && self.caught < self.seeds
    }
}

/// Counts over the matrices of several seeds, of which the first one has all programs.
pub fn tallied(runs: &[Vec<Row>]) -> Vec<Tally> {
    let Some(first) = runs.first() else { return Vec::new() };
    let of_program = |program: &Row| {
        let rows = runs.iter().flatten().filter(|row| row.name == program.name);
        tally(&rows.collect::<Vec<_>>())
    };
    first.iter().map(of_program).collect()
}

/// Of one program, once for each seed.
fn tally(rows: &[&Row]) -> Tally {
    let mut accusers: BTreeMap<&str, usize> = BTreeMap::new();
    for accusation in rows.iter().flat_map(|row| &row.accusations) {
        let mut words = accusation.split(' ');
        if let (Some("error" | "warn"), Some(property)) = (words.next(), words.next()) {
            *accusers.entry(property).or_default() += 1;
        }
    }
    let wavering = accusers.into_iter().filter(|(_, count)| *count < rows.len());
    Tally {
        program: rows[0].name.clone(),
        seeds: rows.len(),
        caught: rows.iter().filter(|row| row.is_caught()).count(),
        named: rows.iter().filter(|row| row.is_named()).count(),
        wavering: wavering.map(|(name, count)| (name.to_owned(), count)).collect(),
    }
}

/// The table as text.
pub fn written(tallies: &[Tally]) -> String {
    let mut text = format!("{HEAD}\n");
    for Tally { program, seeds, caught, named, wavering } in tallies {
        let wavering = wavering.iter().map(|(property, count)| format!("{property} {count}"));
        let wavering: Vec<String> = wavering.collect();
        let _ = writeln!(text, "{program},{seeds},{caught},{named},{}", wavering.join("; "));
    }
    text
}

/// The table, read back.
pub fn read(text: &str) -> Vec<Tally> {
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let [program, seeds, caught, named, wavering] = cells[..] else {
            panic!("{line}: five cells are in a line")
        };
        let count = |cell: &str| cell.parse().expect("counts are numbers");
        let wavering = wavering.split("; ").filter_map(|each| each.split_once(' '));
        Tally {
            program: program.to_owned(),
            seeds: count(seeds),
            caught: count(caught),
            named: count(named),
            wavering: wavering.map(|(name, times)| (name.to_owned(), count(times))).collect(),
        }
    });
    rows.collect()
}
