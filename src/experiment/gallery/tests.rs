//! What is gathered of small specs, on the CPU.

use super::*;
use crate::device::{DeviceChoice, Devices};
use crate::experiment::Laboratory;
use crate::registry::tests::registry;
use crate::spec::{self, Source};

fn gathered(text: &str, steps: Option<usize>) -> GalleryEvidence {
    let text = format!("version: 1\nname: shown\n{text}");
    let spec = spec::parse(Source::new("shown.yaml", text)).unwrap();
    let subject = Subject::prepare_with(spec, &registry()).unwrap();
    let laboratory = Laboratory::new(subject, &Devices::open(DeviceChoice::Cpu).unwrap()).unwrap();
    laboratory.gallery(GalleryPlan { steps }, &mut |_, _, _, _| ()).unwrap()
}

const IMAGES: &str = "task: classification\n\
    data: {bars: {examples: 60, size: 6}, split: {validation: 0.2}, augment: {shift: 1}}\n\
    model: [conv2d: {out: 3, kernel: 3, name: conv}, relu, adaptive_avg_pool2d: 1, flatten, \
    linear: {out: 2, name: head}]\n\
    training: {batch_size: 10, steps: 12}\n";

#[test]
fn images_have_kernels_channels_saliency_and_evidence_for_their_class() {
    let _alone = crate::device::alone();
    let found = gathered(IMAGES, None);
    let data = found.data.unwrap();
    let Form::Image { channels: 1, height, width } = data.form else { panic!("{:?}", data.form) };
    assert_eq!(data.augmented.len(), data.examples.len());
    assert_eq!((found.steps, found.losses.len(), found.rates.len()), (12, 12, 12));
    assert_eq!(found.looks.first().unwrap().step, 0);
    let last = found.looks.last().unwrap();
    assert!(last.step == 12 && last.validation.is_some(), "{last:?}");
    let filters = found.filters.unwrap();
    assert_eq!((&*filters.tensor, &*filters.kind), ("conv.weight", "conv2d"));
    assert_eq!((filters.shape.as_slice(), filters.units.len()), (&[1, 3, 3][..], 3));
    assert!(filters.units.iter().any(|unit| unit.start != unit.end));
    for look in [&found.start, &found.end] {
        assert_eq!(look.saliency.len(), data.examples.len());
        assert_eq!(look.saliency[0].len(), height * width);
        let names: Vec<&str> = look.maps.iter().map(|maps| &*maps.layer).collect();
        assert_eq!(names, ["conv", "relu1"]);
        let maps = look.class_maps.as_ref().unwrap();
        assert_eq!((&*maps.layer, maps.height, maps.width), ("relu1", height - 2, width - 2));
        assert_eq!(maps.maps.len(), data.examples.len());
    }
    let predictions = found.predictions.unwrap();
    assert!(predictions.held_out);
    let Some(Answers::Classes { counts, .. }) = predictions.answers else { panic!("no classes") };
    assert_eq!(counts.iter().flatten().sum::<usize>(), predictions.examples);
    // The worst comes first.
    assert!(predictions.worst[0].loss >= predictions.worst[1].loss);
}

#[test]
fn the_map_of_a_class_is_what_its_score_is_the_mean_of() {
    let _alone = crate::device::alone();
    let found = gathered(&IMAGES.replace("name: head", "name: head, bias: false"), Some(1)).start;
    let maps = found.class_maps.unwrap().maps;
    let means = maps.iter().map(|map| map.iter().sum::<f64>() / map.len() as f64);
    let head = found.layers.iter().find(|layer| layer.numbers.path == "head").unwrap();
    let (low, high) = (head.histogram.low - 1e-9, head.histogram.high + 1e-9);
    let means: Vec<f64> = means.collect();
    assert!(means.iter().all(|mean| (low..=high).contains(mean)), "{means:?} in {low}..{high}");
    assert!(means.iter().any(|mean| mean.abs() > 0.01 * (high - low)), "{means:?}");
}

#[test]
fn a_layer_that_is_never_trained_has_the_same_weights_after_training() {
    let _alone = crate::device::alone();
    let frozen = gathered(&format!("{IMAGES}faults: [freeze_layer: conv]\n"), None);
    let filters = frozen.filters.unwrap();
    assert!(filters.units.iter().all(|unit| unit.start == unit.end), "{filters:?}");
}

#[test]
fn so_many_steps_are_taken_as_are_asked_for_and_no_more_than_are_declared() {
    let _alone = crate::device::alone();
    assert_eq!(gathered(IMAGES, Some(5)).steps, 5);
    assert_eq!(gathered(IMAGES, Some(500)).steps, 12);
}

#[test]
fn a_training_that_diverges_ends_where_numbers_do() {
    let _alone = crate::device::alone();
    let found = gathered(
        "task: regression\ndata: {linear_regression: {examples: 60, features: 2}}\n\
         model: [linear: 4, linear: 1]\n\
         training: {optimizer: {sgd: {learning_rate: 1e30}}, batch_size: 10, steps: 200}\n",
        None,
    );
    assert!(found.steps < 200, "{}", found.steps);
    assert!(found.losses.iter().any(|loss| !loss.is_finite()));
    assert!(matches!(found.predictions.unwrap().answers, Some(Answers::Numbers(_))));
}

#[test]
fn tokens_have_no_saliency_and_an_embedding_has_a_row_for_each() {
    let _alone = crate::device::alone();
    let found = gathered(
        "task: classification\ndata: {copy: {examples: 60, length: 4}}\n\
         model: [embedding: {vocabulary: 10, dimension: 4}, linear: 8]\n\
         training: {batch_size: 10, steps: 4}\n",
        None,
    );
    assert!(matches!(found.data.unwrap().form, Form::Tokens { .. }));
    assert!(found.end.saliency.is_empty());
    let filters = found.filters.unwrap();
    assert_eq!((&*filters.kind, filters.count, filters.shape), ("embedding", 10, vec![4]));
    assert_eq!(found.predictions.unwrap().worst.len(), 6);
}

#[test]
fn a_rust_model_shows_its_parameters_and_answers() {
    let _alone = crate::device::alone();
    let found = gathered(
        "task: classification\ndata: {blobs: {examples: 40, classes: 3, features: 2}}\n\
         model: {rust: net}\ntraining: {batch_size: 30, steps: 4}\n",
        None,
    );
    assert!(!found.start.tensors.is_empty());
    assert!(found.start.tensors.iter().all(|tensor| tensor.gradient_norm.is_finite()));
    assert_eq!(found.end.saliency.len(), found.data.unwrap().examples.len());
    assert!(found.filters.is_some());
    assert!(matches!(found.predictions.unwrap().answers, Some(Answers::Classes { .. })));
}
