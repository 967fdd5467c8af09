//! Evidence of a healthy subject, written by hand, for the tests of judges.

use std::f64::consts::LN_10;

use crate::experiment::{
    ActivationEvidence, CausalityEvidence, CheckPath, CheckpointedEvidence, ContestsEvidence,
    DeviceRandom, DevicesEvidence, DistinctUnits, DropoutEvidence, DroppingLayer, EndEvidence,
    Evidence, GradientCheckEvidence, GradientEvidence, GradientNoiseEvidence, HalfPass,
    HalfPrecisionEvidence, HalvesEvidence, HeadRecall, InitialEvidence, InputEvidence,
    LayerDeviation, LayerFacts, LayerScale, LossBounds, MixingEvidence, NoiseScale,
    OptimizerStepsEvidence, OutcomeEvidence, OverfitEvidence, PaddingEvidence, RecallEvidence,
    RelationsEvidence, ReloadedEvidence, ReplaysEvidence, RoundedGradient, RoundedLayer, Rung,
    Said, SampleLoss, StepUpdate, SubjectFacts, SweepEvidence, TensorDeviation, TensorStep,
    TrainingEvidence, TwiceEvidence, UnitEvidence, UntrainedEvidence, UpdateEvidence,
    ValidationLoss, WeightEvidence, WidthEvidence,
};
use crate::inspection::{
    ClassCount, ColumnFacts, Contradictions, Copies, Cost, Counted, DataFacts, FirstLayer, Head,
    Inspection, LossFacts, Moved, Outputs, Range, Reach, Rows, StepFacts, Takes, TargetFacts, seen,
};
use crate::model::HalfFormat;
use crate::property::{Options, Property, Verdict};
use crate::spec::Task;

