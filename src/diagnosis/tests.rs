use super::*;
use crate::property::find;

fn finding(place: &str, message: &str) -> Finding {
    Finding {
        place: place.to_owned(),
        message: message.to_owned(),
        measured: None,
        bound: None,
        mend: String::new(),
    }
}

fn fails(property: &str, place: &str, message: &str) -> Judged {
    let verdict = Verdict::fail("", vec![finding(place, message)]);
    Judged { property: property.to_owned(), verdict }
}

fn holds(property: &str) -> Judged {
    Judged { property: property.to_owned(), verdict: Verdict::pass("") }
}

/// Beside what is given, enough that holds.
fn among_others(judged: &[Judged]) -> Vec<Judged> {
    let others = ["shapes", "initial_loss", "loss_is_a_mean", "frozen_stay"].map(holds);
    let others = others
        .into_iter()
        .filter(|other| judged.iter().all(|each| each.property != other.property));
    judged.iter().cloned().chain(others).collect()
}

fn causes(judged: &[Judged], recipe: &[Trait]) -> Vec<String> {
    let found = diagnose(&among_others(judged), &Recipe::with(recipe));
    found.into_iter().map(|diagnosis| diagnosis.cause).collect()
}

const RATE: &str = "training.optimizer.learning_rate";

#[test]
fn where_nothing_is_accused_nothing_is_diagnosed() {
    let few = Verdict::inconclusive("", vec![finding("hidden.weight", "drowns in rounding")]);
    let undecided = Judged { property: "gradients_match".to_owned(), verdict: few };
    assert_eq!(causes(&[holds("learns"), undecided], &[Trait::LargeSteps]), [""; 0]);
}

#[test]
fn of_a_few_properties_alone_nothing_is_diagnosed() {
    let judged = [
        fails("loss_suits_task", "last", "`softmax` before a loss of logits"),
        holds("overfits_batch"),
    ];
    assert_eq!(diagnose(&judged, &Recipe::default()), []);
    assert_eq!(causes(&judged, &[]), ["head_unsuited"]);
}

#[test]
fn a_rate_that_is_too_high_explains_what_it_destroys() {
    let judged = [
        holds("overfits_batch"),
        fails("learns", RATE, "the loss rises; updates are 2 of the weights per step"),
        fails("outputs_vary", "head", "after training the outputs are the same for all examples"),
        fails("finite_everywhere", "loss", "the loss is NaN"),
    ];
    let found = diagnose(&among_others(&judged), &Recipe::default());
    assert_eq!(found[0].cause, "learning_rate_too_high");
    assert_eq!(found[0].place, RATE);
    assert_eq!(found[0].because.len(), 2, "{:?}", found[0].because);
    assert_eq!(found[0].explains, ["finite_everywhere"]);
}

#[test]
fn a_finding_that_knows_the_mend_of_this_very_case_tells_it() {
    let mut judged = [
        fails("loss_suits_task", "last", "`softmax` before a loss of logits"),
        fails("learns", RATE, "the loss rises; a step moves the weights by 2 of their size"),
        holds("overfits_batch"),
    ];
    let mend =
        |judged: &[Judged]| diagnose(&among_others(judged), &Recipe::default())[0].mend.clone();
    assert!(mend(&judged).starts_with("Follow the help"), "{}", mend(&judged));
    judged[0].verdict.findings[0].mend = "remove `last`".to_owned();
    assert_eq!(mend(&judged), "Remove `last`.");
    judged[1].verdict.findings[0].mend = "look at the labels".to_owned();
    let of_rate = |judged: &[Judged]| mend(&judged[1..]);
    assert!(of_rate(&judged).starts_with("Divide the"), "it says nothing of a rate");
    judged[1].verdict.findings[0].mend = "the learning rate 1 is too high".to_owned();
    assert_eq!(of_rate(&judged), "The learning rate 1 is too high.");
}

#[test]
fn what_could_not_be_decided_may_follow_from_a_cause() {
    let undecided = Verdict::inconclusive("", vec![finding("head", "nothing can be seen")]);
    let judged = [
        fails("no_dead_units", "relu1", "24 of 24 units are never active at initialization"),
        Judged { property: "batch_independent".to_owned(), verdict: undecided },
    ];
    let found = diagnose(&among_others(&judged), &Recipe::default());
    assert_eq!(found[0].explains, ["batch_independent"]);
}

#[test]
fn an_exact_law_counts_more_than_its_symptoms() {
    let judged = [
        fails("gradients_match", "hidden.weight", "analytic 1, numeric 2 (ratio 0.5)"),
        fails("overfits_batch", "model", "the loss stays at 1: as that of a constant answer"),
        fails("learns", RATE, "the loss rises"),
    ];
    assert_eq!(causes(&judged, &[])[0], "gradient_wrong");
}

