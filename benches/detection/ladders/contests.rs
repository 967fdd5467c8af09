//! Faults that keep a model from learning what it could, and show when it is trained.

use nn_test::experiment::Said;

use super::super::found::Found;
use super::{ADAM, DEAR, Ladder, MLP_RELU, SEEDS, View, diabetes, standardized};

pub static LADDERS: &[Ladder] = &[
    Ladder {
        name: "bounded_logits",
        fault: "logits are held between −c and c",
        strength: "c",
        spec: |end| {
            let ends = end.map_or_else(String::new, |end| {
                format!(", hard_tanh: {{min: {}, max: {end}, name: ends}}", -end)
            });
            standardized(&format!("{MLP_RELU}{ends}"), ADAM)
        },
        strengths: &[4.0, 3.0, 2.0, 1.5, 1.0, 0.5, 0.2],
        views: &[
            View {
                property: "loss_suits_task",
                options: "",
                value: |found| {
                    let heads = &found.evidence.inspection().heads;
                    // Of three classes.
                    heads[0].least_loss.unwrap_or(0.0) / 3.0_f64.ln()
                },
                measured: "least loss / loss of guessing",
                bounds: &[0.1],
                seeds: SEEDS,
            },
            View {
                property: "overfits_batch",
                options: "",
                value: left,
                measured: "loss that is left of a constant's",
                bounds: &[0.1, 0.5],
                seeds: SEEDS,
            },
            View {
                property: "beats_linear",
                options: "",
                value: |found| {
                    let Some(Ok(found)) = &found.evidence.contests.linear else { return f64::NAN };
                    let constant = found.constant.unwrap_or(f64::NAN);
                    found.runs.first().map_or(f64::NAN, |run| (run.model - run.linear) / constant)
                },
                measured: "loss less a linear model's / constant's",
                bounds: &[0.05],
                seeds: DEAR,
            },
        ],
        beside: "",
    },
    Ladder {
        name: "bounded_answers",
        fault: "a sigmoid ends the model, and targets around ½ are so far from the least to the largest",
        strength: "width",
        spec: |width| {
            // The file's targets lie between 25 and 346; what is named becomes 0 and 1.
            let width = width.unwrap_or(0.9);
            let one = 321.0 / width;
            let zero = 25.0 - (0.5 - width / 2.0) * one;
            let scale = format!(", scale_target: {{min_max: [{zero}, {}]}}", zero + one);
            let layers =
                "linear: {out: 32, name: hidden}, relu, linear: {out: 1, name: head}, sigmoid";
            diabetes(&scale, layers, ADAM)
        },
        strengths: &[1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0],
        views: &[View {
            property: "outputs_reach_targets",
            options: "",
            value: |found| {
                let pairs = found.evidence.overfit().ends.iter().flat_map(|end| &end.pairs);
                let (mut beyond, mut all) = (0, 0);
                for [target, _] in pairs {
                    beyond += u32::from(!(0.0..=1.0).contains(target));
                    all += 1;
                }
                f64::from(beyond) / f64::from(all.max(1_u32))
            },
            measured: "share of targets beyond the ends",
            bounds: &[],
            seeds: DEAR,
        }],
        beside: "",
    },
    Ladder {
        name: "small_column",
        fault: "of two target columns, which are not scaled, one is so many times larger",
        strength: "ratio",
        spec: |ratio| {
            // Deviations of the columns beside that of the perimeter.
            let (small, scale) = match ratio {
                None => ("mean_fractal_dimension", ", scale_target: standardize"),
                Some(ratio) if ratio < 100.0 => ("worst_radius", ""),
                Some(ratio) if ratio < 400.0 => ("mean_concavity", ""),
                Some(ratio) if ratio < 1200.0 => ("mean_symmetry", ""),
                Some(ratio) if ratio < 3000.0 => ("mean_smoothness", ""),
                Some(_) => ("mean_fractal_dimension", ""),
            };
            format!(
                "task: regression\n\
                 data: {{csv: breast_cancer.csv, features: [worst_texture, worst_perimeter, worst_area, \
                 worst_smoothness, worst_compactness, worst_concavity, worst_concave_points, \
                 worst_symmetry, worst_fractal_dimension], target: {{column: [mean_perimeter, {small}]}}, scale: standardize{scale}}}\n\
                 model: [linear: {{out: 16, name: hidden}}, relu, linear: {{out: 2, name: head}}]\n{ADAM}"
            )
        },
        strengths: &[5.0, 300.0, 900.0, 1700.0, 3400.0],
        views: &[View {
            property: "memorizes_outputs",
            options: "",
            value: |found| {
                let recall = found.evidence.overfit().recall.as_ref();
                let heads = recall.into_iter().flat_map(|recall| &recall.heads);
                let left = heads.flat_map(|head| match &head.said {
                    Said::Numbers { columns, .. } => {
                        columns.iter().map(|column| column.left).collect()
                    }
                    Said::Classes { .. } => Vec::new(),
                });
                // Nothing is left where nothing was learned: it is not a number.
                left.fold(f64::NAN, f64::max)
            },
            measured: "error that is left of a constant's",
            bounds: &[0.5],
            seeds: SEEDS,
        }],
        beside: "",
    },
    Ladder {
        name: "dead_middle",
        fault: "biases begin below zero in the second of three layers of ReLUs",
        strength: "bias",
        spec: |bias| {
            let bias = bias.unwrap_or(0.0);
            let layers = format!(
                "linear: {{out: 16, name: first}}, relu, \
                 linear: {{out: 16, name: second, bias_initializer: {{constant: {bias}}}}}, relu, \
                 linear: {{out: 16, name: third}}, relu, linear: {{out: 3, name: head}}"
            );
            standardized(&layers, ADAM)
        },
        strengths: &[-0.25, -0.5, -0.75, -1.0, -3.0],
        views: &[View {
            property: "grows_step_by_step",
            options: "",
            value: left,
            measured: "loss that is left of a constant's",
            bounds: &[0.05],
            seeds: DEAR,
        }],
        beside: "",
    },
    Ladder {
        name: "width_blind_weights",
        fault: "the weights of five layers have this deviation, whatever their width",
        strength: "deviation",
        spec: |deviation| {
            let initializer = deviation.map_or_else(
                || "kaiming_normal".to_owned(),
                |deviation| format!("{{normal: {{std: {deviation}}}}}"),
            );
            let hidden =
                format!("linear: {{out: 16, initializer: {initializer}}}, relu, ").repeat(4);
            standardized(&format!("{hidden}linear: {{out: 3, initializer: {initializer}}}"), ADAM)
        },
        strengths: &[0.3, 1.0, 1.5, 2.5, 5.0],
        views: &[View {
            property: "more_capacity_fits_better",
            options: "",
            value: |found| {
                let Some(Ok(found)) = &found.evidence.contests.widened else { return f64::NAN };
                let bounds = &found.bounds;
                found.runs.first().map_or(f64::NAN, |run| {
                    bounds.share_left(run.wider) - bounds.share_left(run.model)
                })
            },
            measured: "share that the wider model leaves more",
            bounds: &[0.05],
            seeds: DEAR,
        }],
        beside: "",
    },
];

/// What the first seed's best attempt leaves of the way from a constant down to the floor.
fn left(found: &Found<'_>) -> f64 {
    let overfit = found.evidence.overfit();
    let best = overfit.best_by_seed();
    match (overfit.bounds, best.first()) {
        (Some(bounds), Some(attempt)) => bounds.share_left(attempt.final_loss),
        _ => f64::NAN,
    }
}
