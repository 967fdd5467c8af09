//! What experiments find: plain numbers on the host, with no tensor in them.
//!
//! Properties, snapshots and reports read this and nothing else. Losses are means per example,
//! norms are Euclidean.

use serde::Serialize;

use super::contests::ContestsEvidence;
use super::devices::DevicesEvidence;
use super::dropout::DropoutEvidence;
use super::ends::EndEvidence;
use super::gradient_noise::GradientNoiseEvidence;
use super::half_precision::HalfPrecisionEvidence;
use super::optimizer_steps::OptimizerStepsEvidence;
use super::outcome::OutcomeEvidence;
use super::recall::RecallEvidence;
use super::relations::RelationsEvidence;
use super::replays::ReplaysEvidence;
use super::sweep::SweepEvidence;
use super::widths::WidthEvidence;
use crate::inspection::Inspection;
use crate::spec::Task;
use crate::weights::Mode;

/// Everything that was measured on a subject so far.
#[derive(Debug, Clone, Serialize)]
pub struct Evidence {
    pub subject: SubjectFacts,
    pub inspection: Option<Inspection>,
    pub initial: Option<InitialEvidence>,
    pub gradient_check: Option<GradientCheckEvidence>,
    pub overfit: Option<OverfitEvidence>,
    pub training: Option<TrainingEvidence>,
    /// One for each golden file.
    pub golden: Option<Vec<GoldenEvidence>>,
    pub relations: Option<RelationsEvidence>,
    /// The test device beside the reference device, or why there is nothing to compare.
    pub devices: Option<Result<DevicesEvidence, &'static str>>,
    pub dropout: Option<DropoutEvidence>,
    pub replays: Option<ReplaysEvidence>,
    pub contests: ContestsEvidence,
    /// Or why nothing was made wider.
    pub widths: Option<Result<WidthEvidence, String>>,
    pub optimizer_steps: Option<OptimizerStepsEvidence>,
    pub sweep: Option<SweepEvidence>,
    /// Or why it says nothing.
    pub gradient_noise: Option<Result<GradientNoiseEvidence, &'static str>>,
    /// Or why there is nothing to measure.
    pub half_precision: Option<Result<HalfPrecisionEvidence, String>>,
}

const NEEDED: &str = "a property names the experiments that it reads";

impl Evidence {
    /// What is known before anything is measured.
    pub fn of(subject: SubjectFacts) -> Self {
        Self {
            subject,
            inspection: None,
            initial: None,
            gradient_check: None,
            overfit: None,
            training: None,
            golden: None,
            relations: None,
            devices: None,
            dropout: None,
            replays: None,
            contests: ContestsEvidence::default(),
            widths: None,
            optimizer_steps: None,
            sweep: None,
            gradient_noise: None,
            half_precision: None,
        }
    }

    /// The initial pass in numbers of 16 bits, or why there is none.
    ///
    /// # Panics
    ///
    /// When a property reads an experiment that it does not name among its needs.
    pub fn half_precision(&self) -> &Result<HalfPrecisionEvidence, String> {
        self.half_precision.as_ref().expect(NEEDED)
    }

    /// Outputs of layers at several widths, or why there are none.
    ///
    /// # Panics
    ///
    /// When a property reads an experiment that it does not name among its needs.
    pub fn widths(&self) -> &Result<WidthEvidence, String> {
        self.widths.as_ref().expect(NEEDED)
    }

    /// What was seen without running anything.
    ///
    /// # Panics
    ///
    /// When a property reads an experiment that it does not name among its needs.
    pub fn inspection(&self) -> &Inspection {
        self.inspection.as_ref().expect(NEEDED)
    }

    /// What the initial pass found.
    ///
    /// # Panics
    ///
    /// When a property reads an experiment that it does not name among its needs.
    pub fn initial(&self) -> &InitialEvidence {
        self.initial.as_ref().expect(NEEDED)
    }

