//! The figures that the project states about itself, measured on the shipped specs.
//!
//! `cargo bench --profile dev --bench measures [-- SECTION…]`, with the sections `gradients`,
//! `curves`, `seeds`, `repeats`, `cost`, `single`, `parsing` and `time`. `NN_TEST_DEVICE=cpu` leaves the adapter out.

use std::path::PathBuf;
use std::time::Instant;

use nn_test::device::{DeviceChoice, Devices};
use nn_test::experiment::{Evidence, Experiment, Laboratory};
use nn_test::property::{self, Options, Outcome};
use nn_test::spec::{self, Spec};
use nn_test::subject::Subject;

const SEEDS: u64 = 20;
const REPEATS: usize = 20;
const EXPERIMENTS: [Experiment; 4] =
    [Experiment::Initial, Experiment::GradientCheck, Experiment::Overfit, Experiment::Training];

#[path = "measures/single_precision.rs"]
mod single_precision;
#[path = "measures/time.rs"]
mod time;

fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wants = |section: &str| wanted.is_empty() || wanted.iter().any(|name| name == section);
    let choice = match std::env::var("NN_TEST_DEVICE").as_deref() {
        Ok("cpu") => DeviceChoice::Cpu,
        _ => DeviceChoice::Auto,
    };
    let devices = Devices::open(choice).expect("auto always finds a device");
    let cpu = Devices { test: devices.reference.clone(), ..devices.clone() };
    println!("device: {}\n", devices.description);
    let specs: Vec<Spec> = shipped().into_iter().map(|path| spec::load(&path).unwrap()).collect();
    if wants("gradients") {
        gradients(&specs, &devices);
    }
    if wants("curves") {
        curves(&specs, &devices, &cpu);
    }
    if wants("seeds") {
        seeds(&specs, &cpu);
    }
    if wants("repeats") {
        repeats(&specs, &cpu);
    }
    if wants("single") {
        single_precision::report(&devices);
    }
    if wants("parsing") {
        parsing(&specs);
    }
    if wants("cost") {
        cost(&specs, &cpu);
    }
    if wants("time") {
        time::report(&specs, &cpu);
    }
}

