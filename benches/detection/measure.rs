//! One spec for each strength and seed, judged by the properties of its ladder.

use nn_test::device::{DeviceChoice, Devices};
use nn_test::experiment::Laboratory;
use nn_test::property::Outcome;
use nn_test::spec::{self, Severity, Source};
use nn_test::subject::Subject;

use super::found::Found;
use super::ladders::Ladder;
use super::point::Point;

/// What compares an adapter with the reference device; all else is measured on the latter.
const ON_ADAPTER: &str = "matches_reference_device";

/// All strengths of a ladder, the healthy twin first; by property.
///
/// # Errors
///
/// When it needs an adapter, and there is none.
pub fn ladder(ladder: &Ladder) -> Result<Vec<Point>, String> {
    let choice = match ladder.views.iter().any(|view| view.property == ON_ADAPTER) {
        true => DeviceChoice::Wgpu,
        false => DeviceChoice::Cpu,
    };
    let devices = Devices::open(choice).map_err(|error| error.to_string())?;
    let strengths = std::iter::once(None).chain(ladder.strengths.iter().copied().map(Some));
    let seeds = ladder.views.iter().map(|view| view.seeds).max().unwrap_or(0);
    let cases = strengths.flat_map(|strength| (1..=seeds).map(move |seed| (strength, seed)));
    let mut points: Vec<Point> =
        cases.flat_map(|(strength, seed)| points(ladder, strength, seed, &devices)).collect();
    let place = |point: &Point| ladder.views.iter().position(|it| it.property == point.property);
    points.sort_by_key(place);
    Ok(points)
}

/// What each property says of one strength with one seed.
fn points(ladder: &Ladder, strength: Option<f64>, seed: u64, devices: &Devices) -> Vec<Point> {
    let text = ladder.text(strength);
    // Beside the files of data.
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/detection.yaml");
    let mut spec = spec::parse(Source::new(path, text.clone()))
        .unwrap_or_else(|errors| panic!("{}\n{text}", errors.render(false)));
    spec.training.seed = seed;
    let expectations = spec.expectations.clone();
    let subject =
        Subject::prepare(spec).unwrap_or_else(|errors| panic!("{}\n{text}", errors.render(false)));
    let mut laboratory = Laboratory::new(subject, devices).expect("the spec can be set up");
    let mut points = Vec::new();
    for view in ladder.views.iter().filter(|view| seed <= view.seeds) {
        let asked = expectations.iter().find(|it| it.property.meta.name == view.property);
        let expectation = asked.expect("the spec expects it");
        let judged = laboratory.judge(expectation, &mut |_, _, _, _| ());
        let judgement = judged.unwrap_or_else(|error| panic!("{error}\n{text}"));
        let found = Found { evidence: laboratory.evidence(), record: &judgement.record };
        let warns = expectation.property.meta.severity == Severity::Warn;
        points.push(Point {
            ladder: ladder.name.to_owned(),
            property: view.property.to_owned(),
            strength,
            seed,
            outcome: word(judgement.verdict.outcome, warns).to_owned(),
            value: (view.value)(&found),
        });
    }
    points
}

/// What an outcome means for a test case.
fn word(outcome: Outcome, warns: bool) -> &'static str {
    match outcome {
        Outcome::Pass => "pass",
        Outcome::Warn => "warn",
        Outcome::Fail if warns => "warn",
        Outcome::Fail => "fail",
        Outcome::Inconclusive => "inconclusive",
        Outcome::NotApplicable => "none",
    }
}
