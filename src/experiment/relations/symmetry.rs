//! What outputs do when inputs are moved: nothing, where the spec says that the model is invariant; the
//! same, where it says that it is equivariant.
//!
//! A layer on the way may do either. The first that does neither is where the symmetry breaks.

mod motion;

use serde::Serialize;

use self::motion::Motion;
use super::super::measure::root_mean_square;
use super::seen::Seen;
use super::{Array, Stage, difference, place_along};
use crate::data::InputKind;
use crate::device::DeviceFailure;
use crate::random::Random;
use crate::subject::Batch;

/// Permutations that are tried: backwards, and drawn ones.
const PERMUTATIONS: usize = 4;

/// What inputs are moved by. Axes count the batch as axis 0.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Transformation {
    /// The places of an axis in another order.
    Permutation {
        axis: usize,
    },
    /// Along each axis alone, and along all of them together, in a circle.
    Shift {
        axes: Vec<usize>,
        by: usize,
    },
    Flip {
        axis: usize,
    },
    /// By 90° in the plane of the last two axes.
    Rotation,
    /// By a factor. What follows is multiplied by the factor to the power of `degree`.
    Scale {
        factor: f64,
        degree: f64,
    },
}

/// A symmetry that a spec says the model has.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SymmetryPlan {
    pub transformation: Transformation,
    /// Whether outputs move as inputs do, rather than stay.
    pub follows: bool,
    /// Places at the ends of the moved axes of outputs that do not count.
    pub margin: usize,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SymmetryEvidence {
    pub plan: SymmetryPlan,
    pub examples: usize,
    /// How many passes over moved inputs were compared, or why none was.
    pub compared: Result<usize, String>,
    /// The output that is farthest from where it should be, if one is.
    pub broken: Option<Asymmetry>,
}

/// An output that neither stays nor follows as the spec says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Asymmetry {
    pub output: String,
    /// The first layer whose output does neither, and its kind, where that is seen.
    pub layer: Option<(String, String)>,
    pub example: usize,
    /// Its largest |difference|, and root of the mean square of the output.
    pub difference: f64,
    pub scale: f64,
}

/// Looks at every symmetry of the spec.
pub(super) fn run(
    stage: &Stage<'_>,
    batch: &Batch,
    plans: &[SymmetryPlan],
) -> Result<Vec<SymmetryEvidence>, DeviceFailure> {
    if plans.is_empty() {
        return Ok(Vec::new());
    }
    let plain = stage.seen(batch, None)?;
    plans.iter().map(|plan| one(stage, batch, &plain, plan)).collect()
}

fn one(
    stage: &Stage<'_>,
    batch: &Batch,
    plain: &Seen,
    plan: &SymmetryPlan,
) -> Result<SymmetryEvidence, DeviceFailure> {
    let mut evidence = SymmetryEvidence {
        plan: plan.clone(),
        examples: batch.size(),
        compared: Ok(0),
        broken: None,
    };
    let seed = stage.subject.spec.training.seed;
    let motions = match motions(batch, &plan.transformation, seed) {
        Ok(motions) => motions,
        Err(reason) => return Ok(SymmetryEvidence { compared: Err(reason), ..evidence }),
    };
    let examples = batch.examples.as_ref().expect("motions are of examples");
    let degree = match plan.transformation {
        Transformation::Scale { degree, .. } => degree,
        _ => 1.0,
    };
    let mut worst: Option<(Asymmetry, Seen, Motion)> = None;
    for motion in &motions {
        let mut moved = batch.clone();
        let numbers = &mut moved.examples.as_mut().expect("it has examples").inputs;
        *numbers = motion.applied(&examples.shape, &examples.inputs);
        let seen = stage.seen(&moved, None)?;
        for (one, other) in plain.outputs.0.iter().zip(&seen.outputs.0) {
            let after = match expected(plan, motion, degree, one, &examples.shape) {
                Ok(after) => after,
                Err(reason) => return Ok(SymmetryEvidence { compared: Err(reason), ..evidence }),
            };
            let farther = |found: &Asymmetry| {
                worst.as_ref().is_none_or(|(worst, ..)| found.difference > worst.difference)
            };
            let found = apart(one, other, &after, plan.margin);
            if let Some(found) = found.filter(farther) {
                worst = Some((found, seen.clone(), motion.clone()));
            }
        }
    }
    evidence.compared = Ok(motions.len());
    evidence.broken = worst.map(|(found, seen, motion)| {
        let way = Way { motion: &motion, degree, from: &examples.shape, margin: plan.margin };
        let roundoff = ROUNDINGS * stage.place.unit_roundoff();
        let layer = first_broken(plain, &seen, &way, roundoff);
        Asymmetry { layer: layer.and_then(|path| layer_of(stage, path)), ..found }
    });
    Ok(evidence)
}

/// Roundings that sums in another order may leave at a layer.
const ROUNDINGS: f64 = 4096.0;

