//! A network for every layer, activation and initializer of the language, with each of its options:
//! what the tests of layers run on the CPU and on the adapter.

use nn_test::spec::vocabulary;

/// Inputs of 48 numbers, shaped by the first layers given; two classes.
pub fn numbers(layers: &str) -> String {
    format!(
        "version: 1\nname: layers\ntask: classification\n\
         data: {{blobs: {{examples: 64, classes: 2, features: 48}}}}\n\
         model:\n  layers:\n{layers}\n    - flatten\n    - linear: {{out: 2, name: head}}\n"
    )
}

/// Token sequences of length 6.
pub fn tokens(layers: &str) -> String {
    format!(
        "version: 1\nname: layers\ntask: classification\n\
         data: {{majority_token: {{examples: 64, classes: 2, vocabulary: 8, length: 6}}}}\n\
         model:\n  layers:\n{layers}\n    - flatten\n    - linear: {{out: 2, name: head}}\n"
    )
}

pub fn list(layers: &[&str]) -> String {
    layers.iter().map(|layer| format!("    - {layer}")).collect::<Vec<_>>().join("\n")
}

pub fn on_features() -> Vec<String> {
    let cases: &[&[&str]] = &[
        &["linear: 5", "tanh"],
        &["linear: {out: 5, bias: false}", "tanh"],
        &["linear: 6", "batch_norm", "tanh"],
        &["linear: 6", "layer_norm", "tanh"],
        &["linear: 6", "layer_norm: {bias: false}", "tanh"],
        &["linear: 6", "group_norm: {groups: 3}", "tanh"],
        &["linear: 6", "group_norm: {groups: 2, affine: false}", "tanh"],
        &["linear: 6", "rms_norm", "tanh"],
        &["linear: 8", "dropout: 0.5", "tanh"],
        &["linear: 8", "gaussian_noise: 0.3", "tanh"],
        &["linear: 12", "sampling", "tanh"],
        &["linear: {out: 6, initializer: orthogonal, bias_initializer: ones}", "tanh"],
        &["linear: 6", "batch_norm: {epsilon: 0.01, momentum: 0.3}", "tanh"],
        &["linear: 6", "layer_norm: {epsilon: 0.1}", "tanh"],
        &["linear: 6", "group_norm: {groups: 3, epsilon: 0.1}", "tanh"],
        &["linear: 6", "rms_norm: {epsilon: 0.1}", "tanh"],
        &["residual: [{linear: 48}, tanh]", "linear: 4"],
        &["reshape: [6, 8]", "linear: 3", "tanh"],
    ];
    cases.iter().map(|layers| numbers(&list(layers))).collect()
}

