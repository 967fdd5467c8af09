//! The options of the language against Burn's own configurations.
//!
//! Every field of a layer's configuration in Burn is an option here under the same name, or under the
//! one that [`RENAMED`] gives; or the plan finds it in the input's shape; or it is left out for a
//! reason that stands beside it. A field that a new version of Burn adds is none of these, and the
//! test fails until it is one. Defaults are Burn's.

use burn::nn::{self, activation, attention, conv, gru, interpolate, pool, transformer};
use serde_json::{Value, json};

use crate::spec::vocabulary::{DefaultValue, TermKind, TermMeta, find, terms};

/// A layer and its configuration in Burn, made with its required arguments alone.
struct Configured {
    term: &'static str,
    config: Value,
    /// Fields that the input's shape decides.
    inferred: &'static [&'static str],
}

/// Burn's names that mean the same everywhere, and ours.
const RENAMED: &[(&str, &str)] = &[
    ("channels_out", "out"),
    ("d_output", "out"),
    ("d_hidden", "hidden"),
    ("kernel_size", "kernel"),
    ("strides", "stride"),
    ("output_size", "output"),
    ("scale_factor", "scale"),
    ("num_groups", "groups"),
    ("num_parameters", "parameters"),
    ("n_embedding", "vocabulary"),
    ("n_heads", "heads"),
    ("n_layers", "blocks"),
    ("d_ff", "feed_forward"),
    ("layer_norm_eps", "epsilon"),
    ("upscale_factor", "factor"),
    ("downscale_factor", "factor"),
    ("prob", "probability"),
    ("min_val", "min"),
    ("max_val", "max"),
];

/// What no layer has as an option, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("layout", "how weights lie in memory changes nothing that is computed"),
    ("min_float", "Burn's own, where the layer has no option for it"),
    ("batch_first", "an example is `[length, features]`, and the batch is none of its axes"),
    ("max_sequence_size", "what is added is made for the length at hand"),
    ("dim", "outputs are compared along their last axis"),
    ("max_sequence_length", "what is multiplied is made for the length at hand"),
];

macro_rules! configured {
    ($term:literal, $config:expr) => {
        configured!($term, $config, [])
    };
    ($term:literal, $config:expr, $inferred:expr) => {
        Configured {
            term: $term,
            config: serde_json::to_value($config).expect("Burn's configurations are plain data"),
            inferred: &$inferred,
        }
    };
}