#[test]
fn numbers_beyond_the_range_of_half_precision_are_a_cause_with_its_layer_and_its_mend() {
    let says = |place: &str, message: &str, mend: &str| {
        let mut judged = fails("precision_robust", place, message);
        judged.verdict.findings[0].mend = mend.to_owned();
        let found =
            diagnose(&among_others(&[judged, holds("finite_everywhere")]), &Recipe::default());
        found.into_iter().next().map(|found| (found.cause, found.place, found.mend))
    };
    for (place, message) in [
        ("hidden", "the output of this `linear` reaches 7e4, where f16 ends at 65504"),
        ("hidden.weight", "a weight is larger than the largest number of f16"),
        (
            "head.bias",
            "its gradient in f16 differs by 100 %: 97 % of all numbers on the way back become 0",
        ),
        ("head.bias", "its gradient in f16 differs by 100 %: on the way back numbers are infinite"),
        ("norm", "its epsilon is 0 in f16, and no longer keeps it from dividing by 0"),
    ] {
        let found = says(place, message, "train in bf16");
        let due = ["half_precision_unfit", place, "Train in bf16."].map(str::to_owned);
        assert_eq!(found, Some(due.into()), "{message}");
    }
    let digits = "the output of this `batch_norm` in bf16 differs by 40 %";
    assert_eq!(says("norm", digits, ""), None, "digits are missing there, not range");
}

#[test]
fn weights_that_are_too_large_everywhere_come_before_what_they_do_in_half_precision() {
    let judged = [
        fails("precision_robust", "second", "it reaches 7e4, where f16 ends at 65504"),
        fails("initialization_suits_activations", "first.weight", "the weights are large"),
    ];
    let found = diagnose(&among_others(&judged), &Recipe::default());
    assert_eq!(found[0].cause, "initialization_too_large");
    assert_eq!(found[0].explains, ["precision_robust"]);
}

#[test]
fn what_the_spec_shows_comes_before_what_is_measured() {
    let judged = [
        fails("loss_suits_task", "last", "`softmax` before a loss of logits"),
        fails("overfits_batch", "last", "the loss cannot fall below 0.551"),
    ];
    let found = diagnose(&among_others(&judged), &Recipe::default());
    assert_eq!((found[0].cause.as_str(), found[0].place.as_str()), ("head_unsuited", "last"));
    assert_eq!(found[0].explains, ["overfits_batch"]);
}

#[test]
fn a_trait_of_the_recipe_decides_between_causes_with_the_same_symptoms() {
    let judged = [
        holds("overfits_batch"),
        holds("gradients_match"),
        fails("learns", "data", "the loss falls by 0 % of what guessing costs"),
    ];
    assert_eq!(causes(&judged, &[Trait::Augmented])[0], "augmentation_unfit");
    assert_eq!(causes(&judged, &[Trait::FewSteps])[0], "too_few_steps");
    assert_eq!(causes(&judged, &[Trait::LargeSteps])[0], "learning_rate_too_high");
}

#[test]
fn causes_far_behind_the_first_are_not_told() {
    let judged = [
        fails("loss_suits_task", "last", "`softmax` before a loss of logits"),
        fails("features_vary", "site", "it is 7 in all examples"),
    ];
    assert_eq!(causes(&judged, &[]), ["head_unsuited"]);
}

#[test]
fn every_rule_speaks_for_a_cause_and_every_cause_has_a_rule() {
    for rule in RULES {
        assert!(CAUSES.iter().any(|cause| cause.name == rule.cause), "{}", rule.cause);
        assert!(rule.weight > 0 && !rule.reason.is_empty(), "{rule:?}");
        assert!(!rule.all.is_empty(), "{rule:?}");
    }
    for cause in CAUSES {
        assert!(RULES.iter().any(|rule| rule.cause == cause.name), "{}", cause.name);
    }
}

#[test]
fn rules_read_properties_that_there_are() {
    let clues = RULES.iter().flat_map(|rule| [rule.all, rule.any, rule.none].concat());
    for property in clues.filter_map(|clue| clue.property()) {
        assert!(find(property).is_some(), "{property}");
    }
    let helps = CAUSES.iter().flat_map(|cause| cause.helps).map(|(property, _)| property);
    for property in CAUSES.iter().flat_map(|cause| cause.consequences()).chain(helps) {
        assert!(find(property).is_some(), "{property}");
    }
}

/// A rule that waits for words which no property says any more would be blind.
#[test]
fn properties_say_what_rules_wait_for() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/property");
    let text = |property: &str| {
        let mut files = vec![folder.join(format!("{property}.rs")), folder.join("suspect.rs")];
        let own = std::fs::read_dir(folder.join(property)).into_iter().flatten();
        files.extend(own.map(|entry| entry.unwrap().path()));
        let texts = files.iter().map(|file| std::fs::read_to_string(file).unwrap_or_default());
        // Texts that are broken over lines of the source are whole when they are said.
        let texts = texts.map(|text| text.split("#[cfg(test)]").next().unwrap().to_owned());
        let joined: Vec<String> = texts.collect();
        joined.join("\n").split("\\\n").map(str::trim_start).collect::<String>()
    };
    // Numbers and names that are put in when it is said.
    let put_in = ["of this `", "analytic 0,", "are small", "are large", "NaN"];
    for rule in RULES {
        for clue in [rule.all, rule.any, rule.none].concat() {
            if let Clue::Says(property, words) | Clue::Fails(property, words) = clue {
                let wanted = put_in.iter().find(|put| words.starts_with(**put));
                let wanted = match wanted {
                    Some(&"of this `") => "of this `{",
                    Some(&"analytic 0,") => "analytic {",
                    Some(&("are small" | "are large")) => "weights are {word}",
                    Some(_) => continue,
                    None => words,
                };
                assert!(text(property).contains(wanted), "`{property}` never says `{wanted}`");
            }
        }
    }
}
