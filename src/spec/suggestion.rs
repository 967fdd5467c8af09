//! "Did you mean": the known name that an unknown one probably stands for.

use super::vocabulary::{self, TermKind};
use super::{Code, Diagnostic, Span};
use crate::property::Property;

/// What other frameworks, and people in a hurry, call the names of this language.
const ALIASES: &[(&str, &[&str])] = &[
    // Layers.
    ("linear", &["dense", "fc", "fully_connected", "affine", "lin"]),
    ("conv1d", &["convolution1d", "conv_1d"]),
    ("conv2d", &["conv", "convolution", "convolution2d"]),
    ("conv3d", &["convolution3d", "conv_3d"]),
    ("conv_transpose1d", &["conv1d_transpose", "deconv1d", "transposed_conv1d"]),
    (
        "conv_transpose2d",
        &["conv2d_transpose", "deconv", "deconv2d", "deconvolution", "transposed_conv2d"],
    ),
    ("conv_transpose3d", &["conv3d_transpose", "deconv3d", "transposed_conv3d"]),
    ("deform_conv2d", &["deformable_conv2d", "deformable_convolution", "dcn"]),
    ("batch_norm", &["batchnorm1d", "batchnorm2d", "batchnorm3d", "batch_normalization", "bn"]),
    ("layer_norm", &["layer_normalization", "ln"]),
    ("group_norm", &["group_normalization"]),
    (
        "instance_norm",
        &["instancenorm1d", "instancenorm2d", "instancenorm3d", "instance_normalization"],
    ),
    ("rms_norm", &["rms_normalization", "root_mean_square_norm"]),
    ("local_response_norm", &["lrn", "local_response_normalization"]),
    ("gaussian_noise", &["add_noise", "gauss_noise"]),
    ("cosine_similarity", &["cosinesimilarity", "cos_sim", "cosine"]),
    ("pairwise_distance", &["pairwisedistance", "euclidean_distance", "p_distance"]),
    ("sampling", &["reparameterize", "reparametrize", "reparameterization", "gaussian_sample"]),
    ("max_pool1d", &["max_pooling1d"]),
    ("avg_pool1d", &["average_pooling1d", "avg_pooling1d"]),
    ("adaptive_avg_pool1d", &["global_average_pooling1d", "global_avg_pool1d"]),
    ("dropout", &["dropout1d", "dropout2d", "dropout3d", "spatial_dropout"]),
    ("max_pool2d", &["maxpool", "max_pooling", "max_pooling2d", "pool"]),
    ("avg_pool2d", &["avgpool", "average_pool", "average_pooling2d", "avg_pooling"]),
    (
        "adaptive_avg_pool2d",
        &["global_average_pooling2d", "global_avg_pool", "gap", "adaptive_pool"],
    ),
    ("adaptive_avg_pool3d", &["global_average_pooling3d", "global_avg_pool3d"]),
    ("unfold4d", &["unfold", "im2col", "extract_patches"]),
    ("fold4d", &["fold", "col2im"]),
    ("flatten", &["flat"]),
    ("reshape", &["view", "unflatten"]),
    ("permute", &["transpose", "swapaxes", "swap_dims"]),
    ("pad", &["zero_pad", "zeropad1d", "zeropad2d", "zero_padding1d", "zero_padding2d"]),
    ("mean", &["global_mean", "reduce_mean", "mean_dim"]),
    ("max", &["global_max", "reduce_max", "max_dim", "global_max_pooling1d"]),
    ("min", &["reduce_min", "min_dim"]),
    ("sum", &["reduce_sum", "sum_dim"]),
    ("flip", &["reverse_axis", "fliplr", "flipud", "random_flip", "mirror"]),
    ("pixel_shuffle", &["depth_to_space", "sub_pixel"]),
    ("pixel_unshuffle", &["space_to_depth"]),
    ("interpolate1d", &["upsampling1d", "upsample1d"]),
    ("interpolate2d", &["upsample", "upsampling2d", "upsample2d", "interpolate", "resize"]),
    ("residual", &["skip", "shortcut", "skip_connection", "res_block"]),
    ("sequential", &["block", "stack", "seq", "module_list"]),
    ("parallel", &["branch", "inception", "fork"]),
    ("repeat", &["loop", "times", "tile"]),
    ("shared", &["share", "reuse", "tied", "tie", "siamese"]),
    ("add", &["sum", "plus", "added"]),
    ("multiply", &["mul", "product", "hadamard"]),
    ("concat", &["concatenate", "cat", "join"]),
    ("slice", &["narrow", "crop", "cropping1d", "cropping2d", "split"]),
    (
        "one_hot",
        &["one_hot_encoding", "category_encoding", "onehot", "dummies", "get_dummies", "dummy"],
    ),
    ("scale", &["lambda", "mul_scalar", "rescaling"]),
    ("embedding", &["embed", "embeddings"]),
    ("rnn", &["simple_rnn", "elman", "vanilla_rnn"]),
    ("bi_rnn", &["bidirectional_rnn"]),
    ("bi_lstm", &["bidirectional_lstm", "blstm", "bidirectional"]),
    ("bi_gru", &["bidirectional_gru"]),
    ("multi_head_attention", &["attention", "self_attention", "mha", "multihead_attention"]),
    ("transformer_encoder", &["transformer", "transformer_encoder_layer", "encoder"]),
    ("cross_attention", &["encoder_decoder_attention", "memory_attention"]),
    ("transformer_decoder", &["transformer_decoder_layer", "decoder"]),
    ("positional_encoding", &["position_encoding", "positional_embedding", "sinusoidal_encoding"]),
    ("rotary_encoding", &["rope", "rotary_embedding", "rotary_positional_embedding"]),
    // Activations.
    ("identity", &["no_op", "pass_through"]),
    ("gelu_approximate", &["gelu_tanh", "gelu_new"]),
    ("hard_swish", &["hardsilu"]),
    ("hard_tanh", &["clip", "clamp"]),
    ("leaky_relu", &["lrelu"]),
    ("log_softmax", &["logsoft"]),
    ("sigmoid", &["logistic", "sigm"]),
    ("silu", &["swish", "swish1"]),
    ("tanhshrink", &["tanh_shrink"]),
    // Losses.
    (
        "cross_entropy",
        &[
            "categorical_cross_entropy",
            "sparse_categorical_cross_entropy",
            "softmax_cross_entropy",
            "ce",
            "nll",
            "negative_log_likelihood",
        ],
    ),
    (
        "binary_cross_entropy",
        &["bce", "bce_with_logits", "log_loss", "binary_cross_entropy_logits"],
    ),
    ("mse", &["l2", "mean_squared_error", "squared_error"]),
    ("mae", &["l1", "mean_absolute_error", "absolute_error"]),
    ("smooth_l1", &["smoothl1"]),
    ("lp", &["minkowski", "p_norm", "lp_norm"]),
    ("focal", &["sigmoid_focal", "focal_cross_entropy", "categorical_focal_cross_entropy"]),
    ("multi_margin", &["multi_class_hinge", "categorical_hinge", "crammer_singer"]),
    ("hinge", &["svm", "max_margin"]),
    ("soft_margin", &["logistic_loss", "multi_label_soft_margin"]),
    ("cosine_embedding", &["cosine_similarity", "cosine_loss"]),
    ("hinge_embedding", &["contrastive"]),
    ("margin_ranking", &["ranking", "pairwise_ranking", "rank"]),
    ("triplet_margin", &["triplet", "triplet_semi_hard"]),
    ("poisson_nll", &["poisson"]),
    ("gaussian_nll", &["gaussian_likelihood", "heteroscedastic"]),
    ("kl_div", &["kl", "kld", "kl_divergence", "kullback_leibler"]),
    ("ctc", &["connectionist_temporal_classification"]),
    ("rnnt", &["rnn_transducer", "transducer", "rnn_t"]),
    ("gaussian_kl", &["vae_kl", "kl_loss", "kl_standard_normal"]),
    ("mean_output", &["wasserstein", "wgan", "critic"]),
    ("terms", &["multi_task", "weighted_sum", "losses"]),
    ("pad_tokens", &["ignore_index", "pad_index", "padding_idx", "pad_token"]),
    ("logits", &["from_logits"]),
    ("elastic", &["elastic_net", "elasticnet", "l1_l2"]),
    // Optimizers and the recipe.
    ("sgd", &["momentum", "sgd_momentum", "gradient_descent", "gd"]),
    ("adamw", &["adam_w", "adam_weight_decay", "fused_adamw"]),
    ("adagrad", &["ada_grad"]),
    ("rmsprop", &["rms_prop"]),
    ("lr_decay", &["learning_rate_decay"]),
    ("schedule", &["scheduler", "lr_scheduler", "lr_schedule", "learning_rate_schedule"]),
    ("warm_up", &["warmup", "warmup_steps", "num_warmup_steps"]),
    ("linear", &["linear_lr", "polynomial"]),
    ("cosine", &["cosine_annealing", "cosine_annealing_lr", "cosine_decay"]),
    ("exponential", &["exponential_lr", "exponential_decay"]),
    ("step", &["step_lr", "multi_step", "staircase", "piecewise_constant"]),
    ("noam", &["transformer", "inverse_sqrt"]),
    ("composed", &["chained", "chained_scheduler", "compose"]),
    ("sequential", &["sequential_lr", "join_schedules"]),
    ("plateau", &["reduce_lr_on_plateau", "reduce_on_plateau"]),
    ("cyclic", &["cyclic_lr", "clr", "cyclical_learning_rate", "triangular"]),
    ("one_cycle", &["one_cycle_lr", "1cycle", "super_convergence"]),
    ("max_lr", &["max_learning_rate", "maximal_learning_rate"]),
    ("early_stopping", &["early_stop", "early_stopper", "stop_early"]),
    ("groups", &["param_groups", "parameter_groups", "params"]),
    ("frozen", &["freeze"]),
    ("threshold", &["min_delta", "tolerance"]),
    ("final_lr", &["end_lr", "end_learning_rate"]),
    ("min_lr", &["eta_min", "min_learning_rate"]),
    ("num_iters", &["t_max", "total_iters", "decay_steps", "total_steps"]),
    ("global_norm", &["clip_grad_norm", "global_clipnorm", "clip_by_global_norm"]),
    (
        "accumulate",
        &["accumulation", "accumulation_steps", "gradient_accumulation", "grad_accumulation"],
    ),
    ("steps", &["max_steps", "num_steps", "iterations", "n_steps"]),
    ("learning_rate", &["lr", "eta", "step_size", "rate"]),
    ("weight_decay", &["wd", "decay", "l2_penalty"]),
    ("batch_size", &["batch", "bs", "minibatch"]),
    ("epochs", &["epoch", "n_epochs", "num_epochs", "max_epochs"]),
    ("beta_1", &["beta1", "b1"]),
    ("beta_2", &["beta2", "b2"]),
    ("beta_3", &["beta3", "b3"]),
    ("norm", &["max_norm", "clip_norm", "l2_norm"]),
    ("value", &["max_value", "clip_value"]),
    ("clipping", &["clip", "grad_clip", "gradient_clipping"]),
    ("optimizer", &["optim", "opt", "optimiser"]),
    // Options of layers.
    (
        "out",
        &["units", "filters", "channels", "out_features", "out_channels", "features", "d_output"],
    ),
    ("kernel", &["kernel_size", "size", "pool_size"]),
    ("stride", &["strides", "step"]),
    ("padding_out", &["output_padding", "out_padding"]),
    ("epsilon", &["eps"]),
    ("probability", &["p", "prob", "rate"]),
    ("hidden", &["hidden_size", "units", "d_hidden", "hidden_dim"]),
    ("vocabulary", &["vocab", "vocab_size", "num_embeddings", "n_embedding", "input_dim"]),
    ("dimension", &["dim", "embedding_dim", "d_model", "output_dim"]),
    ("groups", &["num_groups", "n_groups"]),
    ("factor", &["upscale_factor", "downscale_factor"]),
    ("modulated", &["use_mask"]),
    ("weight_groups", &["groups"]),
    ("offset_groups", &["deformable_groups"]),
    ("reverse", &["go_backwards"]),
    ("gate_activation", &["recurrent_activation"]),
    ("clip", &["cell_clip"]),
    ("scale", &["scale_factor"]),
    ("output", &["output_size"]),
    ("axis", &["dim"]),
    ("axes", &["dims", "order"]),
    ("heads", &["n_heads", "num_heads", "nhead", "n_head"]),
    ("blocks", &["n_layers", "num_layers", "depth", "layers"]),
    ("feed_forward", &["d_ff", "dim_feedforward", "ff_dim", "intermediate_size"]),
    ("norm_first", &["pre_norm", "pre_ln"]),
    ("context", &["memory", "key_value", "kv"]),
    ("memory", &["context", "encoder_output"]),
    ("mask_padding", &["mask_pad", "key_padding_mask", "padding_mask", "mask_zero"]),
    ("padding_token", &["pad_token", "padding_idx", "pad_idx"]),
    ("from", &["input", "inputs", "source", "sources"]),
    ("frozen", &["freeze", "trainable", "requires_grad"]),
    ("times", &["n", "count", "repeats"]),
    ("branches", &["layers", "paths"]),
    ("merge", &["mode", "merge_mode", "combine"]),
    ("start", &["begin", "offset"]),
    ("end", &["stop"]),
    ("causal", &["is_causal", "use_causal_mask", "autoregressive"]),
    ("bias", &["use_bias"]),
    ("initializer", &["init", "kernel_initializer", "weight_initializer", "weight_init"]),
    ("bias_initializer", &["bias_init"]),
    ("negative_slope", &["slope", "alpha"]),
    ("smoothing", &["label_smoothing"]),
    ("weights", &["class_weights", "weight", "pos_weight"]),
    // Initializers.
    ("kaiming_uniform", &["he_uniform", "kaiming", "he"]),
    ("kaiming_normal", &["he_normal"]),
    ("xavier_uniform", &["glorot_uniform", "xavier", "glorot"]),
    ("xavier_normal", &["glorot_normal"]),
    ("normal", &["gaussian", "random_normal"]),
    ("uniform", &["random_uniform"]),
    // Data.
    ("blobs", &["make_blobs", "clusters", "gaussians"]),
    ("moons", &["make_moons", "two_moons"]),
    ("circles", &["make_circles", "rings"]),
    ("spirals", &["two_spirals", "spiral", "swirls"]),
    ("xor", &["exclusive_or", "checkerboard"]),
    ("sine_regression", &["sinusoid", "sin", "sinus"]),
    ("bars", &["stripes"]),
    ("adding", &["adding_problem", "addition", "add"]),
    ("padded_tokens", &["padding", "padded_sequences"]),
    ("markov_chain", &["bigrams", "char_bigrams", "language_model", "next_token"]),
    ("augment", &["augmentation", "transforms", "data_augmentation"]),
    ("crop", &["random_crop"]),
    ("shift", &["random_shift", "translate", "translation", "width_shift_range"]),
    ("copy", &["copying", "copy_memory", "copy_task", "copying_memory"]),
    ("reversal", &["reverse", "algorithmic_reverse", "reverse_sequence", "reversed_copy"]),
    ("linear_regression", &["make_regression", "line"]),
    ("nonlinear_regression", &["friedman", "make_friedman1"]),
    ("waves", &["sine", "sines"]),
    ("csv", &["file", "path"]),
    ("jsonl", &["json", "json_lines", "ndjson"]),
    ("arrow", &["feather", "ipc"]),
    ("npy", &["numpy"]),
    ("idx", &["mnist", "ubyte"]),
    ("images", &["image", "image_folder", "image_dataset_from_directory"]),
    ("folder", &["directory", "root"]),
    ("color", &["colour", "color_mode"]),
    ("text", &["text_dataset_from_directory", "corpus"]),
    ("minimum_count", &["min_count", "min_freq"]),
    ("column", &["field"]),
    ("sample", &["subsample", "limit", "n_rows", "nrows", "head"]),
    ("inputs", &["x_train", "xs"]),
    ("target", &["label", "labels", "y", "targets"]),
    ("features", &["columns", "x"]),
    ("examples", &["n", "samples", "n_samples", "size"]),
    ("noise", &["sigma"]),
    ("spread", &["std", "cluster_std"]),
    ("standardize", &["z_score", "standard", "normalize", "normalise", "standardise"]),
    ("robust", &["robust_scaler", "iqr"]),
    ("ordinal", &["label_encoding", "ordered", "integer"]),
    ("encode", &["encoding", "encoder", "categorical", "categories"]),
    ("missing", &["impute", "imputation", "fillna", "nan"]),
    ("na", &["na_values", "null_values", "missing_values"]),
    ("drop", &["dropna", "skip", "omit", "remove"]),
    ("constant", &["fill", "fill_value"]),
    ("stratify", &["stratified"]),
    ("group", &["groups", "group_by"]),
    ("order", &["time", "sort", "sort_by", "chronological"]),
    ("min_max", &["rescale"]),
    ("multiply", &["factor", "scale"]),
    ("shape", &["input_shape"]),
    ("split", &["validation_split"]),
    ("validation", &["val", "test", "holdout"]),
    // Properties, and a fault in the place of one that nothing could fail.
    ("accumulation_equivalent", &["accumulation_check"]),
    ("answers_not_among_inputs", &["target_leakage", "label_leakage", "data_leakage"]),
    ("batch_independent", &["batch_dependence", "batch_mixing", "backprop_dependence"]),
    ("batch_size_adequate", &["gradient_noise_scale", "critical_batch_size"]),
    (
        "beats_baseline",
        &["dummy_classifier", "dummy_baseline", "better_than_chance", "majority_baseline"],
    ),
    ("causal", &["look_ahead", "future_leakage", "no_peeking"]),
    ("checkpointing_equivalent", &["gradient_checkpointing", "activation_checkpointing", "remat"]),
    ("classes_balanced", &["class_imbalance", "imbalanced_classes"]),
    ("deterministic", &["reproducible", "reproducibility", "repeatable", "stable_over_seeds"]),
    ("equivariant_to", &["equivariance"]),
    (
        "finite_everywhere",
        &[
            "loss_is_finite",
            "no_nan",
            "nan_check",
            "check_numerics",
            "detect_anomaly",
            "terminate_on_nan",
        ],
    ),
    ("frozen_stay", &["assert_vars_same", "params_unchanged", "frozen_unchanged"]),
    ("generalizes", &["generalization_gap", "train_test_gap", "overfitting"]),
    (
        "gradients_flow",
        &["vanishing_gradient", "vanishing_gradients", "exploding_gradient", "exploding_gradients"],
    ),
    (
        "gradients_match",
        &["gradcheck", "gradient_check", "check_grads", "verify_grad", "numerical_gradient"],
    ),
    ("initial_loss", &["init_loss", "loss_at_init", "loss_at_initialization"]),
    ("inputs_normalized", &["features_scaled", "input_scaling", "normalized_inputs"]),
    ("invariant_to", &["invariance"]),
    ("learning_rate_in_range", &["lr_finder", "lr_find", "lr_range_test", "learning_rate_finder"]),
    ("matches_golden", &["golden", "golden_outputs", "reference_outputs"]),
    ("no_dead_units", &["dead_relu", "dying_relu", "dead_neurons"]),
    ("no_duplicates_across_split", &["train_test_overlap", "train_test_samples_mix"]),
    ("no_saturation", &["saturation", "saturated_activations"]),
    ("outputs_vary", &["constant_output", "mode_collapse", "output_collapse"]),
    (
        "overfits_batch",
        &["overfit_batches", "overfit_one_batch", "overfit_single_batch", "overfit_small_batch"],
    ),
    (
        "precision_robust",
        &[
            "mixed_precision",
            "half_precision",
            "amp",
            "autocast",
            "fp16",
            "bfloat16",
            "loss_scaling",
        ],
    ),
    ("regularization_in_range", &["data_loss_dominates", "regularization_raises_loss"]),
    ("respects_padding", &["respects_mask", "mask_is_respected", "supports_masking"]),
    ("save_load_round_trip", &["serialization", "save_and_load", "checkpoint_round_trip"]),
    ("scale_independent_of_width", &["mup", "coordinate_check", "coord_check"]),
    ("shuffle_labels", &["must_not_learn", "random_labels", "label_permutation", "y_scrambling"]),
    ("update_ratio", &["update_to_weight_ratio", "update_to_data_ratio"]),
    (
        "weights_update",
        &["assert_vars_change", "params_change", "variables_change", "weights_change"],
    ),
    ("within_budget", &["max_parameters", "flops_budget", "model_size"]),
    // Sections and faults.
    ("expect", &["expectations", "properties", "checks", "tests"]),
    ("training", &["train", "recipe", "fit"]),
    ("regularization", &["regularisation", "penalty"]),
    ("loss", &["criterion", "objective", "loss_function"]),
    ("data", &["dataset"]),
    ("model", &["network", "net", "architecture"]),
    ("weights", &["pretrained", "checkpoint", "state_dict", "load_from"]),
    ("freeze_layer", &["freeze", "frozen"]),
    ("classification", &["multiclass", "multiclass_classification"]),
    ("binary_classification", &["binary"]),
];

