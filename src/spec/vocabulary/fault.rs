//! Faults that a spec can plant.

use super::{Bounds, DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind};

const LAYER: TermOption = TermOption {
    name: "layer",
    kind: Kind::Text,
    default: Default::Required,
    doc: "the layer's name: its own, or its kind and number, like `linear2`",
};

const TENSOR: TermOption = TermOption {
    name: "tensor",
    kind: Kind::Text,
    default: Default::Required,
    doc: "the tensor's path, like `hidden.weight`",
};

const fn factor(default: f64, doc: &'static str) -> TermOption {
    TermOption {
        name: "factor",
        kind: Kind::Number(Bounds::Finite),
        default: Default::Number(default),
        doc,
    }
}

const fn share(doc: &'static str) -> TermOption {
    TermOption {
        name: "share",
        kind: Kind::Number(Bounds::Rate),
        default: Default::Number(0.5),
        doc,
    }
}

/// A fault without options.
const fn plain(name: &'static str, summary: &'static str) -> TermMeta {
    TermMeta {
        name,
        kind: TermKind::Fault,
        summary,
        options: &[],
        main: None,
        example: name,
        source: SOURCE,
    }
}

/// A fault with options, of which `main` has a short form.
const fn with(
    name: &'static str,
    summary: &'static str,
    options: &'static [TermOption],
    main: &'static str,
    example: &'static str,
) -> TermMeta {
    TermMeta {
        name,
        kind: TermKind::Fault,
        summary,
        options,
        main: Some(main),
        example,
        source: SOURCE,
    }
}

const SOURCE: &str = "nn-test";

