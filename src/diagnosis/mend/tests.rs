use super::*;
use crate::diagnosis::CAUSES;
use crate::property::{Finding, Verdict};
use crate::spec::{Source, parse};

fn spec(parts: &str) -> Spec {
    let text = format!("version: 1\ntask: classification\n{parts}\n");
    parse(Source::new("net.yaml", text)).unwrap()
}

fn found(property: &str, place: &str, measured: Option<f64>) -> Judged {
    let finding = Finding {
        place: place.to_owned(),
        message: String::new(),
        measured,
        bound: None,
        mend: String::new(),
    };
    Judged { property: property.to_owned(), verdict: Verdict::fail("", vec![finding]) }
}

/// The lines of all mends of a cause, for a spec as it is measured.
fn lines(cause: &str, parts: &str, judged: &[Judged], known: &Known) -> Vec<Vec<String>> {
    let spec = spec(parts);
    let mends = remedy(cause).mends(&Case { spec: &spec, judged, known });
    for mend in &mends {
        assert!(!mend.reason.is_empty() && !mend.edits.is_empty(), "{mend:?}");
        let edited = spec.edited(&mend.edits);
        assert!(edited.is_ok(), "{mend:?}: {}", edited.unwrap_err().render(false));
    }
    mends.iter().map(Mend::lines).collect()
}

fn first(cause: &str, parts: &str) -> Vec<String> {
    lines(cause, parts, &[], &Known::default()).into_iter().next().unwrap_or_default()
}

const MOONS: &str = "data: moons\n";

#[test]
fn every_cause_has_a_remedy_or_a_reason_why_there_is_none() {
    let named: Vec<&str> = REMEDIES.iter().map(|(name, _)| *name).collect();
    let causes: Vec<&str> = CAUSES.iter().map(|cause| cause.name).collect();
    assert_eq!(named, causes);
    for (name, remedy) in REMEDIES {
        let (Remedy::Inside(words) | Remedy::Edits(words, _) | Remedy::Rates(words, _)) = remedy;
        assert!(!words.is_empty(), "{name}");
    }
}

#[test]
fn numbers_are_written_as_people_write_them() {
    let texts = [0.0123, 3.2e-4, 1.0, 250.0, 4.6e7].map(written);
    assert_eq!(texts, ["0.01", "3e-4", "1", "200", "5e7"]);
}

#[test]
fn a_rate_comes_from_the_stable_region_where_it_is_known_else_from_the_size_of_steps() {
    let parts = format!(
        "{MOONS}model: [linear: 2]\ntraining: {{optimizer: {{sgd: {{learning_rate: 10}}}}}}"
    );
    let of = |known: &Known| lines("learning_rate_too_high", &parts, &[], known).concat();
    let swept =
        Known { stable_rates: Some((1e-3, 0.1)), update_ratio: Some(0.4), ..Known::default() };
    assert_eq!(of(&swept), ["training.optimizer.sgd.learning_rate: 0.03"]);
    let stepped = Known { update_ratio: Some(0.4), ..Known::default() };
    assert_eq!(of(&stepped), ["training.optimizer.sgd.learning_rate: 0.02"]);
    assert_eq!(of(&Known::default()), ["training.optimizer.sgd.learning_rate: 0.1"]);
    let spec = spec(&parts);
    let case = Case { spec: &spec, judged: &[], known: &stepped };
    let reason = &remedy("learning_rate_too_high").mends(&case)[0].reason;
    assert!(reason.contains("about 400 times too high") && reason.contains("0.4"), "{reason}");
    let right = Known { stable_rates: Some((1.0, 32.0)), ..Known::default() };
    assert_eq!(of(&right), [""; 0], "the rate is not to blame");
}

#[test]
fn a_rate_that_is_too_low_is_raised_and_a_large_epsilon_goes_first() {
    let parts = format!(
        "{MOONS}model: [linear: 2]\ntraining: {{optimizer: {{adam: {{learning_rate: 1e-6, epsilon: 10}}}}}}"
    );
    let found = lines("learning_rate_too_low", &parts, &[], &Known::default());
    assert_eq!(
        found,
        [
            ["without training.optimizer.adam.epsilon"],
            ["training.optimizer.adam.learning_rate: 1e-4"]
        ]
    );
}