/// What people look for and this language leaves out, with the reason.
const ABSENT: &[(&[&str], &str)] = &[
    (
        &["precision", "mixed_precision", "amp", "autocast", "dtype", "fp16", "bf16", "half"],
        "there is no mixed precision here: Burn 0.22 has neither a cast for single operations nor a \
         scaling of the loss, and in f16 alone the squares of small gradients round to 0, so that the \
         properties would judge the number format and not the network; wgpu has no bf16",
    ),
    (
        &["lbfgs", "l_bfgs", "lbfgsb"],
        "there is no L-BFGS here: Burn's evaluates the loss many times for one step, on one batch, \
         while recipes take one gradient from each batch, with clipping, accumulation and groups",
    ),
];

/// Longer names than this are no slip of the pen; comparing them would cost their square.
const LONGEST: usize = 64;

/// Beside a suggestion, a longer list of what is known would only hide it.
const SHORT_LIST: usize = 15;

/// The known name that an unknown one probably stands for.
pub(crate) fn suggest<'known>(unknown: &str, known: &[&'known str]) -> Option<&'known str> {
    let plain = normalized(unknown);
    if plain.is_empty() || plain.len() > LONGEST {
        return None;
    }
    known
        .iter()
        .find(|name| normalized(name) == plain)
        .or_else(|| known.iter().find(|name| is_alias(&plain, name)))
        .or_else(|| {
            let near = known.iter().map(|name| (distance(&plain, &normalized(name)), name));
            let (edits, name) = near.min_by_key(|(edits, _)| *edits)?;
            (edits <= (plain.chars().count() / 3).max(1)).then_some(name)
        })
        .copied()
}

