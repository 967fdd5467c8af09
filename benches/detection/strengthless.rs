//! Properties that see a fault or do not, however strong it is.

/// Each with the reason.
pub static STRENGTHLESS: &[(&str, &str)] = &[
    ("shapes", "A summary is the accepted one or another one."),
    ("activations_present", "An activation stands between two layers or does not."),
    (
        "answers_not_among_inputs",
        "A column tells the answer to the last digit or is let pass: good columns are as near as 0.96.",
    ),
    (
        "neighbours_alike",
        "The numbers of a picture are read in the shape in which they were written, or in another one.",
    ),
    ("within_budget", "Sizes are counted: one number more than the bound is one too many."),
    (
        "every_parameter_gets_gradient",
        "A gradient is there and has a number that is not 0, or not.",
    ),
    ("uses_inputs", "The gradient of a number of the input is 0 for all examples, or not."),
    (
        "checkpointing_equivalent",
        "The same operations run on the same numbers; no fault of a spec sets both passes apart.",
    ),
    ("deterministic", "Weights of two runs are equal to the last bit, or not."),
    ("save_load_round_trip", "What is loaded is equal to the last bit, or not."),
    (
        "scale_independent_of_width",
        "Weights of a deviation that does not follow the width have a slope of ½, whatever it is; right ones have 0.",
    ),
    (
        "weights_update",
        "A number of each tensor has changed in some step, or not; how far is what `update_ratio` asks.",
    ),
    ("normalization_sound", "Running statistics have moved and are numbers, or not."),
    ("frozen_stay", "A frozen number is the same to the last bit, or not."),
    ("loss_is_nonnegative", "A loss that cannot be negative is negative, or not."),
];