pub fn on_images() -> Vec<String> {
    let image = "reshape: [3, 4, 4]";
    let signal = "reshape: [4, 12]";
    let volume = "reshape: [2, 2, 3, 4]";
    let cases: &[&[&str]] = &[
        &[signal, "conv1d: {out: 6, kernel: 3}", "tanh"],
        &[signal, "conv1d: {out: 6, kernel: 3, padding: same, stride: 2}", "tanh"],
        &[signal, "conv1d: {out: 6, kernel: 4, padding: 2, dilation: 2, groups: 2}", "tanh"],
        &[image, "conv2d: {out: 4, kernel: 3}", "tanh"],
        &[image, "conv2d: {out: 4, kernel: [2, 3], padding: same, bias: false}", "tanh"],
        &[image, "conv2d: {out: 6, kernel: 2, stride: 2, padding: 1, groups: 3}", "tanh"],
        &[image, "conv2d: {out: 4, kernel: 3, padding: same, dilation: 1}", "batch_norm", "tanh"],
        &[image, "conv2d: {out: 4, kernel: 3, padding: same}", "group_norm: {groups: 2}", "tanh"],
        &[volume, "conv3d: {out: 3, kernel: 2}", "tanh"],
        &[volume, "conv3d: {out: 4, kernel: [1, 3, 3], padding: same, groups: 2}", "tanh"],
        &[volume, "conv3d: {out: 3, kernel: 2, padding: [1, 0, 1], stride: [2, 1, 1]}", "tanh"],
        &[volume, "conv3d: {out: 3, kernel: 2}", "batch_norm", "tanh"],
        &[signal, "conv_transpose1d: {out: 3, kernel: 3}", "tanh"],
        &[signal, "conv_transpose1d: {out: 3, kernel: 2, stride: 2, bias: false}", "tanh"],
        &[
            signal,
            "conv_transpose1d: {out: 6, kernel: 3, stride: 2, padding: 1, padding_out: 1, \
             groups: 2, initializer: orthogonal, bias_initializer: zeros}",
            "tanh",
        ],
        &[image, "conv_transpose2d: {out: 2, kernel: 2, stride: 2}", "tanh"],
        &[
            image,
            "conv_transpose2d: {out: 6, kernel: [2, 3], stride: [1, 2], padding: [0, 1], \
             padding_out: [0, 1], groups: 3}",
            "tanh",
        ],
        &[image, "conv_transpose2d: {out: 4, kernel: 3, padding: 1, dilation: 2}", "tanh"],
        &[image, "conv_transpose2d: {out: 4, kernel: 2}", "batch_norm", "tanh"],
        &[image, "instance_norm", "linear: 3"],
        &[image, "conv2d: {out: 4, kernel: 2}", "instance_norm: {affine: false}", "tanh"],
        &[image, "conv2d: {out: 4, kernel: 2}", "group_norm: {groups: 4}", "tanh"],
        &[image, "rms_norm"],
        &[image, "local_response_norm: {size: 3, alpha: 0.5}"],
        &[signal, "local_response_norm: {size: 2, alpha: 0.5, beta: 0.5, k: 2}"],
        &[signal, "max_pool1d: 2"],
        &[signal, "max_pool1d: {kernel: 3, stride: 1, padding: same, dilation: 1}"],
        &[signal, "avg_pool1d: 3"],
        &[signal, "avg_pool1d: {kernel: 3, stride: 2, padding: 1, count_include_pad: false}"],
        &[signal, "adaptive_avg_pool1d: 5"],
        &["reshape: [12, 2, 2]", "pixel_shuffle: 2", "linear: 3"],
        &[image, "interpolate2d: {scale: 2}", "linear: 3"],
        &[image, "interpolate2d: {output: [7, 5]}", "linear: 3"],
        &[image, "interpolate2d: {scale: [2, 1]}"],
        &[image, "permute: [2, 0, 1]", "linear: 3"],
        &[image, "pad: {axis: 2, before: 1, after: 2, value: 0.5}", "linear: 3"],
        &[image, "pad: {axis: 0, after: 1}", "linear: 3"],
        &[image, "mean: 1", "linear: 3"],
        &[image, "max: 2", "linear: 3"],
        &[image, "avg_pool2d: [4, 1]", "squeeze: 1", "linear: 3"],
        &[image, "max_pool2d: 2", "linear: 3"],
        &[image, "max_pool2d: {kernel: 3, stride: 1, padding: 1}", "linear: 3"],
        &[image, "avg_pool2d: 2", "linear: 3"],
        &[image, "avg_pool2d: {kernel: 3, stride: 1, padding: 1, count_include_pad: false}"],
        &[image, "adaptive_avg_pool2d: [2, 3]"],
        &[volume, "adaptive_avg_pool3d: [1, 2, 3]"],
        &[volume, "conv_transpose3d: {out: 3, kernel: 2}", "tanh"],
        &[
            volume,
            "conv_transpose3d: {out: 4, kernel: [1, 2, 3], stride: [1, 2, 1], padding: [0, 1, 1], \
             padding_out: [0, 1, 0], groups: 2, bias: false, initializer: orthogonal}",
            "tanh",
        ],
        &[signal, "conv1d: {out: 4, kernel: 3, padding: [2, 0]}", "tanh"],
        &[image, "conv2d: {out: 4, kernel: 3, padding: [2, 0, 1, 1]}", "tanh"],
        &[image, "deform_conv2d: {out: 4, kernel: 3, padding: same}", "tanh"],
        &[
            "reshape: [4, 3, 4]",
            "deform_conv2d: {out: 6, kernel: 2, modulated: true, weight_groups: 2, \
             offset_groups: 2, bias_initializer: zeros}",
            "tanh",
        ],
        &[signal, "max_pool1d: {kernel: 2, stride: 3, padding: 1, ceil_mode: true}"],
        &[signal, "max_pool1d: {kernel: 3, stride: 2, padding: [2, 0]}"],
        &[signal, "avg_pool1d: {kernel: 5, ceil_mode: true}"],
        &[signal, "avg_pool1d: {kernel: 3, padding: [0, 1], count_include_pad: false}"],
        &[image, "max_pool2d: {kernel: 3, stride: 2, ceil_mode: true}"],
        &[image, "max_pool2d: {kernel: 2, padding: [1, 0, 0, 1], dilation: 2, stride: 1}"],
        &[image, "avg_pool2d: {kernel: [3, 2], stride: 2, padding: [1, 0], ceil_mode: true}"],
        &[image, "avg_pool2d: {kernel: 3, padding: [2, 1, 0, 0], count_include_pad: false}"],
        &[image, "unfold4d: 2"],
        &[image, "unfold4d: {kernel: [2, 3], stride: 2, dilation: [2, 1], padding: 1}"],
        &["reshape: [8, 6]", "fold4d: {output: [3, 4], kernel: 2}"],
        &["reshape: [12, 4]", "fold4d: {output: 3, kernel: [2, 3], stride: 2, padding: 1}"],
        &[image, "pixel_unshuffle: 2", "linear: 3"],
        &[signal, "interpolate1d: {scale: 3}", "linear: 3"],
        &[signal, "interpolate1d: {output: 7, mode: linear}", "linear: 3"],
        &[signal, "interpolate1d: {output: 17, mode: cubic, align_corners: false}", "linear: 3"],
        &[signal, "interpolate1d: {output: 5, mode: lanczos}", "linear: 3"],
        &[image, "interpolate2d: {scale: 2, mode: linear}", "linear: 3"],
        &[image, "interpolate2d: {output: [7, 5], mode: linear, align_corners: false}"],
        &[image, "interpolate2d: {output: [3, 6], mode: cubic}"],
        &[image, "interpolate2d: {scale: [2, 1], mode: lanczos}"],
        &[image, "min: 0", "linear: 3"],
        &[image, "sum: 2", "linear: 3"],
        &[image, "flip: 1", "conv2d: {out: 2, kernel: 2}"],
        &[
            signal,
            "conv1d: {out: 4, kernel: 3, initializer: xavier_normal, bias_initializer: ones}",
            "tanh",
        ],
        &[signal, "conv1d: {out: 4, kernel: 3, bias: false}", "tanh"],
        &[
            image,
            "conv2d: {out: 4, kernel: 2, dilation: 2, initializer: orthogonal, \
             bias_initializer: ones}",
            "tanh",
        ],
        &[
            volume,
            "conv3d: {out: 3, kernel: [1, 2, 2], dilation: [1, 2, 1], initializer: xavier_normal, \
             bias_initializer: zeros}",
            "tanh",
        ],
        &[volume, "conv3d: {out: 3, kernel: 2, bias: false}", "tanh"],
        &[signal, "conv_transpose1d: {out: 3, kernel: 3, dilation: 2}", "tanh"],
        &[
            image,
            "conv_transpose2d: {out: 2, kernel: 2, initializer: xavier_normal, \
             bias_initializer: ones}",
            "tanh",
        ],
        &[image, "conv_transpose2d: {out: 2, kernel: 2, bias: false}", "tanh"],
        &[
            volume,
            "conv_transpose3d: {out: 2, kernel: 2, dilation: 2, bias_initializer: ones}",
            "tanh",
        ],
        &[
            image,
            "deform_conv2d: {out: 3, kernel: 2, stride: 2, dilation: [1, 2], bias: false, \
             initializer: xavier_normal}",
            "tanh",
        ],
        &[image, "instance_norm: {epsilon: 0.1}", "linear: 3"],
        &["reshape: [12, 4]", "fold4d: {output: 4, kernel: 2, dilation: 2}", "linear: 2"],
        &[image, "residual: [{conv2d: {out: 3, kernel: 3, padding: same}}, tanh]"],
    ];
    cases.iter().map(|layers| numbers(&list(layers))).collect()
}