/// Every layer and activation that Burn has a configuration of. A pair `channels` is what comes in
/// and what goes out.
fn configured() -> Vec<Configured> {
    vec![
        configured!("linear", nn::LinearConfig::new(3, 3), ["d_input"]),
        configured!("conv1d", conv::Conv1dConfig::new(3, 3, 3), ["channels_in"]),
        configured!("conv2d", conv::Conv2dConfig::new([3, 3], [3; 2]), ["channels"]),
        configured!("conv3d", conv::Conv3dConfig::new([3, 3], [3; 3]), ["channels"]),
        configured!("conv_transpose1d", conv::ConvTranspose1dConfig::new([3, 3], 3), ["channels"]),
        configured!(
            "conv_transpose2d",
            conv::ConvTranspose2dConfig::new([3, 3], [3; 2]),
            ["channels"]
        ),
        configured!(
            "conv_transpose3d",
            conv::ConvTranspose3dConfig::new([3, 3], [3; 3]),
            ["channels"]
        ),
        configured!("deform_conv2d", conv::DeformConv2dConfig::new([3, 3], [3; 2]), ["channels"]),
        configured!("max_pool1d", pool::MaxPool1dConfig::new(3)),
        configured!("max_pool2d", pool::MaxPool2dConfig::new([3; 2])),
        configured!("avg_pool1d", pool::AvgPool1dConfig::new(3)),
        configured!("avg_pool2d", pool::AvgPool2dConfig::new([3; 2])),
        configured!("adaptive_avg_pool1d", pool::AdaptiveAvgPool1dConfig::new(3)),
        configured!("adaptive_avg_pool2d", pool::AdaptiveAvgPool2dConfig::new([3; 2])),
        configured!("adaptive_avg_pool3d", pool::AdaptiveAvgPool3dConfig::new([3; 3])),
        configured!("unfold4d", nn::Unfold4dConfig::new([3; 2])),
        configured!("fold4d", nn::Fold4dConfig::new([3; 2], [3; 2])),
        configured!("batch_norm", nn::BatchNormConfig::new(3), ["num_features"]),
        configured!("layer_norm", nn::LayerNormConfig::new(3), ["d_model"]),
        configured!("group_norm", nn::GroupNormConfig::new(3, 3), ["num_channels"]),
        configured!("instance_norm", nn::InstanceNormConfig::new(3), ["num_channels"]),
        configured!("rms_norm", nn::RmsNormConfig::new(3), ["d_model"]),
        configured!("local_response_norm", nn::LocalResponseNormConfig::new(3)),
        configured!("dropout", nn::DropoutConfig::new(0.5)),
        configured!("cosine_similarity", nn::CosineSimilarityConfig::new()),
        configured!("pairwise_distance", nn::PairwiseDistanceConfig::new()),
        configured!("gaussian_noise", nn::GaussianNoiseConfig::new(3.0)),
        configured!("pixel_shuffle", nn::PixelShuffleConfig::new(3)),
        configured!("pixel_unshuffle", nn::PixelUnshuffleConfig::new(3)),
        configured!("interpolate1d", interpolate::Interpolate1dConfig::new()),
        configured!("interpolate2d", interpolate::Interpolate2dConfig::new()),
        configured!("embedding", nn::EmbeddingConfig::new(3, 3)),
        configured!("rnn", nn::RnnConfig::new(3, 3, true), ["d_input"]),
        configured!("bi_rnn", nn::BiRnnConfig::new(3, 3, true), ["d_input"]),
        configured!("gru", gru::GruConfig::new(3, 3, true), ["d_input"]),
        configured!("bi_gru", gru::BiGruConfig::new(3, 3, true), ["d_input"]),
        configured!("lstm", nn::LstmConfig::new(3, 3, true), ["d_input"]),
        configured!("bi_lstm", nn::BiLstmConfig::new(3, 3, true), ["d_input"]),
        configured!(
            "multi_head_attention",
            attention::MultiHeadAttentionConfig::new(3, 3),
            ["d_model"]
        ),
        configured!("cross_attention", attention::MultiHeadAttentionConfig::new(3, 3), ["d_model"]),
        configured!(
            "transformer_decoder",
            transformer::TransformerDecoderConfig::new(3, 3, 3, 3),
            ["d_model"]
        ),
        configured!(
            "transformer_encoder",
            transformer::TransformerEncoderConfig::new(3, 3, 3, 3),
            ["d_model"]
        ),
        configured!(
            "transformer_decoder",
            transformer::TransformerDecoderConfig::new(3, 3, 3, 3),
            ["d_model"]
        ),
        configured!("cross_attention", attention::MultiHeadAttentionConfig::new(3, 3), ["d_model"]),
        configured!("positional_encoding", nn::PositionalEncodingConfig::new(3), ["d_model"]),
        configured!("rotary_encoding", nn::RotaryEncodingConfig::new(3, 3), ["d_model"]),
        configured!("leaky_relu", activation::LeakyReluConfig::new()),
        configured!("prelu", nn::PReluConfig::new()),
        configured!("rrelu", activation::RReluConfig::new()),
        configured!("elu", activation::EluConfig::new()),
        configured!("celu", activation::CeluConfig::new()),
        configured!("hard_sigmoid", activation::HardSigmoidConfig::new()),
        configured!("hard_tanh", activation::HardtanhConfig::new()),
        configured!("softplus", activation::SoftplusConfig::new()),
        configured!("soft_shrink", activation::SoftShrinkConfig::new()),
        configured!("hard_shrink", activation::HardShrinkConfig::new()),
        configured!("shrink", activation::ShrinkConfig::new()),
        configured!("threshold", activation::ThresholdConfig::new(3.0, 3.0)),
        configured!("thresholded_relu", activation::ThresholdedReluConfig::new()),
        configured!("swiglu", nn::SwiGluConfig::new(3, 3), ["d_input"]),
    ]
}

