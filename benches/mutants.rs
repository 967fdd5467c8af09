//! How strong the shipped specs are: a fault at a time is planted into each of them, and what nothing
//! caught is named.
//!
//! `cargo bench --profile dev --bench mutants [-- FILE…]` runs `cargo nn-test mutants` on the shipped specs
//! on the device that `NN_TEST_DEVICE` names, and without words writes the table of `docs/mutants.md` anew,
//! between its two marks. What would have caught the missed ones is not looked for: that would take longer
//! than all else.

#[path = "support/mod.rs"]
#[expect(dead_code, reason = "it shares the package's folder alone")]
mod support;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::Command;

use serde_json::Value;

const BEGIN: &str = "<!-- kill scores: `cargo bench --profile dev --bench mutants` -->\n";
const END: &str = "<!-- end of kill scores -->\n";

/// What came of the mutants of a spec.
#[derive(Default)]
struct Count {
    caught: usize,
    missed: usize,
    equivalent: usize,
    others: usize,
}

fn main() {
    let words: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let files = if words.is_empty() { vec!["specs".to_owned()] } else { words.clone() };
    let table = table(&outcomes(&files));
    print!("{table}");
    if words.is_empty() {
        let page = support::root().join("docs/mutants.md");
        let text = std::fs::read_to_string(&page).expect("the page is there");
        let (head, rest) = text.split_once(BEGIN).expect("the page has the first mark");
        let (_, tail) = rest.split_once(END).expect("the page has the second mark");
        std::fs::write(page, format!("{head}{BEGIN}{table}{END}{tail}"))
            .expect("it can be written");
    }
}

/// All mutants of spec files, as the program tells them.
fn outcomes(files: &[String]) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-nn-test"))
        .args(["nn-test", "mutants", "--json", "--no-advice"])
        .args(files)
        .current_dir(support::root())
        .env("INSTA_UPDATE", "no")
        .output()
        .expect("the program starts");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("no report ({error}): {}", String::from_utf8_lossy(&output.stderr))
    });
    report["outcomes"].as_array().expect("a report has outcomes").clone()
}

fn table(outcomes: &[Value]) -> String {
    let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    let mut survivors: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in outcomes {
        let count = counts.entry(text(one, "spec")).or_default();
        match one["outcome"].as_str() {
            Some("caught") => count.caught += 1,
            Some("equivalent") => count.equivalent += 1,
            Some("missed") => {
                count.missed += 1;
                let fault = text(one, "fault");
                let kind = fault.split('=').next().unwrap_or_default().to_owned();
                let specs = survivors.entry(kind).or_default();
                if specs.last() != Some(&text(one, "spec")) {
                    specs.push(text(one, "spec"));
                }
            }
            _ => count.others += 1,
        }
    }
    let mut page = "\n| spec | mutants | caught | missed | equivalent | too slow or unviable | \
                    kill score |\n|---|---:|---:|---:|---:|---:|---:|\n"
        .to_owned();
    let mut all = Count::default();
    for (spec, count) in &counts {
        row(&mut page, &format!("`{spec}`"), count);
        all.caught += count.caught;
        all.missed += count.missed;
        all.equivalent += count.equivalent;
        all.others += count.others;
    }
    row(&mut page, "all", &all);
    page += "\n| missed | of these specs |\n|---|---|\n";
    for (kind, specs) in survivors {
        let specs: Vec<String> = specs.iter().map(|spec| format!("`{spec}`")).collect();
        let _ = writeln!(page, "| `{kind}` | {} |", specs.join(", "));
    }
    page.push('\n');
    page
}

fn row(page: &mut String, name: &str, count: &Count) {
    let Count { caught, missed, equivalent, others } = count;
    let total = caught + missed + equivalent + others;
    let score = 100 * caught / (caught + missed).max(1);
    let _ = writeln!(
        page,
        "| {name} | {total} | {caught} | {missed} | {equivalent} | {others} | {score} % |"
    );
}