pub fn on_sequences() -> Vec<String> {
    let sequence = "reshape: [6, 8]";
    let numeric: &[&[&str]] = &[
        &[sequence, "lstm: 5"],
        &[sequence, "lstm: {hidden: 5, output: sequence, bias: false}"],
        &[sequence, "gru: 5"],
        &[sequence, "gru: {hidden: 5, output: sequence}"],
        &[sequence, "gru: {hidden: 5, reset_after: false}"],
        &[sequence, "rnn: 5"],
        &[sequence, "rnn: {hidden: 5, output: sequence, bias: false, initializer: orthogonal}"],
        &[sequence, "bi_rnn: 3"],
        &[sequence, "bi_lstm: 3"],
        &[sequence, "bi_lstm: {hidden: 3, output: sequence, bias: false}"],
        &[sequence, "bi_gru: 3"],
        &[sequence, "bi_gru: {hidden: 3, output: sequence, reset_after: false}"],
        &[sequence, "multi_head_attention: 2"],
        &[sequence, "multi_head_attention: {heads: 4, causal: true, key_bias: false}"],
        &[sequence, "multi_head_attention: {heads: 2, quiet_softmax: true, output_bias: false}"],
        &[sequence, "positional_encoding", "multi_head_attention: 1"],
        &[sequence, "transformer_encoder: {blocks: 2, heads: 2, feed_forward: 6}"],
        &[
            sequence,
            "transformer_encoder: {blocks: 1, heads: 4, feed_forward: 5, norm_first: true, \
             causal: true, dropout: 0.5, quiet_softmax: true, initializer: xavier_uniform}",
        ],
        &[sequence, "lstm: {hidden: 5, reverse: true}"],
        &[sequence, "lstm: {hidden: 5, input_forget: true, clip: 0.4, output: sequence}"],
        &[
            sequence,
            "lstm: {hidden: 5, gate_activation: softsign, cell_activation: identity, \
             hidden_activation: selu}",
        ],
        &[sequence, "bi_lstm: {hidden: 3, input_forget: true, hidden_activation: softsign}"],
        &[sequence, "gru: {hidden: 5, clip: 0.3, gate_activation: softsign}"],
        &[sequence, "bi_gru: {hidden: 3, hidden_activation: softsign, clip: 0.5}"],
        &[sequence, "rnn: {hidden: 5, reverse: true, clip: 0.5, output: sequence}"],
        &[sequence, "rnn: {hidden: 5, hidden_activation: relu}"],
        &[sequence, "bi_rnn: {hidden: 3, hidden_activation: selu, clip: 0.5}"],
        &[sequence, "gru: {hidden: 5, bias: false, initializer: xavier_uniform}"],
        &[sequence, "gru: {hidden: 5, hidden_activation: identity}"],
        &[sequence, "bi_rnn: {hidden: 3, output: sequence, bias: false, initializer: orthogonal}"],
        &[
            sequence,
            "bi_lstm: {hidden: 3, clip: 0.4, gate_activation: softsign, cell_activation: selu, \
             initializer: xavier_uniform}",
        ],
        &[
            sequence,
            "bi_gru: {hidden: 3, bias: false, gate_activation: softsign, initializer: orthogonal}",
        ],
        &[
            sequence,
            "multi_head_attention: {heads: 2, dropout: 0.5, query_bias: false, value_bias: false, \
             initializer: xavier_uniform}",
        ],
        &[sequence, "positional_encoding: {max_timescale: 50}", "linear: 3"],
        &[
            sequence,
            "transformer_encoder: {blocks: 1, heads: 2, feed_forward: 6, activation: relu, \
             epsilon: 0.01}",
        ],
        &[sequence, "multi_head_attention: {heads: 2, causal: true, min_float: -20}"],
        &[sequence, "rotary_encoding", "multi_head_attention: 1"],
        &[sequence, "rotary_encoding: {theta: 10}", "linear: 3"],
        &["reshape: [1, 48]", "rnn: 4"],
        &["reshape: [1, 48]", "bi_rnn: 4"],
        &["reshape: [1, 48]", "bi_lstm: 4"],
        &["reshape: [1, 48]", "bi_gru: 4"],
        &["reshape: [1, 48]", "multi_head_attention: 4"],
        &["reshape: [1, 48]", "transformer_encoder: {blocks: 1, heads: 4, feed_forward: 5}"],
        &["reshape: [1, 48]", "lstm: 4"],
        &["reshape: [1, 48]", "gru: {hidden: 4, reset_after: false}"],
    ];
    let indices: &[&[&str]] = &[
        &["embedding: {vocabulary: 8, dimension: 5}"],
        &["embedding: {vocabulary: 8, dimension: 5, initializer: xavier_normal}", "lstm: 4"],
    ];
    let numeric = numeric.iter().map(|layers| numbers(&list(layers)));
    numeric.chain(indices.iter().map(|layers| tokens(&list(layers)))).collect()
}

