//! Which options of a generator make sense, and how large generated data may be.

use super::{DataError, name};
use crate::spec::Generator;

/// The most numbers that a generator makes: 1 GiB of them. A slip in a spec (`examples: 1e12`)
/// must not take the machine down.
const MOST_NUMBERS: usize = 1 << 27;

/// The most classes: placing the centres of blobs takes time with their square.
const MOST_CLASSES: usize = 1000;

/// Checks a generator's options.
///
/// # Errors
///
/// Every option that is out of its range.
pub(super) fn check(generator: &Generator) -> Result<(), Vec<DataError>> {
    let mut options = Options { generator: name(generator), errors: Vec::new() };
    match *generator {
        Generator::Blobs { examples, classes, features, spread } => {
            options.classes(classes, examples);
            options.at_least("features", features, 1, "an input needs at least one number");
            options.noise("spread", spread);
            options.size(examples, features);
        }
        Generator::Moons { examples, noise } => {
            options.classes(2, examples);
            options.noise("noise", noise);
            options.size(examples, 2);
        }
        Generator::Circles { examples, factor, noise } => {
            options.classes(2, examples);
            options.require(
                (0.0..1.0).contains(&factor),
                "factor",
                factor,
                "the inner circle's radius is at least 0 and below the outer one's",
            );
            options.noise("noise", noise);
            options.size(examples, 2);
        }
        Generator::Spirals { examples, classes, turns, noise } => {
            options.classes(classes, examples);
            options.positive("turns", turns);
            options.noise("noise", noise);
            options.size(examples, 2);
        }
        Generator::Xor { examples, noise } => {
            options.classes(2, examples);
            options.noise("noise", noise);
            options.size(examples, 2);
        }
        Generator::LinearRegression { examples, features, noise } => {
            options.at_least("examples", examples, 1, "there must be at least one");
            options.at_least("features", features, 1, "an input needs at least one number");
            options.noise("noise", noise);
            options.size(examples, features);
        }
        Generator::NonlinearRegression { examples, noise } => {
            options.at_least("examples", examples, 1, "there must be at least one");
            options.noise("noise", noise);
            options.size(examples, 5);
        }
        Generator::SineRegression { examples, periods, noise } => {
            options.at_least("examples", examples, 1, "there must be at least one");
            options.positive("periods", periods);
            options.noise("noise", noise);
            options.size(examples, 1);
        }
        Generator::Waves { examples, classes, length, noise } => {
            options.classes(classes, examples);
            // Class k − 1 has k periods; from half the length on they look like fewer.
            options.require(
                length > 2 * classes,
                "length",
                length,
                "it must exceed twice `classes`, or frequencies cannot be told apart",
            );
            options.noise("noise", noise);
            options.size(examples, length);
        }
        Generator::Bars { examples, size, noise } => {
            options.classes(2, examples);
            options.at_least("size", size, 2, "in one pixel a bar neither lies nor stands");
            options.noise("noise", noise);
            options.size(examples, size.saturating_mul(size));
        }
        Generator::Shapes { examples, size, noise } => {
            options.classes(3, examples);
            options.at_least("size", size, 5, "the smallest shape is five pixels wide");
            options.noise("noise", noise);
            options.size(examples, size.saturating_mul(size));
        }
        Generator::Adding { examples, length } => {
            options.at_least("examples", examples, 1, "there must be at least one");
            options.at_least("length", length, 2, "two numbers are marked");
            options.size(examples, length.saturating_mul(2));
        }
        Generator::Parity { examples, length } => {
            options.classes(2, examples);
            options.at_least("length", length, 1, "a sequence needs at least one step");
            options.size(examples, length);
        }
        Generator::MajorityToken { examples, classes, vocabulary, length } => {
            options.classes(classes, examples);
            options.require(
                vocabulary >= classes,
                "vocabulary",
                vocabulary,
                "every class is a token, so it must be at least `classes`",
            );
            options.at_least("length", length, 1, "a sequence needs at least one token");
            options.size(examples, length);
        }
        Generator::PaddedTokens { examples, classes, vocabulary, length, shortest } => {
            options.classes(classes, examples);
            options.require(
                vocabulary > classes,
                "vocabulary",
                vocabulary,
                "every class is a token and token 0 is the padding, so it must exceed `classes`",
            );
            options.at_least("shortest", shortest, 1, "a sequence needs at least one token");
            options.at_least("length", length, shortest, "it must be at least `shortest`");
            options.size(examples, length);
        }
        Generator::MarkovChain { examples, vocabulary, length, certainty } => {
            options.classes(vocabulary, examples);
            options.at_least("length", length, 1, "a sequence needs at least one token");
            options.require(
                (0.0..=1.0).contains(&certainty),
                "certainty",
                certainty,
                "it is a probability, between 0 and 1",
            );
            options.size(examples, length);
        }
    }
    if options.errors.is_empty() { Ok(()) } else { Err(options.errors) }
}

struct Options {
    generator: &'static str,
    errors: Vec<DataError>,
}

