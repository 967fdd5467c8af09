//! The text of a new spec: pure, from what was asked for.

use std::path::{Component, Path};

use super::columns::{Column, Columns, Wanted};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    Classification,
    BinaryClassification,
    Regression,
    Objective,
}

/// Where the examples come from.
#[derive(Debug)]
pub(super) enum Data {
    MadeUp,
    /// The lines of `data`, and how many classes the target has.
    Table {
        lines: Vec<String>,
        classes: usize,
    },
}

#[derive(Debug)]
pub(super) enum Model {
    Layers,
    /// A registered one.
    Rust(String),
}

/// From so many columns on they may be the pixels of an image.
const PIXELS: usize = 49;

impl Data {
    /// Target, features and shape that suit a table; the error says what it lacks.
    pub(super) fn of_table(file: &Path, table: &Columns, task: Task) -> Result<Self, String> {
        let (wanted, what) = match task {
            Task::Classification => (Wanted::Classes, "the labels of classes"),
            Task::BinaryClassification => (Wanted::TwoClasses, "two labels"),
            Task::Regression | Task::Objective => (Wanted::Number, "numbers alone"),
        };
        let target = table
            .target(wanted)
            .ok_or_else(|| format!("no column holds {what} to be predicted"))?;
        let others = || table.columns.iter().filter(|column| column.name != target.name);
        let usable: Vec<&Column> = others().filter(|column| column.is_numeric).collect();
        if usable.is_empty() {
            return Err(format!("beside `{}` no column holds numbers alone", target.name));
        }
        let mut lines = vec![
            format!("csv: {}", quoted(&seen_from_specs(file))),
            format!("target: {}", quoted(&target.name)),
        ];
        if usable.len() < others().count() {
            let names: Vec<String> = usable.iter().map(|column| quoted(&column.name)).collect();
            lines.push("# The columns that hold numbers in every row.".to_owned());
            lines.push(format!("features: [{}]", names.join(", ")));
        }
        let side = usable.len().isqrt();
        if usable.len() >= PIXELS && side * side == usable.len() {
            lines.push(format!("# shape: [1, {side}, {side}]    # if the columns are pixels"));
        }
        lines.push("scale: standardize        # mean 0 and deviation 1 in each column".to_owned());
        if task == Task::Regression {
            lines.push("scale_target: standardize".to_owned());
        }
        Ok(Self::Table { lines, classes: target.classes().unwrap_or_default() })
    }

    fn classes(&self) -> usize {
        match self {
            Self::MadeUp => 3,
            Self::Table { classes, .. } => *classes,
        }
    }
}

/// The spec.
pub(super) fn spec(task: Task, data: &Data, model: &Model) -> String {
    let (name, meaning) = match task {
        Task::Classification => ("classification", "one of several classes"),
        Task::BinaryClassification => ("binary_classification", "yes or no"),
        Task::Regression => ("regression", "a number"),
        Task::Objective => ("objective", "the model brings its own batches and loss"),
    };
    let mut text = format!(
        "# Save this as `specs/NAME.yaml`, then `cargo nn-test NAME`. What each word means:\n\
         # `cargo nn-test explain WORD`; all that may stand here: `cargo nn-test explain`.\n\
         version: 1\ntask: {name}    # {meaning}\n"
    );
    if task != Task::Objective {
        text.push_str(&format!("\ndata:\n{}", data_lines(task, data)));
    }
    text.push_str(&format!("\nmodel:\n{}", model_lines(task, data, model)));
    if let Some(loss) = loss(task) {
        text.push_str(&format!("\n{loss}\n"));
    }
    let groups = match model {
        Model::Layers => "  # groups: [{layers: [hidden], frozen: true}]\n",
        Model::Rust(_) => "",
    };
    text + &RECIPE.replace("{groups}", groups)
}