pub fn wired() -> Vec<String> {
    let image = "reshape: [3, 4, 4]";
    let cases: &[&[&str]] = &[
        &["linear: {out: 6, name: a}", "tanh", "linear: {out: 6, from: a}", "add: [a, linear1]"],
        &["linear: {out: 6, name: a}", "sigmoid", "multiply: [a, sigmoid1]", "tanh"],
        &[
            "linear: {out: 6, name: a}",
            "tanh",
            "cosine_similarity: {from: [a, tanh1], eps: 1e-4}",
            "linear: 5",
            "tanh",
        ],
        &[
            "linear: {out: 6, name: a}",
            "linear: {out: 6, from: input, name: b}",
            "pairwise_distance: [a, b]",
            "linear: 5",
            "tanh",
        ],
        &[
            "reshape: [6, 8]",
            "linear: {out: 4, name: a}",
            "linear: {out: 4, from: reshape1, name: b}",
            "pairwise_distance: {from: [a, b], p: 3, eps: 0.01}",
        ],
        &[
            "linear: {out: 4, name: a}",
            "linear: {out: 3, from: input, name: b}",
            "concat: [a, b, a]",
            "tanh",
        ],
        &[
            image,
            "conv2d: {out: 2, kernel: 3, padding: same, name: a}",
            "tanh",
            "concat: {from: [a, tanh1], axis: 1}",
        ],
        &["sequential: {layers: [linear: 5, tanh], name: encoder}", "linear: 4"],
        &["linear: 6", "repeat: {times: 3, layers: [linear: 6, tanh]}"],
        &["linear: 6", "repeat: {times: 2, layers: [residual: [linear: 6, tanh]]}"],
        &["parallel: [[linear: 3, tanh], [linear: 5, sigmoid]]"],
        &["parallel: {branches: [[linear: 3, tanh], [linear: 3]], merge: add}"],
        &["parallel: {branches: [[linear: 3, tanh], [linear: 3]], merge: multiply}"],
        &[
            image,
            "parallel: {branches: [[conv2d: {out: 2, kernel: 1}], \
           [conv2d: {out: 3, kernel: 3, padding: same}, tanh]], axis: 0}",
        ],
        // A name inside a block is found from outside, and a block's own names from inside.
        &[
            "sequential: {layers: [linear: {out: 4, name: low}, tanh, linear: 4], name: block}",
            "add: [low, block]",
            "residual: [linear: {out: 4, name: x}, tanh, add: [x, tanh1]]",
        ],
        // Shared weights: a layer, a block, a block with wires of its own, on other inputs.
        &["linear: {out: 48, name: a}", "tanh", "shared: a"],
        &[
            "slice: {axis: 0, end: 24, name: left}",
            "slice: {axis: 0, start: 24, from: input, name: right}",
            "sequential: {from: left, name: net, layers: [linear: {out: 5, name: x}, tanh, \
             add: [x, tanh1], batch_norm]}",
            "shared: {layer: net, from: right}",
            "concat: [net, shared1]",
        ],
        &["linear: {out: 6, name: a}", "scale: 0.5", "tanh"],
        &["sequential: {layers: [linear: 6, tanh], frozen: true}", "linear: 4", "tanh"],
        &["linear: {out: 6, regularization: {l1: 0.01, l2: 0.1}}", "tanh"],
        &["linear: 6", "residual: [linear: 6]", "batch_norm", "tanh"],
        &["linear: {out: 6, name: a}", "batch_norm", "tanh", "add: [a, tanh1]"],
    ];
    cases.iter().map(|layers| numbers(&list(layers))).collect()
}