/// `hidden` (linear 4 → 10), `relu1`, `head` (linear 10 → 10): ten classes, all well.
pub fn evidence() -> Evidence {
    Evidence {
        subject: SubjectFacts {
            task: Task::Classification,
            loss: "cross_entropy",
            takes_logits: true,
            signed_loss: false,
            heads: Vec::new(),
            outputs: vec!["head".to_owned()],
            classes: (0..10).map(|class| class.to_string()).collect(),
            layers: vec![
                layer("hidden", "linear", 50),
                layer("relu1", "relu", 0),
                layer("head", "linear", 110),
            ],
            parameters: 160,
            input: vec![4],
            input_deviation: 1.0,
            learning_rate: 1e-3,
            optimizer: "adam",
            batch_size: 32,
            training_examples: 120,
            unscaled_targets: false,
            rust: false,
            device_random: DeviceRandom::Never,
            weights: None,
            affine: None,
            held: Vec::new(),
            rebuilt: None,
        },
        inspection: Some(inspection()),
        initial: Some(InitialEvidence {
            examples: 120,
            loss: 2.35,
            penalty: 0.0,
            parts: None,
            terms: Vec::new(),
            redrawn: Vec::new(),
            guessing_loss: Some(LN_10),
            left_out: 0.0,
            constant_loss: Some(LN_10),
            activations: activations(),
            gradients: vec![
                gradient("hidden.weight"),
                gradient("hidden.bias"),
                gradient("head.weight"),
                gradient("head.bias"),
            ],
            input: Some(InputEvidence { numbers: 4, unused: Vec::new() }),
            weights: vec![weight("hidden.weight", 4, 10), weight("head.weight", 10, 10)],
        }),
        gradient_check: Some(GradientCheckEvidence {
            examples: 4,
            loss: 2.35,
            path: CheckPath::Reference,
            tensors: Vec::new(),
        }),
        overfit: Some(OverfitEvidence {
            examples: 16,
            bounds: Some(LossBounds { floor: 0.0, constant: LN_10 }),
            due_accuracy: 1.0,
            attempts: Vec::new(),
            recall: Some(RecallEvidence {
                heads: vec![HeadRecall {
                    term: None,
                    said: Said::Classes {
                        answers: 16,
                        open: 0,
                        wrong: 0,
                        allowed: 0,
                        first: Vec::new(),
                        lost: Vec::new(),
                    },
                }],
                contradictory: 0,
                held_out: Some((0.25, 20)),
            }),
            ends: vec![EndEvidence {
                term: 0,
                outputs: seen(&[-4.0, 7.5, 0.2, 11.0], 2, 2),
                pairs: Vec::new(),
            }],
        }),
        training: Some(TrainingEvidence {
            steps: 40,
            declared_steps: 40,
            losses: vec![2.3, 2.1, 1.9],
            sample_losses: vec![
                SampleLoss { step: 0, loss: 2.35 },
                SampleLoss { step: 40, loss: 1.5 },
            ],
            constant_loss: Some(LN_10),
            stopped_early: None,
            updates: vec![
                update("hidden.weight", 2),
                update("hidden.bias", 1),
                update("head.weight", 2),
                update("head.bias", 1),
            ],
            activations: activations(),
            outcome: OutcomeEvidence {
                evaluation_loss: Some(1.5),
                blind_loss: Some(2.6),
                validation: Some(ValidationLoss { examples: 30, start: 2.35, end: 1.6 }),
                untrained: Vec::new(),
                rates: vec![1e-3; 40],
                planned_rates: vec![1e-3; 40],
                clipping: None,
            },
        }),
        golden: None,
        contests: ContestsEvidence::default(),
        half_precision: Some(Ok(half_precision())),
        widths: Some(Ok(WidthEvidence {
            examples: 64,
            seeds: 4,
            parameters: vec![160, 320, 640],
            layers: vec![LayerScale {
                path: "hidden".to_owned(),
                kind: "linear".to_owned(),
                deviations: vec![0.8; 3],
                error: 0.01,
            }],
        })),
        relations: Some(relations()),
        devices: Some(Ok(devices())),
        dropout: Some(DropoutEvidence {
            layers: vec![DroppingLayer {
                path: "dropout1".to_owned(),
                kind: "dropout".to_owned(),
                rate: Some(0.5),
                is_output: false,
            }],
            outputs: Ok(TwiceEvidence {
                examples: 8,
                in_training: 0.7,
                in_use: 0.0,
                zeroed: 0.0,
                scale: 0.8,
                roundoff: f64::EPSILON / 2.0,
            }),
            shifts: Vec::new(),
        }),
        replays: Some(ReplaysEvidence {
            steps: 3,
            again: None,
            largest_weight: 0.9,
            halves: Ok(HalvesEvidence {
                examples: 16,
                tensor: "head.weight".to_owned(),
                error: 1e-16,
                ratio: 1.0,
                roundoff: f64::EPSILON / 2.0,
            }),
            reloaded: Ok(ReloadedEvidence { bytes: 1000, tensor: None, outputs: Some(0.0) }),
            checkpointed: CheckpointedEvidence {
                examples: 16,
                tensor: Some("head.weight".to_owned()),
                error: 0.0,
                roundoff: f64::EPSILON / 2.0,
            },
        }),
        optimizer_steps: Some(OptimizerStepsEvidence {
            optimizer: "adam",
            steps: 3,
            tensors: vec![tensor_step("hidden.weight"), tensor_step("head.weight")],
            if_kept: 0.6,
        }),
        gradient_noise: Some(Ok(GradientNoiseEvidence {
            batch: 32,
            training_examples: 120,
            start: NoiseScale { examples: 112, mean_square: 0.09, noise: 0.9 },
            steps: 20,
            trained: NoiseScale { examples: 112, mean_square: 0.05, noise: 2.0 },
            sharpness: Some(3.0),
        })),
        sweep: Some(SweepEvidence {
            steps: 40,
            declared_steps: 40,
            warm_up_cut: false,
            rungs: vec![rung(-4, 2.34), rung(-2, 1.9), rung(0, 1.5), rung(2, 1.7)],
        }),
    }
}

/// What a property with its defaults says of the healthy subject, changed.
pub fn verdict(property: &Property, change: impl FnOnce(&mut Evidence)) -> Verdict {
    let mut evidence = evidence();
    change(&mut evidence);
    (property.judge)(&evidence, &Options::defaults(&property.meta))
}

fn tensor_step(tensor: &str) -> TensorStep {
    TensorStep { tensor: tensor.to_owned(), step: 2, error: 1e-5, rounding: 1e-12, factor: 1.0 }
}

