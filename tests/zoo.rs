//! The zoo of faults: many kinds of faulty programs beside the healthy ones that they were made of, and
//! one line for each with all that is said of it. A new false alarm or a new blind spot is a line of a
//! diff of `fixtures/faulty/zoo/matrix.txt`; `INSTA_UPDATE=always` accepts it.

#![cfg(feature = "cli")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use nn_test::harness::wilson;
use serde_json::Value;

/// The share of the accused programs whose first cause must be the right one.
const NAMED: f64 = 0.8;

/// The share of the faulty programs that must be accused of something, of severity error or warn.
const CAUGHT: f64 = 0.95;

/// A program of the zoo, as its file describes it.
struct Subject {
    name: String,
    file: String,
    tags: Vec<String>,
}

/// The tag of a healthy program.
const TWIN: &str = "twin";

/// The tag of the kind of fault.
fn class_of(tags: &[String]) -> &str {
    tags.iter().find(|tag| tag.starts_with("class_")).map_or("", String::as_str)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/faulty/zoo")
}

/// All programs, file by file, in the order in which they stand there.
fn subjects() -> Vec<Subject> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder())
        .expect("the zoo is there")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    let mut subjects = Vec::new();
    for path in files {
        let file = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("it can be read");
        let documents = text.split("\n---\n").filter(|_| !file.starts_with('_'));
        subjects.extend(documents.map(|document| Subject {
            name: value_of(document, "name: ").expect("a program has a name"),
            file: file.clone(),
            tags: value_of(document, "tags: ").map_or_else(Vec::new, |tags| {
                let tags = tags.trim_start_matches('[').trim_end_matches(']');
                tags.split(", ").map(str::to_owned).collect()
            }),
        }));
    }
    subjects
}

/// What stands behind a key at the beginning of a line.
fn value_of(document: &str, key: &str) -> Option<String> {
    document.lines().find_map(|line| line.strip_prefix(key)).map(str::to_owned)
}

/// What a run says of a program.
#[derive(Default)]
struct Said {
    /// The likely causes, the likeliest first.
    causes: Vec<String>,
    /// The properties that do not hold, with how they count and where.
    accusations: Vec<String>,
}

fn run() -> BTreeMap<String, Said> {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-nn-test"))
        .args(["nn-test", "run", "--device", "cpu", "--message-format", "json"])
        .arg("fixtures/faulty/zoo")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("INSTA_UPDATE", "no")
        .env("INSTA_FORCE_PASS", "0")
        .env_remove("GITHUB_ACTIONS")
        .output()
        .expect("the binary runs");
    let text = String::from_utf8(output.stdout).expect("events are UTF-8");
    let mut said: BTreeMap<String, Said> = BTreeMap::new();
    for line in text.lines() {
        let event: Value = serde_json::from_str(line).expect("every line is an event");
        match event["event"].as_str() {
            Some("test_finished") => {
                let test = event["test"].as_str().expect("a result names its test");
                let (program, property) = test.rsplit_once("::").expect("a test has a property");
                let said = said.entry(program.to_owned()).or_default();
                said.accusations.extend(accusation(property, &event));
            }
            Some("diagnosed") => {
                let program = event["spec"].as_str().expect("a diagnosis names its spec");
                let causes = event["causes"].as_array().expect("it has causes");
                let causes = causes.iter().filter_map(|cause| cause["cause"].as_str());
                let said = said.entry(program.to_owned()).or_default();
                said.causes.extend(causes.map(str::to_owned));
            }
            _ => {}
        }
    }
    said
}

fn accusation(property: &str, result: &Value) -> Option<String> {
    let status = result["status"].as_str().expect("a result has a status");
    if status == "spec_error" {
        let details = result["details"].as_str().unwrap_or_default();
        let code = details.split(['[', ']']).nth(1).unwrap_or("no code");
        // Every property of a refused program says the same.
        return (property == "shapes").then(|| format!("refused {code}"));
    }
    let verdict = &result["verdict"];
    let how = match (verdict["outcome"].as_str(), status) {
        (Some("fail"), "failed") => "error",
        (Some("fail" | "warn"), _) => "warn",
        (Some("inconclusive"), _) => "inconclusive",
        (Some(_), "failed") | (None, _) => return Some(format!("{status} {property}")),
        _ => return None,
    };
    let place = verdict["findings"][0]["place"].as_str();
    Some(format!("{how} {property}{}", place.map_or(String::new(), |place| format!(" at {place}"))))
}

