//! How the mutants of a run ended, and what that says about the specs.

use serde::Serialize;

/// What caught a mutant, or would catch it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Catch {
    pub property: String,
    /// The place that its first finding names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Whether it only warns by itself, so that a spec must raise its severity.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub warns: bool,
}

/// How a mutant ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Fate {
    /// An expectation failed.
    Caught(Catch),
    /// All expectations held. `would_catch` are the properties that fail on it and hold on the
    /// original; none where nobody looked for them.
    Missed {
        #[serde(skip_serializing_if = "Option::is_none")]
        would_catch: Option<Vec<Catch>>,
    },
    /// It ran longer than the original allows.
    Timeout,
    /// The subject refuses it before anything is measured.
    Unviable { reason: String },
    /// Nothing caught it, and by theory nothing can.
    Equivalent { reason: String },
}

/// One mutant of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// `spec/fault`.
    pub mutant: String,
    pub spec: String,
    pub file: String,
    pub fault: String,
    pub seconds: f64,
    #[serde(flatten)]
    pub fate: Fate,
}

/// All mutants of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub schema_version: u32,
    pub total: usize,
    pub caught: usize,
    pub missed: usize,
    pub timeout: usize,
    pub unviable: usize,
    pub equivalent: usize,
    /// Share of those that were caught or missed which were caught; none where there are none.
    pub kill_score: Option<f64>,
    pub outcomes: Vec<Outcome>,
}

/// Raised when a field changes its meaning or goes away.
const SCHEMA_VERSION: u32 = 1;

/// In the order in which files and summary name them.
pub const KINDS: [&str; 5] = ["caught", "missed", "timeout", "unviable", "equivalent"];

impl Fate {
    /// One of [`KINDS`].
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Caught(_) => "caught",
            Self::Missed { .. } => "missed",
            Self::Timeout => "timeout",
            Self::Unviable { .. } => "unviable",
            Self::Equivalent { .. } => "equivalent",
        }
    }
}

impl Report {
    pub fn of(outcomes: Vec<Outcome>) -> Self {
        let count = |kind: &str| outcomes.iter().filter(|one| one.fate.kind() == kind).count();
        let (caught, missed) = (count("caught"), count("missed"));
        let judged = caught + missed;
        Self {
            schema_version: SCHEMA_VERSION,
            total: outcomes.len(),
            caught,
            missed,
            timeout: count("timeout"),
            unviable: count("unviable"),
            equivalent: count("equivalent"),
            kill_score: (judged > 0).then(|| caught as f64 / judged as f64),
            outcomes,
        }
    }

    /// A file's name and its text for each kind of end, and one for programs.
    pub fn files(&self) -> Vec<(String, String)> {
        let of_kind = |kind: &str| {
            let lines = self.outcomes.iter().filter(|one| one.fate.kind() == kind);
            lines.map(|one| format!("{}\n", one.mutant)).collect::<String>()
        };
        let mut files: Vec<_> =
            KINDS.iter().map(|kind| (format!("{kind}.txt"), of_kind(kind))).collect();
        files.push(("outcomes.json".to_owned(), self.json()));
        files
    }

    /// One JSON document.
    pub fn json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("a report has only string keys");
        format!("{text}\n")
    }

    /// `27 mutants: 24 caught, 2 missed, 1 equivalent; kill score 92 %`.
    pub fn summary(&self) -> String {
        let counts = [self.caught, self.missed, self.timeout, self.unviable, self.equivalent];
        let named = counts.iter().zip(KINDS).filter(|(count, _)| **count > 0);
        let named: Vec<String> = named.map(|(count, kind)| format!("{count} {kind}")).collect();
        let score = self.kill_score.map(|score| format!("; kill score {}", percent(score)));
        let noun = if self.total == 1 { "mutant" } else { "mutants" };
        let ends = if named.is_empty() { String::new() } else { format!(": {}", named.join(", ")) };
        format!("{} {noun}{ends}{}", self.total, score.unwrap_or_default())
    }
}

/// Rounded down, so that 100 % is all of them.
fn percent(share: f64) -> String {
    format!("{} %", (share * 100.0).floor())
}

/// What would catch a missed mutant, in a sentence for its line.
pub fn advice(would_catch: &[Catch]) -> String {
    const SHOWN: usize = 3;
    let named = |catch: &Catch| match catch.warns {
        true => format!("`{}: {{severity: error}}`", catch.property),
        false => format!("`{}`", catch.property),
    };
    let names: Vec<String> = would_catch.iter().take(SHOWN).map(named).collect();
    match (names.as_slice(), would_catch.len().saturating_sub(SHOWN)) {
        ([], _) => "no property catches it".to_owned(),
        (names, 0) => format!("would be caught by {}", names.join(", ")),
        (names, more) => format!("would be caught by {} and {more} more", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(fault: &str, fate: Fate) -> Outcome {
        Outcome {
            mutant: format!("net/{fault}"),
            spec: "net".to_owned(),
            file: "specs/net.yaml".to_owned(),
            fault: fault.to_owned(),
            seconds: 0.5,
            fate,
        }
    }

    fn catch(property: &str, warns: bool) -> Catch {
        Catch { property: property.to_owned(), place: None, warns }
    }

    fn report() -> Report {
        Report::of(vec![
            outcome("a", Fate::Caught(catch("learns", false))),
            outcome("b", Fate::Caught(catch("learns", false))),
            outcome("c", Fate::Missed { would_catch: None }),
            outcome("d", Fate::Timeout),
            outcome("e", Fate::Equivalent { reason: "of theory".to_owned() }),
        ])
    }

    #[test]
    fn the_score_counts_what_was_caught_and_missed() {
        let due = "5 mutants: 2 caught, 1 missed, 1 timeout, 1 equivalent; kill score 66 %";
        assert_eq!(report().summary(), due);
        assert_eq!(Report::of(Vec::new()).summary(), "0 mutants");
    }

    #[test]
    fn there_is_a_list_for_each_end_and_a_document_for_programs() {
        let files = report().files();
        let names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
        let due = ["caught.txt", "missed.txt", "timeout.txt", "unviable.txt", "equivalent.txt"];
        assert_eq!(names[..5], due);
        assert_eq!(files[0].1, "net/a\nnet/b\n");
        let document: serde_json::Value = serde_json::from_str(&files[5].1).unwrap();
        assert_eq!(document["outcomes"][0]["outcome"], "caught");
        assert_eq!(document["outcomes"][0]["property"], "learns");
        assert_eq!(document["missed"], 1);
        assert_eq!(document["outcomes"][2].get("would_catch"), None, "nobody looked for it");
    }

    #[test]
    fn the_advice_names_properties_and_what_they_need_to_fail() {
        assert_eq!(advice(&[]), "no property catches it");
        let all = [catch("a", false), catch("b", true), catch("c", false), catch("d", false)];
        assert_eq!(advice(&all), "would be caught by `a`, `b: {severity: error}`, `c` and 1 more");
    }
}
