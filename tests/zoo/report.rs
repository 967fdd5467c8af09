//! `docs/zoo.md`: what the matrix and the seeds come to.

use std::fmt::Write;

use nn_test::harness::wilson;

use crate::rows::Row;
use crate::seeds::Tally;
use crate::tried::{Count, Tried, by_cause, counted};

/// `95 % (91…97 %)`: a share with Wilson's interval of 95 %.
fn share(count: usize, of: usize) -> String {
    let (low, high) = wilson(count, of);
    let percent = |share: f64| format!("{:.0}", 100.0 * share);
    let share = count as f64 / of.max(1) as f64;
    format!("{} % ({}…{} %)", percent(share), percent(low), percent(high))
}

/// Kinds of faults that are broken laws of the computation, whatever training comes to.
const EXACT: [&str; 7] =
    ["class_51", "class_52", "class_65", "class_66", "class_67", "class_68", "class_69"];

/// The programs whose faults change what training comes to, by `effects.csv`; those that cannot be
/// trained are not in it.
fn is_effective(row: &Row, effects: &str) -> bool {
    let of_row = |line: &&str| line.split(',').next() == Some(row.name.as_str());
    EXACT.contains(&row.class())
        || effects.lines().find(of_row).is_none_or(|line| line.ends_with("true"))
}

/// The whole page; the texts are those of `classes.txt`, `effects.csv` and `unseen.txt`.
pub fn page(
    rows: &[Row],
    tallies: &[Tally],
    trials: &[Tried],
    [classes, effects, unseen]: [&str; 3],
) -> String {
    let mut text = INTRODUCTION.to_owned();
    text += &own_seed(rows, effects);
    text += &several_seeds(rows, tallies);
    text += &by_kind(rows, tallies, classes);
    text += &not_caught(rows, effects, unseen);
    text += &named_otherwise(rows);
    text += &mends(trials);
    text += &wavering(rows, tallies);
    text
}

const INTRODUCTION: &str = "\
<!-- Made from matrix.txt, seeds.csv and mends.txt of fixtures/faulty/zoo: run `UPDATE_DOCS=1 cargo test --test zoo \
report`. -->

# The zoo of faulty programs

The programs of `fixtures/faulty/zoo` are healthy ones with one fault each: small networks of several \
kinds on tables, images, sequences and tokens. Those of `fixtures/workspace/zoo` are in Rust: Burn \
modules and losses with the mistakes that only code can have, beside the same ones without; training \
steps of burn-train are not among them: such a step computes gradients alone, which are seen as those of a \
loss of one's own are, and Burn would have to be built anew. Each is run \
on the CPU with the recommended properties, declared ones and classifiers in Rust also with \
`beats_baseline` and `generalizes`; what is said of each stands in `matrix.txt`. A program is *caught* \
when a property does not hold or the language refuses it (where all that is said are warnings, only \
`-D warnings` fails the run); its cause is *right* when the first one that \
the report names is what was planted. Not every fault changes what training comes to: some layers are \
not needed, some steps are enough. A fault of a declared program has an *effect* when it breaks a law \
of the computation (a layer that is not trained, a wrong gradient, a leak), when the program cannot be \
trained at all, or when the losses of ten seeds on held-out examples differ from those of the healthy \
program (Welch's t, p < 0.05, and Cohen's d ≥ 0.5; `effects.csv`, by `cargo bench --bench zoo`). The \
rules of the diagnosis (docs/causes.md) were written with these programs at hand; of others they will \
be right less often. Intervals are Wilson's, of 95 %.

";