fn data_lines(task: Task, data: &Data) -> String {
    let mut lines = match (data, task) {
        (Data::Table { lines, .. }, _) => lines.clone(),
        (Data::MadeUp, _) => {
            let source = match task {
                Task::Classification => "blobs: {classes: 3, features: 4, examples: 300}",
                Task::BinaryClassification => "moons: {examples: 300, noise: 0.1}",
                Task::Regression | Task::Objective => {
                    "linear_regression: {examples: 300, features: 4}"
                }
            };
            let csv = "# Made-up examples. Your own: `csv: ../data/train.csv`, `target: COLUMN`.";
            vec![csv.to_owned(), source.to_owned()]
        }
    };
    lines.push("split: {validation: 0.2}  # held out".to_owned());
    lines.iter().map(|line| format!("  {line}\n")).collect()
}

fn model_lines(task: Task, data: &Data, model: &Model) -> String {
    if let Model::Rust(name) = model {
        return format!("  rust: {}    # as it is registered in `nn_test::main!`\n", quoted(name));
    }
    let (outputs, meaning) = match task {
        Task::Classification => (data.classes(), "a logit for each class, without a softmax"),
        Task::BinaryClassification => (1, "one logit, without a sigmoid"),
        Task::Regression | Task::Objective => (1, "the number"),
    };
    format!(
        "  layers:    # only outputs are written, inputs are inferred\n    \
         - linear: {{out: 32, name: hidden}}\n    - relu\n    \
         - linear: {{out: {outputs}, name: head}}    # {meaning}\n"
    )
}

fn loss(task: Task) -> Option<&'static str> {
    Some(match task {
        Task::Classification => "loss: cross_entropy    # or {cross_entropy: {smoothing: 0.1}}",
        Task::BinaryClassification => "loss: binary_cross_entropy",
        Task::Regression => "loss: mse    # or mae, {huber: 1}",
        Task::Objective => return None,
    })
}

/// What follows is the same for all tasks, but for the layers that groups name.
const RECIPE: &str = "
training:    # your own recipe, on a small part of the data
  optimizer: {adam: {learning_rate: 1e-2}}
  batch_size: 32
  epochs: 20    # or `steps: 200`
  # schedule: cosine
  # warm_up: 20
  # clipping: {global_norm: 1}
  # early_stopping: {patience: 5}
{groups}  seed: 42    # of weights, splits and shuffles

expect:
  - recommended
  # - overfits_batch: {examples: 8}
  # - update_ratio: {severity: warn}
";

/// A path that is relative to where the command runs, as a spec in `specs/` names it.
fn seen_from_specs(file: &Path) -> String {
    let parts = file.components().filter(|part| *part != Component::CurDir);
    let plain: std::path::PathBuf = parts.collect();
    let text = plain.to_string_lossy().replace('\\', "/");
    if plain.is_absolute() { text } else { format!("../{text}") }
}