fn shipped() -> Vec<PathBuf> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the shipped specs are there")
        .map(|entry| entry.expect("they can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    files
}

/// How long it takes to read 1,000 specs and to infer their shapes: the shipped ones again and again,
/// and a file with a matrix of as many combinations as there may be. Data of files are read once, before.
fn parsing(specs: &[Spec]) {
    let begin = Instant::now();
    for spec in specs.iter().cycle().take(1000) {
        let read = spec::parse(spec.source.clone()).expect("shipped specs are right");
        std::hint::black_box(read);
    }
    let documents = begin.elapsed();
    let layers = "[linear: \"${a}\", relu, linear: \"${b}\", relu, linear: 1]";
    let sizes: Vec<String> = (1..=16).map(|size| size.to_string()).collect();
    let sizes = sizes.join(", ");
    let text = format!(
        "version: 1\ntask: regression\ndata: {{linear_regression: {{examples: 40}}}}\n\
         matrix: {{a: [{sizes}], b: [{sizes}]}}\nmodel: {layers}\n"
    );
    let begin = Instant::now();
    let read = spec::parse_all(spec::Source::new("sweep.yaml", text)).expect("it is right");
    let matrix = begin.elapsed();
    let count = read.len();
    let begin = Instant::now();
    for spec in read.iter().cycle().take(1000) {
        Subject::prepare(spec.clone()).unwrap_or_else(|e| panic!("{}", e.render(false)));
    }
    println!("1000 specs read in {documents:.1?}");
    println!("{count} specs of a matrix read in {matrix:.1?}");
    println!("1000 specs of five layers and 40 examples prepared in {:.1?}\n", begin.elapsed());
}

fn laboratory(spec: &Spec, devices: &Devices) -> Laboratory {
    let subject = Subject::prepare(spec.clone()).unwrap_or_else(|e| panic!("{}", e.render(false)));
    Laboratory::new(subject, devices).expect("shipped specs can be set up")
}

fn measure(spec: &Spec, devices: &Devices, experiments: &[Experiment]) -> Evidence {
    let mut laboratory = laboratory(spec, devices);
    for experiment in experiments {
        laboratory.require(*experiment, &mut |_, _, _, _| ()).expect("experiments succeed");
    }
    laboratory.evidence().clone()
}

/// Worst errors of correct gradients, and the smallest relative error in one tensor that is caught.
fn gradients(specs: &[Spec], devices: &Devices) {
    println!(
        "spec | analytic f64 against differences | test device against f64 | smallest error seen in every tensor"
    );
    for spec in specs {
        let evidence = measure(spec, devices, &[Experiment::GradientCheck, Experiment::Devices]);
        let check = evidence.gradient_check.as_ref().expect("it was measured");
        let sound = check.tensors.iter().filter(|tensor| !tensor.structurally_zero);
        let numeric = sound
            .flat_map(|tensor| &tensor.directions)
            .filter(|direction| !direction.kink)
            .map(|direction| direction.relative_error)
            .fold(0.0, f64::max);
        let device = evidence.devices().map_or(0.0, |devices| {
            devices.gradients.iter().map(|tensor| tensor.error).fold(0.0, f64::max)
        });
        let seen = (0..check.tensors.len())
            .filter(|index| !check.tensors[*index].structurally_zero)
            .map(|index| smallest_seen(&evidence, index))
            .fold(0.0, f64::max);
        println!("{} | {numeric:.1e} | {device:.1e} | {seen:.1e}", *spec.name);
    }
    println!();
}

/// The smallest factor 1 + e on one tensor's claimed gradient at which the property fails.
fn smallest_seen(evidence: &Evidence, tensor: usize) -> f64 {
    let property = property::find("gradients_match").expect("it is registered");
    let options = Options::defaults(&property.meta);
    let errors = (0..=16).map(|half| 10f64.powf(-8.0 + 0.5 * f64::from(half)));
    let mut seen = errors.filter(|error| {
        let mut planted = evidence.clone();
        let check = planted.gradient_check.as_mut().expect("it was measured");
        let tensor = &mut check.tensors[tensor];
        let size = tensor.norm / (tensor.directions.len().max(1) as f64).sqrt();
        for direction in &mut tensor.directions {
            direction.analytic *= 1.0 + error;
            let scale = direction.analytic.abs().max(direction.numeric.abs()).max(1e-3 * size);
            direction.relative_error = (direction.analytic - direction.numeric).abs() / scale;
        }
        (property.judge)(&planted, &options).outcome == Outcome::Fail
    });
    seen.next().unwrap_or(f64::INFINITY)
}

/// Largest relative difference of the recipe's minibatch losses between test device and CPU.
fn curves(specs: &[Spec], devices: &Devices, cpu: &Devices) {
    println!("spec | steps | largest relative difference of the loss curves");
    for spec in specs {
        let curve = |devices: &Devices| {
            let evidence = measure(spec, devices, &[Experiment::Training]);
            evidence.training.expect("it was measured").losses
        };
        let (test, reference) = (curve(devices), curve(cpu));
        assert_eq!(
            test.len(),
            reference.len(),
            "{}: the devices disagree on the steps",
            *spec.name
        );
        let difference =
            test.iter().zip(&reference).map(|(a, b)| (a - b).abs() / b.abs()).fold(0.0, f64::max);
        println!("{} | {} | {difference:.1e}", *spec.name, test.len());
    }
    println!();
}

/// Verdicts of the recommended set over seeds, on the CPU.
fn seeds(specs: &[Spec], cpu: &Devices) {
    println!("spec | verdicts over {SEEDS} seeds that are neither pass nor not applicable");
    for spec in specs {
        let mut found = Vec::new();
        for seed in 0..SEEDS {
            let mut spec = spec.clone();
            spec.training.seed = seed;
            let mut laboratory = laboratory(&spec, cpu);
            for expectation in &spec.expectations {
                let judgement = laboratory.judge(expectation, &mut |_, _, _, _| ());
                let verdict = judgement.expect("experiments succeed").verdict;
                if !matches!(verdict.outcome, Outcome::Pass | Outcome::NotApplicable) {
                    let name = expectation.property.meta.name;
                    found.push(format!(
                        "seed {seed} {name} {:?}: {}",
                        verdict.outcome, verdict.summary
                    ));
                }
            }
        }
        println!(
            "{} | {}",
            *spec.name,
            if found.is_empty() { "none".to_owned() } else { found.join("\n  ") }
        );
    }
    println!();
}

/// Whether one seed gives the same evidence again and again, bit for bit, on the CPU.
fn repeats(specs: &[Spec], cpu: &Devices) {
    println!("spec | distinct evidence in {REPEATS} runs");
    for spec in specs {
        let mut texts: Vec<String> =
            (0..REPEATS).map(|_| format!("{:?}", measure(spec, cpu, &EXPERIMENTS))).collect();
        texts.sort();
        texts.dedup();
        println!("{} | {}", *spec.name, texts.len());
    }
    println!();
}

/// Time of judging all properties over the time of their experiments alone, on the CPU.
fn cost(specs: &[Spec], cpu: &Devices) {
    println!("spec | experiments (ms) | all properties (ms) | ratio");
    for spec in specs {
        let begin = Instant::now();
        measure(spec, cpu, &EXPERIMENTS);
        let experiments = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        let mut laboratory = laboratory(spec, cpu);
        for property in property::REGISTRY {
            let expectation = spec::Expectation {
                property,
                options: Options::defaults(&property.meta),
                severity: None,
                fails: None,
                allowed: None,
                conditions: spec::Conditions::default(),
                span: None,
            };
            laboratory.judge(&expectation, &mut |_, _, _, _| ()).expect("experiments succeed");
        }
        let all = begin.elapsed().as_secs_f64();
        println!(
            "{} | {:.1} | {:.1} | {:.2}",
            *spec.name,
            1e3 * experiments,
            1e3 * all,
            all / experiments
        );
    }
}
