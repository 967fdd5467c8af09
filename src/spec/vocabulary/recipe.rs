//! Gradient clipping: Burn's, and the clipping by a global norm that Burn leaves out.

use super::{Bounds, DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind};

const fn bound(doc: &'static str) -> TermOption {
    TermOption {
        name: "bound",
        kind: Kind::Number(Bounds::Positive),
        default: Default::Required,
        doc,
    }
}

pub(super) static CLIPPINGS: &[TermMeta] = &[
    TermMeta {
        name: "norm",
        kind: TermKind::Clipping,
        summary: "Each parameter tensor's gradient is shrunk to this L2 norm by itself. Other \
                  frameworks mean the norm of all together: here that is `global_norm`.",
        options: &[bound("the largest L2 norm")],
        main: Some("bound"),
        example: "{norm: 1}",
        source: "Burn 0.22, GradientClippingConfig::Norm",
    },
    TermMeta {
        name: "global_norm",
        kind: TermKind::Clipping,
        summary: "All gradients are shrunk by one factor, bound / max(bound, ‖g‖), where ‖g‖ is the L2 \
                  norm of all of them together: the direction stays. Burn has none; this is \
                  PyTorch's `clip_grad_norm_`.",
        options: &[bound("the largest L2 norm of all gradients together")],
        main: Some("bound"),
        example: "{global_norm: 1}",
        source: "Pascanu, Mikolov, Bengio: On the difficulty of training recurrent neural networks \
                 (2012), algorithm 1",
    },
    TermMeta {
        name: "value",
        kind: TermKind::Clipping,
        summary: "Every element of a gradient is moved into [−bound, bound].",
        options: &[bound("the largest absolute value")],
        main: Some("bound"),
        example: "{value: 0.5}",
        source: "Burn 0.22, GradientClippingConfig::Value",
    },
];