pub fn attending() -> Vec<String> {
    let memory = "reshape: {shape: [3, 8], from: half, name: memory}";
    let half = "slice: {axis: 0, end: 24, name: half}";
    let queries = "reshape: {shape: [6, 8], from: input, name: queries}";
    let cases = [
        "cross_attention: {heads: 2, context: memory, query_bias: false, value_bias: false, \
         output_bias: false, initializer: xavier_uniform}",
        "transformer_decoder: {blocks: 1, heads: 2, feed_forward: 6, memory: memory, \
         quiet_softmax: true, epsilon: 0.01}",
        "cross_attention: {heads: 2, context: memory, dropout: 0}",
        "cross_attention: {heads: 4, context: memory, dropout: 0.2, causal: true}",
        "cross_attention: {heads: 2, context: memory, quiet_softmax: true, key_bias: false}",
        "transformer_decoder: {blocks: 1, heads: 2, feed_forward: 6, memory: memory}",
        "transformer_decoder: {blocks: 2, heads: 2, feed_forward: 6, memory: memory, \
         norm_first: true, causal: false, activation: relu, dropout: 0, initializer: orthogonal}",
    ];
    let network = |layer: &&str| numbers(&list(&[half, memory, queries, *layer, "tanh"]));
    cases.iter().map(network).collect()
}

