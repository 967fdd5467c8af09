//! Every loss against the formula that its documentation states, computed by hand on small numbers;
//! in Burn's and PyTorch's definitions these agree.

use burn::tensor::{Int, Tensor, TensorData};

use super::loss;
use crate::data::Targets;
use crate::device::{DeviceChoice, Devices, Place};
use crate::model::{Value, to_f64};
use crate::spec::{LossKind, LossReduction, LossSpec, LossTerm, Span, Spanned, Task};

fn place() -> Place {
    Devices::open(DeviceChoice::Cpu).unwrap().reference
}

fn reduced(
    kind: LossKind,
    reduction: LossReduction,
    outputs: &[f64],
    shape: &[usize],
    targets: &Targets,
) -> f64 {
    let task = kind.tasks().first().copied().unwrap_or(Task::Regression);
    let spec = LossSpec::plain(Spanned::new(kind, Span::default()), task);
    let term = LossTerm { reduction, ..spec.terms[0].clone() };
    let output = Value::float(outputs, shape, &place());
    to_f64(loss(&term, output, targets).into_data())[0]
}

fn mean(kind: LossKind, outputs: &[f64], shape: &[usize], targets: &Targets) -> f64 {
    reduced(kind, LossReduction::Mean, outputs, shape, targets)
}

#[track_caller]
fn assert_close(value: f64, expected: f64) {
    // Burn keeps some options in 32 bits.
    assert!((value - expected).abs() <= 1e-6 * expected.abs().max(1.0), "{value} ≠ {expected}");
}

fn cross_entropy(pad_tokens: &[usize], weights: Option<&[f64]>, logits: bool) -> LossKind {
    LossKind::CrossEntropy {
        weights: weights.map(<[f64]>::to_vec),
        smoothing: None,
        pad_tokens: pad_tokens.to_vec(),
        logits,
    }
}

/// −ln softmax(row)[class].
fn nll(row: &[f64], class: usize) -> f64 {
    row.iter().map(|x| x.exp()).sum::<f64>().ln() - row[class]
}

/// ln(1 + eˣ).
fn softplus(x: f64) -> f64 {
    x.exp().ln_1p()
}

const ROWS: [[f64; 3]; 4] = [[0.2, -1.0, 0.7], [1.5, 0.3, -0.4], [0.0, 2.0, 0.1], [-0.3, 0.6, 0.9]];

#[test]
fn cross_entropy_counts_what_is_no_padding_and_weighs_classes() {
    let _alone = crate::device::alone();
    let classes = Targets::Classes(vec![2, 0, 1, 0]);
    let outputs = ROWS.concat();
    let each: Vec<f64> = ROWS.iter().zip([2, 0, 1, 0]).map(|(row, c)| nll(row, c)).collect();
    let value = mean(cross_entropy(&[], None, true), &outputs, &[4, 3], &classes);
    assert_close(value, each.iter().sum::<f64>() / 4.0);
    let padded = mean(cross_entropy(&[0], None, true), &outputs, &[4, 3], &classes);
    assert_close(padded, (each[0] + each[2]) / 2.0);
    // A weight of 0 is more than Burn's configuration admits, and right.
    let weights = Some(&[0.0, 2.0, 1.0][..]);
    let weighted = mean(cross_entropy(&[], weights, true), &outputs, &[4, 3], &classes);
    assert_close(weighted, (each[0] + 2.0 * each[2]) / 3.0);
    let kind = cross_entropy(&[], weights, true);
    let sum = reduced(kind, LossReduction::Sum, &outputs, &[4, 3], &classes);
    assert_close(sum, each[0] + 2.0 * each[2]);
    assert_eq!(mean(cross_entropy(&[0, 1, 2], None, true), &outputs, &[4, 3], &classes), 0.0);
    let probabilities = [0.2, 0.5, 0.3];
    let one = Targets::Classes(vec![1]);
    assert_close(mean(cross_entropy(&[], None, false), &probabilities, &[1, 3], &one), 2f64.ln());
}