    /// What the gradient check found.
    ///
    /// # Panics
    ///
    /// When a property reads an experiment that it does not name among its needs.
    pub fn gradient_check(&self) -> &GradientCheckEvidence {
        self.gradient_check.as_ref().expect(NEEDED)
    }

    /// What the comparison with golden files found.
    ///
    /// # Panics
    ///
    /// When a property reads an experiment that it does not name among its needs.
    pub fn golden(&self) -> &[GoldenEvidence] {
        self.golden.as_ref().expect(NEEDED)
    }

    /// What outputs depend on.
    ///
    /// # Panics
    ///
    /// When a property reads an experiment that it does not name among its needs.
    pub fn relations(&self) -> &RelationsEvidence {
        self.relations.as_ref().expect(NEEDED)
    }

    /// What the test device gave beside the reference device, or why that is not asked.
    ///
    /// # Errors
    ///
    /// The reason.
    ///
    /// # Panics
    ///
    /// When a property reads an experiment that it does not name among its needs.
    pub fn devices(&self) -> Result<&DevicesEvidence, &'static str> {
        self.devices.as_ref().expect(NEEDED).as_ref().map_err(|reason| *reason)
    }

    /// What dropout does in both modes.
    ///
    /// # Panics
    ///
    /// When a property reads an experiment that it does not name among its needs.
    pub fn dropout(&self) -> &DropoutEvidence {
        self.dropout.as_ref().expect(NEEDED)
    }

    /// What came of doing the same again.
    ///
    /// # Panics
    ///
    /// When a property reads an experiment that it does not name among its needs.
    pub fn replays(&self) -> &ReplaysEvidence {
        self.replays.as_ref().expect(NEEDED)
    }

    /// What the optimizer made of measured gradients.
    ///
    /// # Panics
    ///
    /// When a property reads an experiment that it does not name among its needs.
    pub fn optimizer_steps(&self) -> &OptimizerStepsEvidence {
        self.optimizer_steps.as_ref().expect(NEEDED)
    }

    /// What trainings at other rates do.
    ///
    /// # Panics
    ///
    /// When a property reads an experiment that it does not name among its needs.
    pub fn sweep(&self) -> &SweepEvidence {
        self.sweep.as_ref().expect(NEEDED)
    }

    /// Signal and noise of gradients.
    ///
    /// # Panics
    ///
    /// When a property reads an experiment that it does not name among its needs.
    pub fn gradient_noise(&self) -> &Result<GradientNoiseEvidence, &'static str> {
        self.gradient_noise.as_ref().expect(NEEDED)
    }

    /// What the overfit found.
    ///
    /// # Panics
    ///
    /// When a property reads an experiment that it does not name among its needs.
    pub fn overfit(&self) -> &OverfitEvidence {
        self.overfit.as_ref().expect(NEEDED)
    }

    /// What the training found.
    ///
    /// # Panics
    ///
    /// When a property reads an experiment that it does not name among its needs.
    pub fn training(&self) -> &TrainingEvidence {
        self.training.as_ref().expect(NEEDED)
    }
}

/// What another framework computed, and what we did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GoldenEvidence {
    /// As the spec has it.
    pub file: String,
    /// Who made it.
    pub framework: String,
    pub mode: Mode,
    /// The hash of the file's bytes.
    pub digest: String,
    /// What keeps file and model from being compared; then there may be no pass.
    pub obstacles: Vec<GoldenObstacle>,
    /// On the reference device, then on the test device where that is another.
    pub passes: Vec<GoldenPass>,
}

/// What keeps a golden file and a model from being compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GoldenObstacle {
    pub place: String,
    pub message: String,
    pub mend: String,
}

/// One pass with another framework's weights and inputs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GoldenPass {
    /// Whether it ran on the reference device, in 64 bits.
    pub reference: bool,
    /// Output, loss, running statistics, then gradients in the model's order.
    pub checks: Vec<GoldenCheck>,
    /// Whether the output that differs is the one of the other mode (train, eval).
    pub other_mode_fits: bool,
}