fn matrix(subjects: &[Subject], said: &BTreeMap<String, Said>) -> String {
    let mut text = String::new();
    let mut file = "";
    for subject in subjects {
        if subject.file != file {
            text += &format!("\n# {}\n", subject.file);
            file = &subject.file;
        }
        let Said { causes, accusations } = said.get(&subject.name).expect("every program has run");
        let list = |items: &[String], separator: &str| match items.is_empty() {
            true => "nothing".to_owned(),
            false => items.join(separator),
        };
        let tags = subject.tags.join(" ");
        text += &format!("{} [{tags}]\n", subject.name);
        text += &format!("    because: {}\n", list(causes, ", "));
        for accusation in accusations {
            text += &format!("    {accusation}\n");
        }
    }
    text.trim_start().to_owned()
}

#[test]
fn faulty_programs_are_accused_and_healthy_ones_are_not() {
    let subjects = subjects();
    let said = run();
    let found = matrix(&subjects, &said);
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
    let subjects = subjects();
    let is_faulty = |subject: &&Subject| subject.tags[0] != TWIN;
    let faulty = subjects.iter().filter(is_faulty);
    let mut classes: Vec<&str> = faulty.map(|subject| class_of(&subject.tags)).collect();
    let programs = classes.len();
    classes.sort();
    classes.dedup();
    assert!(
        programs >= 120 && classes.len() >= 60,
        "{programs} programs of {} classes",
        classes.len()
    );
}

/// One program of the matrix, as its text has it.
struct Row {
    name: String,
    tags: Vec<String>,
    causes: Vec<String>,
    accusations: Vec<String>,
}

impl Row {
    fn is_healthy(&self) -> bool {
        self.tags[0] == TWIN
    }

    /// Whether the language itself refuses it.
    fn is_refused(&self) -> bool {
        self.tags.iter().any(|tag| tag == "refused")
    }

    fn class(&self) -> &str {
        class_of(&self.tags)
    }

    fn is_caught(&self) -> bool {
        // What is undecided accuses nobody.
        self.accusations.iter().any(|said| !said.starts_with("inconclusive"))
    }

    /// Whether the first cause is what was planted; a refusal names it itself.
    fn is_named(&self) -> bool {
        let right = |cause: &String| {
            self.tags[1..].iter().any(|tag| tag.trim_start_matches("or_") == cause)
        };
        self.is_refused() || self.causes.first().is_some_and(right)
    }
}