/// What the names of this language are called elsewhere, row by row: a name that stands for two things
/// has two rows.
pub(crate) fn aliases(name: &str) -> impl Iterator<Item = &'static [&'static str]> {
    ALIASES.iter().filter(move |(known, _)| *known == name).map(|(_, names)| *names)
}

/// A note for a name that is known, but stands for something else.
pub(super) fn misplaced(name: &str, kinds: &[TermKind], registry: &[&Property]) -> Option<String> {
    if registry.iter().any(|property| property.meta.name == name) {
        return Some(format!("`{name}` is a property: it stands under `expect`"));
    }
    let term = vocabulary::terms().find(|term| {
        term.name == name && !kinds.contains(&term.kind) && term.kind != TermKind::Section
    })?;
    Some(format!("`{name}` is {}", term.kind.with_article()))
}

/// The error for a name that is none of the known ones. `what` is like "layer".
pub(super) fn unknown_name(what: &str, name: &str, span: Span, known: &[&str]) -> Diagnostic {
    let error = Diagnostic::new(
        Code::UNKNOWN_NAME,
        format!("unknown {what} `{}`", shown(name)),
        span,
        format!("no {what} of this name"),
    );
    with_help(error, name, known)
}

/// The error for a word that is none of those due. `what` is like "`task`".
pub(super) fn unknown_word(what: &str, word: &str, span: Span, known: &[&str]) -> Diagnostic {
    let error = Diagnostic::new(
        Code::UNKNOWN_NAME,
        format!("`{}` is no value of {what}", shown(word)),
        span,
        format!("must be one of `{}`", known.join("`, `")),
    );
    with_suggestion(error, word, known)
}

