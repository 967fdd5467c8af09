//! `initial`: one forward and backward pass at initialization, on the test device.

use super::backward::{INPUT, backward, gradient_parts, norm_of, term_gradient_norm};
use super::bench::{Bench, evaluate, recorded_kind};
use super::evidence::{GradientEvidence, InitialEvidence, InputEvidence, TermEvidence};
use super::measure::Seen;
use super::{measure, references, weights};
use crate::device::DeviceFailure;
use crate::model::{NamedGradient, Pass, Plan, PlannedLayer};
use crate::spec::{Attention, Cell, Decoder, Encoder, LayerKind};
use crate::subject::Batch;

/// How many training examples the pass sees at most.
pub const EXAMPLES: usize = 128;

/// The share of guessing's loss below which a start is suspiciously good. Healthy programs show 0.97 to
/// 1.47 (calibration on 64 healthy small programs).
pub const LOW_START: f64 = 0.5;

/// Seeds whose weights are tried where a loss with margins starts below that.
const OTHER_SEEDS: u64 = 8;

/// What the pass gave number by number, which is compared with the reference device's.
pub struct InitialNumbers {
    /// Without regularization.
    pub loss: f64,
    pub outputs: Vec<Seen>,
    pub gradients: Vec<NamedGradient>,
}

/// Runs the experiment. Gives its numbers as well.
///
/// # Errors
///
/// When the test device fails.
pub fn run(bench: &Bench) -> Result<(InitialEvidence, InitialNumbers), DeviceFailure> {
    let subject = &bench.subject;
    let batch = subject.sample(EXAMPLES);
    let pass = backward(bench, &bench.test, &batch, Pass::recording())?;
    let parameters = pass.gradients.iter().filter(|gradient| gradient.path != INPUT);
    let outputs = measure::seen(pass.recorded)?;
    let guessing_loss = references::guessing_of_all(subject, &batch);
    let evidence = InitialEvidence {
        redrawn: redrawn(bench, &batch, pass.loss, guessing_loss)?,
        examples: batch.size(),
        loss: pass.loss,
        penalty: pass.penalty,
        parts: gradient_parts(bench, &bench.test, &batch)?,
        terms: match pass.terms.len() {
            0 | 1 => Vec::new(),
            _ => terms(bench, &batch, pass.terms)?,
        },
        guessing_loss,
        left_out: references::left_out(subject, &batch),
        constant_loss: references::constant(subject, &subject.spec.loss, &batch),
        gradients: parameters
            .map(|gradient| gradient_evidence(gradient, subject.declared()))
            .collect(),
        activations: measure::activations(&outputs, recorded_kind(subject)),
        input: pass
            .gradients
            .iter()
            .find(|gradient| gradient.path == INPUT)
            .map(|gradient| input_evidence(gradient, batch.size())),
        weights: weights::evidence(bench),
    };
    Ok((evidence, InitialNumbers { loss: pass.loss, outputs, gradients: pass.gradients }))
}

/// The loss with the weights of other seeds. Outputs of ordinary size already reach a margin: where all
/// examples of a class look alike, the order of few classes is luck, and an untrained model may be
/// right. It is not with every seed, unless the answers leak.
fn redrawn(
    bench: &Bench,
    batch: &Batch,
    loss: f64,
    guessing: Option<f64>,
) -> Result<Vec<f64>, DeviceFailure> {
    let asked = &bench.subject.spec.loss;
    let is_low = guessing.is_some_and(|guessing| loss < LOW_START * guessing);
    if !is_low || !asked.terms.iter().any(|term| term.kind.has_margin_of_scores()) {
        return Ok(Vec::new());
    }
    let seeds = (1..=OTHER_SEEDS).map(|offset| {
        let seed = bench.subject.spec.training.seed.wrapping_add(offset);
        let model = bench.model_of_seed(&bench.test, seed)?;
        evaluate(&bench.subject, asked, &model, batch, &bench.test)
    });
    seeds.collect()
}

/// The terms of a loss, each with the norm of its own gradient, and what guessing costs where that is
/// known.
fn terms(
    bench: &Bench,
    batch: &Batch,
    terms: Vec<(String, f64)>,
) -> Result<Vec<TermEvidence>, DeviceFailure> {
    let evidence = terms.into_iter().enumerate().map(|(index, (name, value))| {
        let subject = &bench.subject;
        let gradient_norm = term_gradient_norm(bench, &bench.test, batch, index)?;
        let declared = || subject.spec.loss.terms.get(index).filter(|_| !subject.brings_loss());
        Ok(TermEvidence {
            name,
            value,
            gradient_norm,
            loss: declared().map_or("own", |term| term.kind.term()),
            guessing_loss: declared().and_then(|term| references::guessing(subject, term, batch)),
        })
    });
    evidence.collect()
}