/// The programs with the seeds of their own specs.
fn own_seed(rows: &[Row], effects: &str) -> String {
    let mut text = "## Each with its own seed\n\n| | of | share |\n|---|---|---|\n".to_owned();
    let mut line = |title: &str, rows: &[&Row], counts: &dyn Fn(&Row) -> bool| {
        let count = rows.iter().filter(|row| counts(row)).count();
        let (all, share) = (rows.len(), share(count, rows.len()));
        let _ = writeln!(text, "| {title} | {count} of {all} | {share} |");
    };
    let (healthy, faulty): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.is_healthy());
    let (in_rust, declared): (Vec<&Row>, Vec<&Row>) =
        faulty.iter().copied().partition(|row| row.is_in_rust());
    let with_effect: Vec<&Row> =
        declared.iter().copied().filter(|row| is_effective(row, effects)).collect();
    let is_caught = |row: &Row| row.is_caught();
    let is_named = |row: &Row| row.is_named();
    line("faulty programs caught", &faulty, &is_caught);
    line("of these by more than warnings", &caught(&faulty), &|row| row.is_failed());
    line("declared ones", &declared, &is_caught);
    line("of those the ones with an effect", &with_effect, &is_caught);
    line("programs in Rust", &in_rust, &is_caught);
    line("right cause first, of those caught", &caught(&faulty), &is_named);
    line("of declared ones", &caught(&declared), &is_named);
    line("of programs in Rust", &caught(&in_rust), &is_named);
    line("healthy programs accused", &healthy, &is_caught);
    text
}

fn caught<'a>(rows: &[&'a Row]) -> Vec<&'a Row> {
    rows.iter().copied().filter(|row| row.is_caught()).collect()
}

/// A program with what several seeds say of it.
type Pair<'a> = (&'a Row, &'a Tally);