/// A training at another rate that ends at this loss.
fn rung(halves: i32, end: f64) -> Rung {
    Rung {
        halves,
        losses: vec![2.35; 40],
        sample_losses: vec![SampleLoss { step: 0, loss: 2.35 }, SampleLoss { step: 40, loss: end }],
        fall: (2.3 - end) / 2.3,
        diverged: None,
    }
}

/// A running mean that lives.
pub fn statistic() -> UntrainedEvidence {
    UntrainedEvidence {
        tensor: "norm.running_mean".to_owned(),
        is_statistic: true,
        moved: true,
        wrong: 0,
    }
}

fn devices() -> DevicesEvidence {
    let layer = |path: &str, kind: &str| LayerDeviation {
        path: path.to_owned(),
        kind: kind.to_owned(),
        error: 2e-7,
    };
    let tensor = |name: &str| TensorDeviation { tensor: name.to_owned(), error: 3e-7 };
    let tensors = ["hidden.weight", "hidden.bias", "head.weight", "head.bias"];
    DevicesEvidence {
        examples: 120,
        bound: 1e-5,
        loss: 1e-7,
        layers: vec![
            layer("input", "input"),
            layer("hidden", "linear"),
            layer("relu1", "relu"),
            layer("head", "linear"),
        ],
        gradients: tensors.map(tensor).to_vec(),
        updates: tensors.map(tensor).to_vec(),
    }
}

fn relations() -> RelationsEvidence {
    let mode = |training| MixingEvidence { training, influence: None, order: None, answers: true };
    RelationsEvidence {
        examples: 8,
        roundoff: f64::EPSILON / 2.0,
        loss: 2.35,
        doubled_loss: Some(2.35),
        repeated_loss: Some(2.35),
        remade_loss: None,
        unsteadiness: 0.0,
        scale: 0.8,
        mixing: vec![mode(false), mode(true)],
        normalizes_over_batch: false,
        causality: Ok(CausalityEvidence { length: 9, boundaries: 8, leak: None, answers: true }),
        padding: Ok(PaddingEvidence {
            examples: 8,
            places: 20,
            content: Ok(None),
            shorter: Ok(None),
            losses: None,
            answers: true,
        }),
        symmetries: Vec::new(),
        augmented: Vec::new(),
        positions: None,
        obstacle: None,
    }
}

/// The same pass in both formats, each as exact as it can be.
fn half_precision() -> HalfPrecisionEvidence {
    let layer = |path: &str, kind: &str, epsilon: f64| RoundedLayer {
        path: path.to_owned(),
        kind: kind.to_owned(),
        error: epsilon / 3.0,
        overflowed: 0,
        largest: 2.5,
        offset: 0.1,
    };
    let gradient = |tensor: &str, epsilon: f64| RoundedGradient {
        tensor: tensor.to_owned(),
        norm: 0.5,
        distance: epsilon,
        cancelled: 0.5,
    };
    let pass = |format: HalfFormat, scale: f64| HalfPass {
        format,
        scale,
        loss: 2.35,
        weights: Vec::new(),
        layers: vec![
            layer("input", "input", format.epsilon()),
            layer("hidden", "linear", format.epsilon()),
            layer("relu1", "relu", format.epsilon()),
            layer("head", "linear", format.epsilon()),
        ],
        gradients: vec![
            gradient("hidden.weight", format.epsilon()),
            gradient("head.weight", format.epsilon()),
        ],
        numbers: 1000,
        vanished: 0,
        overflowed: 0,
    };
    HalfPrecisionEvidence {
        examples: 120,
        loss: 2.35,
        best_scale: 1024.0,
        epsilons: Vec::new(),
        passes: vec![
            pass(HalfFormat::Bf16, 1.0),
            pass(HalfFormat::F16, 1.0),
            pass(HalfFormat::F16, 1024.0),
        ],
    }
}

