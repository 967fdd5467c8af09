//! Rust models, measured on the CPU as a test target would.

use std::sync::atomic::{AtomicUsize, Ordering};

use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear, LinearConfig};
use burn::tensor::activation::{relu, softmax, tanh};
use burn::tensor::{DType, Device, Distribution, Int, Tensor};

use super::*;
use crate::device::{DeviceChoice, Devices};
use crate::property::{self, Options, Outcome, Verdict};
use crate::registry::{Registry, batches, model, objective};
use crate::spec::{self, Source};
use crate::subject::Subject;

#[derive(Module, Debug)]
struct Net {
    hidden: Linear,
    norm: BatchNorm,
    dropout: Dropout,
    head: Linear,
}

impl Net {
    fn new(device: &Device) -> Self {
        Self {
            hidden: LinearConfig::new(2, 16).init(device),
            norm: BatchNormConfig::new(16).init(device),
            dropout: DropoutConfig::new(0.2).init(),
            head: LinearConfig::new(16, 2).init(device),
        }
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let x = crate::probe("relu1", relu(self.norm.forward(self.hidden.forward(x))));
        self.head.forward(self.dropout.forward(x))
    }

    /// Forward y², gradient of y: what a custom backward may get wrong.
    fn with_wrong_backward(&self, x: Tensor<2>) -> Tensor<2> {
        let y = tanh(self.hidden.forward(x));
        let squared = (y.clone() * y.clone() - y.clone()).detach() + y;
        self.head.forward(squared)
    }

    /// A mask in f32, whatever the device computes in.
    fn with_explicit_f32(&self, x: Tensor<2>) -> Tensor<2> {
        let mask = Tensor::<1>::ones([16], (&x.device(), DType::F32)).unsqueeze();
        self.head.forward(tanh(self.hidden.forward(x)) * mask)
    }

    fn with_explicit_f32_and_wrong_backward(&self, x: Tensor<2>) -> Tensor<2> {
        let mask = Tensor::<1>::ones([16], (&x.device(), DType::F32)).unsqueeze();
        let y = tanh(self.hidden.forward(x)) * mask;
        self.head.forward((y.clone() * y.clone() - y.clone()).detach() + y)
    }

    fn with_softmax(&self, x: Tensor<2>) -> Tensor<2> {
        softmax(self.forward(x), 1)
    }

    fn of_two(&self, (x, y): (Tensor<2>, Tensor<3>)) -> Tensor<2> {
        let y = y.flatten::<2>(1, 2).powi_scalar(2).mean_dim(1).mul_scalar(1e-3);
        self.head.forward(tanh(self.hidden.forward(x.mul_scalar(0.1)) + y))
    }

    fn of_numbers_and_tokens(&self, x: Tensor<2>, tokens: Tensor<2, Int>) -> Tensor<2> {
        self.head.forward(tanh(self.hidden.forward(x) + tokens.float().mean_dim(1)))
    }

    /// A counter outside of the module: no pass is as the one before.
    fn with_counter(&self, x: Tensor<2>) -> Tensor<2> {
        static PASSES: AtomicUsize = AtomicUsize::new(0);
        let passes = PASSES.fetch_add(1, Ordering::Relaxed);
        self.forward(x.mul_scalar(1.0 + 0.01 * passes as f64))
    }

    /// Examples look at each other, as after a reshape of the batch axis.
    fn with_mixed_batch(&self, x: Tensor<2>) -> Tensor<2> {
        let x = tanh(self.hidden.forward(x));
        self.head.forward(x.clone() + x.flip([0]))
    }

    fn with_panic(&self, x: Tensor<2>) -> Tensor<2> {
        assert!(x.dims()[1] == 3, "this net takes three features");
        x
    }

    fn with_one_output_too_many(&self, x: Tensor<2>) -> Tensor<2> {
        Tensor::cat(vec![self.forward(x.clone()), x.narrow(1, 0, 1)], 1)
    }
}