/// Which numbers of an example have a gradient.
fn input_evidence(gradient: &NamedGradient, examples: usize) -> InputEvidence {
    let count: usize = gradient.shape.iter().product();
    let numbers = count / examples.max(1);
    let is_zero = |number: &usize| match &gradient.values {
        Some(values) => values.iter().skip(*number).step_by(numbers).all(|value| *value == 0.0),
        None => true,
    };
    InputEvidence { numbers, unused: (0..numbers).filter(is_zero).collect() }
}

fn gradient_evidence(gradient: &NamedGradient, plan: Option<&Plan>) -> GradientEvidence {
    GradientEvidence {
        zero_by_design: plan.and_then(|plan| zero_by_design(&gradient.path, plan)),
        tensor: gradient.path.clone(),
        shape: gradient.shape.clone(),
        present: gradient.values.is_some(),
        norm: norm_of(gradient),
        not_finite: measure::not_finite(gradient.values.as_deref().unwrap_or_default()),
    }
}

/// Why a tensor's gradient is zero in a correct model, if it is.
///
/// - A bias right before a batch normalization is subtracted again with the mean, and so is one of a
///   whole channel before an instance normalization, or a group normalization of groups of one.
/// - In a sequence of length 1 the recurrent state is still zero: hidden weights are multiplied
///   by it, and so is what the forget gate (LSTM) and the reset gate (GRU) let through.
/// - A softmax does not see what all its inputs have in common: in attention, the bias of the keys;
///   in a sequence of length 1, all scores.
pub fn zero_by_design(tensor: &str, plan: &Plan) -> Option<&'static str> {
    const NORMALIZED: &str =
        "a bias right before a normalization of each channel is subtracted again";
    const ZERO_STATE: &str = "in a sequence of length 1 the recurrent state is still zero";
    const SAME_FOR_ALL_KEYS: &str =
        "a bias of the keys moves all scores of a query alike, and the softmax does not see it";
    const ONE_PLACE: &str = "in a sequence of length 1 all attention is on the one place";
    let layers = plan.flat();
    // The innermost layer that owns the tensor.
    let owner = layers.iter().rposition(|layer| {
        tensor.strip_prefix(layer.path.as_str()).is_some_and(|rest| rest.starts_with('.'))
    })?;
    let layer = layers[owner];
    // What a normalization subtracts again must reach nothing else.
    let readers = plan.readers(&layer.path);
    let all_read = |holds: fn(&LayerKind, &PlannedLayer) -> bool| {
        let mut each = readers.iter();
        !readers.is_empty()
            && each.all(|reader| reader.is_some_and(|next| holds(&next.kind, layer)))
    };
    let before_batch_norm = all_read(|next, _| matches!(next, LayerKind::BatchNorm { .. }));
    let before_channel_norm = all_read(|next, layer| match next {
        LayerKind::BatchNorm { .. } | LayerKind::InstanceNorm { .. } => true,
        LayerKind::GroupNorm { groups, .. } => *groups == layer.output.dims()[0],
        _ => false,
    });
    let one_step = layer.input.dims()[0] == 1;
    let hidden_weight = tensor.ends_with("hidden_transform.weight");
    match &layer.kind {
        // On sequences a linear layer works on the last axis, the normalization on the first.
        LayerKind::Linear { .. } if before_batch_norm && tensor.ends_with(".bias") => {
            (layer.output.dims().len() == 1).then_some(NORMALIZED)
        }
        LayerKind::Conv(_) | LayerKind::ConvTranspose(_) | LayerKind::DeformConv2d(_)
            if before_channel_norm =>
        {
            let says_where = [".offset.bias", ".mask.bias"].iter().any(|end| tensor.ends_with(end));
            (tensor.ends_with(".bias") && !says_where).then_some(NORMALIZED)
        }
        LayerKind::MultiHeadAttention(Attention { quiet_softmax: false, .. })
        | LayerKind::CrossAttention { attention: Attention { quiet_softmax: false, .. }, .. }
        | LayerKind::TransformerEncoder(Encoder { quiet_softmax: false, .. })
        | LayerKind::TransformerDecoder(Decoder {
            blocks: Encoder { quiet_softmax: false, .. },
            ..
        }) => {
            let of_key = tensor.contains(".key.");
            let across = tensor.contains(".cross_attn.")
                || matches!(layer.kind, LayerKind::CrossAttention { .. });
            let one_place = match &layer.context {
                Some(context) if across => context.dims()[0] == 1,
                _ => one_step,
            };
            match () {
                () if one_place && (of_key || tensor.contains(".query.")) => Some(ONE_PLACE),
                () if of_key && tensor.ends_with(".bias") => Some(SAME_FOR_ALL_KEYS),
                () => None,
            }
        }
        LayerKind::Recurrent(recurrent) if one_step => {
            let is_idle = match recurrent.cell {
                Cell::Rnn => false,
                Cell::Lstm { .. } => tensor.contains(".forget_gate."),
                Cell::Gru { reset_after, .. } => {
                    !(reset_after && recurrent.bias) && tensor.contains(".reset_gate.")
                }
            };
            (hidden_weight || is_idle).then_some(ZERO_STATE)
        }
        _ => None,
    }
}