/// The error for a key that is none of the known ones. `owner` is like "`linear`".
pub(super) fn unknown_key(owner: &str, key: &str, span: Span, known: &[&str]) -> Diagnostic {
    let error = Diagnostic::new(
        Code::UNKNOWN_KEY,
        format!("unknown key `{}`", shown(key)),
        span,
        format!("{owner} has no such key"),
    );
    with_help(error, key, known)
}

/// A name as messages show it: short, and without control characters.
fn shown(name: &str) -> String {
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", name[..end].escape_debug()),
        None => name.escape_debug().to_string(),
    }
}

fn with_help(error: Diagnostic, unknown: &str, known: &[&str]) -> Diagnostic {
    let plain = normalized(unknown);
    let absent = ABSENT.iter().find(|(names, _)| names.iter().any(|n| normalized(n) == plain));
    if let Some((_, reason)) = absent {
        return error.note(*reason);
    }
    let is_clear = known.len() > SHORT_LIST && suggest(unknown, known).is_some();
    let error = match known {
        [] => error.note("none is known here"),
        _ if is_clear => error,
        known => error.note(format!("known are: {}", known.join(", "))),
    };
    with_suggestion(error, unknown, known)
}

fn with_suggestion(error: Diagnostic, unknown: &str, known: &[&str]) -> Diagnostic {
    match suggest(unknown, known) {
        Some(name) if is_alias(&normalized(unknown), name) => {
            error.help(format!("`{unknown}` is called `{name}` here"))
        }
        Some(name) => error.help(format!("did you mean `{name}`?")),
        None => error,
    }
}

