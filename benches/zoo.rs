//! Which faults of the zoo change what training comes to: each program and the healthy one that it was
//! made of are trained to the end with ten seeds, and their losses on held-out examples compared.
//!
//! `cargo bench --profile dev --bench zoo` writes `fixtures/faulty/zoo/effects.csv`; names of programs
//! as arguments print theirs alone. A fault has an effect where Welch's t-test tells the two apart with
//! p < 0.05 and Cohen's d is at least 0.5: the rule of Humbatova, Jahangirova and Tonella, "DeepCrime:
//! mutation testing of deep learning systems based on real faults", 2021.

use std::fmt::Write;
use std::path::Path;

use nn_test::device::{DeviceChoice, Devices};
use nn_test::experiment::{Experiment, Laboratory};
use nn_test::property::{self, OptionValue, Options};
use nn_test::spec::{self, Expectation, Spec};
use nn_test::subject::Subject;

const SEEDS: u64 = 10;

/// Losses above so many times that of a constant answer, and those that are none, count as so many.
const WORST: f64 = 10.0;

fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let cpu = Devices::open(DeviceChoice::Cpu).expect("the CPU is always there");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/faulty/zoo");
    let read = |file: &str| spec::load_all(&folder.join(file)).expect("the zoo's specs are right");
    let twins: Vec<(String, Vec<f64>)> = read("twins.yaml")
        .iter()
        .map(|twin| (twin.name.value.clone(), losses(twin, &cpu).expect("twins can be trained")))
        .collect();
    let mut table = "program,healthy,faulty,d,p,effective\n".to_owned();
    for file in [
        "activations_heads_losses.yaml",
        "data_and_labels.yaml",
        "parameters_and_recipe.yaml",
        "wiring_and_modes.yaml",
    ] {
        let text = std::fs::read_to_string(folder.join(file)).expect("it can be read");
        for program in read(file) {
            let name = &program.name.value;
            if !wanted.is_empty() && !wanted.contains(name) {
                continue;
            }
            let Some(faulty) = losses(&program, &cpu) else { continue };
            let base = base_of(&text, name);
            let twin = twins.iter().find(|(twin, _)| *twin == format!("healthy_{base}"));
            let (_, healthy) = twin.expect("every program has a twin");
            let row = compared(name, healthy, &faulty);
            print!("{row}");
            table += &row;
        }
    }
    if wanted.is_empty() {
        std::fs::write(folder.join("effects.csv"), table).expect("it can be written");
    }
}

/// The base that a program's document extends.
fn base_of<'a>(text: &'a str, name: &str) -> &'a str {
    let own = |document: &&str| document.lines().any(|line| line == format!("name: {name}"));
    let document = text.split("\n---\n").find(own).expect("the program stands in its file");
    let line = document.lines().find_map(|line| line.strip_prefix("extends: _bases.yaml#"));
    line.expect("a program extends a base")
}

/// For each seed the loss on held-out examples after training, relative to that of a constant answer.
/// `None` where the program cannot be run.
fn losses(program: &Spec, cpu: &Devices) -> Option<Vec<f64>> {
    (1..=SEEDS).map(|seed| loss(program, seed, cpu)).collect()
}

fn loss(program: &Spec, seed: u64, cpu: &Devices) -> Option<f64> {
    let mut program = program.clone();
    program.training.seed = seed;
    program.expectations = vec![to_the_end()];
    let subject = Subject::prepare(program).ok()?;
    let mut laboratory = Laboratory::new(subject, cpu).ok()?;
    laboratory.require(Experiment::Training, &mut |_, _, _, _| ()).ok()?;
    let training = laboratory.evidence().training.as_ref().expect("it was required");
    let loss = training.outcome.validation?.end / training.constant_loss?.abs();
    Some(if loss.is_finite() { loss.clamp(-WORST, WORST) } else { WORST })
}

/// A fall that no training reaches.
fn to_the_end() -> Expectation {
    let learns = property::find("learns").expect("there is such a property");
    let mut options = Options::defaults(&learns.meta);
    options.set("minimum_fall", OptionValue::Number(f64::MAX));
    Expectation {
        property: learns,
        options,
        severity: None,
        fails: None,
        allowed: None,
        conditions: spec::Conditions::default(),
        span: None,
    }
}

fn compared(name: &str, healthy: &[f64], faulty: &[f64]) -> String {
    let (a, b) = (Sample::of(healthy), Sample::of(faulty));
    let spread = ((a.variance + b.variance) / 2.0).sqrt().max(1e-9);
    let d = (b.mean - a.mean) / spread;
    let p = welch(&a, &b);
    let effective = p < 0.05 && d.abs() >= 0.5;
    let mut row = String::new();
    let _ = writeln!(row, "{name},{:.4},{:.4},{d:.2},{p:.1e},{effective}", a.mean, b.mean);
    row
}

struct Sample {
    count: f64,
    mean: f64,
    variance: f64,
}

impl Sample {
    fn of(numbers: &[f64]) -> Self {
        let count = numbers.len() as f64;
        let mean = numbers.iter().sum::<f64>() / count;
        let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
        Self { count, mean, variance: squares / (count - 1.0) }
    }
}

/// The two-sided p of Welch's t-test: of Student's distribution with the degrees of freedom of Welch and
/// Satterthwaite, integrated by Simpson's rule.
fn welch(a: &Sample, b: &Sample) -> f64 {
    let (u, v) = (a.variance / a.count, b.variance / b.count);
    let error = (u + v).sqrt();
    if error == 0.0 {
        return if a.mean == b.mean { 1.0 } else { 0.0 };
    }
    let t = (b.mean - a.mean).abs() / error;
    let freedom = (u + v).powi(2) / (u * u / (a.count - 1.0) + v * v / (b.count - 1.0));
    // With x = √n tan θ the distribution is cosⁿ⁻¹ θ between −π/2 and π/2.
    let density = |angle: f64| angle.cos().powf(freedom - 1.0);
    let integral = |from: f64, to: f64| {
        let steps = 2000;
        let width = (to - from) / f64::from(steps);
        let at = |step: i32| density(from + width * f64::from(step));
        let inner: f64 =
            (1..steps).map(|step| at(step) * if step % 2 == 1 { 4.0 } else { 2.0 }).sum();
        (at(0) + inner + at(steps)) * width / 3.0
    };
    let half = std::f64::consts::FRAC_PI_2;
    integral((t / freedom.sqrt()).atan(), half) / integral(0.0, half)
}
