//! What the data sets shipped here are like: the numbers behind the bounds of the properties of data,
//! and that none of these accuses data that is in order.

use std::fmt::Write;
use std::path::Path;

use super::assert_page;
use crate::data;
use crate::experiment::without_device;
use crate::inspection::{ColumnFacts, DataFacts, TargetFacts};
use crate::property::{Options, Outcome, REGISTRY};
use crate::spec::vocabulary::{TermKind, terms};
use crate::spec::{Source, Spec, parse};

const SEEDS: u64 = 20;

/// Tables with their tasks, as they are and as the shipped specs scale them.
const TABLES: [(&str, &str); 9] = [
    ("classification", "{csv: ../fixtures/iris.csv, target: species}"),
    ("classification", "{csv: ../fixtures/iris.csv, target: species, scale: standardize}"),
    ("classification", "{csv: ../fixtures/wine.csv, target: cultivar}"),
    ("classification", "{csv: ../fixtures/wine.csv, target: cultivar, scale: standardize}"),
    (
        "binary_classification",
        "{csv: ../fixtures/breast_cancer.csv, target: diagnosis, scale: standardize}",
    ),
    ("classification", "{csv: ../fixtures/digits.csv, target: digit, scale: {min_max: [0, 16]}}"),
    ("classification", "{csv: ../fixtures/digits.csv, target: digit, scale: standardize}"),
    ("regression", "{csv: ../fixtures/diabetes.csv, target: progression, scale: standardize}"),
    (
        "regression",
        "{csv: ../fixtures/diabetes.csv, target: progression, scale: standardize, scale_target: \
         standardize}",
    ),
];

const TASKS: [&str; 4] =
    ["classification", "binary_classification", "multi_label_classification", "regression"];

/// The spec of some data at a seed, with a model that nobody asks for.
fn spec(task: &str, data: &str, seed: u64) -> Option<Spec> {
    let data = match data.strip_suffix('}') {
        Some(open) => format!("{open}, split: {{validation: 0.2}}}}"),
        None => format!("{{{data}: {{}}, split: {{validation: 0.2}}}}"),
    };
    let text = format!(
        "version: 1\ntask: {task}\ndata: {data}\nmodel: {{rust: any}}\ntraining: {{batch_size: 8, \
         seed: {seed}}}\n"
    );
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/data.yaml");
    parse(Source::new(file, text)).ok().filter(|spec| data::load(spec).is_ok())
}

/// All data that is shipped: tables, and every generator with its defaults for the tasks that it serves.
fn shipped() -> Vec<(String, String)> {
    let of_tables = TABLES.map(|(task, data)| (task.to_owned(), data.to_owned()));
    let generators = terms().filter(|term| term.kind == TermKind::Data).flat_map(|term| {
        let served = TASKS.iter().find(|task| spec(task, term.name, 1).is_some());
        served.map(|task| ((*task).to_owned(), term.name.to_owned()))
    });
    of_tables.into_iter().chain(generators).collect()
}

/// The worst of some seeds.
#[derive(Default)]
struct Worst {
    size: f64,
    largest: Vec<f64>,
    constant: (usize, usize),
    ratio: f64,
    contradictions: f64,
    copies: f64,
    by_chance: f64,
    targets: f64,
    accused: Vec<&'static str>,
}

impl Worst {
    fn add(&mut self, data: &DataFacts) {
        let size =
            |columns: &[ColumnFacts]| columns.iter().map(ColumnFacts::size).fold(0.0, f64::max);
        self.size = self.size.max(size(&data.columns));
        let largest = data.columns.iter().map(ColumnFacts::largest).fold(0.0, f64::max);
        self.largest.push(largest);
        let constant = data.columns.iter().filter(|column| column.is_constant()).count();
        self.constant = (self.constant.0.max(constant), data.columns.len());
        let share = |count: usize, of: usize| count as f64 / of.max(1) as f64;
        if let Some(found) = &data.contradictions {
            let found = share(found.examples, data.training_examples);
            self.contradictions = self.contradictions.max(found);
        }
        self.copies = self.copies.max(share(data.copies.examples, data.held_out_examples));
        self.by_chance = self.by_chance.max(data.copies.by_chance);
        match &data.targets {
            TargetFacts::Classes(classes) => {
                let counts =
                    || classes.iter().map(|class| class.training).filter(|count| *count > 0);
                let ratio = share(counts().max().unwrap_or(0), counts().min().unwrap_or(1));
                self.ratio = self.ratio.max(ratio);
            }
            TargetFacts::Values { columns, .. } => self.targets = self.targets.max(size(columns)),
            TargetFacts::Labels { .. } => {}
        }
    }
}

