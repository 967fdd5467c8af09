//! What is said of the programs of the zoo with several seeds: how often each faulty one is caught and its
//! cause named, and how often a healthy one is accused.
//!
//! `cargo bench --profile dev --bench zoo_seeds` runs all with nine further seeds and writes
//! `fixtures/faulty/zoo/seeds.csv`, of which `docs/zoo.md` reports; a number as argument is how many, and
//! `quick` leaves out the declared faulty programs, which take most of the time. With `keep` a program
//! that the table has with more seeds keeps its row. The seed of the specs themselves is the first one:
//! what is said with it stands in the matrix.

#[path = "../tests/zoo/programs.rs"]
mod programs;
#[path = "../tests/zoo/rows.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod rows;
#[path = "../tests/zoo/said.rs"]
mod said;
#[path = "../tests/zoo/seeds.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod seeds;

use programs::{DECLARED, folder, programs};
use rows::Row;
use seeds::Tally;

const FURTHER: u64 = 9;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let wanted = arguments.iter().find_map(|argument| argument.parse().ok());
    let declared = match arguments.iter().any(|argument| argument == "quick") {
        true => format!("{DECLARED}/twins.yaml"),
        false => DECLARED.to_owned(),
    };
    let keeps = arguments.iter().any(|argument| argument == "keep");
    let (programs, folder) = (programs(), folder());
    let matrix = std::fs::read_to_string(folder.join("matrix.txt")).expect("there is a matrix");
    let before = std::fs::read_to_string(folder.join("seeds.csv")).expect("there is a table");
    let before = if keeps { seeds::read(&before) } else { Vec::new() };
    let mut runs: Vec<Vec<Row>> = vec![rows::rows(&matrix)];
    for seed in 1..=wanted.unwrap_or(FURTHER) {
        runs.push(rows::rows(&said::matrix(&programs, &said::run(&declared, Some(seed)))));
        // After each, so that a bench that is ended early has written something.
        let tallies = seeds::tallied(&runs).into_iter().map(|new| {
            let known = before.iter().find(|known| known.program == new.program);
            known.filter(|known| known.seeds > new.seeds).cloned().unwrap_or(new)
        });
        let table = seeds::written(&tallies.collect::<Vec<Tally>>());
        assert_eq!(seeds::written(&seeds::read(&table)), table, "what is written can be read");
        std::fs::write(folder.join("seeds.csv"), table).expect("it can be written");
        println!("seed {seed}");
    }
}