#[test]
fn padding_is_what_burns_own_pad_tokens_are() {
    let _alone = crate::device::alone();
    let place = place();
    let rows = Tensor::<2>::from_data(TensorData::new(ROWS.concat(), [4, 3]), place.floats());
    let classes = Tensor::<1, Int>::from_data([2i64, 0, 1, 0], &place.device);
    let burns = burn::nn::loss::CrossEntropyLossConfig::new()
        .with_pad_tokens(Some(vec![0]))
        .with_smoothing(Some(0.25))
        .init(&place.device)
        .forward(rows, classes);
    let ours = LossKind::CrossEntropy {
        weights: None,
        smoothing: Some(0.25),
        pad_tokens: vec![0],
        logits: true,
    };
    let targets = Targets::Classes(vec![2, 0, 1, 0]);
    assert_close(mean(ours, &ROWS.concat(), &[4, 3], &targets), to_f64(burns.into_data())[0]);
}

#[test]
fn places_of_sequences_and_images_are_answers() {
    let _alone = crate::device::alone();
    let classes = vec![Some(2), None, Some(1), Some(0)];
    let expected = (nll(&ROWS[0], 2) + nll(&ROWS[2], 1) + nll(&ROWS[3], 0)) / 3.0;
    let sequence = Targets::Places { classes: classes.clone(), shape: vec![2] };
    let kind = || cross_entropy(&[], None, true);
    assert_close(mean(kind(), &ROWS.concat(), &[2, 2, 3], &sequence), expected);
    let image = Targets::Places { classes, shape: vec![2, 2] };
    let channels: Vec<f64> = (0..3).flat_map(|k| ROWS.map(|row| row[k])).collect();
    assert_close(mean(kind(), &channels, &[1, 3, 2, 2], &image), expected);
    let nothing = Targets::Places { classes: vec![None; 4], shape: vec![2] };
    assert_eq!(mean(kind(), &ROWS.concat(), &[2, 2, 3], &nothing), 0.0);
}

#[test]
fn focal_and_margins_of_classes_follow_their_formulas() {
    let _alone = crate::device::alone();
    let classes = Targets::Classes(vec![2, 0, 1, 0]);
    let labels = [2usize, 0, 1, 0];
    for gamma in [0.0, 1.0, 2.0, 3.5] {
        let expected = ROWS.iter().zip(labels).map(|(row, class)| {
            let p = (-nll(row, class)).exp();
            -(1.0 - p).powf(gamma) * p.ln()
        });
        let kind = LossKind::Focal { gamma, weights: None };
        let value = mean(kind, &ROWS.concat(), &[4, 3], &classes);
        assert_close(value, expected.sum::<f64>() / 4.0);
    }
    for p in [1, 2] {
        let expected = ROWS.iter().zip(labels).map(|(row, class)| {
            let others = (0..3).filter(|other| *other != class);
            others.map(|i| (1.5 - row[class] + row[i]).max(0.0).powi(p)).sum::<f64>() / 3.0
        });
        let kind = LossKind::MultiMargin { margin: 1.5, p: p as usize };
        let value = mean(kind, &ROWS.concat(), &[4, 3], &classes);
        assert_close(value, expected.sum::<f64>() / 4.0);
    }
}

#[test]
fn losses_of_one_logit_follow_their_formulas() {
    let _alone = crate::device::alone();
    let (z, y) = ([0.3, -1.2, 2.0, -0.1], [1.0, -1.0, -1.0, 1.0]);
    let classes = Targets::Classes(vec![1, 0, 0, 1]);
    let average = |each: &dyn Fn(f64, f64) -> f64| {
        z.iter().zip(y).map(|(z, y)| each(*z, y)).sum::<f64>() / 4.0
    };
    let value = |kind| mean(kind, &z, &[4, 1], &classes);
    let logistic = average(&|z, y| softplus(-y * z));
    let bce = |weights: Option<&[f64]>| LossKind::BinaryCrossEntropy {
        weights: weights.map(<[f64]>::to_vec),
        smoothing: None,
        logits: true,
    };
    assert_close(value(bce(None)), logistic);
    let weighted = average(&|z, y| if y > 0.0 { 3.0 } else { 0.0 } * softplus(-y * z));
    assert_close(value(bce(Some(&[0.0, 3.0]))), weighted);
    assert_close(value(LossKind::SoftMargin), logistic);
    assert_close(value(LossKind::Hinge), average(&|z, y| (1.0 - y * z).max(0.0)));
    let focal = average(&|z, y| {
        let p = (-softplus(-y * z)).exp();
        let weight = if y > 0.0 { 0.25 } else { 0.75 };
        -weight * (1.0 - p).powi(2) * p.ln()
    });
    assert_close(value(LossKind::Focal { gamma: 2.0, weights: Some(vec![0.75, 0.25]) }), focal);
    let embedding = average(&|z, y| if y > 0.0 { z } else { (1.5 - z).max(0.0) });
    assert_close(value(LossKind::HingeEmbedding { margin: 1.5 }), embedding);
}

