//! What `invariant_to` and `equivariant_to` have in common: their options, and the judge.

use serde_yaml::{Mapping, Value};

use super::suspect;
use super::text::{count, few, short};
use super::{Finding, OptionKind, OptionMeta, OptionValue, Options, Verdict};
use crate::experiment::{
    Asymmetry, Evidence, RelationsEvidence, SymmetryEvidence, SymmetryPlan, Transformation,
};

/// Of sums in another order.
const ROUNDINGS: f64 = 4096.0;

pub(super) const PERMUTATION: OptionMeta = OptionMeta {
    name: "permutation",
    kind: OptionKind::Axes,
    default: OptionValue::Required,
    doc: "the axis whose places are put in another order, or several, each by itself; the batch is axis \
          0",
};

pub(super) const SHIFT: OptionMeta = OptionMeta {
    name: "shift",
    kind: OptionKind::Axes,
    default: OptionValue::Required,
    doc: "axes along which inputs are shifted in a circle: along each of them, and along all together",
};

pub(super) const FLIP: OptionMeta = OptionMeta {
    name: "flip",
    kind: OptionKind::Axes,
    default: OptionValue::Required,
    doc: "the axis that is turned backwards, or several, each by itself",
};

pub(super) const ROTATION: OptionMeta = OptionMeta {
    name: "rotation",
    kind: OptionKind::Flag,
    default: OptionValue::Required,
    doc: "whether square images are turned by 90° in the plane of their last two axes",
};

pub(super) const SCALE: OptionMeta = OptionMeta {
    name: "scale",
    kind: OptionKind::Factors,
    default: OptionValue::Required,
    doc: "the factor that inputs are multiplied by, or several, each by itself",
};

pub(super) const BY: OptionMeta = OptionMeta {
    name: "by",
    kind: OptionKind::Count,
    default: OptionValue::Count(1),
    doc: "places that `shift` moves by",
};

/// All that a spec says of both.
pub(crate) fn plans(invariant: &Options, equivariant: &Options) -> Vec<SymmetryPlan> {
    let plan = |transformation| SymmetryPlan { transformation, follows: false, margin: 0 };
    let stays = transformations(invariant, 0.0).into_iter().map(plan);
    let degree = equivariant.number("degree").expect("it has a default");
    let margin = equivariant.count("margin").expect("it has a default");
    let plan = |transformation| SymmetryPlan { transformation, follows: true, margin };
    let follows = transformations(equivariant, degree).into_iter().map(plan);
    stays.chain(follows).collect()
}

fn transformations(options: &Options, degree: f64) -> Vec<Transformation> {
    let axes = |name: &str| options.counts(name).into_iter();
    let mut all: Vec<Transformation> =
        axes("permutation").map(|axis| Transformation::Permutation { axis }).collect();
    let shift = options.counts("shift");
    if !shift.is_empty() {
        let by = options.count("by").expect("it has a default");
        all.push(Transformation::Shift { axes: shift, by });
    }
    all.extend(axes("flip").map(|axis| Transformation::Flip { axis }));
    if options.value("rotation") == OptionValue::Flag(true) {
        all.push(Transformation::Rotation);
    }
    let factors = options.numbers("scale").into_iter();
    all.extend(factors.map(|factor| Transformation::Scale { factor, degree }));
    all
}

/// Judges the symmetries of one of both properties.
pub(super) fn judge(evidence: &Evidence, follows: bool) -> Verdict {
    let relations = evidence.relations();
    if let Some(obstacle) = relations.obstacle {
        return Verdict::not_applicable(obstacle);
    }
    let own: Vec<&SymmetryEvidence> =
        relations.symmetries.iter().filter(|found| found.plan.follows == follows).collect();
    let compared: usize = own.iter().filter_map(|found| found.compared.as_ref().ok()).sum();
    let reason = own.iter().find_map(|found| found.compared.as_ref().err());
    if compared == 0 {
        let nothing = "no transformation is declared".to_owned();
        return Verdict::not_applicable(reason.unwrap_or(&nothing).clone());
    }
    let what: Vec<String> = own.iter().map(|found| name(&found.plan.transformation)).collect();
    let summary = format!(
        "{}, {} after {}",
        count(relations.examples, "example"),
        count(compared, "pass").replace("passs", "passes"),
        what.join(", "),
    );
    // One that cannot be asked is told beside those that can.
    let unasked = own.iter().filter_map(|found| {
        let reason = found.compared.as_ref().err()?;
        Some(Finding {
            place: "expect".to_owned(),
            message: format!("{} cannot be asked: {reason}", name(&found.plan.transformation)),
            measured: None,
            bound: None,
            mend: "name axes that the inputs have, and with `equivariant_to` the outputs, too"
                .into(),
        })
    });
    let broken = own.iter().filter_map(|found| finding(found, relations));
    let findings: Vec<Finding> = broken.chain(unasked).collect();
    if !findings.is_empty() {
        let verb = if follows { "do not follow" } else { "do not stay" };
        return Verdict::fail(format!("{summary}: outputs {verb}"), few(findings));
    }
    if !relations.mixing.iter().any(|mode| mode.answers) {
        return Verdict::inconclusive(
            format!("{summary}: no output moves at all"),
            vec![suspect::unmoved(&evidence.subject)],
        );
    }
    let verb = if follows { "follow" } else { "stay" };
    Verdict::pass(format!("{summary}: outputs {verb}"))
}