pub fn on_tokens() -> Vec<String> {
    let words = "embedding: {vocabulary: 8, dimension: 8, name: words}";
    let cases: &[&[&str]] = &[
        &["one_hot: 8", "linear: 3", "tanh"],
        &[words, "multi_head_attention: {heads: 2, mask_padding: input, padding_token: 1}"],
        &[
            words,
            "transformer_encoder: {blocks: 1, heads: 2, feed_forward: 6, mask_padding: input}",
            "transformer_decoder: {blocks: 1, heads: 2, feed_forward: 6, memory: words, \
             mask_padding: input, mask_memory_padding: input, memory_padding_token: 2}",
        ],
        &[
            words,
            "cross_attention: {heads: 2, context: words, mask_padding: input, padding_token: 2}",
        ],
        &[
            words,
            "transformer_encoder: {blocks: 1, heads: 2, feed_forward: 6, mask_padding: input, \
             padding_token: 2}",
            "transformer_decoder: {blocks: 1, heads: 2, feed_forward: 6, memory: words, \
             mask_padding: input, padding_token: 3}",
        ],
        &[
            words,
            "linear: 8",
            "tanh",
            "cross_attention: {heads: 2, context: words, mask_padding: input, min_float: -1e3}",
        ],
    ];
    let networks = cases.iter().map(|layers| tokens(&list(layers)));
    let several = tokens(&list(&[
        "embedding: {vocabulary: 8, dimension: 4, name: words}",
        "shared: {layer: words, from: second}",
        "concat: {from: [words, shared1], axis: 0}",
        "tanh",
    ]));
    let inputs = "model:\n  inputs: {first: [3], second: [3]}\n";
    networks.chain([several.replace("model:\n", inputs)]).collect()
}