/// One tensor against another framework's.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GoldenCheck {
    pub part: GoldenPart,
    pub tensor: String,
    /// ‖theirs‖.
    pub expected: f64,
    /// max |ours − theirs|.
    pub largest: f64,
    /// ‖ours − theirs‖ / ‖theirs‖.
    pub error: f64,
    /// What rounding may account for.
    pub bound: f64,
    /// The factor between the two, where that is the whole difference.
    pub ratio: Option<f64>,
    /// Whether exchanging rows and columns is the whole difference.
    pub transposed: bool,
}

impl GoldenCheck {
    /// Whether rounding accounts for the difference.
    pub fn agrees(&self) -> bool {
        // NaN does not.
        self.error <= self.bound
    }
}

/// What a compared tensor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GoldenPart {
    Output,
    Loss,
    /// A running statistic after the pass.
    Statistic,
    InputGradient,
    Gradient,
}

/// What is known without running anything.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SubjectFacts {
    pub task: Task,
    /// The loss's name in the spec language.
    pub loss: &'static str,
    /// Whether the loss applies its own softmax or sigmoid to the outputs.
    pub takes_logits: bool,
    /// Whether the loss has no natural zero: likelihoods may be below it.
    pub signed_loss: bool,
    /// What the terms of a loss of several read that compare with the data; empty for one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub heads: Vec<HeadFacts>,
    /// The paths of the layers that give the outputs of a declared model.
    pub outputs: Vec<String>,
    /// Class names; empty for regression.
    pub classes: Vec<String>,
    pub layers: Vec<LayerFacts>,
    /// Trainable numbers and running statistics.
    pub parameters: usize,
    /// Shape of one input, without the batch axis.
    pub input: Vec<usize>,
    /// Standard deviation of all input numbers of the training part.
    pub input_deviation: f64,
    pub learning_rate: f64,
    /// The optimizer's name in the spec language.
    pub optimizer: &'static str,
    pub batch_size: usize,
    pub training_examples: usize,
    /// Whether the targets are real numbers that no scaling brought to unit size.
    pub unscaled_targets: bool,
    /// Whether the model is written in Rust.
    pub rust: bool,
    /// What a Rust model draws from the device's own random stream.
    pub device_random: DeviceRandom,
    /// The hash of the file that the weights start from, where they come from one.
    pub weights: Option<String>,
    /// Whether a Rust model is one linear map, where that can be asked.
    pub affine: Option<bool>,
    /// Matrices that a Rust model itself keeps from training, and the recipe does not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<String>,
    /// How far the outputs of a Rust model are from those of another one with the same parameters, made from
    /// another seed; none where they are the same, and where that cannot be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rebuilt: Option<f64>,
}

/// The output that a term of the loss reads.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeadFacts {
    pub term: String,
    /// The path of the layer that gives the output.
    pub layer: String,
    /// As in [`SubjectFacts`], of this term.
    pub task: Task,
    pub loss: &'static str,
    pub takes_logits: bool,
    pub classes: Vec<String>,
}

impl SubjectFacts {
    /// What a loss of several terms is called.
    pub const TERMS: &str = "terms";

    /// The facts as the loss of one head alone sees them: the model ends with that head.
    pub fn seen_from(&self, head: &HeadFacts) -> Self {
        let end = self.layers.iter().position(|layer| layer.path == head.layer);
        let layers = end.map_or(&self.layers[..], |end| &self.layers[..=end]);
        Self {
            task: head.task,
            loss: head.loss,
            takes_logits: head.takes_logits,
            classes: head.classes.clone(),
            layers: layers.to_vec(),
            heads: Vec::new(),
            outputs: vec![head.layer.clone()],
            ..self.clone()
        }
    }

