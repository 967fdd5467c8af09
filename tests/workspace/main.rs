//! The sample workspace, `fixtures/workspace`, built and run as its users would: by `cargo nn-test`,
//! by `cargo test`, by nextest. Every outcome is known beforehand.
//!
//! It shares its target folder with nn-test's own tests, so that Burn is not built again. A case
//! that needs what a machine may lack is ignored there, with the reason.

mod agreement;
mod outcomes;
mod refused;
mod sample;
mod ways;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Failed, Trial};

/// Fails by an error or a panic.
type Case = fn() -> Result<Completion, Failed>;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Cargo's builds wait for each other, and memory is watched.
    arguments.test_threads = Some(1);
    let cases: [(&str, Case); 16] = [
        ("the_sample_locks_the_versions_of_this_package", agreement::versions),
        ("the_sample_has_the_profile_of_this_package", agreement::profiles),
        ("the_sample_builds_burn_with_the_features_of_this_package", agreement::features),
        ("healthy_models_pass_on_the_cpu", outcomes::healthy_on_the_cpu),
        ("healthy_models_pass_on_a_wgpu_adapter", outcomes::healthy_on_an_adapter),
        ("a_wrong_backward_is_caught_in_f64_and_its_tensor_named", outcomes::wrong_in_f64),
        ("a_wrong_backward_is_caught_in_f32_and_its_tensor_named", outcomes::wrong_in_f32),
        ("what_is_wrong_the_second_time_is_caught", outcomes::wrong_the_second_time),
        ("each_broken_model_is_named_and_harms_no_other", outcomes::broken),
        ("weights_and_golden_files_are_for_rust_models_as_well", outcomes::loaded),
        ("a_model_with_its_own_training_step_passes", outcomes::stepped),
        ("wrong_registrations_are_refused_with_errors_that_help", refused::programs_are_refused),
        ("cargo_test_agrees_with_cargo_nn_test", ways::cargo_test),
        ("cargo_test_takes_severities_from_the_configuration_as_well", ways::configuration),
        ("partitions_of_nextest_are_together_the_whole", ways::partitions),
        ("a_nextest_archive_runs_where_it_was_moved_to", ways::archive),
    ];
    let trials = cases.map(|(name, case)| Trial::ignorable_test(name, case));
    libtest_mimic::run(&arguments, trials.into()).exit_code()
}