impl Options {
    fn require(
        &mut self,
        holds: bool,
        option: &'static str,
        value: impl ToString,
        rule: &'static str,
    ) {
        if !holds {
            let (generator, value) = (self.generator, value.to_string());
            self.errors.push(DataError::GeneratorOption { generator, option, value, rule });
        }
    }

    fn at_least(&mut self, option: &'static str, value: usize, least: usize, rule: &'static str) {
        self.require(value >= least, option, value, rule);
    }

    fn classes(&mut self, classes: usize, examples: usize) {
        self.at_least("classes", classes, 2, "there must be at least two");
        self.require(classes <= MOST_CLASSES, "classes", classes, "there may be at most 1000");
        self.at_least("examples", examples, classes.max(1), "every class needs at least one");
    }

    fn positive(&mut self, option: &'static str, value: f64) {
        let holds = value > 0.0 && value.is_finite();
        self.require(holds, option, value, "it must be greater than 0");
    }

    fn noise(&mut self, option: &'static str, value: f64) {
        let holds = value >= 0.0 && value.is_finite();
        self.require(holds, option, value, "it is a standard deviation, so at least 0");
    }

    fn size(&mut self, examples: usize, numbers: usize) {
        let fits = examples.checked_mul(numbers).is_some_and(|size| size <= MOST_NUMBERS);
        self.require(fits, "examples", examples, "generated data is limited to 1 GiB");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(generator: Generator) -> Vec<&'static str> {
        let errors = check(&generator).expect_err("the options make no sense");
        let option = |error: &DataError| match error {
            DataError::GeneratorOption { option, .. } => *option,
            other => panic!("{other:?}"),
        };
        errors.iter().map(option).collect()
    }

    #[test]
    fn every_option_out_of_range_is_told() {
        assert_eq!(
            refused(Generator::Blobs { examples: 1, classes: 1, features: 0, spread: -1.0 }),
            ["classes", "features", "spread"]
        );
        assert_eq!(
            refused(Generator::Moons { examples: 1, noise: f64::NAN }),
            ["examples", "noise"]
        );
        assert_eq!(
            refused(Generator::LinearRegression { examples: 0, features: 0, noise: f64::INFINITY }),
            ["examples", "features", "noise"]
        );
        assert_eq!(
            refused(Generator::NonlinearRegression { examples: 0, noise: 0.0 }),
            ["examples"]
        );
        assert_eq!(
            refused(Generator::MajorityToken { examples: 9, classes: 3, vocabulary: 2, length: 0 }),
            ["vocabulary", "length"]
        );
    }

    #[test]
    fn options_of_pictures_and_sequences_are_judged_too() {
        assert_eq!(
            refused(Generator::Circles { examples: 1, factor: 1.0, noise: -1.0 }),
            ["examples", "factor", "noise"]
        );
        assert_eq!(
            refused(Generator::Spirals { examples: 9, classes: 3, turns: 0.0, noise: 0.0 }),
            ["turns"]
        );
        assert_eq!(refused(Generator::Xor { examples: 9, noise: -0.5 }), ["noise"]);
        assert_eq!(
            refused(Generator::SineRegression { examples: 0, periods: f64::NAN, noise: 0.0 }),
            ["examples", "periods"]
        );
        assert_eq!(refused(Generator::Bars { examples: 9, size: 1, noise: 0.0 }), ["size"]);
        assert_eq!(
            refused(Generator::Shapes { examples: 2, size: 4, noise: 0.0 }),
            ["examples", "size"]
        );
        assert_eq!(
            refused(Generator::Shapes { examples: 9, size: usize::MAX, noise: 0.0 }),
            ["examples"]
        );
        assert_eq!(refused(Generator::Adding { examples: 9, length: 1 }), ["length"]);
        assert_eq!(refused(Generator::Adding { examples: 9, length: usize::MAX }), ["examples"]);
        assert_eq!(refused(Generator::Parity { examples: 9, length: 0 }), ["length"]);
        let padded = |vocabulary, length, shortest| Generator::PaddedTokens {
            examples: 9,
            classes: 3,
            vocabulary,
            length,
            shortest,
        };
        assert_eq!(refused(padded(3, 5, 0)), ["vocabulary", "shortest"]);
        assert_eq!(refused(padded(4, 5, 6)), ["length"]);
        assert_eq!(check(&padded(4, 5, 5)), Ok(()));
        let chain =
            Generator::MarkovChain { examples: 9, vocabulary: 3, length: 0, certainty: 1.5 };
        assert_eq!(refused(chain), ["length", "certainty"]);
    }

    #[test]
    fn waves_stay_below_the_nyquist_frequency() {
        let waves = |length| Generator::Waves { examples: 9, classes: 4, length, noise: 0.0 };
        assert_eq!(refused(waves(8)), ["length"]);
        assert_eq!(check(&waves(9)), Ok(()));
    }

    #[test]
    fn data_that_would_fill_the_memory_is_refused_before_it_is_made() {
        assert_eq!(refused(Generator::Moons { examples: usize::MAX, noise: 0.1 }), ["examples"]);
        assert_eq!(
            refused(Generator::Blobs { examples: 2000, classes: 2000, features: 2, spread: 1.0 }),
            ["classes"]
        );
    }
}
