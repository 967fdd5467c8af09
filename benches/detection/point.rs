//! What became of one strength with one seed, as a line of `docs/figures/detection.csv`.

/// One property's verdict on one strength with one seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    pub ladder: String,
    pub property: String,
    /// None where there is no fault.
    pub strength: Option<f64>,
    pub seed: u64,
    /// `pass`, `warn`, `fail`, `inconclusive` or `none`.
    pub outcome: String,
    /// What the property holds against its bound; not a number where nothing was measured.
    pub value: f64,
}

impl Point {
    /// Whether the property says that something is wrong, if with a warning.
    pub fn is_caught(&self) -> bool {
        ["fail", "warn", "inconclusive"].contains(&self.outcome.as_str())
    }
}

/// CSV, with few digits: more would change with every machine.
pub fn written(points: &[Point]) -> String {
    let mut text = "ladder,property,strength,seed,outcome,value\n".to_owned();
    for Point { ladder, property, strength, seed, outcome, value } in points {
        let strength = strength.map_or_else(|| "healthy".to_owned(), |number| number.to_string());
        text.push_str(&format!("{ladder},{property},{strength},{seed},{outcome},{value:.3e}\n"));
    }
    text
}

/// What was written.
///
/// # Panics
///
/// When it is something else.
pub fn read(text: &str) -> Vec<Point> {
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let [ladder, property, strength, seed, outcome, value] = cells[..] else {
            panic!("{line}")
        };
        Point {
            ladder: ladder.to_owned(),
            property: property.to_owned(),
            strength: strength.parse().ok(),
            seed: seed.parse().expect("a seed is a number"),
            outcome: outcome.to_owned(),
            value: value.parse().expect("a value is a number"),
        }
    });
    rows.collect()
}

/// `0.03`, `1e-5`, `1000`.
pub fn short(number: f64) -> String {
    match number.abs() {
        size if size != 0.0 && !(1e-3..1e4).contains(&size) => format!("{number:e}"),
        _ => format!("{number}"),
    }
}