    /// Whether the loss takes probabilities in the place of logits.
    pub fn takes_probabilities(&self) -> bool {
        matches!(self.loss, "cross_entropy" | "binary_cross_entropy") && !self.takes_logits
    }

    /// The layer that gives the outputs: the last one, or the last module of a Rust model that owns
    /// numbers.
    pub fn head(&self) -> Option<&LayerFacts> {
        self.layers.iter().rev().find(|layer| !self.rust || layer.parameters > 0)
    }
}

/// Random numbers that a Rust model draws on the device: they differ between devices, so that what
/// depends on them cannot be compared with a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceRandom {
    /// None: the same seed gives the same numbers everywhere.
    Never,
    /// In training alone: dropout, noise.
    InTraining,
    /// In every pass (a sampled code).
    Always,
}

/// One layer of the plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LayerFacts {
    pub path: String,
    /// The layer's name in the spec language; for a Rust model the type of the module, or `probe`.
    pub kind: String,
    /// The activation that the layer computes within, where it has one.
    pub activation: Option<&'static str>,
    /// Output shape without the batch axis; unknown for a Rust model's modules.
    pub output: Vec<usize>,
    pub parameters: usize,
    /// Whether the spec keeps its weights as they are.
    #[serde(skip_serializing_if = "is_false")]
    pub frozen: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// One forward and backward pass at initialization.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InitialEvidence {
    pub examples: usize,
    /// Without regularization.
    pub loss: f64,
    /// The regularization's part of the objective.
    pub penalty: f64,
    /// Gradients of data and penalty by themselves, where there is a regularization.
    pub parts: Option<GradientParts>,
    /// The terms that the loss is the sum of, each with its weight, where there are several.
    pub terms: Vec<TermEvidence>,
    /// The loss that guessing gives on these examples: all logits equal, or output 0. Unknown where
    /// the loss is a Rust model's own, and where theory says nothing.
    pub guessing_loss: Option<f64>,
    /// What a KL divergence leaves out of the cross entropy: the targets' own entropy; 0 for other losses.
    pub left_out: f64,
    /// The lowest loss that a constant output reaches on these examples; unknown likewise.
    pub constant_loss: Option<f64>,
    /// The loss with the weights of other seeds, where margins make a start far below guessing a matter
    /// of luck; empty where that was no question.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub redrawn: Vec<f64>,
    /// Outputs of the layers, in forward order; first the input.
    pub activations: Vec<ActivationEvidence>,
    pub gradients: Vec<GradientEvidence>,
    /// Which numbers of an example the loss depends on; not known of tokens, and where the model brings
    /// its own examples.
    pub input: Option<InputEvidence>,
    /// The initial weights, for each trainable tensor of rank 2 and more.
    pub weights: Vec<WeightEvidence>,
}

/// Norms of gradients over all trainable tensors.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GradientParts {
    pub data_gradient: f64,
    pub penalty_gradient: f64,
}

/// The numbers of an example.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InputEvidence {
    pub numbers: usize,
    /// Those with a gradient of exactly 0 for all examples, by their index in an example.
    pub unused: Vec<usize>,
}

/// A tensor of weights before training.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WeightEvidence {
    pub tensor: String,
    pub shape: Vec<usize>,
    pub mean: f64,
    pub deviation: f64,
    /// How many numbers a unit of the output is the weighted sum of; known of linear layers and
    /// convolutions.
    pub fan_in: Option<usize>,
    /// Units (outputs) and how many of them have weights of their own.
    pub units: Option<DistinctUnits>,
}

/// Units, told apart by their weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DistinctUnits {
    pub count: usize,
    pub distinct: usize,
}

/// One term of a loss.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TermEvidence {
    pub name: String,
    pub value: f64,
    /// Norm of the term's own gradient over all trainable tensors.
    pub gradient_norm: f64,
    /// The loss's name in the spec language; `own` for a Rust model's.
    pub loss: &'static str,
    /// What outputs of zero cost, with the term's weight; unknown as for the whole.
    pub guessing_loss: Option<f64>,
}