/// As YAML reads it back: text.
fn quoted(text: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || "_./".contains(c);
    let plain = text.chars().all(fits) && text.contains(|c: char| c.is_ascii_alphabetic());
    // Some words and numbers (`1e5`) are no text to YAML.
    let is_text = matches!(serde_yaml::from_str(text), Ok(serde_yaml::Value::String(_)));
    if plain && is_text { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{DeviceChoice, Devices};
    use crate::experiment::Laboratory;
    use crate::property::Outcome;
    use crate::spec::{Source, parse};
    use crate::subject::Subject;

    const TASKS: [Task; 3] = [Task::Classification, Task::BinaryClassification, Task::Regression];

    /// Runs a spec as if it stood in `specs/`; what did not hold.
    fn failures(text: &str) -> Vec<String> {
        let spec = parse(Source::new("specs/new.yaml", text)).unwrap_or_else(|e| panic!("{e}"));
        let expectations = spec.expectations.clone();
        let subject = Subject::prepare(spec).unwrap_or_else(|errors| panic!("{errors}"));
        let devices = Devices::open(DeviceChoice::Cpu).unwrap();
        let mut laboratory = Laboratory::new(subject, &devices).unwrap();
        let judged = expectations.iter().map(|expected| {
            let verdict = laboratory.judge(expected, &mut |_, _, _, _| ()).unwrap().verdict;
            let failed = verdict.outcome == Outcome::Fail;
            failed.then(|| format!("{}: {}", expected.property.meta.name, verdict.summary))
        });
        judged.collect::<Vec<_>>().into_iter().flatten().collect()
    }

    #[test]
    fn a_new_spec_of_every_task_holds_all_that_is_recommended() {
        let _alone = crate::device::alone();
        for task in TASKS {
            let text = spec(task, &Data::MadeUp, &Model::Layers);
            assert_eq!(failures(&text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_new_spec_of_a_table_proposes_target_and_shape_and_holds() {
        let _alone = crate::device::alone();
        for (file, task, target, outputs) in [
            ("iris", Task::Classification, "species", 3),
            ("breast_cancer", Task::BinaryClassification, "diagnosis", 1),
            ("diabetes", Task::Regression, "progression", 1),
            ("wine", Task::Classification, "cultivar", 3),
            ("digits", Task::Classification, "digit", 10),
        ] {
            let path = format!("fixtures/{file}.csv");
            let table = Columns::read(std::fs::File::open(&path).unwrap()).unwrap();
            let data = Data::of_table(Path::new(&path), &table, task).unwrap();
            let text = spec(task, &data, &Model::Layers);
            assert!(text.contains(&format!("target: {target}\n")), "{text}");
            assert!(text.contains(&format!("out: {outputs}, name: head")), "{text}");
            assert_eq!(text.contains("shape: [1, 8, 8]"), file == "digits", "{text}");
            assert_eq!(failures(&text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_new_spec_of_a_rust_model_names_it() {
        let net = || Model::Rust("net".to_owned());
        let text = spec(Task::Regression, &Data::MadeUp, &net());
        let read = parse(Source::new("specs/new.yaml", text)).unwrap();
        assert_eq!(*read.rust_model().unwrap().name, "net");
        let text = spec(Task::Objective, &Data::MadeUp, &net());
        assert!(!text.contains("data:") && !text.contains("loss:"), "{text}");
        let read = parse(Source::new("specs/new.yaml", text)).unwrap();
        assert_eq!(read.task.term(), "objective");
    }

    #[test]
    fn what_is_commented_out_may_be_taken_in() {
        let text = spec(Task::Classification, &Data::MadeUp, &Model::Layers);
        let text: String = text
            .lines()
            .map(|line| match line.split_once("  # ") {
                Some((indent, rest)) if indent.trim().is_empty() => format!("{indent}  {rest}\n"),
                _ => format!("{line}\n"),
            })
            .filter(|line| !line.contains("Made-up examples"))
            .collect();
        assert!(text.contains("\n  schedule: cosine\n"), "{text}");
        let spec = parse(Source::new("specs/new.yaml", text)).unwrap_or_else(|e| panic!("{e}"));
        Subject::prepare(spec).unwrap();
    }

    #[test]
    fn columns_of_texts_are_no_features_and_odd_names_are_quoted() {
        let table = "a,free text,1e5,y\n1,x,3,0\n2,,4,1\n3,z,5,0\n4,w,6,1\n";
        let table = Columns::read(table.as_bytes()).unwrap();
        let data = Data::of_table(Path::new("./data/t 1.csv"), &table, Task::BinaryClassification)
            .unwrap();
        let text = spec(Task::BinaryClassification, &data, &Model::Layers);
        assert!(text.contains("csv: \"../data/t 1.csv\"\n"), "{text}");
        assert!(text.contains("target: \"y\"\n") || text.contains("target: y\n"), "{text}");
        assert!(text.contains("features: [a, \"1e5\"]\n"), "{text}");
        parse(Source::new("specs/new.yaml", text)).unwrap_or_else(|errors| panic!("{errors}"));
        let texts = Columns::read("a,b\nx,y\nz,y\nx,q\nx,q\n".as_bytes()).unwrap();
        let refused = Data::of_table(Path::new("t.csv"), &texts, Task::Regression).unwrap_err();
        assert_eq!(refused, "no column holds numbers alone to be predicted");
    }
}