/// Whether a normalized name is an alias of `name`, also with "loss" or "layer" after it.
fn is_alias(plain: &str, name: &str) -> bool {
    let stem = ["loss", "layer", "optimizer"].iter().find_map(|end| plain.strip_suffix(end));
    let aliases = ALIASES.iter().filter(|(known, _)| *known == name).flat_map(|(_, names)| *names);
    stem.is_some_and(|stem| stem == normalized(name))
        || aliases
            .map(|alias| normalized(alias))
            .any(|alias| alias == plain || Some(&*alias) == stem)
}

/// `BatchNorm`, `batch-norm` and `batch_norm` are one name.
fn normalized(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn distance(a: &str, b: &str) -> usize {
    strsim::damerau_levenshtein(a, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers() -> Vec<&'static str> {
        vocabulary::of_kinds(&[TermKind::Layer, TermKind::Activation])
            .map(|term| term.name)
            .collect()
    }

    #[test]
    fn names_of_other_frameworks_are_known() {
        for (theirs, ours) in [
            ("dense", "linear"),
            ("Conv2D", "conv2d"),
            ("conv", "conv2d"),
            ("batchnorm2d", "batch_norm"),
            ("BatchNorm", "batch_norm"),
            ("dropout2d", "dropout"),
            ("maxpool", "max_pool2d"),
            ("leakyrelu", "leaky_relu"),
            ("LeakyReLU", "leaky_relu"),
            ("swish", "silu"),
            ("view", "reshape"),
        ] {
            assert_eq!(suggest(theirs, &layers()), Some(ours), "{theirs}");
        }
        let losses: Vec<_> = vocabulary::of_kinds(&[TermKind::Loss]).map(|t| t.name).collect();
        for (theirs, ours) in [
            ("cross_entropy_loss", "cross_entropy"),
            ("CrossEntropyLoss", "cross_entropy"),
            ("nll", "cross_entropy"),
            ("NLLLoss", "cross_entropy"),
            ("bce", "binary_cross_entropy"),
            ("BCEWithLogitsLoss", "binary_cross_entropy"),
            ("l1", "mae"),
            ("kld", "kl_div"),
            ("MSELoss", "mse"),
        ] {
            assert_eq!(suggest(theirs, &losses), Some(ours), "{theirs}");
        }
    }

    #[test]
    fn every_alias_stands_for_a_known_word() {
        let keys = vocabulary::terms().flat_map(|term| term.keys());
        let names = vocabulary::terms().map(|term| term.name);
        let properties = crate::property::REGISTRY.iter().map(|property| property.meta.name);
        let known: Vec<_> = keys
            .chain(names)
            .chain(properties)
            .chain(["classification", "binary_classification"])
            .collect();
        for (name, _) in ALIASES {
            assert!(known.contains(name), "{name}");
        }
    }

    #[test]
    fn names_that_others_have_for_a_property_find_ours() {
        let properties: Vec<&str> =
            crate::property::REGISTRY.iter().map(|it| it.meta.name).collect();
        for (theirs, ours) in [
            ("loss_is_finite", "finite_everywhere"),
            ("respects_mask", "respects_padding"),
            ("data_loss_dominates", "regularization_in_range"),
            ("overfit_single_batch", "overfits_batch"),
            ("mixed-precision", "precision_robust"),
            ("gradcheck", "gradients_match"),
        ] {
            assert_eq!(suggest(theirs, &properties), Some(ours), "{theirs}");
        }
    }

    #[test]
    fn misspelt_names_are_found_and_strange_ones_are_not() {
        assert_eq!(suggest("lienar", &layers()), Some("linear"));
        assert_eq!(suggest("epsilom", &["epsilon", "momentum"]), Some("epsilon"));
        assert_eq!(suggest("wavelet", &layers()), None);
        assert_eq!(suggest("日本", &layers()), None);
        assert_eq!(suggest("", &layers()), None);
    }
}
