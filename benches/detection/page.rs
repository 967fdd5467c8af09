//! The page that shows what was measured.

use nn_test::harness::wilson;

use super::ladders::{KINDS, Ladder, View, ladders};
use super::point::{Point, short};
use super::strengthless::STRENGTHLESS;

const HEAD: &str = "\
# From which strength on a fault is seen

A fault that is large enough is seen by everybody. What counts is the smallest that is seen, and that nothing is seen where there is none. Here each fault grows from weak to strong on a small network, mostly one that learns iris, on the CPU (what is asked of an adapter, on the software adapter lavapipe), with twenty seeds at each strength (five where a property trains the model several times, one where no number depends on the seed).

The table says for each property from which strength on it fails or warns. The [figures](#data) below it show all that was measured: above, in how many of the seeds the property fails or warns; below, what it measured, one dot for each seed, with its bounds as dashed lines. The blue dots are the network without the fault.

`cargo bench --profile dev --bench detection` measures anew and writes this page; the numbers are in [`figures/detection.csv`](figures/detection.csv). How often healthy networks are accused is on [another page](false_alarms.md).

";

const STRENGTHLESS_HEAD: &str = "
## Properties whose fault has no strength

They see a fault or do not, however large it is. That they see it is shown by [programs with one fault each](zoo.md).

| property | why there is no strength |
|---|---|
";

/// The page.
pub fn written(points: &[Point]) -> String {
    let mut text = HEAD.to_owned();
    text.push_str(
        "| fault | property | healthy: accused | seen in every seed from | seen in some from |\n\
         |---|---|---|---|---|\n",
    );
    for ladder in ladders() {
        for view in ladder.views {
            text.push_str(&row(ladder, view, points));
        }
    }
    text.push_str(
        "\nAn interval is Wilson's, at 95 %. `–`: at no strength that was tried. Where a factor goes \
         both ways, 1 is healthy. A property whose bound lies within what seeds do to its measure sees \
         a fault in some of them only: what it says once is told from luck by `seeds`.\n",
    );
    text.push_str(STRENGTHLESS_HEAD);
    for (property, reason) in STRENGTHLESS {
        text.push_str(&format!("| {} | {reason} |\n", link(property)));
    }
    for (kind, ladders) in KINDS {
        text.push_str(&format!("\n## {kind}\n"));
        for ladder in *ladders {
            text.push_str(&format!("\n### {}\n", capitalized(ladder.fault)));
            for view in ladder.views {
                text.push_str(&format!(
                    "\n![Share of seeds in which `{}` sees it, and what it measures](figures/{})\n",
                    view.property,
                    ladder.figure(view)
                ));
            }
        }
    }
    text
}

/// What was measured of a ladder by a property.
pub fn own<'a>(
    points: &'a [Point],
    ladder: &'a Ladder,
    view: &'a View,
) -> impl Iterator<Item = &'a Point> {
    points
        .iter()
        .filter(move |point| point.ladder == ladder.name && point.property == view.property)
}

fn link(property: &str) -> String {
    format!("[`{property}`](properties.md#{property})")
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

fn row(ladder: &Ladder, view: &View, points: &[Point]) -> String {
    let caught = |strength: Option<f64>| {
        let own: Vec<_> =
            own(points, ladder, view).filter(|point| point.strength == strength).collect();
        (own.iter().filter(|point| point.is_caught()).count(), own.len())
    };
    let (accused, healthy) = caught(None);
    let (low, high) = wilson(accused, healthy);
    let every =
        |strength: f64| matches!(caught(Some(strength)), (found, all) if found == all && all > 0);
    let some = |strength: f64| caught(Some(strength)).0 > 0;
    let most = ladder.strengths.iter().map(|strength| caught(Some(*strength))).max();
    let (most, of) = most.unwrap_or_default();
    let interval = match healthy {
        1 => String::new(),
        _ => format!(" ({:.0}…{:.0} %)", 100.0 * low, 100.0 * high),
    };
    format!(
        "| {} | {} | {accused} of {healthy}{interval} | {} | {} |\n",
        ladder.fault,
        link(view.property),
        from(ladder, every).unwrap_or_else(|| format!("– ({most} of {of} at most)")),
        from(ladder, some).unwrap_or_else(|| "–".to_owned()),
    )
}

/// The strengths from which on it is seen, if there are any. A ladder that goes both ways from the healthy network has
/// two: the strongest weaker one, and the weakest stronger one.
fn from(ladder: &Ladder, seen: impl Fn(f64) -> bool) -> Option<String> {
    if !ladder.is_two_sided() {
        // The weakest from which on all stronger ones are seen, too.
        let stronger = ladder.strengths.iter().rev().take_while(|strength| seen(**strength));
        let unit = |strength: &f64| format!("{} {}", ladder.strength, short(*strength));
        return stronger.last().map(unit);
    }
    let below = ladder.strengths.iter().filter(|strength| **strength < 1.0);
    let above = ladder.strengths.iter().rev().filter(|strength| **strength > 1.0);
    let low = below.take_while(|strength| seen(**strength)).last();
    let high = above.take_while(|strength| seen(**strength)).last();
    match (low, high) {
        (Some(low), Some(high)) => Some(format!("≤ {} and ≥ {}", short(*low), short(*high))),
        (Some(low), None) => Some(format!("≤ {}", short(*low))),
        (None, Some(high)) => Some(format!("≥ {}", short(*high))),
        (None, None) => None,
    }
}
