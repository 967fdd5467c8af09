use super::super::testing;
use super::*;
use crate::property::Outcome;

/// The verdict with a change of each pass.
fn verdict(change: impl FnMut(&mut HalfPass)) -> Verdict {
    with_options(&[], change)
}

fn with_options(given: &[(&str, OptionValue)], change: impl FnMut(&mut HalfPass)) -> Verdict {
    let mut evidence = testing::evidence();
    let half = evidence.half_precision.as_mut().unwrap().as_mut().unwrap();
    half.passes.iter_mut().for_each(change);
    let mut options = Options::defaults(&PROPERTY.meta);
    for (name, value) in given {
        options.set(name, value.clone());
    }
    judge(&evidence, &options)
}

fn is_f16(pass: &HalfPass) -> bool {
    pass.format == HalfFormat::F16
}

/// Outcome and first place.
fn told(verdict: &Verdict) -> (Outcome, &str) {
    (verdict.outcome, verdict.findings.first().map_or("", |finding| finding.place.as_str()))
}

#[test]
fn small_errors_pass_and_the_factor_is_told() {
    let fine = verdict(|_| ());
    assert_eq!(fine.outcome, Outcome::Pass);
    assert!(fine.summary.contains("f16 with a loss scale of 2^10"), "{}", fine.summary);
}

#[test]
fn the_first_layer_that_ends_beyond_the_range_fails() {
    let loud = |pass: &mut HalfPass| {
        if is_f16(pass) {
            pass.loss = f64::NAN;
            for index in [1, 2, 3] {
                pass.layers[index].overflowed = 7;
                pass.layers[index].largest = 9e4;
            }
        }
    };
    let found = verdict(loud);
    assert_eq!(told(&found), (Outcome::Fail, "hidden"));
    assert!(found.findings[0].message.contains("reaches 90000, where f16 ends at 65504"));
    assert!(found.findings[0].mend.contains("bf16"));
    // Who does not train in f16 does not mind.
    let without = with_options(&[("f16", OptionValue::Flag(false))], loud);
    assert_eq!(without.outcome, Outcome::Pass);
    // Scores inside of attention, say.
    let inside = verdict(|pass| pass.layers[2].overflowed = usize::from(is_f16(pass)));
    assert_eq!(told(&inside), (Outcome::Fail, "relu1"));
    assert!(inside.findings[0].message.contains("inside the layer"), "{inside:?}");
    let weight = verdict(|pass| pass.weights = vec![("head.weight".to_owned(), 7e4)]);
    assert_eq!(told(&weight), (Outcome::Fail, "head.weight"));
}

#[test]
fn a_coarse_layer_fails_with_what_its_input_has_in_common() {
    let coarse = |offset: f64| {
        verdict(move |pass| {
            pass.layers[1].offset = offset;
            pass.layers[2].error = 0.4;
            pass.layers[3].error = 0.5;
        })
    };
    let found = coarse(300.0);
    assert_eq!(told(&found), (Outcome::Fail, "relu1"));
    assert!(found.findings[0].message.contains("`hidden` gives is 300 times"), "{found:?}");
    assert!(!coarse(1.0).findings[0].message.contains("times its deviation"));
    assert_eq!(verdict(|pass| pass.layers[2].error = 0.099).outcome, Outcome::Pass);
    assert_eq!(verdict(|pass| pass.layers[2].error = f64::NAN).outcome, Outcome::Fail);
}

#[test]
fn another_loss_fails_where_all_layers_are_near() {
    assert_eq!(told(&verdict(|pass| pass.loss = 2.5)), (Outcome::Fail, "loss"));
    assert_eq!(verdict(|pass| pass.loss = 2.38).outcome, Outcome::Pass);
    assert_eq!(verdict(|pass| pass.loss = f64::INFINITY).outcome, Outcome::Fail);
}

#[test]
fn gradients_that_a_factor_keeps_are_a_warning_and_others_a_failure() {
    let vanish = |from: f64| {
        move |pass: &mut HalfPass| {
            if is_f16(pass) && pass.scale < from {
                pass.vanished = 900;
                pass.gradients[0].distance = 0.6;
            }
        }
    };
    let warned = verdict(vanish(2.0));
    assert_eq!(told(&warned), (Outcome::Warn, "hidden.weight"));
    assert!(warned.findings[0].message.contains("90 % of all numbers"), "{warned:?}");
    assert!(warned.findings[0].mend.contains("2^10"));
    assert_eq!(told(&verdict(vanish(1e9))), (Outcome::Fail, "hidden.weight"));
    // The recipe says that there is no factor: then one pass is made in f16.
    let declared = |scale: f64| {
        let mut evidence = testing::evidence();
        let half = evidence.half_precision.as_mut().unwrap().as_mut().unwrap();
        half.passes.truncate(2);
        half.passes[1].scale = scale;
        half.passes.iter_mut().for_each(vanish(2.0));
        judge(&evidence, &Options::defaults(&PROPERTY.meta)).outcome
    };
    assert_eq!((declared(1.0), declared(64.0)), (Outcome::Fail, Outcome::Pass));
}

#[test]
fn what_cancels_may_be_off_by_the_last_digits_of_what_it_is_the_rest_of() {
    let small = |distance: f64, cancelled: f64| {
        verdict(move |pass| {
            let gradient = &mut pass.gradients[1];
            (gradient.norm, gradient.distance, gradient.cancelled) = (1e-4, distance, cancelled);
        })
        .outcome
    };
    assert_eq!(small(1e-4, 0.5), Outcome::Pass);
    assert_eq!((small(1e-4, 0.0), small(0.05, 0.5)), (Outcome::Fail, Outcome::Fail));
}

#[test]
fn a_small_gradient_that_bf16_has_and_f16_has_not_fails_however_small_it_is() {
    let small = |of_bf16: f64, of_f16: f64| {
        verdict(move |pass| {
            let distance = if is_f16(pass) { of_f16 } else { of_bf16 };
            pass.vanished = usize::from(is_f16(pass));
            let gradient = &mut pass.gradients[0];
            (gradient.norm, gradient.distance) = (1e-8, distance);
        })
    };
    let gone = small(1e-10, 1e-8);
    assert_eq!(told(&gone), (Outcome::Fail, "hidden.weight"));
    assert_eq!(gone.findings[0].measured, Some(1.0));
    // What neither has is the rest of larger numbers.
    assert_eq!(small(1e-8, 1e-8).outcome, Outcome::Pass);
}

#[test]
fn an_epsilon_that_vanishes_is_a_warning_of_f16() {
    let with_epsilon = |f16: bool| {
        let mut evidence = testing::evidence();
        let half = evidence.half_precision.as_mut().unwrap().as_mut().unwrap();
        half.epsilons = vec![("norm".to_owned(), 1e-12)];
        let mut options = Options::defaults(&PROPERTY.meta);
        options.set("f16", OptionValue::Flag(f16));
        judge(&evidence, &options)
    };
    assert_eq!(told(&with_epsilon(true)), (Outcome::Warn, "norm"));
    assert_eq!(with_epsilon(false).outcome, Outcome::Pass);
}

#[test]
fn what_cannot_be_measured_is_not_judged() {
    let none = testing::verdict(&PROPERTY, |evidence| {
        evidence.half_precision = Some(Err("no reference".to_owned()));
    });
    assert_eq!((none.outcome, none.summary.as_str()), (Outcome::NotApplicable, "no reference"));
    let off = OptionValue::Flag(false);
    let neither = with_options(&[("f16", off.clone()), ("bf16", off)], |_| ());
    assert_eq!(neither.outcome, Outcome::NotApplicable);
}
