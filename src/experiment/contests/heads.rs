//! A linear head for a term of a loss: what turns any output into one that the loss can read.

use crate::model::Signal;
use crate::spec::{
    Activation, Attributes, Compared, LayerKind, LayerSpec, LossKind, LossSpec, LossTerm, Span,
};
use crate::subject::{Subject, wanted_outputs};

/// The one term of a loss that a contest can be about, or why there is none.
pub fn only_term(loss: &LossSpec) -> Result<&LossTerm, String> {
    let term = loss.single().ok_or("the loss has several terms")?;
    match term.compared {
        Compared::Target => Ok(term),
        _ => Err("the loss compares no output with the data's target".to_owned()),
    }
}

/// Layers from a signal to what the loss reads, linear but for an end that the loss takes for granted.
///
/// # Errors
///
/// Why there is no such head.
pub fn linear_head(subject: &Subject, signal: &Signal) -> Result<Vec<LayerSpec>, String> {
    let term = only_term(&subject.spec.loss)?;
    let data = subject.dataset().ok_or("the model brings its own examples")?;
    let Signal::Float(dims) = signal else {
        return Err("tokens have no order, so that no linear model reads them".to_owned());
    };
    let end = end(&term.kind)?;
    let wanted = wanted_outputs(term, data).ok_or("the loss asks for no output of its own")?;
    let axes: Option<Vec<usize>> = wanted.axes.into_iter().collect();
    let axes = axes.ok_or("the size of the output is the model's own choice")?;
    if axes.len() > 2 && end.is_some() {
        return Err("probabilities of places of an image lie along the first axis".to_owned());
    }
    let mut layers = Vec::new();
    if dims.len() > 1 {
        layers.push(LayerKind::Flatten);
    }
    let out = axes.iter().product();
    layers.push(LayerKind::Linear { out, bias: true, initializer: None, bias_initializer: None });
    if axes.len() > 1 {
        let shape = axes.iter().map(|axis| i64::try_from(*axis).unwrap_or(i64::MAX)).collect();
        layers.push(LayerKind::Reshape { shape });
    }
    layers.extend(end.map(LayerKind::Activation));
    Ok(layers.into_iter().map(layer).collect())
}

/// What a loss takes for granted behind a linear layer.
fn end(kind: &LossKind) -> Result<Option<Activation>, String> {
    match kind {
        LossKind::CrossEntropy { logits, .. } => Ok((!logits).then_some(Activation::Softmax)),
        LossKind::BinaryCrossEntropy { logits, .. } => Ok((!logits).then_some(Activation::Sigmoid)),
        LossKind::Focal { .. }
        | LossKind::MultiMargin { .. }
        | LossKind::Hinge
        | LossKind::SoftMargin
        | LossKind::Mse
        | LossKind::Mae
        | LossKind::Huber { .. }
        | LossKind::SmoothL1 { .. }
        | LossKind::Lp { .. }
        | LossKind::PoissonNll { log_input: true, .. } => Ok(None),
        other => Err(format!("`{}` reads no plain numbers", other.term())),
    }
}

fn layer(kind: LayerKind) -> LayerSpec {
    LayerSpec { name: None, kind, span: Span::default(), attributes: Attributes::default() }
}
