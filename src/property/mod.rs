//! Properties: pure functions from evidence and thresholds to a verdict.
//!
//! One file per property, with its [`Meta`] and its judge; [`REGISTRY`] lists them. A property
//! owns no device code and starts no measurement: it names the experiments that it reads.

#![expect(
    clippy::neg_cmp_op_on_partial_ord,
    reason = "`!(measured <= bound)` holds for NaN as well: what is no number keeps no bound"
)]

mod accumulation_equivalent;
mod activations_in_scale;
mod activations_present;
mod answers_not_among_inputs;
mod augmentation_keeps_scale;
mod batch_independent;
mod batch_size_adequate;
mod beats_baseline;
mod beats_linear;
pub(crate) mod causal;
mod checkpointing_equivalent;
mod classes_balanced;
pub(crate) mod clipping_effective;
mod clipping_in_use;
mod deterministic;
mod dropout_sound;
pub(crate) mod equivariant_to;
mod every_parameter_gets_gradient;
mod features_vary;
mod finite_everywhere;
mod frozen_stay;
mod generalizes;
mod gradients_flow;
mod gradients_match;
mod grows_step_by_step;
mod initial_loss;
mod initialization_suits_activations;
mod inputs_normalized;
pub(crate) mod invariant_to;
mod labels_follow_inputs;
mod labels_valid;
pub(crate) mod learning_rate_in_range;
pub(crate) mod learns;
mod loss_is_a_mean;
mod loss_is_nonnegative;
mod loss_suits_task;
mod loss_terms_balanced;
pub(crate) mod matches_golden;
mod matches_reference_device;
mod memorizes_outputs;
mod meta;
mod more_capacity_fits_better;
mod neighbours_alike;
mod no_dead_units;
mod no_duplicates_across_split;
mod no_saturation;
mod normalization_sound;
mod optimizer_as_declared;
mod outputs_reach_targets;
mod outputs_vary;
pub(crate) mod overfits_batch;
mod padding_in_bounds;
pub(crate) mod precision_robust;
mod regularization_in_range;
pub(crate) mod respects_padding;
mod save_load_round_trip;
mod scale_independent_of_width;
mod schedule_as_declared;
mod shapes;
mod suspect;
pub(crate) mod symmetry;
mod targets_scaled;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod text;
mod train_eval_consistent;
pub(crate) mod update_ratio;
mod uses_inputs;
mod verdict;
mod weights_update;
mod within_budget;

use serde_yaml::Mapping;

use crate::experiment::{Evidence, Experiment};

pub use meta::{Meta, OptionKind, OptionMeta, OptionValue, Options};
pub use verdict::{Finding, Outcome, Verdict};

/// A property: what it says about itself, what it reads, how it judges, what it records.
#[derive(Debug)]
pub struct Property {
    pub meta: Meta,
    /// The experiments whose evidence the judge reads.
    pub needs: &'static [Experiment],
    /// The relative fall of the loss that the training is to reach, where that is more than `learns`
    /// asks for.
    pub trains_further: Option<f64>,
    pub judge: fn(&Evidence, &Options) -> Verdict,
    /// The diagnostics that its snapshot holds: device-independent, not yet rounded.
    pub record: fn(&Evidence, &Options) -> Mapping,
}

impl Property {
    /// Whether it is judged by what spec, data and plan show, without running anything.
    pub fn is_static(&self) -> bool {
        !self.needs.is_empty() && self.needs.iter().all(|need| *need == Experiment::Inspection)
    }
}

impl PartialEq for Property {
    fn eq(&self, other: &Self) -> bool {
        self.meta.name == other.meta.name
    }
}

