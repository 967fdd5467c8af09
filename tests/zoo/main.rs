//! The zoo of faults: many kinds of faulty programs beside the healthy ones that they were made of, and
//! one line for each with all that is said of it. A new false alarm or a new blind spot is a line of a
//! diff of `fixtures/faulty/zoo/matrix.txt`; `INSTA_UPDATE=always` accepts it.
//!
//! Most are declared; those of `fixtures/workspace/zoo` are in Rust.

#![cfg(feature = "cli")]

mod programs;
mod report;
mod rows;
mod said;
mod seeds;
mod tried;

use programs::{DECLARED, RUST, TWIN, class_of, folder, programs};
use rows::{Row, rows};

/// The share of the accused programs whose first cause must be the right one.
const NAMED: f64 = 0.8;

/// The share of the faulty programs that must be accused of something, of severity error or warn.
const CAUGHT: f64 = 0.95;

#[test]
fn faulty_programs_are_accused_and_healthy_ones_are_not() {
    let found = said::matrix(&programs(), &said::run(DECLARED, None));
    let path = folder().join("matrix.txt");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&path, &found).expect("it can be written");
    }
    let accepted = std::fs::read_to_string(&path).unwrap_or_default();
    let changed: Vec<String> = similar::TextDiff::from_lines(&accepted, &found)
        .iter_all_changes()
        .filter(|change| change.tag() != similar::ChangeTag::Equal)
        .map(|change| format!("{}{change}", change.tag()))
        .collect();
    assert!(changed.is_empty(), "the zoo is seen otherwise than it was:\n{}", changed.concat());

    let rows = rows(&found);
    assert_eq!(rows.len(), programs().len(), "some programs have not run");
    let (healthy, faulty): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.is_healthy());
    let wronged: Vec<String> = healthy
        .iter()
        .filter(|row| !row.accusations.is_empty())
        .map(|row| format!("{}: {}", row.name, row.accusations.join("; ")))
        .collect();
    assert!(wronged.is_empty(), "healthy programs are accused:\n{}", wronged.join("\n"));
    let caught: Vec<&&Row> = faulty.iter().filter(|row| row.is_caught()).collect();
    let share = caught.len() as f64 / faulty.len() as f64;
    assert!(share >= CAUGHT, "{} of {} faulty programs are accused", caught.len(), faulty.len());
    let (refused, judged): (Vec<&Row>, Vec<&Row>) =
        caught.into_iter().partition(|row| row.is_refused());
    for Row { name, accusations, .. } in refused {
        assert!(accusations[0].starts_with("refused"), "{name}: {accusations:?}");
    }
    let right = judged.iter().filter(|row| row.is_named()).count();
    let share = right as f64 / judged.len() as f64;
    assert!(share >= NAMED, "{right} of {} causes are the right ones", judged.len());
}

#[test]
fn the_zoo_is_as_large_as_the_project_says() {
    let all = programs();
    let faulty = all.iter().filter(|program| program.tags[0] != TWIN);
    let mut classes: Vec<&str> = faulty.clone().map(|program| class_of(&program.tags)).collect();
    let in_rust = faulty.filter(|program| program.name.starts_with(RUST)).count();
    let programs = classes.len();
    classes.sort();
    classes.dedup();
    assert!(
        programs >= 120 && classes.len() >= 60 && in_rust >= 20,
        "{programs} programs of {} classes, {in_rust} of them in Rust",
        classes.len()
    );
}

#[test]
fn the_report_is_of_the_matrix_and_of_the_seeds() {
    let read = |file: &str| std::fs::read_to_string(folder().join(file)).expect("it is there");
    let (classes, effects) = (read("classes.txt"), read("effects.csv"));
    let (rows, tallies) = (rows(&read("matrix.txt")), seeds::read(&read("seeds.csv")));
    let known = |row: &Row| classes.lines().any(|line| line.starts_with(row.class()));
    let unknown: Vec<&str> =
        rows.iter().filter(|row| !known(row)).map(|row| row.name.as_str()).collect();
    assert_eq!(unknown, [""; 0], "their classes have no title in classes.txt");
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    let tallied: Vec<&str> = tallies.iter().map(|tally| tally.program.as_str()).collect();
    assert_eq!(tallied, names, "seeds.csv has other programs: `cargo bench --bench zoo_seeds`");
    let trials = tried::read(&read("mends.txt"));
    let unseen = read("unseen.txt");
    let page = report::page(&rows, &tallies, &trials, [&classes, &effects, &unseen]);
    let path = programs::root().join("docs/zoo.md");
    if std::env::var("UPDATE_DOCS").as_deref() == Ok("1") {
        std::fs::write(&path, &page).expect("it can be written");
    }
    let shown = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        shown == page,
        "docs/zoo.md is not what the matrix says: run `UPDATE_DOCS=1 cargo test --test zoo report`"
    );
}

#[test]
fn several_seeds_are_counted_program_by_program() {
    let run = |said: &str| {
        rows(&format!("one [class_16 loss_not_a_mean]\n    because: nothing\n{said}two [twin]\n"))
    };
    let caught = run("    warn learns at data\n");
    let tallies = seeds::tallied(&[caught, run(""), run("    inconclusive learns at data\n")]);
    let [one, two] = &tallies[..] else { panic!("there are two programs") };
    assert_eq!((one.seeds, one.caught, one.named, one.wavers()), (3, 1, 0, true));
    assert_eq!(one.wavering, [("learns".to_owned(), 1)]);
    assert_eq!((two.caught, two.wavers()), (0, false));
    assert_eq!(seeds::read(&seeds::written(&tallies)), tallies);
}