pub fn on_several_inputs() -> Vec<String> {
    let layers = list(&[
        "conv2d: {out: 2, kernel: 3, padding: same}",
        "flatten",
        "linear: {out: 3, from: extra}",
        "concat: [flatten1, linear1]",
        "tanh",
    ]);
    let inputs = "model:\n  inputs: {image: [3, 4, 3], extra: [12]}\n";
    vec![numbers(&layers).replace("model:\n", inputs)]
}

pub fn activations() -> Vec<String> {
    let activations = vocabulary::terms()
        .filter(|term| term.kind == vocabulary::TermKind::Activation)
        .map(|term| match term.name {
            // Those that have no defaults.
            "swiglu" => "swiglu: 6".to_owned(),
            "threshold" => "threshold: {threshold: 0.1, value: 0.05}".to_owned(),
            name => name.to_owned(),
        });
    let mut networks: Vec<String> = activations
        .map(|activation| numbers(&list(&["linear: 8", &activation, "linear: 4"])))
        .collect();
    let examples = vocabulary::terms()
        .filter(|term| term.kind == vocabulary::TermKind::Activation && !term.options.is_empty())
        .map(|term| numbers(&list(&["linear: 8", term.example, "linear: 4"])));
    networks.extend(examples);
    let options =
        ["prelu: {parameters: 8}", "swiglu: {out: 6, bias: true, initializer: xavier_normal}"];
    networks.extend(options.map(|options| numbers(&list(&["linear: 8", options, "linear: 4"]))));
    networks
}

pub fn initializers() -> Vec<String> {
    let initializers = [
        "{constant: 0.1}",
        "ones",
        "{uniform: {min: -0.1, max: 0.1}}",
        "{normal: {mean: 0, std: 0.1}}",
        "kaiming_uniform",
        "kaiming_normal",
        "xavier_uniform",
        "xavier_normal",
        "orthogonal",
    ];
    let networks = initializers.map(|initializer| {
        numbers(&list(&[&format!("linear: {{out: 6, initializer: {initializer}}}"), "tanh"]))
    });
    let recurrent = "lstm: {hidden: 4, initializer: orthogonal}";
    let recurrent = numbers(&list(&["reshape: [6, 8]", recurrent]));
    // Those that ask for the numbers of inputs and outputs, where Burn does not know both.
    let fans = [
        "xavier_normal",
        "xavier_uniform",
        "kaiming_normal",
        "{kaiming_uniform: {fan_out_only: true}}",
    ];
    let embeddings = fans.map(|fan| {
        tokens(&list(&[&format!("embedding: {{vocabulary: 8, dimension: 5, initializer: {fan}}}")]))
    });
    let transposed = fans.map(|fan| {
        let layer = format!("conv_transpose2d: {{out: 2, kernel: 2, initializer: {fan}}}");
        numbers(&list(&["reshape: [3, 4, 4]", &layer, "tanh"]))
    });
    networks.into_iter().chain([recurrent]).chain(embeddings).chain(transposed).collect()
}