/// The option that a field of Burn's is, if any.
fn option_of(term: &'static TermMeta, field: &str) -> Option<&'static str> {
    // The size of an embedding's vectors is what others infer.
    let own = if term.name == "embedding" { [("d_model", "dimension")] } else { [("", "")] };
    let renamed = own.iter().chain(RENAMED).find(|(burns, _)| *burns == field);
    let name = renamed.map_or(field, |(_, ours)| ours);
    term.option(name).map(|option| option.name)
}

fn is_same(ours: DefaultValue, burns: &Value) -> bool {
    match (ours, burns) {
        // The arguments of `new`, in `configured`.
        (DefaultValue::Required, _) => {
            *burns == json!(3)
                || *burns == json!(3.0)
                || *burns == json!([3, 3])
                || *burns == json!([3, 3, 3])
                || *burns == json!(0.5)
        }
        // Told in words; nothing that Burn fixes.
        (DefaultValue::Derived(_), _) => true,
        (_, Value::Array(sizes)) => sizes.iter().all(|size| is_same(ours, size)),
        (DefaultValue::Count(count), _) => *burns == json!(count),
        // Some of Burn's numbers are of 32 bits.
        (DefaultValue::Number(number), _) => {
            burns.as_f64().is_some_and(|burns| (burns - number).abs() <= 1e-6 * number.abs())
        }
        (DefaultValue::Flag(flag), _) => *burns == json!(flag),
        (DefaultValue::Word(word), _) => {
            burns.as_str().is_some_and(|burns| burns.to_lowercase() == word.replace('_', ""))
        }
    }
}

#[test]
fn every_option_of_burn_is_an_option_here_with_the_same_default() {
    let mut wrong = Vec::new();
    for Configured { term: name, config, inferred } in configured() {
        let term = find(name).into_iter().find(|term| term.is_layer()).expect("it is a layer");
        let fields = config.as_object().expect("a configuration is a struct");
        for (field, burns) in fields {
            let known =
                inferred.contains(&&**field) || LEFT_OUT.iter().any(|(out, _)| out == field);
            match option_of(term, field) {
                // A size that is doubled unless the spec says otherwise is our own default.
                Some("scale" | "output") if burns.is_null() => {}
                Some(option) => {
                    let ours = term.option(option).expect("it was just found").default;
                    if !is_same(ours, burns) {
                        wrong.push(format!("{name}: `{option}` is {ours}, but in Burn {burns}"));
                    }
                }
                None if known => {}
                None => wrong.push(format!("{name}: Burn's `{field}` is no option")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_layer_that_names_a_configuration_of_burn_is_compared_with_it() {
    let compared: Vec<&str> = configured().iter().map(|configured| configured.term).collect();
    for term in terms().filter(|term| matches!(term.kind, TermKind::Layer | TermKind::Activation)) {
        let names_one = term.source.contains("Burn 0.22") && term.source.contains("Config");
        assert!(!names_one || compared.contains(&term.name), "{}", term.name);
    }
}

#[test]
fn what_is_left_out_and_renamed_is_there_in_burn() {
    let configured = configured();
    let has = |field: &str| configured.iter().any(|c| c.config.get(field).is_some());
    for (field, _) in RENAMED.iter().chain(LEFT_OUT) {
        assert!(has(field), "{field}");
    }
    for Configured { term, config, inferred } in &configured {
        for field in *inferred {
            assert!(config.get(*field).is_some(), "{term}: {field}");
        }
    }
}