#[test]
fn several_labels_are_each_a_binary_answer() {
    let _alone = crate::device::alone();
    let z = [0.3, -1.2, 2.0, -0.1];
    let labels = Targets::Labels { labels: vec![1, 0, 0, 1], shape: vec![2] };
    let kind =
        |weights, smoothing, logits| LossKind::BinaryCrossEntropy { weights, smoothing, logits };
    let each = [softplus(-0.3), softplus(-1.2), softplus(2.0), softplus(0.1)];
    let plain = each.iter().sum::<f64>() / 4.0;
    assert_close(mean(kind(None, None, true), &z, &[2, 2], &labels), plain);
    // Burn's own, with weights per label.
    let weighted = (each[0] + each[2] + 3.0 * (each[1] + each[3])) / 4.0;
    let weights = Some(vec![1.0, 3.0]);
    assert_close(mean(kind(weights, None, true), &z, &[2, 2], &labels), weighted);
    // Targets 0.9 and 0.1: t·softplus(−z) + (1 − t)·softplus(z).
    let smooth = |z: f64, t: f64| t * softplus(-z) + (1.0 - t) * softplus(z);
    let smoothed =
        (smooth(0.3, 0.9) + smooth(-1.2, 0.1) + smooth(2.0, 0.1) + smooth(-0.1, 0.9)) / 4.0;
    assert_close(mean(kind(None, Some(0.2), true), &z, &[2, 2], &labels), smoothed);
    let probabilities = z.map(|z: f64| 1.0 / (1.0 + (-z).exp()));
    assert_close(mean(kind(None, None, false), &probabilities, &[2, 2], &labels), plain);
}

#[test]
fn embeddings_and_scores_are_compared_with_each_other() {
    let _alone = crate::device::alone();
    let classes = Targets::Classes(vec![1, 0]);
    // Cosines 0.6 and 0.8.
    let pairs = [1.0, 0.0, 3.0, 4.0, 0.0, 2.0, 3.0, 4.0];
    let cosine = LossKind::CosineEmbedding { margin: 0.5 };
    assert_close(mean(cosine, &pairs, &[2, 2, 2], &classes), (0.4 + 0.3) / 2.0);
    let ranking = LossKind::MarginRanking { margin: 1.0 };
    assert_close(mean(ranking, &[2.0, 1.5, 2.0, 1.5], &[2, 2], &classes), (0.5 + 1.5) / 2.0);
    // Distances 5 to the positive and 13 or 1 to the negative.
    let triplets = [0.0, 0.0, 3.0, 4.0, 5.0, 12.0, 0.0, 0.0, 3.0, 4.0, 0.0, 1.0];
    let any = Targets::Values(vec![0.0; 2]);
    let euclid = LossKind::TripletMargin { margin: 2.0, p: 2.0 };
    assert_close(mean(euclid, &triplets, &[2, 3, 2], &any), 3.0);
    let manhattan = LossKind::TripletMargin { margin: 2.0, p: 1.0 };
    assert_close(mean(manhattan, &triplets, &[2, 3, 2], &any), 4.0);
}

