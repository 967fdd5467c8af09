//! What the verdicts of several seeds mean together: whether a property holds, is broken, or is a matter
//! of luck.

use crate::property::{Finding, Outcome, Verdict};

/// Quantile of the standard normal distribution for an interval of 95 %.
const QUANTILE: f64 = 1.959_963_985;

/// One verdict of all; that of the first seed is the first one.
pub(super) fn together(verdicts: Vec<(u64, Verdict)>) -> Verdict {
    let applies = |verdict: &Verdict| verdict.outcome != Outcome::NotApplicable;
    let holds = |verdict: &Verdict| matches!(verdict.outcome, Outcome::Pass | Outcome::Warn);
    let judged = verdicts.iter().filter(|(_, verdict)| applies(verdict)).count();
    let held = verdicts.iter().filter(|(_, verdict)| holds(verdict)).count();
    let Some((_, first)) = verdicts.first() else {
        return Verdict::not_applicable("no seed was tried");
    };
    if judged < 2 {
        return verdicts
            .iter()
            .map(|(_, verdict)| verdict)
            .find(|each| applies(each))
            .unwrap_or(first)
            .clone();
    }
    let (low, high) = wilson(held, judged);
    let rate = format!(
        "{held} of {judged} seeds hold (95 % interval {:.0}…{:.0} %)",
        100.0 * low,
        100.0 * high
    );
    let failing: Vec<&(u64, Verdict)> =
        verdicts.iter().filter(|(_, verdict)| applies(verdict) && !holds(verdict)).collect();
    let Some((_, worst)) = failing.first() else {
        let warned =
            verdicts.iter().map(|(_, verdict)| verdict).find(|v| v.outcome == Outcome::Warn);
        let shown = warned.unwrap_or(first);
        return Verdict { summary: format!("{}; {rate}", shown.summary), ..shown.clone() };
    };
    let summary = format!("{}; {rate}", worst.summary);
    if held == 0 {
        return Verdict { summary, ..worst.clone() };
    }
    let seeds: Vec<String> = failing.iter().map(|(seed, _)| seed.to_string()).collect();
    let flaky = Finding {
        place: "training.seed".to_owned(),
        message: format!("a matter of luck: it fails for {} {}", noun(&seeds), seeds.join(", ")),
        measured: Some(held as f64 / judged as f64),
        bound: Some("1".to_owned()),
        mend:
            "what holds for some seeds alone is fragile: see the finding below, and train a little \
               longer, more slowly, or with a better initialization"
                .to_owned(),
    };
    let findings = std::iter::once(flaky).chain(worst.findings.iter().cloned()).collect();
    Verdict { outcome: worst.outcome, summary, findings }
}

fn noun(seeds: &[String]) -> &'static str {
    if seeds.len() == 1 { "seed" } else { "seeds" }
}

/// Wilson's interval of a share, at 95 %.
///
/// Source: Wilson: Probable inference, the law of succession, and statistical inference (1927).
pub fn wilson(held: usize, all: usize) -> (f64, f64) {
    let (n, share, z) = (all as f64, held as f64 / all as f64, QUANTILE);
    let centre = share + z * z / (2.0 * n);
    let spread = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    (((centre - spread) / scale).max(0.0), ((centre + spread) / scale).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeds(outcomes: &[bool]) -> Verdict {
        let verdicts = outcomes.iter().zip(7..).map(|(holds, seed)| {
            let failing = Finding {
                place: "head".to_owned(),
                message: "wrong".to_owned(),
                measured: None,
                bound: None,
                mend: "mend it".to_owned(),
            };
            (seed, if *holds { Verdict::pass("yes") } else { Verdict::fail("no", vec![failing]) })
        });
        together(verdicts.collect())
    }

    #[test]
    fn the_interval_is_wilsons() {
        // Newcombe 1998, table I: 81 of 263 is 0.2553…0.3662.
        let (low, high) = wilson(81, 263);
        assert!((low - 0.2553).abs() < 1e-4 && (high - 0.3662).abs() < 1e-4, "{low} {high}");
        assert_eq!((wilson(0, 10).0, wilson(10, 10).1), (0.0, 1.0));
    }

    #[test]
    fn what_holds_for_all_seeds_holds() {
        let all = seeds(&[true; 5]);
        assert_eq!(all.outcome, Outcome::Pass);
        assert_eq!(all.summary, "yes; 5 of 5 seeds hold (95 % interval 57…100 %)");
    }

    #[test]
    fn what_fails_for_all_seeds_is_broken() {
        let broken = seeds(&[false; 3]);
        assert_eq!((broken.outcome, broken.findings.len()), (Outcome::Fail, 1));
        assert_eq!(broken.findings[0].place, "head");
    }

    #[test]
    fn what_fails_for_some_is_a_matter_of_luck_and_names_them() {
        let flaky = seeds(&[true, false, true, false]);
        assert_eq!(flaky.outcome, Outcome::Fail);
        assert_eq!(flaky.findings[0].place, "training.seed");
        assert!(flaky.findings[0].message.contains("seeds 8, 10"), "{:?}", flaky.findings[0]);
        assert_eq!(flaky.findings[1].place, "head");
    }

    #[test]
    fn seeds_for_which_it_does_not_apply_do_not_count() {
        let none = (1, Verdict::not_applicable("none"));
        assert_eq!(together(vec![none.clone(), none.clone()]).outcome, Outcome::NotApplicable);
        assert_eq!(together(vec![none, (2, Verdict::pass("yes"))]).summary, "yes");
    }
}
