//! The subject of the tests: model, data, loss and recipe, lined up and still on the host.

mod balance;
mod batch;
mod checks;
mod head;
mod inputs;
mod rust;
mod terms;
mod variant;
mod weights;

use burn::module::Module;
use burn::tensor::Device;

use crate::data::{self, Augmenter, Dataset};
use crate::faults;
use crate::model::{Model, Network, Pass, Plan};
use crate::random::Random;
use crate::registry::Registry;
use crate::spec::{Compared, Diagnostics, Fault, LEAST_STEPS, Length, LossTerm, Mode, Spec, Task};

pub use batch::{Batch, Examples};
pub use head::{Wanted, wanted as wanted_outputs};
pub use rust::RustPlan;
pub use terms::read_by;
pub use weights::Files;

/// What a spec describes, checked as far as it can be without a device.
#[derive(Debug)]
pub struct Subject {
    pub spec: Spec,
    pub data: Source,
    pub plan: ModelPlan,
    pub files: Files,
}

/// Where the examples come from.
#[expect(clippy::large_enum_variant, reason = "a spec has one source: nothing is copied or kept")]
#[derive(Debug)]
pub enum Source {
    /// The spec's data.
    Dataset(Dataset),
    /// The Rust model's own batches, over so many examples.
    Model { examples: usize },
}

/// How the model is made.
#[derive(Debug)]
pub enum ModelPlan {
    /// From the spec's layers, all shapes known.
    Declared(Plan),
    /// By a registered function.
    Rust(RustPlan),
}

impl Subject {
    /// Loads the data, infers all shapes and checks that they line up. Knows no Rust model.
    ///
    /// # Errors
    ///
    /// All errors of data and model that can be found in one go.
    pub fn prepare(spec: Spec) -> Result<Self, Diagnostics> {
        Self::prepare_with(spec, &Registry::new())
    }

    /// The same, with the Rust models that a test target registers.
    ///
    /// # Errors
    ///
    /// All errors of data and model that can be found in one go.
    pub fn prepare_with(mut spec: Spec, registry: &Registry) -> Result<Self, Diagnostics> {
        if let Err(error) = faults::plant_in_model(&mut spec) {
            return Err(Diagnostics::one(spec.source, *error));
        }
        let rust = match spec.rust_model() {
            Some(model) => match rust::find(&spec, model, registry) {
                Ok(registration) => Some((model, registration)),
                Err(errors) => return Err(Diagnostics { source: spec.source, errors }),
            },
            None => None,
        };
        let data = match *spec.task {
            Task::Objective => None,
            _ => Some(data::load(&spec)?),
        };
        let lined_up = match (rust, data) {
            (Some((model, registration)), data) => {
                rust::plan(&spec, model, &registration, data.as_ref()).map(|plan| {
                    let source = match data {
                        Some(data) => Source::Dataset(data),
                        None => Source::Model { examples: plan.examples() },
                    };
                    (source, ModelPlan::Rust(plan))
                })
            }
            (None, Some(data)) => declared(&spec, data),
            (None, None) => {
                unreachable!("the language admits `task: objective` for Rust models only")
            }
        };
        match (lined_up, Files::read(&spec)) {
            (Ok((data, plan)), Ok(files)) => {
                let mut spec = spec;
                match balance::fill(&mut spec.loss, &data) {
                    Ok(()) => Self { spec, data, plan, files }.with_sound_recipe(),
                    Err(error) => Err(Diagnostics::one(spec.source, *error)),
                }
            }
            (Err(errors), Ok(_)) | (Ok(_), Err(errors)) => {
                Err(Diagnostics { source: spec.source, errors })
            }
            (Err(mut errors), Err(others)) => {
                errors.extend(others);
                Err(Diagnostics { source: spec.source, errors })
            }
        }
    }

    /// What a recipe asks of the number of examples is known only now.
    fn with_sound_recipe(self) -> Result<Self, Diagnostics> {
        let training = &self.spec.training;
        let errors: Vec<_> = checks::accumulation(training, self.training_examples())
            .or_else(|| training.schedule.longer_than(self.declared_steps()))
            .or_else(|| checks::early_stopping(training, self.validation_examples()))
            .into_iter()
            .chain(self.misfit_of_declared())
            .collect();
        match errors.is_empty() {
            true => Ok(self),
            false => Err(Diagnostics { source: self.spec.source, errors }),
        }
    }

    /// Builds the model on a device, with the faults that live in it. Its weights are not yet the
    /// subject's: load them.
    pub fn build(&self, device: &Device) -> Model {
        match &self.plan {
            ModelPlan::Declared(plan) => {
                // Some live on the device that tests run on alone.
                let on_reference = *device == crate::device::reference().device;
                let is_here =
                    |fault: &Fault| !on_reference || !matches!(fault, Fault::CoarseLayer { .. });
                let faults = self.spec.faults.iter().map(|fault| fault.value.clone());
                let faults: Vec<Fault> = faults.filter(is_here).collect();
                Model::Declared(Network::build(plan, device).plant(&faults))
            }
            // Whether it came with a graph is the user's code to know: here it shall have one.
            ModelPlan::Rust(plan) => Model::Rust(plan.init(device).train()),
        }
    }

    /// The spec's data; none where the model brings its own.
    pub fn dataset(&self) -> Option<&Dataset> {
        match &self.data {
            Source::Dataset(data) => Some(data),
            Source::Model { .. } => None,
        }
    }

    /// The plan of a declared model.
    pub fn declared(&self) -> Option<&Plan> {
        match &self.plan {
            ModelPlan::Declared(plan) => Some(plan),
            ModelPlan::Rust(_) => None,
        }
    }

