//! What came of the mends that were tried on declared programs: `fixtures/faulty/zoo/mends.txt`, written by
//! `INSTA_UPDATE=always cargo test --test mends -- --ignored`.

use std::collections::BTreeMap;

/// A trial of a mend, or why there was none.
pub struct Tried {
    pub program: String,
    pub cause: String,
    pub outcome: String,
}

impl Tried {
    /// Whether something was written into the spec and run.
    fn is_run(&self) -> bool {
        self.outcome != "not_tried"
    }
}

/// The lines of the file.
pub fn read(text: &str) -> Vec<Tried> {
    let of_line = |line: &str| {
        let mut cells = line.split(" | ").map(str::to_owned);
        let mut cell = || cells.next().unwrap_or_else(|| panic!("{line}: three cells and more"));
        Tried { program: cell(), cause: cell(), outcome: cell() }
    };
    text.lines().map(of_line).collect()
}

/// How many programs of a kind had something that could be written, and how many of them it helped.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub programs: usize,
    pub run: usize,
    pub helped: usize,
}

/// Counts a program once, however many mends were tried on it.
pub fn counted<'a>(trials: impl IntoIterator<Item = &'a Tried>) -> Count {
    let mut programs: BTreeMap<&str, (bool, bool)> = BTreeMap::new();
    for tried in trials {
        let (run, helped) = programs.entry(&tried.program).or_default();
        *run |= tried.is_run();
        *helped |= tried.outcome == "helped";
    }
    Count {
        programs: programs.len(),
        run: programs.values().filter(|(run, _)| *run).count(),
        helped: programs.values().filter(|(_, helped)| *helped).count(),
    }
}

/// The same cause by cause, by name.
pub fn by_cause(trials: &[Tried]) -> BTreeMap<&str, Count> {
    let causes = trials.iter().map(|tried| tried.cause.as_str());
    let of_cause = |cause| (cause, counted(trials.iter().filter(|tried| tried.cause == cause)));
    causes.map(of_cause).collect()
}

#[test]
fn a_program_counts_once_however_many_mends_were_tried() {
    let trials = read(
        "one | rate | did_not_help | a: 1\none | rate | helped | a: 2\ntwo | rate | not_tried\n\
         two | code | not_tried\nthree | rate | lost\n",
    );
    assert_eq!(counted(&trials), Count { programs: 3, run: 2, helped: 1 });
    let causes = by_cause(&trials);
    assert_eq!(causes["rate"], Count { programs: 3, run: 2, helped: 1 });
    assert_eq!(causes["code"], Count { programs: 1, run: 0, helped: 0 });
}