/// The passes that show a symmetry, or why there are none.
fn motions(
    batch: &Batch,
    transformation: &Transformation,
    seed: u64,
) -> Result<Vec<Motion>, String> {
    let examples = batch.examples.as_ref().ok_or("the model brings its own examples")?;
    let inputs = examples.parts().len();
    if inputs != 1 {
        return Err(format!("the model has {inputs} inputs, which do not move together"));
    }
    let shape = &examples.shape;
    let size = |axis: usize| match shape.get(axis).copied() {
        Some(size) if axis > 0 && size > 1 => Ok(size),
        Some(1) if axis > 0 => Err(format!("axis {axis} of the input has one place alone")),
        _ => Err(format!("the input has no axis {axis}: its shape is {:?}", &shape[1..])),
    };
    Ok(match transformation {
        Transformation::Permutation { axis } => {
            let size = size(*axis)?;
            let mut random = Random::new(seed, "symmetry");
            let drawn = (1..PERMUTATIONS).map(|_| random.permutation(size));
            let orders = std::iter::once((0..size).rev().collect()).chain(drawn);
            orders.map(|order| Motion::Permute { axis: *axis, order }).collect()
        }
        Transformation::Shift { axes, by } => {
            for axis in axes {
                if by.is_multiple_of(size(*axis)?) {
                    return Err(format!("a shift by {by} along axis {axis} moves nothing"));
                }
            }
            let mut sets: Vec<Vec<usize>> = axes.iter().map(|axis| vec![*axis]).collect();
            if axes.len() > 1 {
                let mut all = axes.clone();
                all.sort_unstable();
                sets.push(all);
            }
            sets.into_iter().map(|axes| Motion::Shift { axes, by: *by }).collect()
        }
        Transformation::Flip { axis } => {
            size(*axis)?;
            vec![Motion::Flip { axis: *axis }]
        }
        Transformation::Rotation => {
            let axes = match shape.len() {
                rank @ 3.. if shape[rank - 2] == shape[rank - 1] => [rank - 2, rank - 1],
                _ => return Err(format!("the input {:?} is no square image", &shape[1..])),
            };
            size(axes[0])?;
            vec![Motion::Rotate { axes }]
        }
        Transformation::Scale { factor, .. } => match examples.kind {
            InputKind::Float => vec![Motion::Scale { factor: *factor }],
            InputKind::Tokens { .. } => return Err("tokens have no scale".to_owned()),
        },
    })
}

/// What the output is to be once the inputs are moved, and the motion that it makes.
fn expected(
    plan: &SymmetryPlan,
    motion: &Motion,
    degree: f64,
    output: &Array,
    from: &[usize],
) -> Result<(Vec<f64>, Option<Motion>), String> {
    if !plan.follows {
        return Ok((output.numbers.clone(), None));
    }
    let Some(own) = motion.along(motion.axes(), &output.shape, from) else {
        return Err(format!(
            "`{}` of shape {:?} cannot follow inputs of shape {:?}",
            output.name,
            &output.shape[1..],
            &from[1..]
        ));
    };
    let after = own.to_the_power(degree).applied(&output.shape, &output.numbers);
    Ok((after, Some(own)))
}

impl Motion {
    /// Of a factor the factor to this power; else as it is.
    fn to_the_power(&self, degree: f64) -> Self {
        match self {
            Self::Scale { factor } => Self::Scale { factor: factor.powf(degree) },
            other => other.clone(),
        }
    }
}

/// The largest difference of an output from what it is to be.
fn apart(
    one: &Array,
    other: &Array,
    (after, motion): &(Vec<f64>, Option<Motion>),
    margin: usize,
) -> Option<Asymmetry> {
    let is_inside = |index: usize| {
        motion.as_ref().is_none_or(|motion| motion.is_inside(margin, &one.shape, index))
    };
    let pairs = after.iter().zip(&other.numbers).enumerate();
    let differences = pairs.filter(|(index, _)| is_inside(*index));
    let differences = differences.map(|(index, (a, b))| (index, difference(*a, *b)));
    let largest = differences.filter(|(_, size)| *size > 0.0).max_by(|a, b| a.1.total_cmp(&b.1));
    largest.map(|(index, difference)| Asymmetry {
        output: one.name.clone(),
        layer: None,
        example: place_along(&one.shape, 0, index),
        difference,
        scale: root_mean_square(after),
    })
}

/// A motion of inputs of a shape, as layers may follow it.
struct Way<'a> {
    motion: &'a Motion,
    degree: f64,
    from: &'a [usize],
    margin: usize,
}

impl Way<'_> {
    /// Whether a layer's output stays as it was, or follows along any of its axes.
    fn is_kept(&self, one: &Array, other: &Array, roundoff: f64) -> bool {
        let near = |after: (Vec<f64>, Option<Motion>)| {
            apart(one, other, &after, self.margin)
                .is_none_or(|found| found.difference <= roundoff * found.scale)
        };
        let candidates = self.motion.candidates(&one.shape, self.from);
        let follows = candidates.into_iter().flat_map(|motion| {
            [1.0, self.degree].map(|degree| {
                let after = motion.to_the_power(degree).applied(&one.shape, &one.numbers);
                (after, Some(motion.clone()))
            })
        });
        near((one.numbers.clone(), None)) || follows.into_iter().any(near)
    }
}

/// The path of the first layer whose output neither stays nor follows.
fn first_broken(plain: &Seen, seen: &Seen, way: &Way<'_>, roundoff: f64) -> Option<String> {
    let mut layers = plain.layers.iter().zip(&seen.layers);
    let broken = layers.find(|(one, other)| !way.is_kept(one, other, roundoff));
    broken.map(|(layer, _)| layer.name.clone())
}

fn layer_of(stage: &Stage<'_>, path: String) -> Option<(String, String)> {
    let Some(plan) = stage.subject.declared() else {
        return Some((path, super::super::bench::PROBE.to_owned()));
    };
    let layer = plan.flat().into_iter().find(|layer| layer.path == path)?;
    Some((path, layer.kind.term().to_owned()))
}