/// All properties, in the order in which test cases run: cheap ones first.
pub static REGISTRY: &[&Property] = &[
    &shapes::PROPERTY,
    &loss_suits_task::PROPERTY,
    &activations_present::PROPERTY,
    &labels_valid::PROPERTY,
    &labels_follow_inputs::PROPERTY,
    &answers_not_among_inputs::PROPERTY,
    &inputs_normalized::PROPERTY,
    &targets_scaled::PROPERTY,
    &classes_balanced::PROPERTY,
    &features_vary::PROPERTY,
    &neighbours_alike::PROPERTY,
    &no_duplicates_across_split::PROPERTY,
    &padding_in_bounds::PROPERTY,
    &within_budget::PROPERTY,
    &initial_loss::PROPERTY,
    &loss_is_a_mean::PROPERTY,
    &loss_terms_balanced::PROPERTY,
    &initialization_suits_activations::PROPERTY,
    &activations_in_scale::PROPERTY,
    &every_parameter_gets_gradient::PROPERTY,
    &gradients_flow::PROPERTY,
    &uses_inputs::PROPERTY,
    &batch_independent::PROPERTY,
    &causal::PROPERTY,
    &dropout_sound::PROPERTY,
    &respects_padding::PROPERTY,
    &augmentation_keeps_scale::PROPERTY,
    &invariant_to::PROPERTY,
    &equivariant_to::PROPERTY,
    &accumulation_equivalent::PROPERTY,
    &checkpointing_equivalent::PROPERTY,
    &deterministic::PROPERTY,
    &save_load_round_trip::PROPERTY,
    &matches_reference_device::PROPERTY,
    &optimizer_as_declared::PROPERTY,
    &gradients_match::PROPERTY,
    &matches_golden::PROPERTY,
    &overfits_batch::PROPERTY,
    &memorizes_outputs::PROPERTY,
    &outputs_reach_targets::PROPERTY,
    &grows_step_by_step::PROPERTY,
    &learns::PROPERTY,
    &weights_update::PROPERTY,
    &update_ratio::PROPERTY,
    &outputs_vary::PROPERTY,
    &no_dead_units::PROPERTY,
    &no_saturation::PROPERTY,
    &train_eval_consistent::PROPERTY,
    &normalization_sound::PROPERTY,
    &frozen_stay::PROPERTY,
    &schedule_as_declared::PROPERTY,
    &clipping_in_use::PROPERTY,
    &clipping_effective::PROPERTY,
    &regularization_in_range::PROPERTY,
    &beats_baseline::PROPERTY,
    &generalizes::PROPERTY,
    &beats_linear::PROPERTY,
    &precision_robust::PROPERTY,
    &scale_independent_of_width::PROPERTY,
    &more_capacity_fits_better::PROPERTY,
    &learning_rate_in_range::PROPERTY,
    &batch_size_adequate::PROPERTY,
    &loss_is_nonnegative::PROPERTY,
    &finite_everywhere::PROPERTY,
];

/// The property of that name.
pub fn find(name: &str) -> Option<&'static Property> {
    REGISTRY.iter().copied().find(|property| property.meta.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_property_file_is_registered() {
        let own = ["meta", "mod", "suspect", "symmetry", "testing", "text", "verdict"];
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/property");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
            .filter(|name| !own.contains(&name.as_str()))
            .collect();
        files.sort();
        // A property that has a folder, too, stands there twice.
        files.dedup();
        let mut names: Vec<&str> = REGISTRY.iter().map(|property| property.meta.name).collect();
        names.sort_unstable();
        assert_eq!(files, names);
    }

    #[test]
    fn every_property_explains_itself() {
        for property in REGISTRY {
            let Meta { name, summary, checks, why, condition, mend, source, .. } = &property.meta;
            for text in [summary, checks, why, condition, mend, source] {
                assert!(text.len() > 10 && text.ends_with(['.', '?']), "{name}: {text}");
            }
        }
    }

    #[test]
    fn every_property_file_has_a_case_that_passes_and_one_that_fails() {
        for property in REGISTRY.iter().filter(|property| property.meta.name != "shapes") {
            let file = format!("src/property/{}.rs", property.meta.name);
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
            let mut text = std::fs::read_to_string(&path).unwrap();
            let tests = path.with_extension("").join("tests.rs");
            text += &std::fs::read_to_string(tests).unwrap_or_default();
            assert!(text.contains("Outcome::Pass"), "{}", property.meta.name);
            assert!(text.contains("Outcome::Fail"), "{}", property.meta.name);
        }
    }
}
