//! What a filter expression means.

use super::matcher::Matcher;
use super::parser;
use crate::spec::Diagnostics;

/// A filter expression that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter(pub(super) Expression);

/// What a filter asks about one test case.
#[derive(Debug, Clone)]
pub struct Subject<'case> {
    /// `spec::property`.
    pub test: &'case str,
    pub package: &'case str,
    pub spec: &'case str,
    /// None for a spec that cannot be run.
    pub property: Option<&'case str>,
    pub tags: Vec<&'case str>,
    /// Of [`KINDS`](super::parser).
    pub kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression {
    All,
    None,
    Is(Quality, Matcher),
    Not(Box<Expression>),
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quality {
    Test,
    Package,
    Spec,
    Property,
    Tag,
    Kind,
}

impl Filter {
    /// Reads an expression; `origin` is where it was written, for messages.
    ///
    /// # Errors
    ///
    /// What is wrong, at its place.
    pub fn parse(text: &str, origin: &str) -> Result<Self, Diagnostics> {
        parser::parse(text, origin).map(Self)
    }

    pub fn selects(&self, subject: &Subject<'_>) -> bool {
        self.0.holds(subject)
    }
}

impl Expression {
    fn holds(&self, subject: &Subject<'_>) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Is(quality, matcher) => match quality {
                Quality::Test => matcher.matches(subject.test),
                Quality::Package => matcher.matches(subject.package),
                Quality::Spec => matcher.matches(subject.spec),
                Quality::Property => subject.property.is_some_and(|name| matcher.matches(name)),
                Quality::Tag => subject.tags.iter().any(|tag| matcher.matches(tag)),
                Quality::Kind => matcher.matches(subject.kind),
            },
            Self::Not(inner) => !inner.holds(subject),
            Self::And(one, other) => one.holds(subject) && other.holds(subject),
            Self::Or(one, other) => one.holds(subject) || other.holds(subject),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selects(filter: &str) -> bool {
        let subject = Subject {
            test: "digits_cnn::learns",
            package: "vision",
            spec: "digits_cnn",
            property: Some("learns"),
            tags: vec!["slow", "cnn"],
            kind: "layers",
        };
        Filter::parse(filter, "-E").unwrap_or_else(|error| panic!("{error}")).selects(&subject)
    }

    #[test]
    fn each_quality_is_compared_in_its_usual_way_or_as_is_said() {
        for filter in [
            "all()",
            "test(cnn::le)",
            "test(=digits_cnn::learns)",
            "spec(digits*)",
            "spec(~cnn)",
            "spec(#*_cnn)",
            "property(learns)",
            "property(=learns)",
            "tag(slow)",
            "tag( cnn )",
            "kind(layers)",
            "package(vis*)",
            "spec(/^digits_(cnn|mlp)$/)",
            "test(/cnn::(learns|shapes)/) and not tag(/^c$/)",
        ] {
            assert!(selects(filter), "{filter}");
        }
        for filter in [
            "none()",
            "test(=cnn)",
            "spec(digits)",
            "spec(=digits*)",
            "property(shapes)",
            "tag(slo)",
            "kind(rust)",
            "package(sion)",
            "spec(/^git/)",
        ] {
            assert!(!selects(filter), "{filter}");
        }
    }

    #[test]
    fn not_binds_before_and_and_that_before_or() {
        assert!(selects("tag(slow) or tag(x) and tag(y)"));
        assert!(!selects("(tag(slow) or tag(x)) and tag(y)"));
        assert!(selects("not tag(x) and tag(slow)"));
        assert!(!selects("not (tag(x) or tag(slow))"));
        assert!(selects("tag(slow) - tag(x)") && !selects("tag(slow) - tag(cnn)"));
        assert!(selects("tag(x) | tag(cnn)") && selects("tag(x) + tag(cnn)"));
        assert!(selects("tag(slow) & !tag(x)") && !selects("!tag(slow)"));
        assert!(selects("not not tag(slow)") && selects("tag(slow)and(tag(cnn))"));
    }
}