fn measured(task: &str, data: &str) -> Worst {
    let mut worst = Worst::default();
    for seed in 1..=SEEDS {
        let spec = spec(task, data, seed).expect("a seed changes nothing about the spec");
        let dataset = data::load(&spec).expect("it was loaded before");
        let evidence = without_device(&spec, Some(&dataset), None);
        worst.add(evidence.inspection().data.as_ref().expect("there is data"));
        for property in REGISTRY.iter().filter(|property| property.is_static()) {
            let verdict = (property.judge)(&evidence, &Options::defaults(&property.meta));
            let accused = matches!(verdict.outcome, Outcome::Fail | Outcome::Warn);
            if accused && !worst.accused.contains(&property.meta.name) {
                worst.accused.push(property.meta.name);
            }
        }
    }
    worst
}

/// Three digits are enough.
fn number(number: f64) -> String {
    match number {
        0.0 => "0".to_owned(),
        large if large >= 100.0 => format!("{large:.0}"),
        middle if middle >= 1.0 => format!("{middle:.1}"),
        small => format!("{small:.3}"),
    }
}

fn page() -> String {
    let mut page = format!(
        "# What healthy data looks like\n\n\
         <!-- Generated by `UPDATE_DOCS=1 cargo test --lib explain`. -->\n\n\
         The numbers behind the bounds of the [properties](properties.md) of data: every data set and \
         generator that is shipped here, with a fifth of the examples held out, and the worst of \
         {SEEDS} seeds. Tables stand here as they are and as the shipped specs scale them, generators \
         with their defaults. The last column has the properties that warn or fail by their \
         defaults.\n\n\
         - *size*: the largest root mean square of an input column (`inputs_normalized`: ≤ 10), and \
         the largest number of all (≥ 0.01).\n\
         - *constant*: input columns that are the same in every training example (`features_vary`).\n\
         - *classes*: the most frequent class to the rarest one (`classes_balanced`: ≤ 10).\n\
         - *contradictions*: training examples with the inputs of others and another answer \
         (`labels_valid`: ≤ 0.01).\n\
         - *copies*: held-out examples that are in the training part, too, and the share that chance \
         alone gives (`no_duplicates_across_split`: ≤ 0.05 beyond chance).\n\
         - *targets*: the largest root mean square of a target (`targets_scaled`: ≤ 10).\n\n\
         | data | size | largest | constant | classes | contradictions | copies | by chance | targets | \
         accused by |\n|---|---|---|---|---|---|---|---|---|---|\n"
    );
    for (task, data) in shipped() {
        let worst = measured(&task, &data);
        let least = worst.largest.iter().copied().fold(f64::INFINITY, f64::min);
        let (constant, columns) = worst.constant;
        let tokens = columns == 0;
        let unless = |absent: bool, text: String| if absent { "–".to_owned() } else { text };
        writeln!(
            page,
            "| `{}` | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            data.replace("../fixtures/", ""),
            unless(tokens, number(worst.size)),
            unless(tokens, number(least)),
            unless(tokens, format!("{constant} of {columns}")),
            unless(worst.ratio == 0.0, number(worst.ratio)),
            unless(task == "regression", number(worst.contradictions)),
            number(worst.copies),
            number(worst.by_chance),
            unless(task != "regression", number(worst.targets)),
            unless(worst.accused.is_empty(), format!("`{}`", worst.accused.join("`, `"))),
        )
        .expect("a text takes every line");
    }
    page
}

#[test]
fn the_page_about_healthy_data_is_up_to_date() {
    assert_page("docs/data.md", &page());
}

/// What is accused by right: data as it is, and why.
const ACCUSED: [(&str, &[&str]); 3] = [
    // Its columns reach from 0.1 to 1680.
    ("{csv: ../fixtures/wine.csv, target: cultivar}", &["inputs_normalized"]),
    // Its targets have a mean of 152.
    (
        "{csv: ../fixtures/diabetes.csv, target: progression, scale: standardize}",
        &["targets_scaled"],
    ),
    // Friedman's function has a mean of 14.
    ("nonlinear_regression", &["targets_scaled"]),
];

#[test]
fn nothing_that_is_in_order_is_accused() {
    for (task, data) in shipped() {
        let known = ACCUSED.iter().find(|(name, _)| data == *name);
        let expected = known.map_or(&[][..], |(_, properties)| properties);
        assert_eq!(measured(&task, &data).accused, expected, "{data}");
    }
}
