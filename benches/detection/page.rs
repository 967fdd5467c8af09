//! The page that shows what was measured.

use nn_test::harness::wilson;

use super::figure::short;
use super::ladders::Ladder;
use super::measure::Point;

const HEAD: &str = "\
# From which strength on a fault is seen

A fault that is large enough is seen by everybody. What counts is the smallest that is seen, and that nothing is seen where there is none. Each figure shows one fault on a network that learns iris, from weak to strong, with twenty seeds at each strength: above, in how many of them the property fails or warns; below, what it measured, one dot for each seed, with its bounds as dashed lines. The blue dots are the network without the fault.

`cargo bench --profile dev --bench detection` measures anew and writes this page; the numbers are in [`figures/detection.csv`](figures/detection.csv). How often healthy networks are accused is on [another page](false_alarms.md).

";

/// The page.
pub fn written(ladders: &[Ladder], points: &[Point]) -> String {
    let mut text = HEAD.to_owned();
    text.push_str(
        "| fault | property | healthy: accused | seen in every seed from | seen in some from |\n\
         |---|---|---|---|---|\n",
    );
    let measured = ladders.iter().map(|ladder| {
        let own = points.iter().filter(|point| point.ladder == ladder.name);
        (ladder, own.collect::<Vec<_>>())
    });
    let measured: Vec<_> = measured.filter(|(_, own)| !own.is_empty()).collect();
    for (ladder, own) in &measured {
        text.push_str(&row(ladder, own));
    }
    text.push_str("\nAn interval is Wilson's, at 95 %. `–`: at no strength that was tried.\n");
    for (ladder, _) in &measured {
        text.push_str(&format!(
            "\n## `{}`: {}\n\n![Share of seeds in which `{}` sees it, and what it measures]\
             (figures/{}.svg)\n",
            ladder.property, ladder.fault, ladder.property, ladder.name
        ));
    }
    text
}

fn row(ladder: &Ladder, points: &[&Point]) -> String {
    let caught = |strength: Option<f64>| {
        let own: Vec<_> = points.iter().filter(|point| point.strength == strength).collect();
        (own.iter().filter(|point| point.is_caught()).count(), own.len())
    };
    let (accused, healthy) = caught(None);
    let (low, high) = wilson(accused, healthy);
    let every = |strength: f64| matches!(caught(Some(strength)), (found, all) if found == all);
    let some = |strength: f64| caught(Some(strength)).0 > 0;
    format!(
        "| {} | [`{}`](properties.md#{}) | {accused} of {healthy} ({:.0}…{:.0} %) | {} | {} |\n",
        ladder.fault,
        ladder.property,
        ladder.property,
        100.0 * low,
        100.0 * high,
        from(ladder, every),
        from(ladder, some),
    )
}

/// The strengths from which on it is seen. A ladder that goes both ways from the healthy network has
/// two: the strongest weaker one, and the weakest stronger one.
fn from(ladder: &Ladder, seen: impl Fn(f64) -> bool) -> String {
    let both = ladder.strengths.iter().any(|strength| *strength > 0.0 && *strength < 1.0)
        && ladder.strengths.iter().any(|strength| *strength > 1.0)
        && ladder.strength == "factor";
    let unit = |strength: &f64| format!("{} {}", ladder.strength, short(*strength));
    if !both {
        // The weakest from which on all stronger ones are seen, too.
        let stronger = ladder.strengths.iter().rev().take_while(|strength| seen(**strength));
        return stronger.last().map_or_else(|| "–".to_owned(), unit);
    }
    let below = ladder.strengths.iter().filter(|strength| **strength < 1.0);
    let above = ladder.strengths.iter().rev().filter(|strength| **strength > 1.0);
    let low = below.take_while(|strength| seen(**strength)).last();
    let high = above.take_while(|strength| seen(**strength)).last();
    match (low, high) {
        (Some(low), Some(high)) => format!("≤ {} and ≥ {}", short(*low), short(*high)),
        (Some(low), None) => format!("≤ {}", short(*low)),
        (None, Some(high)) => format!("≥ {}", short(*high)),
        (None, None) => "–".to_owned(),
    }
}
