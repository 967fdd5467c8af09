//! Every property has a ladder of a fault that grows, or a reason why its fault has no strength; and
//! what `docs/detection.md` shows was measured of these ladders.

#[path = "../benches/detection/found.rs"]
mod found;
#[path = "../benches/detection/ladders/mod.rs"]
#[expect(dead_code, reason = "the bench measures and draws")]
mod ladders;
#[path = "../benches/detection/page.rs"]
mod page;
#[path = "../benches/detection/point.rs"]
mod point;
#[path = "../benches/detection/strengthless.rs"]
mod strengthless;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ladders::{Ladder, View, ladders, views};
use nn_test::property::REGISTRY;
use nn_test::spec::{Source, parse};
use point::Point;
use strengthless::STRENGTHLESS;

fn docs(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(path)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(docs(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn points() -> Vec<Point> {
    point::read(&read("figures/detection.csv"))
}

/// The points of a view at a strength.
fn at(points: &[Point], ladder: &Ladder, view: &View, strength: Option<f64>) -> Vec<Point> {
    page::own(points, ladder, view).filter(|point| point.strength == strength).cloned().collect()
}

#[test]
fn every_property_has_a_ladder_or_a_reason_and_none_has_both() {
    let with: BTreeSet<&str> = views().map(|(_, view)| view.property).collect();
    let without: BTreeSet<&str> = STRENGTHLESS.iter().map(|(property, _)| *property).collect();
    let all: BTreeSet<&str> = REGISTRY.iter().map(|property| property.meta.name).collect();
    assert_eq!(without.len(), STRENGTHLESS.len(), "a property stands there twice");
    assert_eq!(with.intersection(&without).count(), 0, "{with:?} {without:?}");
    let listed: BTreeSet<&str> = with.union(&without).copied().collect();
    assert_eq!(listed, all);
}

#[test]
fn all_strengths_of_a_ladder_are_specs() {
    for ladder in ladders() {
        let strengths = ladder.strengths.iter().copied().map(Some);
        for strength in strengths.chain([None]) {
            let text = ladder.text(strength);
            if let Err(errors) = parse(Source::new("detection.yaml", text.clone())) {
                panic!("{}\n{text}", errors.render(false));
            }
        }
    }
}

#[test]
fn strengths_grow_from_the_healthy_network_on() {
    for ladder in ladders() {
        let strengths = ladder.strengths;
        let (rise, fall) = (strengths.is_sorted(), strengths.is_sorted_by(|one, two| one > two));
        assert!(rise || fall, "{}: {strengths:?}", ladder.name);
        assert!(strengths.len() > 3, "{}", ladder.name);
    }
}

#[test]
fn names_of_ladders_differ() {
    let names: BTreeSet<&str> = ladders().map(|ladder| ladder.name).collect();
    assert_eq!(names.len(), ladders().count());
}

#[test]
fn what_is_written_can_be_read() {
    let points = points();
    assert_eq!(point::written(&points), read("figures/detection.csv"));
}

#[test]
fn each_strength_was_measured_with_each_seed() {
    let points = points();
    let mut due = 0;
    for (ladder, view) in views() {
        for strength in ladder.strengths.iter().copied().map(Some).chain([None]) {
            let seeds: Vec<u64> =
                at(&points, ladder, view, strength).iter().map(|point| point.seed).collect();
            let all: Vec<u64> = (1..=view.seeds).collect();
            assert_eq!(seeds, all, "{} {strength:?} {}", ladder.name, view.property);
            due += seeds.len();
        }
    }
    assert_eq!(points.len(), due, "what was measured of ladders that are gone");
}

#[test]
fn the_healthy_network_is_judged_and_not_accused() {
    let points = points();
    for (ladder, view) in views() {
        for point in at(&points, ladder, view, None) {
            assert_eq!(point.outcome, "pass", "{point:?}");
        }
    }
}

#[test]
fn the_strongest_fault_is_seen() {
    let points = points();
    for (ladder, view) in views() {
        let strongest = ladder.strengths.last().copied();
        let caught = at(&points, ladder, view, strongest).iter().any(Point::is_caught);
        assert!(caught, "{} {}", ladder.name, view.property);
    }
}

#[test]
fn the_page_shows_what_was_measured() {
    assert_eq!(
        read("detection.md"),
        page::written(&points()),
        "`cargo bench --profile dev --bench detection -- draw` writes it"
    );
}

#[test]
fn each_view_has_its_figure_and_there_is_no_other() {
    let due: BTreeSet<String> = views().map(|(ladder, view)| ladder.figure(view)).collect();
    let files = std::fs::read_dir(docs("figures")).unwrap().map(|file| file.unwrap().file_name());
    let files = files.map(|name| name.into_string().unwrap());
    let found: BTreeSet<String> = files.filter(|name| name.ends_with(".svg")).collect();
    assert_eq!(found, due);
}