/// Of 120 examples with four columns, twelve of each class, and twenty held out.
fn inspection() -> Inspection {
    let column = |name: &str| ColumnFacts {
        name: name.to_owned(),
        mean: 0.1,
        deviation: 1.0,
        range: Range::new(-2.0, 2.5),
        // No two of them are alike.
        least: name.bytes().map(f64::from).sum(),
    };
    let class = |class: usize| ClassCount { name: class.to_string(), training: 12, held_out: 2 };
    let classes = || TargetFacts::Classes((0..10).map(class).collect());
    let loss = LossFacts { name: "cross_entropy", takes: Takes::Logits, weighted: false };
    let head = Head {
        task: Task::Classification,
        loss,
        outputs: Outputs::Planned(Reach {
            place: "head".to_owned(),
            kind: "linear".to_owned(),
            range: Range::ALL,
            exact: true,
            can_die: false,
            rows: Rows::Any,
        }),
        least_loss: Some(0.0),
        unreachable: None,
        classes_last: true,
        targets: Some(classes()),
    };
    Inspection {
        heads: vec![head],
        loss,
        class_weights: Vec::new(),
        softmax_of_one: Vec::new(),
        first_layer: Some(FirstLayer { factor: 1.0, normalized_by: None }),
        adds_nothing: false,
        data: Some(DataFacts {
            training_examples: 120,
            held_out_examples: 20,
            answers: 120,
            tokens: false,
            columns: ["length", "width", "height", "weight"].map(column).to_vec(),
            targets: classes(),
            reconstructs: false,
            telling: Some(Vec::new()),
            contradictions: Some(Contradictions { examples: 0, first: None }),
            copies: Copies { examples: 0, first: Vec::new(), by_chance: 0.0, within: 0 },
            steps: Ok(StepFacts {
                examples: 120,
                agreement: 0.7,
                best: Moved { by: 1, agreement: 0.05 },
                chance: [0.0, 0.04],
                order: 1.0,
                carried: 0.2,
            }),
            padding: None,
            neighbours: None,
        }),
        // A multiply-add for each weight; Adam keeps two numbers for each of them and each bias.
        cost: Cost {
            counted: Some(Counted {
                parameters: 160,
                trained: [160, 160],
                multiply_adds: 140,
                largest: "head".to_owned(),
                busiest: "head".to_owned(),
            }),
            state: [2, 2],
        },
    }
}

/// What the evidence says of the data.
pub fn data(evidence: &mut Evidence) -> &mut DataFacts {
    let inspection = evidence.inspection.as_mut();
    inspection.and_then(|inspection| inspection.data.as_mut()).expect("there is data")
}

/// Makes every measured step of every tensor have this ratio.
pub fn set_ratio(training: &mut TrainingEvidence, ratio: f64) {
    for step in training.updates.iter_mut().flat_map(|update| &mut update.steps) {
        step.update_norm = ratio * step.weight_norm;
    }
}

fn layer(path: &str, kind: &str, parameters: usize) -> LayerFacts {
    LayerFacts {
        path: path.to_owned(),
        kind: kind.to_owned(),
        activation: None,
        output: vec![10],
        parameters,
        frozen: false,
    }
}

fn activations() -> Vec<ActivationEvidence> {
    let output = |path: &str, kind: &str, units| ActivationEvidence {
        path: path.to_owned(),
        kind: kind.to_owned(),
        mean: 0.1,
        deviation: 0.8,
        between: 0.6,
        saturated_share: None,
        zero_share: 0.0,
        not_finite: 0,
        units,
    };
    vec![
        output("input", "input", None),
        output("hidden", "linear", None),
        output("relu1", "relu", Some(UnitEvidence { count: 10, dead: 1 })),
        output("head", "linear", None),
    ]
}

fn gradient(tensor: &str) -> GradientEvidence {
    GradientEvidence {
        tensor: tensor.to_owned(),
        shape: vec![10],
        present: true,
        norm: 0.1,
        not_finite: 0,
        zero_by_design: None,
    }
}

fn weight(tensor: &str, inputs: usize, outputs: usize) -> WeightEvidence {
    WeightEvidence {
        tensor: tensor.to_owned(),
        shape: vec![inputs, outputs],
        mean: 0.0,
        deviation: (3.0 * inputs as f64).sqrt().recip(),
        fan_in: Some(inputs),
        units: Some(DistinctUnits { count: outputs, distinct: outputs }),
    }
}

fn update(tensor: &str, rank: usize) -> UpdateEvidence {
    let step = |step| StepUpdate { step, update_norm: 1e-2, weight_norm: 10.0, largest: 1e-3 };
    UpdateEvidence { tensor: tensor.to_owned(), rank, steps: vec![step(1), step(2), step(10)] }
}