/// The programs with several seeds.
fn several_seeds(rows: &[Row], tallies: &[Tally]) -> String {
    let seeds = tallies.iter().map(|tally| tally.seeds);
    let (fewest, most) = (seeds.clone().min().unwrap_or(0), seeds.max().unwrap_or(0));
    let seeds = match fewest == most {
        true => format!("{most} seeds"),
        false => format!("{fewest} to {most} seeds"),
    };
    let mut text = format!(
        "\n## With {seeds}\n\nEach program with {seeds}, which draw weights, batches and splits \
         (`seeds.csv`, by `cargo bench --bench zoo_seeds`): with one of them in the mean, with all of \
         them, and with at least one.\n\n| | of | with a seed | with all seeds | with any seed \
         |\n|---|---|---|---|---|\n"
    );
    let pairs = rows.iter().zip(tallies);
    let (healthy, faulty): (Vec<Pair<'_>>, Vec<_>) = pairs.partition(|(row, _)| row.is_healthy());
    let (in_rust, declared): (Vec<Pair<'_>>, Vec<_>) =
        faulty.iter().copied().partition(|(row, _)| row.is_in_rust());
    let mut line = |title: &str, pairs: &[Pair<'_>], count: &dyn Fn(&Tally) -> usize| {
        let tallies = pairs.iter().map(|(_, tally)| *tally);
        let all = tallies.clone().filter(|tally| count(tally) == tally.seeds).count();
        let any = tallies.clone().filter(|tally| count(tally) > 0).count();
        let mean: f64 = tallies.map(|tally| count(tally) as f64 / tally.seeds as f64).sum();
        let of = pairs.len();
        let [mean, all, any] = [mean.round() as usize, all, any].map(|count| share(count, of));
        let _ = writeln!(text, "| {title} | {of} | {mean} | {all} | {any} |");
    };
    line("faulty programs caught", &faulty, &|tally| tally.caught);
    line("declared ones", &declared, &|tally| tally.caught);
    line("programs in Rust", &in_rust, &|tally| tally.caught);
    line("right cause first, of all faulty ones", &faulty, &|tally| tally.named);
    line("healthy programs accused", &healthy, &|tally| tally.caught);
    let caught: usize = faulty.iter().map(|(_, tally)| tally.caught).sum();
    let wronged: usize = healthy.iter().map(|(_, tally)| tally.caught).sum();
    let runs = caught + wronged;
    let precision = share(caught, runs);
    text += &format!(
        "\nOf {runs} runs in which something was accused, {caught} were of faulty programs: a precision \
         of {precision}.\n"
    );
    text
}

fn by_kind(rows: &[Row], tallies: &[Tally], classes: &str) -> String {
    let mut text =
        "\n## By kind of fault\n\n| fault | programs | caught | with all seeds | with any \
                    seed | right cause first |\n|---|---|---|---|---|---|\n"
            .to_owned();
    for (class, title) in classes.lines().filter_map(|line| line.split_once(' ')) {
        let pairs = rows.iter().zip(tallies);
        let of_class: Vec<Pair<'_>> =
            pairs.filter(|(row, _)| !row.is_healthy() && row.class() == class).collect();
        let count = |counts: &dyn Fn(&Pair<'_>) -> bool| {
            of_class.iter().filter(|pair| counts(pair)).count()
        };
        let caught = count(&|(row, _)| row.is_caught());
        let all = count(&|(_, tally)| tally.caught == tally.seeds);
        let any = count(&|(_, tally)| tally.caught > 0);
        let named = count(&|(row, _)| row.is_named());
        let programs = of_class.len();
        text += &format!("| {title} | {programs} | {caught} | {all} | {any} | {named} |\n");
    }
    text
}

fn not_caught(rows: &[Row], effects: &str, unseen: &str) -> String {
    let mut text = "\n## Not caught\n\n".to_owned();
    let reason = |row: &Row| {
        let mut reasons = unseen.lines().filter_map(|line| line.split_once(": "));
        reasons.find(|(name, _)| *name == row.name).map(|(_, reason)| format!(": {reason}"))
    };
    for row in rows.iter().filter(|row| !row.is_healthy() && !row.is_caught()) {
        let effect = match is_effective(row, effects) {
            true => "",
            false => ", which has no effect",
        };
        let reason = reason(row).unwrap_or_default();
        text += &format!("- `{}`{effect}{reason}\n", row.name);
    }
    text
}

fn named_otherwise(rows: &[Row]) -> String {
    let mut text =
        "\n## Another cause named first\n\n| program | planted | named |\n|---|---|---|\n"
            .to_owned();
    let faulty = rows.iter().filter(|row| !row.is_healthy() && row.is_caught());
    for row in faulty.filter(|row| !row.is_named()) {
        let first = row.causes.first().map_or("none", String::as_str);
        text += &format!("| `{}` | {} | {first} |\n", row.name, row.tags[1]);
    }
    text
}

fn mends(trials: &[Tried]) -> String {
    let Count { programs, run, helped } = counted(trials);
    let mut text = format!(
        "\n## Mends that were tried\n\nWith `--try-mends` what a report suggests is written into the spec, \
         and the spec is run once more (`mends.txt`, of declared programs). It *helped* where all that the \
         cause explains holds then, and nothing else broke. Of {programs} programs with a diagnosis {run} \
         had something that could be written; it helped {helped}, which is {}. The others have their fault \
         in what no spec changes: in code, in a device, or in the data.\n\n| cause | programs | with \
         something to write | helped |\n|---|---|---|---|\n",
        share(helped, run)
    );
    for (cause, Count { programs, run, helped }) in by_cause(trials) {
        let _ = writeln!(text, "| `{cause}` | {programs} | {run} | {helped} |");
    }
    text
}

fn wavering(rows: &[Row], tallies: &[Tally]) -> String {
    let mut text =
        "\n## A matter of the seed\n\nPrograms that are accused with some seeds alone, and by \
                    what.\n\n| program | accused | by |\n|---|---|---|\n"
            .to_owned();
    for (row, tally) in rows.iter().zip(tallies).filter(|(_, tally)| tally.wavers()) {
        let by = tally.wavering.iter().map(|(property, count)| format!("`{property}` {count}"));
        let by: Vec<String> = by.collect();
        let (name, caught, seeds, by) = (&row.name, tally.caught, tally.seeds, by.join(", "));
        text += &format!("| `{name}` | {caught} of {seeds} | {by} |\n");
    }
    text
}

#[test]
fn shares_have_intervals() {
    assert_eq!(share(178, 187), "95 % (91…97 %)");
    assert_eq!(share(0, 15), "0 % (0…20 %)");
}
