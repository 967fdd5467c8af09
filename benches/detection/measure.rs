//! One spec for each strength and seed, judged by the property alone.

use nn_test::device::{DeviceChoice, Devices};
use nn_test::experiment::{Evidence, Laboratory};
use nn_test::property::{self, Outcome};
use nn_test::spec::{self, Source};
use nn_test::subject::Subject;
use serde_yaml::Mapping;

use super::ladders::Ladder;

const SEEDS: u64 = 20;

/// What became of one strength with one seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    pub ladder: String,
    /// None where there is no fault.
    pub strength: Option<f64>,
    pub seed: u64,
    /// `pass`, `warn`, `fail`, `inconclusive` or `none`.
    pub outcome: String,
    /// What the property holds against its bound; not a number where nothing was measured.
    pub value: f64,
}

impl Point {
    /// Whether the property says that something is wrong, if with a warning.
    pub fn is_caught(&self) -> bool {
        ["fail", "warn", "inconclusive"].contains(&self.outcome.as_str())
    }
}

/// What a property found.
pub struct Found<'a> {
    pub evidence: &'a Evidence,
    pub record: &'a Mapping,
}

impl Found<'_> {
    /// All numbers of the record below a key; of all of it without one.
    pub fn numbers(&self, key: &str) -> Vec<f64> {
        let mut numbers = Vec::new();
        for (name, value) in self.record {
            if key.is_empty() || name.as_str() == Some(key) {
                gather(value, &mut numbers);
            }
        }
        numbers
    }

    pub fn number(&self, key: &str) -> f64 {
        self.numbers(key).first().copied().unwrap_or(f64::NAN)
    }
}

fn gather(value: &serde_yaml::Value, numbers: &mut Vec<f64>) {
    match value {
        serde_yaml::Value::Mapping(mapping) => {
            mapping.values().for_each(|value| gather(value, numbers));
        }
        serde_yaml::Value::Sequence(items) => items.iter().for_each(|item| gather(item, numbers)),
        other => numbers.extend(other.as_f64()),
    }
}

/// All strengths of a ladder, the healthy twin first.
pub fn ladder(ladder: &Ladder) -> Vec<Point> {
    let devices = Devices::open(DeviceChoice::Cpu).expect("there is always a CPU");
    let strengths = std::iter::once(None).chain(ladder.strengths.iter().copied().map(Some));
    let cases = strengths.flat_map(|strength| (1..=SEEDS).map(move |seed| (strength, seed)));
    cases.map(|(strength, seed)| point(ladder, strength, seed, &devices)).collect()
}

fn point(ladder: &Ladder, strength: Option<f64>, seed: u64, devices: &Devices) -> Point {
    let text = format!(
        "version: 1\nname: {}\n{}\nexpect: [{}]\n",
        ladder.name,
        (ladder.spec)(strength),
        ladder.property
    );
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/detection.yaml");
    let mut spec = spec::parse(Source::new(path, text.clone()))
        .unwrap_or_else(|errors| panic!("{}\n{text}", errors.render(false)));
    spec.training.seed = seed;
    let expectation = spec.expectations[0].clone();
    let subject =
        Subject::prepare(spec).unwrap_or_else(|errors| panic!("{}\n{text}", errors.render(false)));
    let mut laboratory = Laboratory::new(subject, devices).expect("the spec can be set up");
    let judged = laboratory.judge(&expectation, &mut |_, _, _, _| ());
    let judgement = judged.unwrap_or_else(|error| panic!("{error}\n{text}"));
    let found = Found { evidence: laboratory.evidence(), record: &judgement.record };
    assert!(property::find(ladder.property).is_some(), "{}", ladder.property);
    let outcome = match judgement.verdict.outcome {
        Outcome::Pass => "pass",
        Outcome::Warn => "warn",
        // What it means for a test case.
        Outcome::Fail if expectation.property.meta.severity == spec::Severity::Warn => "warn",
        Outcome::Fail => "fail",
        Outcome::Inconclusive => "inconclusive",
        Outcome::NotApplicable => "none",
    };
    let value = (ladder.value)(&found);
    Point { ladder: ladder.name.to_owned(), strength, seed, outcome: outcome.to_owned(), value }
}

/// CSV, with few digits: more would change with every machine.
pub fn written(points: &[Point]) -> String {
    let mut text = "ladder,strength,seed,outcome,value\n".to_owned();
    for Point { ladder, strength, seed, outcome, value } in points {
        let strength = strength.map_or_else(|| "healthy".to_owned(), |number| number.to_string());
        text.push_str(&format!("{ladder},{strength},{seed},{outcome},{value:.3e}\n"));
    }
    text
}

pub fn read(text: &str) -> Vec<Point> {
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let [ladder, strength, seed, outcome, value] = cells[..] else { panic!("{line}") };
        Point {
            ladder: ladder.to_owned(),
            strength: strength.parse().ok(),
            seed: seed.parse().expect("a seed is a number"),
            outcome: outcome.to_owned(),
            value: value.parse().expect("a value is a number"),
        }
    });
    rows.collect()
}
