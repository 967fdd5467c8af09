//! The same task for another model of layers: what contests hold a model against.

use super::{Files, Subject, inputs};
use crate::model::Plan;
use crate::spec::{DeclaredModel, Diagnostic, Fault, ModelSpec, Spanned};

impl Subject {
    /// Whether another model of layers lines up with the data and the loss.
    pub fn admits(&self, model: &DeclaredModel) -> bool {
        let Some(data) = self.dataset() else { return false };
        let Ok(inputs) = inputs::of(model, data) else { return false };
        let Ok(plan) = Plan::wired(model, inputs) else { return false };
        let errors = super::terms::check(&self.spec, data, Some(&plan));
        errors.is_empty()
            && super::checks::trainable(&plan).is_none()
            && super::checks::memory(&self.spec, &plan).is_none()
    }

    /// The same data, loss and recipe with another model of layers and with these planted faults. Its
    /// weights are drawn whatever file the spec names, and no tensor is in a group.
    ///
    /// # Errors
    ///
    /// Where the model does not line up with data and loss.
    ///
    /// # Panics
    ///
    /// When the model under test brings its own examples: no other one knows them.
    pub fn with_model(
        &self,
        model: DeclaredModel,
        faults: Vec<Spanned<Fault>>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let data = self.dataset().expect("a contest is over the spec's data").clone();
        let mut spec = self.spec.clone();
        spec.model = ModelSpec::Declared(model);
        spec.weights = None;
        spec.training.groups.clear();
        spec.faults = faults;
        let (data, plan) = super::declared(&spec, data)?;
        Ok(Self { spec, data, plan, files: Files::default() })
    }
}
