//! A gallery made by hand, of a small convolution on images of 2 × 2 pixels.

use crate::experiment::{
    ActivationEvidence, ActivationMaps, Answers, ByHeart, ClassMaps, DataGallery, FilterGallery,
    Form, GalleryEvidence, GivenExample, Histogram, LayerLook, LossBounds, LossLook, ModelLook,
    Predictions, ShownAnswer, ShownExample, StepUpdate, TargetSpread, TensorLook, UnitFilter,
    UpdateEvidence,
};

pub fn gallery() -> GalleryEvidence {
    GalleryEvidence {
        steps: 2,
        declared_steps: 10,
        data: Some(data()),
        start: look(1.0),
        end: look(0.5),
        losses: vec![0.7, 0.6],
        looks: [(0, 0.7), (2, 0.55)]
            .map(|(step, training)| LossLook { step, training, validation: Some(training + 0.1) })
            .to_vec(),
        rates: vec![0.1, 0.1],
        updates: vec![UpdateEvidence {
            tensor: "conv.weight".to_owned(),
            rank: 4,
            steps: vec![StepUpdate { step: 1, update_norm: 0.01, weight_norm: 1.0, largest: 0.01 }],
        }],
        by_heart: ByHeart {
            examples: 2,
            learning_rate: 0.01,
            losses: vec![0.7, 0.1],
            bounds: Some(LossBounds { floor: 0.0, constant: 0.693 }),
        },
        filters: Some(FilterGallery {
            tensor: "conv.weight".to_owned(),
            kind: "conv2d".to_owned(),
            count: 1,
            shape: vec![1, 2, 2],
            units: vec![UnitFilter { start: vec![0.1, -0.2, 0.3, 0.0], end: vec![0.2; 4] }],
        }),
        predictions: Some(Predictions {
            held_out: true,
            examples: 3,
            answers: Some(Answers::Classes {
                names: vec!["cat".to_owned(), "<dog>".to_owned()],
                counts: vec![vec![2, 0], vec![1, 0]],
            }),
            losses: Histogram::of(&[0.1, 0.2, 2.0]),
            worst: vec![GivenExample {
                place: "line 9".to_owned(),
                inputs: vec![0.5; 4],
                due: ShownAnswer::Names(vec!["<dog>".to_owned()]),
                given: ShownAnswer::Names(vec!["cat".to_owned()]),
                loss: 2.0,
            }],
        }),
    }
}

pub fn data() -> DataGallery {
    DataGallery {
        form: Form::Image { channels: 1, height: 2, width: 2 },
        columns: Vec::new(),
        training: 20,
        validation: 3,
        examples: vec![ShownExample {
            place: "line 2".to_owned(),
            inputs: vec![0.0, 1.0, 0.5, 0.25],
            target: ShownAnswer::Names(vec!["cat".to_owned()]),
        }],
        augmented: vec![vec![1.0, 0.0, 0.25, 0.5]],
        inputs: Histogram::of(&[0.0, 0.25, 0.5, 1.0]),
        targets: TargetSpread::Classes(vec![("cat".to_owned(), 12), ("<dog>".to_owned(), 8)]),
    }
}

fn look(scale: f64) -> ModelLook {
    let histogram = || Histogram::of(&[0.0, 0.5 * scale, scale]);
    let layer = |path: &str| LayerLook {
        numbers: ActivationEvidence {
            path: path.to_owned(),
            kind: "conv2d".to_owned(),
            mean: 0.0,
            deviation: scale,
            between: scale,
            zero_share: 0.25,
            saturated_share: None,
            not_finite: 0,
            units: None,
        },
        histogram: histogram(),
    };
    ModelLook {
        loss: scale,
        examples: 1,
        layers: vec![layer("input"), layer("conv")],
        tensors: vec![TensorLook {
            tensor: "conv.weight".to_owned(),
            weight_norm: 1.0,
            gradient_norm: 0.1 * scale,
            weights: histogram(),
            gradient: histogram(),
        }],
        saliency: vec![vec![0.1, 0.0, 0.2, 0.3]],
        maps: vec![ActivationMaps {
            layer: "conv".to_owned(),
            channels: 2,
            height: 1,
            width: 2,
            examples: vec![vec![vec![0.0, scale], vec![scale, 0.5]]],
        }],
        class_maps: Some(ClassMaps {
            layer: "conv".to_owned(),
            height: 1,
            width: 2,
            maps: vec![vec![-scale, scale]],
        }),
    }
}