    /// The plan of a Rust model.
    pub fn rust(&self) -> Option<&RustPlan> {
        match &self.plan {
            ModelPlan::Declared(_) => None,
            ModelPlan::Rust(plan) => Some(plan),
        }
    }

    /// How many examples there are to train on.
    pub fn training_examples(&self) -> usize {
        match &self.data {
            Source::Dataset(data) => data.train.len(),
            Source::Model { examples } => *examples,
        }
    }

    /// Shape of one example, without the batch axis; unknown where the model brings its own.
    pub fn input_shape(&self) -> &[usize] {
        self.dataset().map_or(&[], |data| &data.shape)
    }

    /// Some training examples as a batch.
    pub fn batch(&self, indices: &[usize]) -> Batch {
        Batch::of(self, indices)
    }

    /// What changes training examples each time they are seen, where the spec asks for it.
    pub fn augmenter(&self) -> Option<Augmenter> {
        let (augment, data) = (self.spec.data.augment.as_ref()?, self.dataset()?);
        Some(Augmenter::new(augment, &data.shape, self.spec.training.seed))
    }

    /// Training examples that measurements look at: the first ones, `at_most` of them. The
    /// training part is already in a seeded random order.
    pub fn sample(&self, at_most: usize) -> Batch {
        let indices: Vec<usize> = (0..self.training_examples().min(at_most)).collect();
        self.batch(&indices)
    }

    /// How many examples are held out.
    pub fn validation_examples(&self) -> usize {
        self.dataset().map_or(0, |data| data.validation.len())
    }

    /// Some examples of the validation part as a batch.
    pub fn validation_batch(&self, indices: &[usize]) -> Batch {
        Batch::of_validation(self, indices)
    }

    /// Optimizer steps in one epoch; the last one may see fewer examples.
    pub fn steps_per_epoch(&self) -> usize {
        self.training_examples().div_ceil(self.spec.training.examples_per_step())
    }

    /// Optimizer steps of the whole recipe.
    pub fn declared_steps(&self) -> usize {
        match self.spec.training.length {
            Length::Unsaid => LEAST_STEPS.next_multiple_of(self.steps_per_epoch().max(1)),
            Length::Epochs(epochs) => epochs.saturating_mul(self.steps_per_epoch()),
            Length::Steps(steps) => steps,
        }
    }

    /// Whether this fault was planted.
    pub fn has_fault(&self, wanted: &Fault) -> bool {
        self.spec.faults.iter().any(|fault| fault.value == *wanted)
    }

    /// A trained model as it is used: random layers off, running statistics, no graph.
    pub fn in_use(&self, model: &Model) -> Model {
        let used = model.valid();
        match self.has_fault(&Fault::WrongMode(Mode::Evaluation)) {
            true => used.train().no_grad(),
            false => used,
        }
    }

    /// A pass of a model that is used: with nothing random in it.
    pub fn pass_in_use(&self) -> Pass {
        match self.has_fault(&Fault::WrongMode(Mode::Evaluation)) {
            true => Pass::with_dropout(Random::new(self.spec.training.seed, "fault.wrong_mode")),
            false => Pass::plain(),
        }
    }

    /// Whether the objective has a penalty of weights.
    pub fn is_penalized(&self) -> bool {
        let own = |plan: &Plan| {
            let penalties = plan.flat().into_iter().filter_map(|layer| layer.regularization);
            penalties.into_iter().any(|penalty| !penalty.is_none())
        };
        !self.spec.loss.regularization.is_none() || self.declared().is_some_and(own)
    }

    /// Number of classes that a term compares with; 0 where there are none.
    pub fn classes(&self, compared: &Compared) -> usize {
        self.class_names(compared).len()
    }

    /// Their names, in the order of their indices.
    pub fn class_names(&self, compared: &Compared) -> &[String] {
        let answers = self.dataset().and_then(|data| data.answers(compared));
        answers.map_or(&[], |answers| answers.classes)
    }

    /// Whether the loss is the model's own.
    pub fn brings_loss(&self) -> bool {
        matches!(self.data, Source::Model { .. })
    }

    /// The path of the layer whose output a term of the loss reads; unknown for a Rust model.
    pub fn output_path(&self, term: &LossTerm) -> Option<&str> {
        Some(terms::read_by(term, self.declared()?)?.path.as_str())
    }

    /// Shape of that output, without the batch axis.
    pub fn output_shape(&self, term: &LossTerm) -> Option<&[usize]> {
        Some(terms::read_by(term, self.declared()?)?.signal.dims())
    }
}

/// Lines up a model of layers with its data.
fn declared(
    spec: &Spec,
    data: Dataset,
) -> Result<(Source, ModelPlan), Vec<crate::spec::Diagnostic>> {
    let model = spec.declared_model().expect("no Rust model is lined up here");
    let inputs = inputs::of(model, &data).map_err(|error| vec![*error])?;
    let plan = Plan::wired(model, inputs)?;
    let mut errors = Vec::new();
    errors.extend(checks::trainable(&plan));
    errors.extend(terms::check(spec, &data, Some(&plan)));
    errors.extend(checks::memory(spec, &plan));
    errors.extend(checks::groups(spec, &plan));
    errors.extend(faults::errors(spec, &data, Some(&plan)));
    match errors.is_empty() {
        true => Ok((Source::Dataset(data), ModelPlan::Declared(plan))),
        false => Err(errors),
    }
}

/// What is wrong with a spec whose Rust model is not among the `registered` ones; `None` where the
/// model is declared.
pub(crate) fn unregistered(spec: &Spec, registered: &[&str]) -> Option<Diagnostics> {
    let model = spec.rust_model()?;
    Some(Diagnostics::one(spec.source.clone(), rust::unknown(model, registered)))
}

#[cfg(test)]
mod tests;
