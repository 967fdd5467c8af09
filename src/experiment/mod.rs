//! Experiments: measured runs over a subject, each run once and shared by all properties.
//!
//! One file per experiment. An experiment measures and never judges; what it finds is
//! [`Evidence`]. [`Laboratory`] buys experiments on demand.

mod accuracy;
mod affine;
mod backward;
mod bare;
mod bench;
mod contests;
mod devices;
mod direction;
mod dropout;
mod due;
mod ends;
mod epochs;
mod evidence;
mod facts;
mod gallery;
mod golden;
mod gradient_check;
mod gradient_noise;
mod half_precision;
mod initial;
mod laboratory;
mod measure;
mod optimizer_steps;
mod outcome;
mod overfit;
mod rebuilt;
mod recall;
mod recipe_run;
mod references;
mod relations;
mod replays;
mod rounding;
mod sweep;
mod training;
mod trial;
mod weights;
mod widths;

pub use backward::INPUT;
pub use bench::SetUpError;
pub use contests::{
    CapacityRun, ContestsEvidence, LinearEvidence, LinearRun, StageEvidence, StagesEvidence,
    WidenedEvidence,
};
pub use devices::{DevicesEvidence, LayerDeviation, TensorDeviation};
pub use dropout::{DropoutEvidence, DroppingLayer, TwiceEvidence, VarianceShift};
pub use ends::EndEvidence;
pub use evidence::{
    ActivationEvidence, CheckPath, DeviceRandom, DirectionCheck, DistinctUnits, Evidence,
    GoldenCheck, GoldenEvidence, GoldenObstacle, GoldenPart, GoldenPass, GradientCheckEvidence,
    GradientEvidence, GradientParts, HeadFacts, InitialEvidence, InputEvidence, LayerFacts,
    LossBounds, OverfitAttempt, OverfitEvidence, SampleLoss, StepUpdate, SubjectFacts, TensorCheck,
    TermEnd, TermEvidence, TrainingEvidence, UnitEvidence, UpdateEvidence, WeightEvidence,
};
pub use facts::without_device;
pub use gallery::{
    ActivationMaps, Answers, ByHeart, ClassMaps, DataGallery, FilterGallery, Form, GalleryEvidence,
    GalleryPlan, GivenExample, Histogram, LayerLook, LossLook, ModelLook, Predictions, ShownAnswer,
    ShownExample, TargetSpread, TensorLook, UnitFilter,
};
pub use golden::GoldenPlan;
pub use gradient_noise::{GradientNoiseEvidence, NoiseScale};
pub use half_precision::{
    HalfPass, HalfPrecisionEvidence, HalfPrecisionPlan, RoundedGradient, RoundedLayer,
};
pub use initial::{LOW_START, zero_by_design};
pub use laboratory::{ExperimentError, Judgement, Laboratory};
pub use measure::{is_single, median};
pub use optimizer_steps::{OptimizerStepsEvidence, TensorStep};
pub use outcome::{ClippingEvidence, OutcomeEvidence, UntrainedEvidence, ValidationLoss};
pub use overfit::{OWN_FALL, OverfitPlan};
pub use recall::{
    ColumnRecall, ExampleError, HeadRecall, LostClass, RecallEvidence, Said, WrongAnswer,
};
pub use relations::{
    Asymmetry, AugmentedScale, CausalityEvidence, Influence, MixingEvidence, PaddingEvidence,
    PaddingPlan, PaddingShift, PositionsEvidence, RelationsEvidence, RelationsPlan,
    SymmetryEvidence, SymmetryPlan, TimeLeak, Transformation,
};
pub use replays::{
    CheckpointedEvidence, Differing, HalvesEvidence, ReloadedEvidence, ReplaysEvidence,
};
pub use sweep::{DIVERGED, Rung, StableRegion, SweepEvidence, SweepPlan};
pub use training::{TrainingPlan, fall};
pub use widths::{LayerScale, WidthEvidence};

#[cfg(test)]
mod fault_tests;
#[cfg(test)]
mod recipe_tests;
#[cfg(test)]
mod relations_tests;
#[cfg(test)]
mod sweep_tests;
#[cfg(test)]
mod tests;

/// The measured runs that properties can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Experiment {
    /// Looking at spec, data and plan: nothing is run.
    Inspection,
    /// One forward and backward pass at initialization.
    Initial,
    /// Analytic against numerical gradients.
    GradientCheck,
    /// Learning a few fixed examples by heart.
    Overfit,
    /// The recipe's own first steps.
    Training,
    /// The test device beside the reference device.
    Devices,
    /// What dropout does in both modes.
    Dropout,
    /// Golden files of other frameworks, compared.
    Golden,
    /// Forward passes over variations of a batch.
    Relations,
    /// The same again in another way.
    Replays,
    /// Against a linear model.
    Linear,
    /// Outputs of layers of wider models.
    Widths,
    /// The initial pass in numbers of 16 bits.
    HalfPrecision,
    /// Against a wider model.
    Widened,
    /// The beginnings of a model.
    Stages,
    /// The recipe's first steps against its optimizer's formula.
    OptimizerSteps,
    /// Short trainings at other learning rates.
    Sweep,
    /// Gradients of parts of the data, and the loss's curvature.
    GradientNoise,
}

/// Told where a running experiment is: activity, step, steps, loss. Called at block ends only.
pub type Progress<'a> = &'a mut dyn FnMut(&str, usize, usize, Option<f64>);