#[test]
fn a_recipe_without_steps_gets_more_of_them_or_smaller_batches() {
    let parts = format!("{MOONS}model: [linear: 2]\ntraining: {{batch_size: 400, epochs: 3}}");
    let known = Known { steps: Some(3), examples: Some(400), ..Known::default() };
    let found = lines("too_few_steps", &parts, &[], &known);
    assert_eq!(found[0], ["training.batch_size: 32"]);
    assert_eq!(found[1], ["training.steps: 200", "without training.epochs"]);
    let one = format!("{MOONS}model: [linear: 2]\ntraining: {{batch_size: 1}}");
    assert_eq!(first("batch_too_small", &one), ["training.batch_size: 32"]);
}

#[test]
fn a_bound_is_set_by_what_gradients_are() {
    let parts = format!("{MOONS}model: [linear: 2]\ntraining: {{clipping: {{global_norm: 1e-4}}}}");
    let known = Known { gradient_size: Some(0.8), ..Known::default() };
    let found = lines("clipping_too_tight", &parts, &[], &known);
    assert_eq!(found, [["training.clipping: {global_norm: 2}"], ["without training.clipping"]]);
    assert!(
        lines("clipping_too_tight", &format!("{MOONS}model: [linear: 2]"), &[], &known).is_empty()
    );
}

#[test]
fn penalties_and_decay_become_weaker_by_what_they_outweigh() {
    let parts = format!("{MOONS}model: [linear: 2]\nregularization: {{l2: 10}}");
    let judged = [found("regularization_in_range", "regularization", Some(1000.0))];
    let found = lines("regularization_too_strong", &parts, &judged, &Known::default());
    assert_eq!(found, [["regularization.l2: 1e-3"]]);
    let decay = format!(
        "{MOONS}model: [linear: 2]\ntraining: {{optimizer: {{adamw: {{learning_rate: 1e-2, weight_decay: 50}}}}}}"
    );
    assert_eq!(
        first("regularization_too_strong", &decay),
        ["training.optimizer.adamw.weight_decay: 0.01"]
    );
}

#[test]
fn a_schedule_goes_and_takes_a_rate_with_it_that_suits_it_alone() {
    let parts = format!(
        "{MOONS}model: [linear: 2]\ntraining: {{optimizer: {{adam: {{learning_rate: 1}}}}, \
         schedule: {{noam: {{warmup_steps: 1000000, model_size: 64}}}}}}"
    );
    assert_eq!(
        first("schedule_unfit", &parts),
        ["without training.schedule", "training.optimizer.adam.learning_rate: 1e-3"]
    );
    assert!(first("schedule_unfit", &format!("{MOONS}model: [linear: 2]")).is_empty());
}

#[test]
fn the_last_activation_goes_or_the_loss_that_takes_probabilities() {
    let double = format!("{MOONS}model: [linear: 2, softmax]");
    assert_eq!(first("head_unsuited", &double), ["model.layers: without softmax1"]);
    let bare = format!("{MOONS}model: [linear: 2]\nloss: {{cross_entropy: {{logits: false}}}}");
    assert_eq!(first("head_unsuited", &bare), ["without loss.cross_entropy.logits"]);
    let both = "data: {moons: {}}\nmodel: [linear: 4, relu, linear: 2, sigmoid]\n\
                loss: {cross_entropy: {logits: false}}";
    assert_eq!(
        first("head_unsuited", both),
        ["model.layers: without sigmoid1", "without loss.cross_entropy.logits"]
    );
}

