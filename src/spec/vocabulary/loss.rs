//! Losses: Burn's, with Burn's parameters and defaults; where the language differs, or Burn has
//! none, the text says so.

use super::{Bounds, DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind};

const fn number(name: &'static str, bounds: Bounds, default: f64, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Number(bounds), default: Default::Number(default), doc }
}

const fn flag(name: &'static str, default: bool, doc: &'static str) -> TermOption {
    TermOption { name, kind: Kind::Flag, default: Default::Flag(default), doc }
}

const fn weights(doc: &'static str) -> TermOption {
    TermOption {
        name: "weights",
        kind: Kind::ClassWeights,
        default: Default::Derived("all classes alike"),
        doc,
    }
}

const SMOOTHING: TermOption = TermOption {
    name: "smoothing",
    kind: Kind::Number(Bounds::Fraction),
    default: Default::Derived("none"),
    doc: "share of the target that goes to all classes alike",
};

const REDUCTION: TermOption = TermOption {
    name: "reduction",
    kind: Kind::Word(&["mean", "sum"]),
    default: Default::Word("mean"),
    doc: "how the losses of a batch become one number; a sum grows with the batch, and the steps \
          with it",
};

const fn margin(default: f64, doc: &'static str) -> TermOption {
    number("margin", Bounds::NonNegative, default, doc)
}

const fn loss(
    name: &'static str,
    summary: &'static str,
    options: &'static [TermOption],
    example: &'static str,
    source: &'static str,
) -> TermMeta {
    TermMeta { name, kind: TermKind::Loss, summary, options, main: None, example, source }
}