/// The output of one layer over a batch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ActivationEvidence {
    pub path: String,
    /// As in [`LayerFacts`].
    pub kind: String,
    pub mean: f64,
    pub deviation: f64,
    /// Root of the mean variance over the examples, place by place: what tells examples apart.
    pub between: f64,
    /// Share of numbers that are exactly 0.
    pub zero_share: f64,
    /// Share of numbers on the flats of an activation that has some (tanh, sigmoid, …).
    pub saturated_share: Option<f64>,
    /// NaN and infinite numbers.
    pub not_finite: usize,
    /// For activations that can die: how many units there are, and how many are 0 on every example.
    pub units: Option<UnitEvidence>,
}

/// Units (channels of images, features otherwise) of an activation that can die.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct UnitEvidence {
    pub count: usize,
    pub dead: usize,
}

/// The gradient of one trainable tensor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GradientEvidence {
    pub tensor: String,
    pub shape: Vec<usize>,
    /// Whether the backward pass reached the tensor at all.
    pub present: bool,
    pub norm: f64,
    pub not_finite: usize,
    /// Why a zero gradient is right here, if it is.
    pub zero_by_design: Option<&'static str>,
}

/// Analytic against numerical gradients.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GradientCheckEvidence {
    pub examples: usize,
    /// Loss at the point, on the reference device.
    pub loss: f64,
    pub tensors: Vec<TensorCheck>,
    /// Where the differences were taken.
    pub path: CheckPath,
}

/// The arithmetic in which numerical differences were taken.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckPath {
    /// In 64 bits on the reference device.
    Reference,
    /// In 32 bits where the model runs, and why it does not run on the reference device.
    SinglePrecision { reason: String },
}

/// The check of one tensor (or of the input, as `input`).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TensorCheck {
    pub tensor: String,
    /// Norm of the analytic gradient on the reference device.
    pub norm: f64,
    /// Directional derivatives along the probed directions.
    pub directions: Vec<DirectionCheck>,
    /// Analytic and numeric are both zero within rounding.
    pub structurally_zero: bool,
}

/// One directional derivative.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DirectionCheck {
    pub analytic: f64,
    pub numeric: f64,
    /// |analytic − numeric| / max(|analytic|, |numeric|, ‖g‖/√n).
    pub relative_error: f64,
    /// What rounding and truncation may account for, on the same scale.
    pub noise: f64,
    /// The loss has a kink here: the direction tells nothing.
    pub kink: bool,
}

/// Attempts to learn a few fixed examples by heart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OverfitEvidence {
    pub examples: usize,
    /// What is known of these examples without a model; nothing where the loss is a Rust model's own.
    pub bounds: Option<LossBounds>,
    /// The share of answers that must be right: below 1 where the same inputs have several, and where there
    /// are many answers.
    pub due_accuracy: f64,
    /// In the order in which they were made; the first one that succeeds is the last.
    pub attempts: Vec<OverfitAttempt>,
    /// What the last model that succeeded says of the examples; none where none did.
    pub recall: Option<RecallEvidence>,
    /// Where the outputs of that model end, or of the one that came lowest.
    pub ends: Vec<EndEvidence>,
}

/// Losses between which learning takes place.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LossBounds {
    /// Lowest loss that the examples allow (label smoothing, conflicting labels).
    pub floor: f64,
    /// The lowest loss that a constant output reaches on them.
    pub constant: f64,
}

/// One attempt: one seed, one rate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OverfitAttempt {
    pub seed: u64,
    pub learning_rate: f64,
    pub steps: usize,
    /// Loss before the first step and after the last one.
    pub initial_loss: f64,
    pub final_loss: f64,
    /// Share of examples whose class is right; absent for regression.
    pub accuracy: Option<f64>,
    /// Of several terms, the one that stayed furthest from its floor, as far as floors are known: what
    /// other heads have learned does not make up for one that has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worst: Option<TermEnd>,
    /// Whether the attempt met the bounds that the spec (or the default) sets.
    pub succeeded: bool,
}