#[test]
fn the_loss_counts_a_mean_and_every_class() {
    let sum = format!("{MOONS}model: [linear: 2]\nloss: {{cross_entropy: {{reduction: sum}}}}");
    assert_eq!(first("loss_not_a_mean", &sum), ["loss.cross_entropy.reduction: mean"]);
    let plain = format!("{MOONS}model: [linear: 2]");
    assert!(first("loss_not_a_mean", &plain).is_empty());
    assert_eq!(first("classes_unbalanced", &plain), ["loss.cross_entropy.weights: balanced"]);
    let silenced =
        format!("{MOONS}model: [linear: 2]\nloss: {{cross_entropy: {{weights: [1, 0]}}}}");
    assert_eq!(first("class_weights_wrong", &silenced), ["without loss.cross_entropy.weights"]);
}

#[test]
fn data_is_scaled_shuffled_and_left_as_it_is() {
    let plain = format!("{MOONS}model: [linear: 2]");
    let judged = [found("inputs_normalized", "proline", Some(746.0))];
    let found = lines("inputs_not_scaled", &plain, &judged, &Known::default());
    assert_eq!(found[0], ["data.scale: standardize"]);
    let cut = "data: {moons: {}, split: {shuffle: false}}\nmodel: [linear: 2]";
    assert_eq!(first("split_unfit", cut), ["without data.split.shuffle"]);
    let noise = "data: {moons: {}, augment: {noise: 9}}\nmodel: [linear: 2]";
    assert_eq!(first("augmentation_unfit", noise), ["without data.augment"]);
    assert!(first("targets_not_scaled", &plain).is_empty(), "classes have no scale");
}

#[test]
fn columns_that_were_found_are_left_out_of_the_features() {
    let parts = "data: {csv: a.csv, target: y}\nmodel: [linear: 2]";
    let known = Known { columns: vec!["a".into(), "it's".into()], ..Known::default() };
    let judged = [found("answers_not_among_inputs", "a", None)];
    let found = lines("answer_among_inputs", parts, &judged, &known);
    assert_eq!(found, [["data.features: ['it''s']"]]);
}

#[test]
fn a_layer_that_is_too_loud_for_half_precision_is_drawn_anew_and_no_other() {
    let parts = format!(
        "{MOONS}model:\n  - linear: {{out: 4, initializer: {{normal: {{std: 1e5}}}}}}\n  - relu\n  \
         - linear: {{out: 4, initializer: ones}}\n  - relu\n  - linear: 2\n"
    );
    for place in ["linear1", "linear1.weight"] {
        let judged = [found("precision_robust", place, Some(7e4))];
        assert_eq!(
            lines("half_precision_unfit", &parts, &judged, &Known::default()),
            [["model.layers linear1: {initializer: {kaiming_uniform: 1.414}}"]]
        );
    }
    let gradient = [found("precision_robust", "linear3.bias", Some(1.0))];
    let none: [[&str; 0]; 0] = [];
    assert_eq!(lines("half_precision_unfit", &parts, &gradient, &Known::default()), none);
}

#[test]
fn initializers_suit_the_activation_behind_them_and_biases_are_0() {
    let parts = format!(
        "{MOONS}model:\n  - linear: {{out: 4, initializer: zeros, bias_initializer: {{constant: -10}}}}\n  \
         - relu\n  - linear: {{out: 4, initializer: ones}}\n  - tanh\n  - linear: {{out: 2, initializer: zeros}}\n"
    );
    assert_eq!(
        first("initialization_constant", &parts),
        [
            "model.layers linear1: {initializer: {kaiming_uniform: 1.414}}",
            "model.layers linear1: {bias_initializer: zeros}",
            "model.layers linear2: {initializer: {xavier_uniform: 1.667}}",
            "model.layers linear3: without initializer",
        ]
    );
    let usual = format!(
        "{MOONS}model: [linear: {{out: 4, initializer: {{kaiming_normal: 1.414}}}}, relu, linear: 2]"
    );
    assert!(first("initialization_too_large", &usual).is_empty());
}