pub(super) static TERMS: &[TermMeta] = &[
    TermMeta {
        name: "freeze_layer",
        kind: TermKind::Fault,
        summary: "The optimizer never gets this layer's tensors.",
        options: &[LAYER],
        main: Some("layer"),
        example: "freeze_layer: hidden",
        source: SOURCE,
    },
    TermMeta {
        name: "decay_frozen",
        kind: TermKind::Fault,
        summary: "The layer's frozen tensors lose a hundredth in each step, as a weight decay does that \
                  reaches them.",
        options: &[LAYER],
        main: Some("layer"),
        example: "decay_frozen: hidden",
        source: SOURCE,
    },
    TermMeta {
        name: "wrong_gradient",
        kind: TermKind::Fault,
        summary: "The layer's backward is wrong: gradients through its output are multiplied by \
                  the factor, while its output stays as it is.",
        options: &[
            LAYER,
            TermOption {
                name: "factor",
                kind: Kind::Number(Bounds::Finite),
                default: Default::Number(0.5),
                doc: "1 would be right",
            },
        ],
        main: Some("layer"),
        example: "wrong_gradient: {layer: hidden, factor: 0.5}",
        source: SOURCE,
    },
    TermMeta {
        name: "shuffle_labels",
        kind: TermKind::Fault,
        summary: "Labels are permuted against their inputs, anew at every step: batch and labels \
                  are out of step.",
        options: &[],
        main: None,
        example: "shuffle_labels",
        source: SOURCE,
    },
    TermMeta {
        name: "negate_gradient",
        kind: TermKind::Fault,
        summary: "The gradient's sign is turned: the optimizer climbs.",
        options: &[],
        main: None,
        example: "negate_gradient",
        source: SOURCE,
    },
    TermMeta {
        name: "mix_batch",
        kind: TermKind::Fault,
        summary: "Each output is so far on the way to the mean of its batch, as a reshape or a normalization \
                  over the batch axis makes it.",
        options: &[share("1 is the mean itself")],
        main: Some("share"),
        example: "mix_batch",
        source: SOURCE,
    },
    TermMeta {
        name: "coarse_layer",
        kind: TermKind::Fault,
        summary: "The layer's outputs are rounded to multiples of 1/256, or of another part, on the device that \
                  tests run on, as by a kernel in half precision. Where that is the reference device \
                  itself, nothing is changed.",
        options: &[
            LAYER,
            TermOption {
                name: "parts",
                kind: Kind::Count { least: 1 },
                default: Default::Count(256),
                doc: "into how many parts 1 is divided",
            },
        ],
        main: Some("layer"),
        example: "coarse_layer: hidden",
        source: SOURCE,
    },
    with(
        "zero_tensor",
        "The tensor starts at 0, whatever its initializer: as after an allocation that nothing fills.",
        &[TENSOR],
        "tensor",
        "zero_tensor: hidden.weight",
    ),
    with(
        "constant_weights",
        "All weights of the layer (its tensors of two axes and more) start at one value, so that its \
         units are copies of each other.",
        &[
            LAYER,
            TermOption {
                name: "value",
                kind: Kind::Number(Bounds::Finite),
                default: Default::Number(0.01),
                doc: "where each weight starts",
            },
        ],
        "layer",
        "constant_weights: {layer: hidden, value: 0.01}",
    ),
    with(
        "scale_weights",
        "The initial weights (tensors of two axes and more) are multiplied: an initializer without its \
         fan-in, or with a wrong deviation.",
        &[
            TermOption {
                name: "layer",
                kind: Kind::Text,
                default: Default::Derived("all layers"),
                doc: "the layer whose weights are multiplied",
            },
            factor(10.0, "1 would be right"),
        ],
        "factor",
        "scale_weights: {layer: hidden, factor: 100}",
    ),
    with(
        "drop_bias",
        "The layer's biases are 0 and are not trained: the layer was made without one.",
        &[LAYER],
        "layer",
        "drop_bias: hidden",
    ),
    with(
        "drop_layer",
        "The layer is left out of the model: a forgotten activation, normalization or connection. What \
         follows must be able to take the output before it. Only for models declared in a spec.",
        &[LAYER],
        "layer",
        "drop_layer: hidden",
    ),
    with(
        "detach",
        "The layer's output is cut off from the graph: neither it nor what only it reads gets a \
         gradient through it. Only for models declared in a spec.",
        &[LAYER],
        "layer",
        "detach: hidden",
    ),
    with(
        "scale_gradient",
        "The tensor's gradient is multiplied, as every measurement and the optimizer see it: a backward \
         that forgets a factor or a sign.",
        &[TENSOR, factor(0.5, "1 would be right")],
        "tensor",
        "scale_gradient: {tensor: hidden.weight, factor: -1}",
    ),
    plain(
        "keep_gradients",
        "The gradients of earlier steps are never cleared: each step takes the sum of all so far.",
    ),
    plain(
        "discard_updates",
        "The optimizer steps on a copy: the model that goes on is the one before the step.",
    ),
    with(
        "scale_rate",
        "Every learning rate of the recipe is multiplied in every step, those of schedules and groups, \
         too.",
        &[factor(1000.0, "1 would be right")],
        "factor",
        "scale_rate: 1000",
    ),
    with(
        "wrong_mode",
        "The model is in the wrong mode: dropout is off and normalizations use their running statistics \
         while it trains, or the other way round while it is evaluated.",
        &[TermOption {
            name: "during",
            kind: Kind::Word(&["training", "evaluation"]),
            default: Default::Word("training"),
            doc: "when it is in the mode of the other",
        }],
        "during",
        "wrong_mode: evaluation",
    ),
    plain(
        "sum_loss",
        "The loss is the sum over the examples of a batch in place of their mean, so that gradients \
         grow with the batch.",
    ),
    plain("negate_loss", "The loss has the other sign: what lowers it makes the answers worse."),
    plain(
        "softmax_outputs",
        "One more softmax behind the model's outputs: probabilities where the loss takes logits.",
    ),
    plain(
        "sigmoid_outputs",
        "One more sigmoid behind the model's outputs: shares where the loss takes logits, or a range \
         that targets leave.",
    ),
    plain(
        "reshape_batch",
        "The numbers of a batch are read as if the batch were the last axis, as `reshape` does where \
         axes were to be swapped: each example holds numbers of others.",
    ),
    plain(
        "future_leak",
        "Along the first axis behind the batch each output is halfway to the one behind it, as a mask \
         that is off by one lets it: what comes later is seen. For outputs of two axes and more.",
    ),
    with(
        "shift_labels",
        "Targets are moved by so many examples against their inputs, once for the whole data: a row \
         that was dropped in one file alone, or two orders of sorting.",
        &[
            TermOption {
                name: "by",
                kind: Kind::Count { least: 1 },
                default: Default::Count(1),
                doc: "examples; the last ones come first",
            },
            TermOption {
                name: "share",
                kind: Kind::Number(Bounds::Rate),
                default: Default::Number(1.0),
                doc: "of all examples, the last ones: from where a row was dropped on",
            },
        ],
        "by",
        "shift_labels: 1",
    ),
    with(
        "permute_labels",
        "A share of the examples has a wrong target, the same in every epoch: another class, or the \
         target of another example.",
        &[share("of all examples")],
        "share",
        "permute_labels: 0.5",
    ),
    with(
        "scale_inputs",
        "All inputs are multiplied after the data's own scaling: raw pixels, or a scaling done twice.",
        &[factor(255.0, "1 would be right")],
        "factor",
        "scale_inputs: 255",
    ),
    with(
        "shift_inputs",
        "A number is added to all inputs after the data's own scaling: a mean that was not subtracted.",
        &[TermOption {
            name: "by",
            kind: Kind::Number(Bounds::Finite),
            default: Default::Number(100.0),
            doc: "what is added; 0 would be right",
        }],
        "by",
        "shift_inputs: 100",
    ),
    with(
        "leak_validation",
        "A share of the held-out examples are training examples: a split that was drawn twice.",
        &[share("of the held-out examples")],
        "share",
        "leak_validation: 0.5",
    ),
    with(
        "scale_step",
        "The optimizer moves this layer's tensors by the factor times what it should.",
        &[LAYER, factor(0.5, "1 would be right")],
        "layer",
        "scale_step: {layer: hidden, factor: 0.5}",
    ),
    with(
        "skip_clipping",
        "Clipping leaves this layer's gradients out, as it does when it is given another list of tensors \
         than the optimizer.",
        &[LAYER],
        "layer",
        "skip_clipping: hidden",
    ),
];