#[test]
fn losses_of_numbers_follow_their_formulas() {
    let _alone = crate::device::alone();
    let (y, t) = ([0.5, -1.0, 2.0, 0.0], [1.0, 2.0, 0.0, 3.0]);
    let targets = Targets::Arrays { values: t.to_vec(), shape: vec![2] };
    let average = |each: &dyn Fn(f64, f64) -> f64| {
        y.iter().zip(t).map(|(y, t)| each(*y, t)).sum::<f64>() / 4.0
    };
    let value = |kind| mean(kind, &y, &[2, 2], &targets);
    assert_close(value(LossKind::Mse), average(&|y, t| (y - t).powi(2)));
    assert_close(value(LossKind::Mae), average(&|y, t| (y - t).abs()));
    assert_close(value(LossKind::Lp { p: 3.0 }), average(&|y, t| (y - t).abs().powi(3)));
    let smooth = |delta: f64, r: f64| match r < delta {
        true => 0.5 * r * r / delta,
        false => r - 0.5 * delta,
    };
    let smooth_l1 = average(&|y, t| smooth(0.75, (y - t).abs()));
    assert_close(value(LossKind::SmoothL1 { beta: 0.75 }), smooth_l1);
    assert_close(value(LossKind::Huber { delta: 0.75 }), 0.75 * smooth_l1);
    let poisson = |log_input, full| LossKind::PoissonNll { log_input, full, eps: 1e-8 };
    let plain = average(&|y, t| y.exp() - t * y);
    assert_close(value(poisson(true, false)), plain);
    let stirling = |t: f64| t * t.ln() - t + 0.5 * (std::f64::consts::TAU * t).ln();
    let full = plain + (stirling(2.0) + stirling(3.0)) / 4.0;
    assert_close(value(poisson(true, true)), full);
    let rates = y.map(f64::exp);
    assert_close(mean(poisson(false, false), &rates, &[2, 2], &targets), plain);
    let spec = reduced(LossKind::Mse, LossReduction::Sum, &y, &[2, 2], &targets);
    assert_close(spec, 4.0 * average(&|y, t| (y - t).powi(2)));
}

#[test]
fn a_variance_and_a_distribution_have_their_own_losses() {
    let _alone = crate::device::alone();
    let targets = Targets::Values(vec![1.0, -1.0]);
    let full = LossKind::GaussianNll { full: true, eps: 1e-6 };
    // Means 0 and 1, variances 4 and 0.25.
    let expected = 0.5 * (4f64.ln() + 0.25) + 0.5 * (0.25f64.ln() + 16.0);
    let expected = expected / 2.0 + 0.5 * std::f64::consts::TAU.ln();
    assert_close(mean(full, &[0.0, 4.0, 1.0, 0.25], &[2, 2], &targets), expected);
    let t = [0.25, 0.75, 1.0, 0.0];
    let targets = Targets::Arrays { values: t.to_vec(), shape: vec![2] };
    let q = [0.5, 0.5, 0.5, 0.5].map(f64::ln);
    let divergence = 0.25 * 0.5f64.ln() + 0.75 * 1.5f64.ln() + 2f64.ln();
    let kind = || LossKind::KlDiv { log_target: false };
    let value = reduced(kind(), LossReduction::BatchMean, &q, &[2, 2], &targets);
    assert_close(value, divergence / 2.0);
    assert_close(mean(kind(), &q, &[2, 2], &targets), divergence / 4.0);
}

#[test]
fn an_unaligned_sequence_sums_over_its_alignments() {
    let _alone = crate::device::alone();
    // Two steps of equal logits for the blank and two classes: of 9 paths, 3 give "0", 1 gives "01".
    let classes = vec![Some(0), None, Some(0), Some(1)];
    let targets = Targets::Places { classes, shape: vec![2] };
    let kind = || LossKind::Ctc { blank: 0, zero_infinity: false };
    let (one, two) = (3f64.ln(), 9f64.ln());
    assert_close(mean(kind(), &[0.7; 12], &[2, 2, 3], &targets), (one + two / 2.0) / 2.0);
    let sum = reduced(kind(), LossReduction::Sum, &[0.7; 12], &[2, 2, 3], &targets);
    assert_close(sum, one + two);
}

#[test]
fn the_divergence_of_a_code_is_that_of_its_normal_distributions() {
    let _alone = crate::device::alone();
    // Two examples of two numbers: means, then logarithms of variances.
    let rows = [1.0, -0.5, 0.0, 0.7, 0.2, 0.0, -1.0, 0.3];
    let one = |mean: f64, log: f64| 0.5 * (mean * mean + log.exp() - 1.0 - log);
    let sum = one(1.0, 0.0) + one(-0.5, 0.7) + one(0.2, -1.0) + one(0.0, 0.3);
    let of = |reduction| alone_of(LossKind::GaussianKl, reduction, &rows, &[2, 4]);
    assert_close(of(LossReduction::BatchMean), sum / 2.0);
    assert_close(of(LossReduction::Mean), sum / 4.0);
    assert_close(of(LossReduction::Sum), sum);
    let standard = alone_of(LossKind::GaussianKl, LossReduction::Sum, &[0.0; 4], &[1, 4]);
    assert_eq!(standard, 0.0);
}