fn is_broken(broken: &Asymmetry, roundoff: f64) -> bool {
    !(broken.difference <= bound(broken, roundoff))
}

fn bound(broken: &Asymmetry, roundoff: f64) -> f64 {
    ROUNDINGS * roundoff * broken.scale
}

fn finding(found: &SymmetryEvidence, relations: &RelationsEvidence) -> Option<Finding> {
    let broken = found.broken.as_ref().filter(|broken| is_broken(broken, relations.roundoff))?;
    let (place, first) = match &broken.layer {
        Some((layer, _)) => (
            layer.clone(),
            format!("; `{layer}` is the first layer that neither follows nor stays"),
        ),
        None => (broken.output.clone(), String::new()),
    };
    let should = if found.plan.follows { "where it should follow" } else { "and should stay" };
    Some(Finding {
        place,
        message: format!(
            "after {} `{}` of example {} is off by {}, {should}{first}",
            name(&found.plan.transformation),
            broken.output,
            broken.example + 1,
            short(broken.difference),
        ),
        measured: Some(broken.difference),
        bound: Some(format!("≤ {}", short(bound(broken, relations.roundoff)))),
        mend: mend(found, broken.layer.as_ref().map_or("", |(_, kind)| kind)).to_owned(),
    })
}

/// A transformation in words.
fn name(transformation: &Transformation) -> String {
    match transformation {
        Transformation::Permutation { axis } => format!("a permutation of axis {axis}"),
        Transformation::Shift { axes, by } => {
            let axes: Vec<String> = axes.iter().map(usize::to_string).collect();
            let noun = if axes.len() == 1 { "axis" } else { "axes" };
            format!("a shift by {by} along {noun} {}", axes.join(" and "))
        }
        Transformation::Flip { axis } => format!("a flip of axis {axis}"),
        Transformation::Rotation => "a rotation by 90°".to_owned(),
        Transformation::Scale { factor, .. } => format!("a scaling by {}", short(*factor)),
    }
}

fn mend(found: &SymmetryEvidence, kind: &str) -> &'static str {
    match (&found.plan.transformation, kind) {
        (_, "flatten" | "reshape") => {
            "each place gets weights of its own: take a mean or a maximum over the places instead"
        }
        (Transformation::Permutation { .. }, "positional_encoding" | "rotary_encoding") => {
            "it tells the places apart: leave it out of a model of sets"
        }
        (Transformation::Permutation { .. }, _) => {
            "give every place the same weights, and join places by a mean, a sum, a maximum or \
             attention without positions"
        }
        (Transformation::Shift { .. }, kind) if kind.starts_with("conv") => {
            "pad in a circle (`concat` of slices) rather than with zeros, or let the border be: \
             `margin`"
        }
        (Transformation::Shift { .. }, _) => {
            "use layers without places of their own, strides that divide `by`, and a mean over all \
             places before the head"
        }
        (Transformation::Flip { .. } | Transformation::Rotation, _) => {
            "a layer with a free kernel has a direction: run it over both and join by a mean or a \
             maximum, or let augmentation teach it and do not expect it"
        }
        (Transformation::Scale { .. }, _) => {
            "leave out biases and constants, use activations that are homogeneous (`relu`), and for \
             invariance normalize"
        }
    }
}

pub(super) fn record(evidence: &Evidence, follows: bool) -> Mapping {
    let relations = evidence.relations();
    let own = relations.symmetries.iter().filter(|found| found.plan.follows == follows);
    own.map(|found| {
        let broken = found.broken.as_ref();
        let state = match (&found.compared, broken) {
            (Err(_), _) => "not asked",
            (_, Some(broken)) if is_broken(broken, relations.roundoff) => "broken",
            _ => "holds",
        };
        (Value::from(name(&found.plan.transformation)), Value::from(state))
    })
    .collect()
}
