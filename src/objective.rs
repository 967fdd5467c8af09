//! The objective that training minimizes: the loss of outputs and targets, and a penalty on the
//! weights.

use burn::module::{Module, ModuleVisitor, Param};
use burn::nn::loss::{
    BinaryCrossEntropyLossConfig, CrossEntropyLossConfig, HuberLossConfig, MseLoss, Reduction,
};
use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::data::Targets;
use crate::model::Value;
use crate::spec::{LossKind, LossSpec, Regularization};

/// The mean loss of a batch, a tensor of one element.
///
/// Shapes: `[batch, classes]` logits for cross entropy; `[batch, 1]` logits for binary cross
/// entropy; `[batch, 1]` outputs for regression.
///
/// # Panics
///
/// When the output is not of rank 2: the subject's plan refuses other heads.
pub fn loss(kind: &LossKind, output: Value, targets: &Targets) -> Tensor<1> {
    let Value::Float2(output) = output else {
        unreachable!("the plan admits heads of rank 2 only");
    };
    let device = output.device();
    match (kind, targets) {
        (LossKind::CrossEntropy { weights, smoothing }, Targets::Classes(classes)) => {
            CrossEntropyLossConfig::new()
                .with_weights(weights.as_ref().map(|weights| to_f32(weights)))
                .with_smoothing(smoothing.map(|smoothing| smoothing as f32))
                .init(&device)
                .forward(output, class_tensor(classes, &device))
        }
        (LossKind::BinaryCrossEntropy { weights, smoothing }, Targets::Classes(classes)) => {
            BinaryCrossEntropyLossConfig::new()
                .with_weights(weights.as_ref().map(|weights| to_f32(weights)))
                .with_smoothing(smoothing.map(|smoothing| smoothing as f32))
                .with_logits(true)
                .init(&device)
                .forward(output.squeeze_dim::<1>(1), class_tensor(classes, &device))
        }
        (kind, Targets::Values(values)) => {
            let shape = output.dims();
            let targets = Tensor::<2>::from_data(TensorData::new(values.clone(), shape), &device);
            regression_loss(kind, output, targets)
        }
        (kind, Targets::Classes(_)) => unreachable!("the spec refuses {kind:?} for classes"),
    }
}

fn regression_loss(kind: &LossKind, output: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    match kind {
        LossKind::Mse => MseLoss::new().forward(output, targets, Reduction::Mean),
        LossKind::Mae => (output - targets).abs().mean(),
        LossKind::Huber { delta } => {
            HuberLossConfig::new(*delta as f32).init().forward(output, targets, Reduction::Mean)
        }
        LossKind::CrossEntropy { .. } | LossKind::BinaryCrossEntropy { .. } => {
            unreachable!("the spec refuses {kind:?} for real targets")
        }
    }
}

fn to_f32(numbers: &[f64]) -> Vec<f32> {
    numbers.iter().map(|number| *number as f32).collect()
}

fn class_tensor(classes: &[usize], device: &Device) -> Tensor<1, Int> {
    let classes: Vec<i64> = classes.iter().map(|class| *class as i64).collect();
    let count = classes.len();
    Tensor::from_data(TensorData::new(classes, [count]), device)
}

/// The penalty `l1 · Σ|w| + l2 · Σw²` over weights, `None` when both strengths are 0.
///
/// Weights are the tensors of rank 2 and more: biases, running statistics and the scale and shift
/// of a normalization are left alone. Whether a tensor is tracked does not matter, so that the
/// objective is the same function with a graph and without one.
pub fn penalty<M: Module>(regularization: &Regularization, model: &M) -> Option<Tensor<1>> {
    if regularization.l1 == 0.0 && regularization.l2 == 0.0 {
        return None;
    }
    let mut sum = PenaltySum { regularization, total: None };
    model.visit(&mut sum);
    sum.total
}

struct PenaltySum<'a> {
    regularization: &'a Regularization,
    total: Option<Tensor<1>>,
}

impl PenaltySum<'_> {
    fn add(&mut self, term: Tensor<1>) {
        self.total = Some(match self.total.take() {
            Some(total) => total + term,
            None => term,
        });
    }
}

impl ModuleVisitor for PenaltySum<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if D < 2 {
            return;
        }
        let weights = param.val();
        if self.regularization.l1 != 0.0 {
            self.add(weights.clone().abs().sum().mul_scalar(self.regularization.l1));
        }
        if self.regularization.l2 != 0.0 {
            self.add((weights.clone() * weights).sum().mul_scalar(self.regularization.l2));
        }
    }
}

/// Loss and penalty together: what the optimizer minimizes.
pub fn objective<M: Module>(
    spec: &LossSpec,
    model: &M,
    output: Value,
    targets: &Targets,
) -> Tensor<1> {
    let loss = loss(&spec.kind, output, targets);
    match penalty(&spec.regularization, model) {
        Some(penalty) => loss + penalty,
        None => loss,
    }
}