#[test]
fn the_mean_of_outputs_is_compared_with_nothing() {
    let _alone = crate::device::alone();
    let of = |reduction| alone_of(LossKind::MeanOutput, reduction, &[1.0, -3.0, 5.0, 9.0], &[2, 2]);
    assert_close(of(LossReduction::Mean), 3.0);
    assert_close(of(LossReduction::BatchMean), 6.0);
    assert_close(of(LossReduction::Sum), 12.0);
}

fn alone_of(kind: LossKind, reduction: LossReduction, outputs: &[f64], shape: &[usize]) -> f64 {
    let output = Value::float(outputs, shape, &place());
    to_f64(super::alone::loss(&kind, reduction, output).into_data())[0]
}

#[test]
fn a_constant_is_a_target_of_every_example() {
    let _alone = crate::device::alone();
    let term = |kind: LossKind, task| LossSpec::plain(Spanned::new(kind, Span::default()), task);
    let mae = &term(LossKind::Mae, Task::Regression).terms[0];
    let target = super::constant(mae, 2.0, 2, &[3]);
    assert_eq!(target, Targets::Arrays { values: vec![2.0; 6], shape: vec![3] });
    assert_eq!(super::constant(mae, 2.0, 2, &[1]), Targets::Values(vec![2.0; 2]));
    let outputs = [2.0, 3.0, 2.0, 0.0, 2.0, 2.0];
    assert_close(mean(LossKind::Mae, &outputs, &[2, 3], &target), 0.5);
    let hinge = &term(LossKind::Hinge, Task::BinaryClassification).terms[0];
    assert_eq!(super::constant(hinge, 1.0, 2, &[1]), Targets::Classes(vec![1, 1]));
    let labels = Targets::Labels { labels: vec![0; 4], shape: vec![2] };
    assert_eq!(super::constant(hinge, 0.0, 2, &[2]), labels);
}

/// All ways through the lattice of a transducer: at each step a class of the sequence, or the blank and
/// the next step of time; ends with the blank of the last step.
fn alignments(
    log: &dyn Fn(usize, usize, usize) -> f64,
    time: usize,
    sequence: &[usize],
    (t, u): (usize, usize),
) -> f64 {
    let blank = log(t, u, 0);
    let mut ways = Vec::new();
    if u < sequence.len() {
        ways.push(log(t, u, sequence[u]) + alignments(log, time, sequence, (t, u + 1)));
    }
    match t + 1 == time {
        true if u == sequence.len() => ways.push(blank),
        true => {}
        false => ways.push(blank + alignments(log, time, sequence, (t + 1, u))),
    }
    ways.iter().map(|way| way.exp()).sum::<f64>().ln()
}

#[test]
fn a_transducer_pays_for_all_alignments_of_its_sequence() {
    let _alone = crate::device::alone();
    // Two examples, three steps of time, two places (of which the second example has one), two classes.
    let (time, places, logits) = (3, 3, 3);
    let numbers: Vec<f64> =
        (0..2 * time * places * logits).map(|k| ((k * 7) % 11) as f64 / 4.0 - 1.0).collect();
    let classes = vec![Some(1), Some(0), Some(1), None];
    let targets = Targets::Places { classes, shape: vec![2] };
    let expected: Vec<f64> = [vec![2, 1], vec![2]]
        .iter()
        .enumerate()
        .map(|(example, sequence)| {
            let log = |t: usize, u: usize, k: usize| {
                let start = ((example * time + t) * places + u) * logits;
                -nll(&numbers[start..start + logits], k)
            };
            -alignments(&log, time, sequence, (0, 0))
        })
        .collect();
    let kind = || LossKind::Rnnt { blank: 0, logits: true };
    let shape = [2, time, places, logits];
    assert_close(mean(kind(), &numbers, &shape, &targets), (expected[0] + expected[1]) / 2.0);
    let sum = reduced(kind(), LossReduction::Sum, &numbers, &shape, &targets);
    assert_close(sum, expected[0] + expected[1]);
}