#[test]
fn activations_that_take_the_signal_away_become_relus() {
    let deep = format!(
        "{MOONS}model: [repeat: {{times: 6, layers: [linear: 4, sigmoid]}}, linear: 2, softmax]"
    );
    assert_eq!(
        first("gradient_vanishes", &deep),
        [
            "model.layers: relu in place of repeat1.1.sigmoid1",
            "model.layers repeat1.1.linear1: {initializer: {kaiming_uniform: 1.414}}",
        ]
    );
    let between = format!("{MOONS}model: [linear: 4, softmax, linear: 2, softmax]");
    assert_eq!(first("activation_unsuited", &between), ["model.layers: relu in place of softmax1"]);
    let missing = format!("{MOONS}model: [linear: 4, linear: 4, identity, linear: 2]");
    assert_eq!(
        first("activation_missing", &missing),
        ["model.layers: relu before linear2", "model.layers: relu in place of identity1"]
    );
    let dead = format!("{MOONS}model: [linear: 4, relu, linear: 2]");
    assert_eq!(first("activation_dead", &dead), ["model.layers: leaky_relu in place of relu1"]);
}

#[test]
fn normalization_dropout_and_width_become_usual() {
    let normed = "data: {shapes: {}}\nmodel: [conv2d: {out: 4, kernel: 3}, batch_norm: {momentum: 0, epsilon: 1000}, flatten, linear: 2]";
    assert_eq!(
        first("normalization_misused", normed),
        ["model.layers batch_norm1: without momentum", "model.layers batch_norm1: without epsilon"]
    );
    let drops = format!("{MOONS}model: [linear: 9, dropout: 0.98, linear: 2, dropout: 0.5]");
    assert_eq!(
        first("dropout_misused", &drops),
        ["model.layers dropout1: {probability: 0.2}", "model.layers: without dropout2"]
    );
    let narrow = format!("{MOONS}model: [linear: 24, relu, linear: 1, relu, linear: 2]");
    assert_eq!(first("capacity_too_small", &narrow), ["model.layers linear2: {out: 16}"]);
}

#[test]
fn sequences_are_read_forwards_with_positions_and_without_padding() {
    let data = "data: {markov_chain: {}, target: next}\n";
    let ahead = |layer: &str| {
        let parts = format!(
            "{data}model: [embedding: {{vocabulary: 6, dimension: 8}}, {layer}, linear: 6]"
        );
        first("time_leak", &parts)
    };
    assert_eq!(
        ahead("transformer_encoder: {blocks: 1, heads: 2, feed_forward: 8, name: encoder}"),
        ["model.layers encoder: {causal: true}"]
    );
    assert_eq!(
        ahead("bi_gru: {hidden: 8, output: sequence, name: decoder}"),
        ["model.layers: gru: {hidden: 8, output: sequence} in place of decoder"]
    );
    assert_eq!(
        ahead("lstm: {hidden: 8, output: sequence, reverse: true, name: decoder}"),
        ["model.layers decoder: without reverse"]
    );
    let attention = "data: {padded_tokens: {}}\nmodel: [embedding: {vocabulary: 8, dimension: 8}, \
                     multi_head_attention: {heads: 2, name: attention}, mean: 0, linear: 3]";
    assert_eq!(first("padding_leak", attention), ["model.layers attention: {mask_padding: input}"]);
    assert_eq!(
        first("capacity_too_small", attention),
        ["model.layers: positional_encoding before attention"]
    );
    let slice = "data: {waves: {}}\nmodel: [lstm: {hidden: 4, output: sequence}, slice: {axis: 0, end: 1}, \
                 flatten, linear: 2]";
    assert_eq!(first("inputs_unused", slice), ["model.layers: without slice1"]);
}

#[test]
fn what_is_written_in_code_has_no_mend_and_says_so() {
    assert!(matches!(remedy("gradient_wrong"), Remedy::Inside(reason) if reason.contains("code")));
    let plain = format!("{MOONS}model: [linear: 2]");
    for (cause, remedy) in REMEDIES {
        if matches!(remedy, Remedy::Inside(_)) {
            assert!(lines(cause, &plain, &[], &Known::default()).is_empty(), "{cause}");
        }
    }
}
