//! The closed forms of `data::statistics` against the losses that Burn computes.
//!
//! In a process of its own: a device's float type is set once per process, and the library's own
//! tests set it to f64.

use burn::nn::loss::{
    BinaryCrossEntropyLossConfig, CrossEntropyLossConfig, HuberLossConfig, LpLossConfig, MseLoss,
    MultiMarginLossConfig, PoissonNllLossConfig, Reduction, SmoothL1LossConfig, SoftMarginLoss,
};
use burn::tensor::{Device, Int, Tensor, TensorData};
use nn_test::data::Targets;
use nn_test::data::statistics::{constant_loss, guessing_loss};
use nn_test::spec::LossKind;

const LABELS: [usize; 7] = [0, 2, 1, 2, 2, 0, 2];
const BINARY: [usize; 7] = [0, 1, 1, 1, 0, 1, 1];
const COUNTS: [f64; 5] = [0.0, 1.0, 4.0, 2.0, 7.0];
const VALUES: [f64; 5] = [-1.5, 0.0, 0.25, 2.0, 9.0];

/// Burn's loss when every example gets these same outputs.
fn burn_loss(kind: &LossKind, outputs: &[f64]) -> f64 {
    let device = Device::flex();
    let repeated = |examples: usize| {
        let data = TensorData::new(outputs.repeat(examples), [examples, outputs.len()]);
        Tensor::<2>::from_data(data, &device)
    };
    let labels = |labels: &[usize]| {
        let labels: Vec<i64> = labels.iter().map(|&label| label as i64).collect();
        Tensor::<1, Int>::from_data(TensorData::new(labels.clone(), [labels.len()]), &device)
    };
    let narrow = |weights: &[f64]| weights.iter().map(|&weight| weight as f32).collect();
    let values = || Tensor::<2>::from_data(TensorData::new(VALUES.to_vec(), [5, 1]), &device);
    let loss = match kind {
        LossKind::CrossEntropy { weights, smoothing, .. } => CrossEntropyLossConfig::new()
            .with_weights(weights.as_deref().map(narrow))
            .with_smoothing(smoothing.map(|smoothing| smoothing as f32))
            .init(&device)
            .forward(repeated(LABELS.len()), labels(&LABELS)),
        LossKind::BinaryCrossEntropy { weights, smoothing, .. } => {
            BinaryCrossEntropyLossConfig::new()
                .with_weights(weights.as_ref().map(|weights| narrow(weights)))
                .with_smoothing(smoothing.map(|smoothing| smoothing as f32))
                .with_logits(true)
                .init(&device)
                .forward(repeated(BINARY.len()).squeeze_dim::<1>(1), labels(&BINARY))
        }
        LossKind::Mse => MseLoss::new().forward(repeated(5), values(), Reduction::Mean),
        LossKind::Mae => (repeated(5) - values()).abs().mean(),
        LossKind::Huber { delta } => HuberLossConfig::new(*delta as f32).init().forward(
            repeated(5),
            values(),
            Reduction::Mean,
        ),
        LossKind::SmoothL1 { beta } => SmoothL1LossConfig::new()
            .with_beta(*beta as f32)
            .init()
            .forward_with_reduction(repeated(5), values(), Reduction::Mean),
        LossKind::Lp { p } => {
            LpLossConfig::new(*p).init().forward(repeated(5), values(), Reduction::Mean)
        }
        LossKind::PoissonNll { full, .. } => {
            let counts = TensorData::new(COUNTS.to_vec(), [5, 1]);
            let counts = Tensor::<2>::from_data(counts, &device);
            let loss = PoissonNllLossConfig::new().with_full(*full).init();
            loss.forward(repeated(5), counts, Reduction::Mean)
        }
        LossKind::SoftMargin => {
            let signs: Vec<f64> = BINARY.iter().map(|&class| 2.0 * class as f64 - 1.0).collect();
            let signs = Tensor::<2>::from_data(TensorData::new(signs, [7, 1]), &device);
            SoftMarginLoss::new().forward(repeated(7), signs, Reduction::Mean)
        }
        LossKind::MultiMargin { margin, p } => MultiMarginLossConfig::new()
            .with_margin(*margin)
            .with_p(*p as i32)
            .init()
            .forward(repeated(LABELS.len()), labels(&LABELS), Reduction::Mean),
        other => unreachable!("{other:?} is not among the kinds"),
    };
    f64::from(loss.into_scalar::<f32>())
}

fn kinds() -> Vec<(LossKind, Targets, usize)> {
    let mut kinds = Vec::new();
    for smoothing in [None, Some(0.2)] {
        for weights in [None, Some(vec![1.0, 0.25, 3.0])] {
            let kind =
                LossKind::CrossEntropy { weights, smoothing, pad_tokens: Vec::new(), logits: true };
            kinds.push((kind, Targets::Classes(LABELS.to_vec()), 3));
        }
        for weights in [None, Some(vec![0.5, 4.0])] {
            let kind = LossKind::BinaryCrossEntropy { weights, smoothing, logits: true };
            kinds.push((kind, Targets::Classes(BINARY.to_vec()), 1));
        }
    }
    for kind in [
        LossKind::Mse,
        LossKind::Mae,
        LossKind::Huber { delta: 1.25 },
        LossKind::SmoothL1 { beta: 0.5 },
        LossKind::Lp { p: 1.5 },
        LossKind::Lp { p: 3.0 },
    ] {
        kinds.push((kind, Targets::Values(VALUES.to_vec()), 1));
    }
    for full in [false, true] {
        let kind = LossKind::PoissonNll { log_input: true, full, eps: 1e-8 };
        kinds.push((kind, Targets::Values(COUNTS.to_vec()), 1));
    }
    kinds.push((LossKind::SoftMargin, Targets::Classes(BINARY.to_vec()), 1));
    kinds
}

#[test]
fn guessing_costs_what_burn_says_of_outputs_of_zero() {
    let margins = [1, 2].map(|p| LossKind::MultiMargin { margin: 1.5, p });
    let margins = margins.map(|kind| (kind, Targets::Classes(LABELS.to_vec()), 3));
    for (kind, targets, outputs) in kinds().into_iter().chain(margins) {
        let burn = burn_loss(&kind, &vec![0.0; outputs]);
        let ours = guessing_loss(&kind, &targets, outputs);
        assert!((burn - ours).abs() < 1e-5 * ours.abs(), "{kind:?}: {burn} and {ours}");
    }
}

/// A search over outputs, each step half as long as the one before when nothing gets better.
fn least_burn_loss(kind: &LossKind, outputs: usize) -> f64 {
    let mut best = vec![0.0; outputs];
    let mut least = burn_loss(kind, &best);
    let mut step = 2.0;
    while step > 1e-4 {
        let tried = (0..outputs).flat_map(|output| [(output, step), (output, -step)]);
        let better = tried
            .map(|(output, step)| {
                let mut outputs = best.clone();
                outputs[output] += step;
                (burn_loss(kind, &outputs), outputs)
            })
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .filter(|(loss, _)| *loss < least);
        match better {
            Some((loss, outputs)) => (least, best) = (loss, outputs),
            None => step /= 2.0,
        }
    }
    least
}

#[test]
fn no_constant_output_is_better_in_burn_than_the_best_one() {
    for (kind, targets, outputs) in kinds() {
        let burn = least_burn_loss(&kind, outputs);
        let ours = constant_loss(&kind, &targets, outputs);
        assert!((burn - ours).abs() < 1e-5 * ours.abs(), "{kind:?}: {burn} and {ours}");
    }
}