fn rows(matrix: &str) -> Vec<Row> {
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

/// `95 % (91…97 %)`: a share with Wilson's interval of 95 %.
fn share(count: usize, of: usize) -> String {
    let (low, high) = wilson(count, of);
    let percent = |share: f64| format!("{:.0}", 100.0 * share);
    let share = count as f64 / of as f64;
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

/// `docs/zoo.md`.
fn report(rows: &[Row], classes: &str, effects: &str) -> String {
    let (healthy, faulty): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.is_healthy());
    let caught: Vec<&&Row> = faulty.iter().filter(|row| row.is_caught()).collect();
    let named = caught.iter().filter(|row| row.is_named()).count();
    let accused = healthy.iter().filter(|row| row.is_caught()).count();
    let effective: Vec<&&Row> = faulty.iter().filter(|row| is_effective(row, effects)).collect();
    let effective_caught = effective.iter().filter(|row| row.is_caught()).count();
    let mut text = format!(
        "<!-- Made from fixtures/faulty/zoo/matrix.txt: run `UPDATE_DOCS=1 cargo test --test zoo \
         report`. -->\n\n# The zoo of faulty programs\n\nThe programs of `fixtures/faulty/zoo` are \
         healthy ones with one fault each: small networks of several kinds on tables, images, \
         sequences and tokens. Each is run once, with its own seed, on the CPU, with the recommended \
         properties, `beats_baseline` and `generalizes`; what is said of each stands in \
         `matrix.txt`. A program is *caught* when a property does not hold or the language refuses \
         it; its cause is *right* when the first one that the report names is what was planted. Not \
         every fault changes what training comes to: some layers are not needed, some steps are \
         enough. A fault has an *effect* when it breaks a law of the computation (a layer that is not \
         trained, a wrong gradient, a leak), when the program cannot be trained at all, or when the \
         losses of ten seeds on held-out examples differ from those of the healthy program (Welch's t, \
         p < 0.05, and Cohen's d ≥ 0.5; `effects.csv`, by `cargo bench --bench zoo`). The \
         rules of the diagnosis (docs/causes.md) were written with these programs at hand; of \
         others they will be right less often. Intervals are Wilson's, of 95 %.\n\n\
         | | of | share |\n|---|---|---|\n| faulty programs caught | {} of {} | {} |\n| \
         of those with an effect | {effective_caught} of {} | {} |\n| right cause \
         first, of those caught | {named} of {} | {} |\n| healthy programs accused | {accused} of {} | \
         {} |\n\n## By kind of fault\n\n| fault | programs | caught | right cause first |\n\
         |---|---|---|---|\n",
        caught.len(),
        faulty.len(),
        share(caught.len(), faulty.len()),
        effective.len(),
        share(effective_caught, effective.len()),
        caught.len(),
        share(named, caught.len()),
        healthy.len(),
        share(accused, healthy.len()),
    );
    for (class, title) in classes.lines().filter_map(|line| line.split_once(' ')) {
        let of_class: Vec<&&Row> = faulty.iter().filter(|row| row.class() == class).collect();
        let caught: Vec<_> = of_class.iter().filter(|row| row.is_caught()).collect();
        let named = caught.iter().filter(|row| row.is_named()).count();
        text += &format!("| {title} | {} | {} | {named} |\n", of_class.len(), caught.len());
    }
    text += "\n## Not caught\n\n";
    for row in faulty.iter().filter(|row| !row.is_caught()) {
        let effect = if is_effective(row, effects) { "" } else { ", which has no effect" };
        text += &format!("- `{}`{effect}\n", row.name);
    }
    text += "\n## Another cause named first\n\n| program | planted | named |\n|---|---|---|\n";
    for row in caught.iter().filter(|row| !row.is_named()) {
        let first = row.causes.first().map_or("none", String::as_str);
        text += &format!("| `{}` | {} | {first} |\n", row.name, row.tags[1]);
    }
    text
}

/// What came of the mends that were tried, by `mends.txt`.
fn mended(mends: &str) -> String {
    let mut programs: Vec<(&str, bool, bool)> = Vec::new();
    let mut helping: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for line in mends.lines() {
        let parts: Vec<&str> = line.split(" | ").collect();
        let [program, cause, outcome] = parts[..3] else { continue };
        let (tried, helped) = (parts.len() > 3, outcome == "helped");
        if programs.last().is_none_or(|(last, ..)| *last != program) {
            programs.push((program, false, false));
        }
        let last = programs.last_mut().expect("it was added above");
        (last.1, last.2) = (last.1 || tried, last.2 || helped);
        if tried {
            let counts = helping.entry(cause).or_default();
            counts[0] += usize::from(helped);
            counts[1] += 1;
        }
    }
    let tried = programs.iter().filter(|(_, tried, _)| *tried).count();
    let helped = programs.iter().filter(|(_, _, helped)| *helped).count();
    let all = programs.len();
    let mut text = format!(
        "\n## Mends\n\nWith `--try-mends` what is suggested against the likely causes is written into \
         the spec, and the spec is run once more. A mend helps when all that the cause accounts for \
         holds with it and nothing that held fails. Faults that are planted into code (`faults:`) stay \
         planted: against those nothing can be written. `mends.txt` has what was written, program by \
         program; a healthy program gets no diagnosis and no mend.\n\n| | of | share |\n|---|---|---|\n\
         | programs with a cause for which something could be tried | {tried} of {all} | {} |\n\
         | of those, programs that a mend helps | {helped} of {tried} | {} |\n\n\
         | tried against | times | helps |\n|---|---|---|\n",
        share(tried, all),
        share(helped, tried),
    );
    for (cause, [helped, tried]) in helping {
        text += &format!("| `{cause}` | {tried} | {helped} |\n");
    }
    text
}

#[test]
fn the_report_is_of_the_matrix() {
    let read = |file: &str| std::fs::read_to_string(folder().join(file)).expect("it is there");
    let (matrix, classes, effects) = (read("matrix.txt"), read("classes.txt"), read("effects.csv"));
    let rows = rows(&matrix);
    let known = |row: &Row| classes.lines().any(|line| line.starts_with(row.class()));
    let unknown: Vec<&str> =
        rows.iter().filter(|row| !known(row)).map(|row| row.name.as_str()).collect();
    assert_eq!(unknown, [""; 0], "their classes have no title in classes.txt");
    let page = report(&rows, &classes, &effects) + &mended(&read("mends.txt"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/zoo.md");
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
fn shares_have_intervals() {
    assert_eq!(share(178, 187), "95 % (91…97 %)");
    assert_eq!(share(0, 15), "0 % (0…20 %)");
}
