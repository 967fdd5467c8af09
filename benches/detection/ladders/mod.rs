//! Faults in growing strengths, and the properties that ought to see them: as data, with no run and no
//! drawing.

mod contests;
mod data;
mod precision;
mod relations;
mod training;
mod weights;

use super::found::Found;

/// A fault that grows.
pub struct Ladder {
    pub name: &'static str,
    /// What is wrong.
    pub fault: &'static str,
    /// What the strength is.
    pub strength: &'static str,
    /// The spec without version, name and expectations; healthy where there is no strength.
    pub spec: fn(Option<f64>) -> String,
    /// From weak to strong; a `factor` from far below 1 to far above it.
    pub strengths: &'static [f64],
    /// Who ought to see it.
    pub views: &'static [View],
    /// Expectations beside those, which make a training longer; empty or with a comma at the end.
    pub beside: &'static str,
}

/// How a property sees a fault.
pub struct View {
    pub property: &'static str,
    /// Its options as a spec has them; empty for the defaults.
    pub options: &'static str,
    /// What is held against the bounds, and its name.
    pub value: fn(&Found<'_>) -> f64,
    pub measured: &'static str,
    /// Where the property fails or warns, where that is a number.
    pub bounds: &'static [f64],
    /// How many are tried: fewer where a try is dear.
    pub seeds: u64,
}

/// As many as tell 0 of 20 from 3 of 20.
pub const SEEDS: u64 = 20;
/// Of properties that train a model several times.
pub const DEAR: u64 = 5;

/// All of them, by what the fault is in.
pub static KINDS: &[(&str, &[Ladder])] = &[
    ("Data", data::LADDERS),
    ("Weights and signals", weights::LADDERS),
    ("What outputs depend on", relations::LADDERS),
    ("Recipe", training::LADDERS),
    ("What a model can learn", contests::LADDERS),
    ("Numbers and devices", precision::LADDERS),
];

/// All of them.
pub fn ladders() -> impl Iterator<Item = &'static Ladder> {
    KINDS.iter().flat_map(|(_, ladders)| ladders.iter())
}

/// All of them with each of their views.
pub fn views() -> impl Iterator<Item = (&'static Ladder, &'static View)> {
    ladders().flat_map(|ladder| ladder.views.iter().map(move |view| (ladder, view)))
}

impl Ladder {
    /// Whether it goes from the healthy network to both sides.
    pub fn is_two_sided(&self) -> bool {
        self.strength == "factor"
            && self.strengths.iter().any(|strength| *strength < 1.0)
            && self.strengths.iter().any(|strength| *strength > 1.0)
    }

    /// The whole spec.
    pub fn text(&self, strength: Option<f64>) -> String {
        let expected = self.views.iter().map(|view| match view.options {
            "" => view.property.to_owned(),
            options => format!("{}: {options}", view.property),
        });
        let expected = expected.collect::<Vec<_>>().join(", ");
        let (name, spec) = (self.name, (self.spec)(strength));
        format!("version: 1\nname: {name}\n{spec}\nexpect: [{}{expected}]\n", self.beside)
    }

    /// The name of a view's figure, without a folder.
    pub fn figure(&self, view: &View) -> String {
        format!("{}-{}.svg", self.name, view.property)
    }
}

const ADAM: &str =
    "training: {optimizer: {adam: {learning_rate: 1e-2}}, batch_size: 16, epochs: 5}";
const MLP: &str = "linear: {out: 16, name: hidden}, tanh, linear: {out: 3, name: head}";
const MLP_RELU: &str = "linear: {out: 16, name: hidden}, relu, linear: {out: 3, name: head}";
const DEEP: &str = "linear: {out: 16, name: first}, relu, linear: {out: 16, name: second}, relu, \
                    linear: {out: 16, name: third}, relu, linear: {out: 3, name: head}";

/// Iris, with these further words about the data.
fn iris(data: &str, layers: &str, rest: &str) -> String {
    format!(
        "task: classification\ndata: {{csv: iris.csv, target: species{data}}}\n\
         model: {{layers: [{layers}]}}\n{rest}"
    )
}

/// Iris, standardized.
fn standardized(layers: &str, rest: &str) -> String {
    iris(", scale: standardize", layers, rest)
}

/// Iris, standardized, with this fault.
fn with_fault(layers: &str, fault: Option<String>) -> String {
    standardized(layers, &format!("{ADAM}{}", planted(fault)))
}

/// Progress of diabetes from ten measurements, with these further words about the data.
fn diabetes(data: &str, layers: &str, rest: &str) -> String {
    format!(
        "task: regression\n\
         data: {{csv: diabetes.csv, target: progression, scale: standardize{data}}}\n\
         model: {{layers: [{layers}]}}\n{rest}"
    )
}

/// The section of planted faults, on a line of its own; nothing where there is none.
fn planted(fault: Option<String>) -> String {
    fault.map_or_else(String::new, |fault| format!("\nfaults: [{fault}]"))
}

/// A fault with a strength as its short form.
fn fault(name: &'static str) -> impl Fn(f64) -> String {
    move |strength| format!("{name}: {strength}")
}
