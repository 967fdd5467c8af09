//! Rust models: how a user's own Burn module joins.
//!
//! A test target registers models under the names that specs use: [`model`] for a module with a
//! forward function, [`objective`] for one that computes its own loss. What comes out is one type,
//! [`Registration`], behind which the module's type is no longer known. This module runs nothing
//! and knows no spec.

mod batches;
mod forward;
mod register;
mod terms;
#[cfg(feature = "train")]
mod train_step;

use std::fmt;
use std::rc::Rc;

use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};

use crate::model::{AnyModule, NamedOutput, Value};

pub use batches::{Batches, batches};
pub use forward::{Forward, Input, InputType, Inputs, Output};
pub use register::{model, model_with_config, objective, objective_with_config};
pub use terms::LossTerms;
#[cfg(feature = "train")]
pub use train_step::train_step;

/// The Rust models of a test target, by the names that specs use.
#[derive(Debug, Default, Clone)]
pub struct Registry {
    entries: Vec<(String, Registration)>,
}

impl Registry {
    /// No models.
    pub fn new() -> Self {
        Self::default()
    }

    /// The registry with one more model.
    pub fn with(mut self, name: &str, registration: Registration) -> Self {
        self.entries.push((name.to_owned(), registration));
        self
    }

    /// All names, in the order of their registration.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(name, _)| name.as_str())
    }

    /// The models registered under a name: more than one is a mistake of the target's.
    pub fn find(&self, name: &str) -> Vec<&Registration> {
        let found = self.entries.iter().filter(|(known, _)| known == name);
        found.map(|(_, registration)| registration).collect()
    }
}

/// A registered model: how it is made, and how it is run.
#[derive(Clone)]
pub struct Registration {
    pub(crate) kind: ModelKind,
    pub(crate) init: Init,
    /// For models that take a configuration from the spec.
    pub(crate) configuration: Option<Configuration>,
    pub(crate) compute: Compute,
}

/// What a registered model takes, and who computes its loss.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelKind {
    /// It gives outputs for inputs; the spec says data and loss.
    Forward { inputs: Vec<InputType> },
    /// It brings batches and computes its own loss.
    Objective { examples: usize },
    /// It brings batches and computes loss and gradients in one step.
    TrainStep { examples: usize },
}

/// Makes a module on a device.
pub(crate) type Init = Rc<dyn Fn(&Device) -> AnyModule>;

/// Runs a module that [`Init`] of the same registration made.
pub(crate) type Compute = Rc<dyn Fn(&AnyModule, Feed<'_>) -> Computed>;

/// The configuration that a spec can change.
#[derive(Clone)]
pub(crate) struct Configuration {
    /// All keys with their values.
    pub(crate) defaults: serde_json::Value,
    /// Another way to make the module, or why the values are refused.
    pub(crate) configure: Rc<dyn Fn(serde_json::Value) -> Result<Init, String>>,
}

/// What a model is run on.
pub(crate) enum Feed<'a> {
    /// Of the kinds and ranks of its inputs.
    Inputs(Vec<Value>),
    /// Examples of its own, and where to make their batch.
    Examples(&'a [usize], &'a Device),
    /// The same, asked for another answer: the loss of their batch, that of the same batch once more, and
    /// that of a batch that is made anew.
    Remade(&'a [usize], &'a Device),
}

/// What a run of a model gives.
pub(crate) enum Computed {
    Output(Value),
    /// Of a declared model, by name; at least one.
    Outputs(Vec<NamedOutput>),
    /// The objective is their sum; at least one.
    Terms(Vec<Term>),
    /// The loss, and the gradients that its backward pass has given already.
    #[cfg_attr(not(feature = "train"), expect(dead_code, reason = "only `train_step` makes it"))]
    Stepped {
        loss: Tensor<1>,
        gradients: GradientsParams,
    },
}

/// A part of an objective, by its name.
#[derive(Debug, Clone)]
pub(crate) struct Term {
    pub(crate) name: String,
    /// One element.
    pub(crate) value: Tensor<1>,
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").field("kind", &self.kind).finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests;