pub(super) static TERMS: &[TermMeta] = &[
    loss(
        "cross_entropy",
        "−ln softmax(logits)[class], mean over the answers: examples, or places where each place has \
         a class; with weights the mean is weighted. Needs `task: classification`.",
        &[
            weights(
                "one weight per class, in the order of the sorted labels; `balanced` is n / (k · n_c) for \
                 the n_c of n training examples in class c of k, so that all classes count alike",
            ),
            SMOOTHING,
            TermOption {
                name: "pad_tokens",
                kind: Kind::Counts { least: 0 },
                default: Default::Derived("none"),
                doc: "classes, by their index from 0, whose answers count neither in the loss nor in \
                      the accuracy",
            },
            flag(
                "logits",
                true,
                "false where the model ends with a softmax and gives probabilities",
            ),
            REDUCTION,
        ],
        "{cross_entropy: {weights: [1, 2, 1], smoothing: 0.1}}",
        "Burn 0.22, CrossEntropyLoss. Where all answers are padding, Burn divides 0 by 0; here the \
         loss is 0",
    ),
    loss(
        "binary_cross_entropy",
        "−[y ln σ(z) + (1 − y) ln(1 − σ(z))] of a logit z and 0 or 1, mean over examples and labels. \
         Needs `task: binary_classification` or `multi_label_classification`.",
        &[
            weights(
                "two weights: of class 0 and of class 1, or `balanced` as in `cross_entropy`; with \
                 several labels one per label",
            ),
            SMOOTHING,
            flag(
                "logits",
                true,
                "false where the model ends with a sigmoid and gives probabilities (Burn's default)",
            ),
            REDUCTION,
        ],
        "{binary_cross_entropy: {weights: [1, 3]}}",
        "Burn 0.22, BinaryCrossEntropyLoss. Several labels are each smoothed to y (1 − a) + a / 2; \
         Burn takes a / labels there",
    ),
    loss(
        "focal",
        "−w (1 − p)^gamma ln p, where p is the probability of the right class (a softmax of k logits, \
         or a sigmoid of one), mean over the answers: what is already right counts less. Needs a \
         task with classes.",
        &[
            number("gamma", Bounds::NonNegative, 2.0, "how much less; 0 is cross entropy"),
            weights(
                "one weight per class, or `balanced` as in `cross_entropy`; where there is one logit per \
                 answer two, of 0 and of 1",
            ),
            REDUCTION,
        ],
        "{focal: {gamma: 2}}",
        "Lin, Goyal, Girshick, He, Dollár: Focal Loss for Dense Object Detection (2017), equation 5. \
         Burn has none",
    ),
    loss(
        "multi_margin",
        "Σᵢ max(0, margin − x[class] + x[i])^p / k over the other classes i, mean over the answers. \
         Needs `task: classification`.",
        &[
            margin(1.0, "by how much the right class is to score higher"),
            TermOption {
                name: "p",
                kind: Kind::Count { least: 1 },
                default: Default::Count(1),
                doc: "exponent, 1 or 2",
            },
            REDUCTION,
        ],
        "{multi_margin: {margin: 1, p: 2}}",
        "Burn 0.22, MultiMarginLoss",
    ),
    loss(
        "hinge",
        "max(0, 1 − y z) of a score z and y = −1 or 1 for class 0 or 1, mean over examples and labels. \
         Needs `task: binary_classification` or `multi_label_classification`.",
        &[REDUCTION],
        "hinge",
        "Cortes, Vapnik: Support-Vector Networks (1995). Burn has none",
    ),
    loss(
        "soft_margin",
        "ln(1 + exp(−y z)) of a score z and y = −1 or 1 for class 0 or 1, mean over examples and \
         labels. Needs `task: binary_classification` or `multi_label_classification`.",
        &[REDUCTION],
        "soft_margin",
        "Burn 0.22, SoftMarginLoss",
    ),
    loss(
        "hinge_embedding",
        "Of a distance d: d for class 1 (alike), max(0, margin − d) for class 0, mean over the \
         examples. The model gives one distance. Needs `task: binary_classification`.",
        &[margin(1.0, "how far apart what is not alike is to be"), REDUCTION],
        "{hinge_embedding: {margin: 1}}",
        "Burn 0.22, HingeEmbeddingLoss",
    ),
    loss(
        "cosine_embedding",
        "Of two embeddings a and b: 1 − cos(a, b) for class 1 (alike), max(0, cos(a, b) − margin) for \
         class 0, mean over the examples. The model gives [2, size]: both, one after the other. Needs \
         `task: binary_classification`.",
        &[
            number(
                "margin",
                Bounds::Cosine,
                0.0,
                "up to which cosine what is not alike costs nothing",
            ),
            REDUCTION,
        ],
        "{cosine_embedding: {margin: 0.2}}",
        "Burn 0.22, CosineEmbeddingLoss",
    ),
    loss(
        "margin_ranking",
        "max(0, −y (x₁ − x₂) + margin) of two scores, y = 1 (class 1) where the first is to be higher, \
         −1 (class 0) where the second is; mean over the examples. The model gives [2]. Needs \
         `task: binary_classification`.",
        &[margin(0.0, "by how much it is to be higher"), REDUCTION],
        "{margin_ranking: {margin: 1}}",
        "Burn 0.22, MarginRankingLoss",
    ),
    loss(
        "triplet_margin",
        "max(0, ‖a − p‖ − ‖a − n‖ + margin) of an anchor a, a positive p (alike) and a negative n, mean \
         over the examples. The model gives [3, size]: the three, one after the other; the target is \
         not read. Needs `task: regression`, with `target: input` where the data has no target.",
        &[
            margin(1.0, "by how much the negative is to be farther away"),
            number("p", Bounds::AtLeastOne, 2.0, "of the norm: 1 for Manhattan, 2 for Euclid"),
            REDUCTION,
        ],
        "{triplet_margin: {margin: 1}}",
        "Schroff, Kalenichenko, Philbin: FaceNet (2015); Burn 0.22, TripletMarginLoss",
    ),
    loss(
        "mse",
        "(y − t)², mean over batch and targets. Needs `task: regression`.",
        &[REDUCTION],
        "mse",
        "Burn 0.22, MseLoss",
    ),
    loss(
        "mae",
        "|y − t|, mean over batch and targets. Needs `task: regression`.",
        &[REDUCTION],
        "mae",
        "nn-test",
    ),
    TermMeta {
        main: Some("delta"),
        ..loss(
            "huber",
            "½ r² up to |r| = delta, delta · (|r| − ½ delta) beyond, mean over batch and targets. \
             Needs `task: regression`.",
            &[number("delta", Bounds::Positive, 1.0, "where the square ends"), REDUCTION],
            "{huber: {delta: 1}}",
            "Huber: Robust Estimation of a Location Parameter (1964); Burn 0.22, HuberLoss",
        )
    },
    TermMeta {
        main: Some("beta"),
        ..loss(
            "smooth_l1",
            "½ r² / beta below |r| = beta, |r| − ½ beta beyond, mean over batch and targets: `huber` \
             divided by its delta. Needs `task: regression`.",
            &[number("beta", Bounds::Positive, 1.0, "where the square ends"), REDUCTION],
            "{smooth_l1: {beta: 0.5}}",
            "Girshick: Fast R-CNN (2015), equation 3; Burn 0.22, SmoothL1Loss",
        )
    },
    TermMeta {
        main: Some("p"),
        ..loss(
            "lp",
            "|y − t|^p, mean over batch and targets. Needs `task: regression`.",
            &[
                TermOption {
                    name: "p",
                    kind: Kind::Number(Bounds::AtLeastOne),
                    default: Default::Required,
                    doc: "exponent; below 1 the gradient has no bound, so that Burn's own range from 0 \
                          is not taken",
                },
                REDUCTION,
            ],
            "{lp: 3}",
            "Burn 0.22, LpLoss",
        )
    },
    loss(
        "poisson_nll",
        "exp(z) − t z of the logarithm z of a rate and a count t, mean over batch and targets; \
         without `log_input` r − t ln(r + eps) of a rate r. Needs `task: regression`, with targets \
         of at least 0.",
        &[
            flag("log_input", true, "false where the model gives the rate itself"),
            flag("full", false, "adds Stirling's t ln t − t + ½ ln(2π t) where t > 1"),
            number("eps", Bounds::Positive, 1e-8, "keeps the logarithm of a rate of 0 finite"),
            REDUCTION,
        ],
        "{poisson_nll: {full: true}}",
        "Burn 0.22, PoissonNllLoss. Burn stops the program at a negative rate; here the loss is no \
         number, which `finite_everywhere` reports",
    ),
    loss(
        "gaussian_nll",
        "½ (ln v + (m − t)² / v) of a mean m and a variance v, mean over batch and targets. The model \
         gives twice as many numbers as the target has: first the means, then the variances. Needs \
         `task: regression`.",
        &[
            flag("full", false, "adds ½ ln 2π"),
            number("eps", Bounds::Positive, 1e-6, "the least variance, also for negative ones"),
            REDUCTION,
        ],
        "{gaussian_nll: {full: true}}",
        "Nix, Weigend: Estimating the Mean and Variance of the Target Probability Distribution \
         (1994); Burn 0.22, GaussianNLLLoss",
    ),
    loss(
        "kl_div",
        "Σ t (ln t − y) of log-probabilities y and probabilities t, mean over the examples. End the \
         model with `log_softmax`. Needs `task: regression`.",
        &[
            flag("log_target", false, "true where the targets are log-probabilities, too"),
            TermOption {
                name: "reduction",
                kind: Kind::Word(&["batch_mean", "mean", "sum"]),
                default: Default::Word("batch_mean"),
                doc: "`batch_mean` is the divergence; `mean` divides it by the number of \
                      probabilities, as PyTorch does where nothing is said",
            },
        ],
        "{kl_div: {reduction: mean}}",
        "Kullback, Leibler: On Information and Sufficiency (1951); Burn 0.22, KLDivLoss",
    ),
    loss(
        "ctc",
        "−ln of the probability of the sequence of classes, summed over all its alignments, divided \
         by its length; mean over the examples. The model gives [time, k + 1] logits for k classes \
         (a softmax is applied); the sequence is the classes of the places that count. Needs \
         `task: classification`.",
        &[
            TermOption {
                name: "blank",
                kind: Kind::Count { least: 0 },
                default: Default::Count(0),
                doc: "which of the k + 1 logits is that of no class; the classes are the others, in \
                      order",
            },
            flag(
                "zero_infinity",
                false,
                "true where a sequence too long to be aligned costs nothing",
            ),
            REDUCTION,
        ],
        "{ctc: {blank: 0}}",
        "Graves, Fernández, Gomez, Schmidhuber: Connectionist Temporal Classification (2006); \
         Burn 0.22, CTCLoss",
    ),
    loss(
        "rnnt",
        "−ln of the probability of the sequence of classes, summed over all its alignments, by a \
         transducer: mean over the examples. The model gives [time, length + 1, k + 1] logits for k \
         classes: those of a step of time after so many classes of the sequence, which the model \
         reads as an input. The sequence is the classes of the places that count. Needs `task: \
         classification`.",
        &[
            TermOption {
                name: "blank",
                kind: Kind::Count { least: 0 },
                default: Default::Count(0),
                doc: "which of the k + 1 logits is that of no class; the classes are the others, in \
                      order",
            },
            flag("logits", true, "false where the model gives log-probabilities"),
            REDUCTION,
        ],
        "{rnnt: {blank: 0}}",
        "Graves: Sequence Transduction with Recurrent Neural Networks (2012); Burn 0.22, RNNTLoss",
    ),
    loss(
        "gaussian_kl",
        "The Kullback-Leibler divergence of normal distributions from the standard one, \
         −½ Σ (1 + ln σ² − μ² − σ²): of an output whose last axis has k means μ, then as many \
         logarithms of variances ln σ². Compared with nothing; for a term of a loss.",
        &[TermOption {
            name: "reduction",
            kind: Kind::Word(&["batch_mean", "mean", "sum"]),
            default: Default::Word("batch_mean"),
            doc: "`batch_mean` is the sum over an example's numbers, the mean over examples; `mean` is \
                  the mean over all numbers",
        }],
        "{terms: [{name: decoded, loss: mse, output: decoded}, {name: code, loss: gaussian_kl, \
         output: code, weight: 0.01}]}",
        "Kingma, Welling: Auto-Encoding Variational Bayes (2014), appendix B; Burn has none",
    ),
    loss(
        "mean_output",
        "The mean of the outputs themselves, compared with nothing; for a term of a loss. Critics of a \
         Wasserstein GAN let it fall for fakes and, with a weight of −1, rise for what is real.",
        &[TermOption {
            name: "reduction",
            kind: Kind::Word(&["mean", "sum", "batch_mean"]),
            default: Default::Word("mean"),
            doc: "how the outputs of a batch become one number",
        }],
        "{terms: [{name: wrong, loss: mse}, {name: low, loss: mean_output, weight: 0.1}]}",
        "Arjovsky, Chintala, Bottou: Wasserstein GAN (2017); Burn has none",
    ),
    TermMeta {
        name: "terms",
        kind: TermKind::Loss,
        summary: "The sum of several losses, each with a name and a weight: of several outputs, of \
                  several targets, or of outputs alone. Messages name the term that is wrong; \
                  `loss_terms_balanced` compares their gradients, and `overfits_batch` learns those \
                  that compare outputs with the data.",
        options: &[TermOption {
            name: "terms",
            kind: Kind::Sections("term"),
            default: Default::Required,
            doc: "the terms",
        }],
        main: Some("terms"),
        example: "{terms: [{name: near, loss: mse}, {name: sparse, loss: mae, constant: 0, weight: \
                  0.1}]}",
        source: "nn-test",
    },
];