/// Where one of several terms ended, with its weight.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TermEnd {
    pub name: String,
    pub loss: f64,
    pub bounds: LossBounds,
}

impl LossBounds {
    /// How much of the way from the floor up to the constant predictor is left; more than 1 above it,
    /// and infinite for a loss that is no number.
    pub fn share_left(&self, loss: f64) -> f64 {
        match loss.is_finite() {
            true => (loss - self.floor) / (self.constant - self.floor),
            false => f64::INFINITY,
        }
    }

    /// Whether there is nothing to learn: a constant fits.
    pub fn are_one(&self) -> bool {
        self.constant - self.floor <= 1e-12 * self.constant.abs().max(1e-12)
    }
}

/// The recipe's own first steps.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrainingEvidence {
    /// Steps taken, and the steps that the recipe declares.
    pub steps: usize,
    pub declared_steps: usize,
    /// Minibatch loss before each step, regularization included.
    pub losses: Vec<f64>,
    /// The loss on the sample of training examples before training, and after every block.
    pub sample_losses: Vec<SampleLoss>,
    /// The lowest loss that a constant output reaches on the sample; unknown where the loss is a Rust
    /// model's own.
    pub constant_loss: Option<f64>,
    /// Where the recipe's early stopping ended the training, if it did.
    pub stopped_early: Option<EarlyStop>,
    pub updates: Vec<UpdateEvidence>,
    /// Outputs of the layers on the sample after the last step.
    pub activations: Vec<ActivationEvidence>,
    pub outcome: OutcomeEvidence,
}

/// Where a recipe's early stopping ended the training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EarlyStop {
    /// The last epoch, from 1, and the step that it ended with.
    pub epoch: usize,
    pub step: usize,
    /// The loss that was watched, by its name in the spec language.
    pub metric: &'static str,
    /// Its value in the last epoch, and the lowest one.
    pub loss: f64,
    pub best: f64,
}

/// Loss on the sample after some steps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SampleLoss {
    pub step: usize,
    pub loss: f64,
}

/// How far the optimizer moved one tensor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UpdateEvidence {
    pub tensor: String,
    pub rank: usize,
    pub steps: Vec<StepUpdate>,
}

/// One measured step of one tensor.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StepUpdate {
    /// From 1.
    pub step: usize,
    /// ‖ΔW‖.
    pub update_norm: f64,
    /// ‖W‖ before the step.
    pub weight_norm: f64,
    /// max |Δw|.
    pub largest: f64,
}

impl StepUpdate {
    /// ‖ΔW‖ / ‖W‖, `None` where the weights are all zero.
    pub fn ratio(&self) -> Option<f64> {
        (self.weight_norm > 0.0).then(|| self.update_norm / self.weight_norm)
    }
}

impl OverfitEvidence {
    /// The attempt that came lowest, for each seed that was tried.
    pub fn best_by_seed(&self) -> Vec<&OverfitAttempt> {
        let mut best: Vec<&OverfitAttempt> = Vec::new();
        for attempt in &self.attempts {
            match best.iter_mut().find(|known| known.seed == attempt.seed) {
                Some(known) if better(attempt, known) => *known = attempt,
                Some(_) => {}
                None => best.push(attempt),
            }
        }
        best
    }
}

fn better(attempt: &OverfitAttempt, known: &OverfitAttempt) -> bool {
    let key = |attempt: &OverfitAttempt| match attempt.final_loss.is_finite() {
        true => attempt.final_loss,
        false => f64::INFINITY,
    };
    (attempt.succeeded, -key(attempt)) > (known.succeeded, -key(known))
}