/// A table that is drawn when the module is made and is no parameter of it.
#[derive(Module, Debug)]
struct Table {
    head: Linear,
    table: Tensor<2>,
}

impl Table {
    fn new(device: &Device) -> Self {
        let table = Tensor::random([2, 8], Distribution::Normal(0.0, 1.0), device);
        Self { head: LinearConfig::new(8, 2).init(device), table }
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.head.forward(tanh(x.matmul(self.table.clone())))
    }
}

/// A module without a normalization.
#[derive(Module, Debug)]
struct Plain {
    head: Linear,
}

impl Plain {
    fn new(device: &Device) -> Self {
        Self { head: LinearConfig::new(2, 2).init(device) }
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.head.forward(x)
    }
}

fn own_loss(net: &Net, x: &Tensor<2>) -> [(&'static str, Tensor<1>); 2] {
    let outputs = net.head.forward(tanh(net.hidden.forward(x.clone())));
    let decay = net.hidden.weight.val().powi_scalar(2).mean();
    [("fit", (outputs - x.clone()).powi_scalar(2).mean()), ("decay", decay.mul_scalar(0.1))]
}

fn sampled_loss(net: &Net, x: &Tensor<2>) -> Tensor<1> {
    let code = net.hidden.forward(x.clone());
    let noise = Tensor::random(code.dims(), Distribution::Normal(0.0, 0.1), &code.device());
    (net.head.forward(tanh(code + noise)) - x.clone()).powi_scalar(2).mean()
}

fn rows(indices: &[usize], device: &Device) -> Tensor<2> {
    let row = |index: &usize| [(*index as f64).sin(), (*index as f64 * 1.7).cos()];
    let numbers: Vec<f64> = indices.iter().flat_map(row).collect();
    Tensor::<1>::from_data(numbers.as_slice(), device).reshape([indices.len(), 2])
}

fn registry() -> Registry {
    Registry::new()
        .with("net", model(Net::new, Net::forward))
        .with("wrong", model(Net::new, Net::with_wrong_backward))
        .with("single", model(Net::new, Net::with_explicit_f32))
        .with("single_wrong", model(Net::new, Net::with_explicit_f32_and_wrong_backward))
        .with("two", model(Net::new, Net::of_two))
        .with("tokens", model(Net::new, Net::of_numbers_and_tokens))
        .with("counter", model(Net::new, Net::with_counter))
        .with("mixed", model(Net::new, Net::with_mixed_batch))
        .with("plain", model(Plain::new, Plain::forward))
        .with("table", model(Table::new, Table::forward))
        .with("probabilities", model(Net::new, Net::with_softmax))
        .with("panics", model(Net::new, Net::with_panic))
        .with("wide", model(Net::new, Net::with_one_output_too_many))
        .with("own", objective(Net::new, batches(60, rows), own_loss))
        .with("sampled", objective(Net::new, batches(60, rows), sampled_loss))
}

fn laboratory(name: &str) -> Result<Laboratory, SetUpError> {
    let task = match name {
        "own" | "sampled" => "task: objective",
        _ => "task: classification\ndata: {moons: {examples: 120}}",
    };
    measured(task, name)
}

fn measured(task: &str, name: &str) -> Result<Laboratory, SetUpError> {
    measured_with(task, name, "epochs: 20")
}

fn measured_with(task: &str, name: &str, training: &str) -> Result<Laboratory, SetUpError> {
    let text = format!(
        "version: 1\nname: rust\n{task}\nmodel: {{rust: {name}}}\n\
         training: {{optimizer: {{adam: {{learning_rate: 1e-2}}}}, {training}}}\n"
    );
    let spec = spec::parse(Source::new("specs/rust.yaml", text)).unwrap();
    let subject = Subject::prepare_with(spec, &registry()).unwrap();
    Laboratory::new(subject, &Devices::open(DeviceChoice::Cpu).unwrap())
}

fn verdict(laboratory: &mut Laboratory, name: &str) -> Verdict {
    let property = property::find(name).unwrap();
    for experiment in property.needs {
        laboratory.require(*experiment, &mut |_, _, _, _| ()).unwrap();
    }
    (property.judge)(laboratory.evidence(), &Options::defaults(&property.meta))
}

#[test]
fn a_module_runs_in_numbers_of_sixteen_bits_itself() {
    let _alone = crate::device::alone();
    let mut laboratory = laboratory("net").unwrap();
    let fine = verdict(&mut laboratory, "precision_robust");
    assert_eq!(fine.outcome, Outcome::Pass, "{fine:?}");
    let half = laboratory.evidence().half_precision().as_ref().unwrap();
    // The device has rounded: a little, and more in bf16.
    let errors = |index: usize| {
        let pass = &half.passes[index];
        pass.layers.iter().map(|layer| layer.error).fold(0.0, f64::max)
    };
    assert!((1e-3..2e-2).contains(&errors(0)), "{}", errors(0));
    assert!((1e-4..2e-3).contains(&errors(1)), "{}", errors(1));
    for (name, reason) in [("own", "its own batches"), ("single", "64 bits")] {
        let none = verdict(&mut self::laboratory(name).unwrap(), "precision_robust");
        assert_eq!(none.outcome, Outcome::NotApplicable, "{name}");
        assert!(none.summary.contains(reason), "{}", none.summary);
    }
}

#[test]
fn a_healthy_module_holds_every_property() {
    let _alone = crate::device::alone();
    let mut laboratory = laboratory("net").unwrap();
    for property in property::REGISTRY.iter().filter(|property| property.meta.recommended) {
        let verdict = verdict(&mut laboratory, property.meta.name);
        let holds = match property.meta.name {
            // There is nothing of the kind in it, or no probe that shows it; classes have no scale, and
            // there is one device.
            "activations_in_scale"
            | "clipping_effective"
            | "clipping_in_use"
            | "frozen_stay"
            // The classes of made-up examples come in turn.
            | "labels_follow_inputs"
            | "matches_reference_device"
            | "neighbours_alike"
            | "no_saturation"
            | "outputs_vary"
            | "regularization_in_range"
            | "respects_padding"
            | "augmentation_keeps_scale"
            | "padding_in_bounds"
            | "targets_scaled"
            | "train_eval_consistent" => verdict.outcome == Outcome::NotApplicable,
            // Batch normalization right before the head makes large first outputs, which warns.
            _ => matches!(verdict.outcome, Outcome::Pass | Outcome::Warn),
        };
        assert!(holds, "{}: {verdict:?}", property.meta.name);
    }
    let facts = &laboratory.evidence().subject;
    let layers: Vec<(&str, &str, usize)> = facts
        .layers
        .iter()
        .map(|layer| (layer.path.as_str(), layer.kind.as_str(), layer.parameters))
        .collect();
    assert_eq!(
        layers,
        [
            ("hidden", "Linear", 48),
            ("norm", "BatchNorm", 64),
            ("head", "Linear", 34),
            ("relu1", "probe", 0),
            ("output", "output", 0)
        ]
    );
    assert_eq!(facts.device_random, DeviceRandom::InTraining);
}

#[test]
fn what_is_the_same_only_by_luck_is_caught_at_its_place() {
    let _alone = crate::device::alone();
    for (name, property) in [
        ("counter", "deterministic"),
        ("table", "save_load_round_trip"),
        ("mixed", "batch_independent"),
    ] {
        let found = verdict(&mut laboratory(name).unwrap(), property);
        assert_eq!(found.outcome, Outcome::Fail, "{name}: {found:?}");
        let healthy = verdict(&mut laboratory("net").unwrap(), property);
        assert_eq!(healthy.outcome, Outcome::Pass, "{property}: {healthy:?}");
    }
    let halves = verdict(&mut laboratory("plain").unwrap(), "accumulation_equivalent");
    assert_eq!(halves.outcome, Outcome::Pass, "{halves:?}");
}

#[test]
fn a_softmax_of_a_module_is_seen_before_any_experiment() {
    let _alone = crate::device::alone();
    let mut laboratory = laboratory("probabilities").unwrap();
    let failed = verdict(&mut laboratory, "loss_suits_task");
    assert_eq!(failed.outcome, Outcome::Fail, "{failed:?}");
    assert_eq!(failed.findings[0].place, "output");
    assert!(laboratory.evidence().initial.is_none(), "nothing had to be measured");
    let mut twin = self::laboratory("net").unwrap();
    assert_eq!(verdict(&mut twin, "loss_suits_task").outcome, Outcome::Pass);
}

#[test]
fn groups_name_the_fields_of_a_module() {
    let _alone = crate::device::alone();
    let task = "task: classification\ndata: {moons: {examples: 120}}";
    let grouped =
        |groups: &str| measured_with(task, "net", &format!("epochs: 20, groups: [{groups}]"));
    let mut laboratory = grouped("{layers: [hidden, norm.gamma], frozen: true}").unwrap();
    for name in ["every_parameter_gets_gradient", "gradients_match", "weights_update", "learns"] {
        let verdict = verdict(&mut laboratory, name);
        assert_eq!(verdict.outcome, Outcome::Pass, "{name}: {verdict:?}");
    }
    let updates = &laboratory.evidence().training().updates;
    let moved: Vec<&str> = updates.iter().map(|update| update.tensor.as_str()).collect();
    assert_eq!(moved, ["norm.beta", "head.weight", "head.bias"]);
    let Err(SetUpError::Spec(diagnostics)) = grouped("{layers: [haed], factor: 2}") else {
        panic!("there is no such field");
    };
    let text = diagnostics.render(false);
    assert!(text.contains("did you mean `head`?"), "{text}");
    assert!(text.contains("specs/rust.yaml:6:"), "{text}");
}

#[test]
fn a_wrong_backward_is_found_and_its_tensors_are_named() {
    let _alone = crate::device::alone();
    let mut laboratory = laboratory("wrong").unwrap();
    let verdict = verdict(&mut laboratory, "gradients_match");
    assert_eq!(verdict.outcome, Outcome::Fail, "{verdict:?}");
    let places: Vec<&str> = verdict.findings.iter().map(|f| f.place.as_str()).collect();
    assert_eq!(places, ["hidden.bias", "hidden.weight", "input"]);
}

#[test]
fn what_does_not_run_in_f64_is_checked_in_f32_and_the_report_says_so() {
    let _alone = crate::device::alone();
    let mut right = laboratory("single").unwrap();
    let passed = verdict(&mut right, "gradients_match");
    assert_eq!(passed.outcome, Outcome::Pass, "{passed:?}");
    assert!(passed.summary.contains("in f32, since the model does not run in f64"), "{passed:?}");
    let CheckPath::SinglePrecision { reason } = &right.evidence().gradient_check().path else {
        panic!("it cannot run in f64");
    };
    assert!(reason.contains("dtype"), "{reason}");

    let mut wrong = laboratory("single_wrong").unwrap();
    let failed = verdict(&mut wrong, "gradients_match");
    assert_eq!(failed.outcome, Outcome::Fail, "{failed:?}");
    assert_eq!(failed.findings[0].place, "hidden.bias", "{failed:?}");
}

#[test]
fn an_objective_of_its_own_is_trained_and_checked_term_by_term() {
    let _alone = crate::device::alone();
    let mut laboratory = laboratory("own").unwrap();
    for name in ["every_parameter_gets_gradient", "initial_loss"] {
        verdict(&mut laboratory, name);
    }
    let terms: Vec<&str> =
        laboratory.evidence().initial().terms.iter().map(|term| term.name.as_str()).collect();
    assert_eq!(terms, ["fit", "decay"]);
    let balance = verdict(&mut laboratory, "loss_terms_balanced");
    assert_eq!(balance.outcome, Outcome::Fail, "{balance:?}");
    assert_eq!(balance.findings[0].place, "decay", "its gradient is a hundredth of the other's");
    let unused = verdict(&mut laboratory, "every_parameter_gets_gradient");
    let places: Vec<&str> = unused.findings.iter().map(|f| f.place.as_str()).collect();
    assert_eq!(places, ["norm.gamma", "norm.beta"], "the loss leaves the normalization out");
    for name in ["gradients_match", "overfits_batch", "learns"] {
        let verdict = verdict(&mut laboratory, name);
        assert_eq!(verdict.outcome, Outcome::Pass, "{name}: {verdict:?}");
    }
    assert_eq!(verdict(&mut laboratory, "initial_loss").outcome, Outcome::NotApplicable);
}

#[test]
fn several_inputs_share_the_numbers_of_an_example() {
    let _alone = crate::device::alone();
    // Six numbers: two for the first input, and a matrix of 2 × 2 for the second.
    let task = "task: classification\ndata: {blobs: {examples: 60, classes: 2, features: 6}}";
    let mut two = measured(task, "{name: two, inputs: [[2], [2, 2]]}").unwrap();
    let verdict_of_two = verdict(&mut two, "gradients_match");
    assert_eq!(verdict_of_two.outcome, Outcome::Pass, "{verdict_of_two:?}");
    let check = two.evidence().gradient_check();
    let input = check.tensors.iter().find(|tensor| tensor.tensor == INPUT).unwrap();
    assert!(!input.structurally_zero && input.norm > 0.0, "{input:?}");
}

#[test]
fn an_input_of_tokens_has_no_gradient_and_the_weights_have_theirs() {
    let _alone = crate::device::alone();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mixed.csv");
    let rows = (0..40).map(|row| {
        let x = (f64::from(row) * 0.7).sin();
        format!("{x},{},{},{},{}\n", -x, row % 5, row % 3, if x > 0.0 { "up" } else { "down" })
    });
    std::fs::write(&path, format!("a,b,t,u,side\n{}", rows.collect::<String>())).unwrap();
    let task =
        format!("task: classification\ndata: {{csv: {}, target: side}}", path.to_str().unwrap());
    let mut laboratory = measured(&task, "{name: tokens, inputs: [[2], [2]]}").unwrap();
    let verdict = verdict(&mut laboratory, "gradients_match");
    assert_eq!(verdict.outcome, Outcome::Pass, "{verdict:?}");
    let tensors = &laboratory.evidence().gradient_check().tensors;
    assert!(tensors.iter().all(|tensor| tensor.tensor != INPUT));
    assert!(tensors.iter().any(|tensor| tensor.tensor == "hidden.weight"));
}

#[test]
fn noise_that_a_model_draws_itself_spoils_no_gradient_check() {
    let _alone = crate::device::alone();
    let mut laboratory = laboratory("sampled").unwrap();
    assert_eq!(laboratory.evidence().subject.device_random, DeviceRandom::Always);
    let verdict = verdict(&mut laboratory, "gradients_match");
    assert_eq!(verdict.outcome, Outcome::Pass, "{verdict:?}");
}

#[test]
fn a_model_that_panics_is_told_with_message_and_place() {
    let _alone = crate::device::alone();
    let Err(error) = laboratory("panics") else { panic!("it cannot run") };
    let text = error.to_string();
    assert!(text.contains("this net takes three features"), "{text}");
    assert!(text.contains("src/experiment/tests.rs:"), "{text}");
}

#[test]
fn outputs_that_do_not_suit_the_task_are_an_error_of_the_spec() {
    let _alone = crate::device::alone();
    let Err(SetUpError::Spec(diagnostics)) = laboratory("wide") else {
        panic!("the head is too wide");
    };
    let text = diagnostics.render(false);
    assert!(text.contains("the model gives [4, 3] for 4 examples"), "{text}");
    assert!(text.contains("specs/rust.yaml:5:15"), "{text}");
}
