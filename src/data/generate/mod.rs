//! Data made from the spec's seed, for specs that need no file. One file per generator, each with
//! its formula and source.
//!
//! Class c is example c, c + k, c + 2k, … of k classes, so that no class has more than one example
//! more than another; the split shuffles. All mathematics goes through `libm`, so the numbers are
//! the same on every platform.

mod adding;
mod bars;
mod blobs;
mod circles;
mod limits;
mod linear_regression;
mod majority_token;
mod markov_chain;
mod moons;
mod nonlinear_regression;
mod padded_tokens;
mod parity;
mod shapes;
mod sine_regression;
mod spirals;
mod waves;
mod xor;

use super::raw::{Raw, Rows};
use super::{DataError, InputKind, Targets};
use crate::random::Random;
use crate::spec::Generator;

/// Runs a generator.
///
/// # Errors
///
/// Options that no data can be made for, all of them at once.
pub(super) fn generate(generator: &Generator, seed: u64) -> Result<Raw, Vec<DataError>> {
    limits::check(generator)?;
    let random = &mut Random::new(seed, "generator");
    Ok(match *generator {
        Generator::Blobs { examples, classes, features, spread } => {
            blobs::generate(examples, classes, features, spread, random)
        }
        Generator::Moons { examples, noise } => moons::generate(examples, noise, random),
        Generator::Circles { examples, factor, noise } => {
            circles::generate(examples, factor, noise, random)
        }
        Generator::Spirals { examples, classes, turns, noise } => {
            spirals::generate(examples, classes, turns, noise, random)
        }
        Generator::Xor { examples, noise } => xor::generate(examples, noise, random),
        Generator::LinearRegression { examples, features, noise } => {
            linear_regression::generate(examples, features, noise, random)
        }
        Generator::NonlinearRegression { examples, noise } => {
            nonlinear_regression::generate(examples, noise, random)
        }
        Generator::SineRegression { examples, periods, noise } => {
            sine_regression::generate(examples, periods, noise, random)
        }
        Generator::Waves { examples, classes, length, noise } => {
            waves::generate(examples, classes, length, noise, random)
        }
        Generator::Bars { examples, size, noise } => bars::generate(examples, size, noise, random),
        Generator::Shapes { examples, size, noise } => {
            shapes::generate(examples, size, noise, random)
        }
        Generator::Adding { examples, length } => adding::generate(examples, length, random),
        Generator::Parity { examples, length } => parity::generate(examples, length, random),
        Generator::MajorityToken { examples, classes, vocabulary, length } => {
            majority_token::generate(examples, classes, vocabulary, length, random)
        }
        Generator::PaddedTokens { examples, classes, vocabulary, length, shortest } => {
            padded_tokens::generate(examples, classes, vocabulary, shortest..=length, random)
        }
        Generator::MarkovChain { examples, vocabulary, length, certainty } => {
            markov_chain::generate(examples, vocabulary, length, certainty, random)
        }
    })
}

/// The generator's name in the spec language.
pub(super) fn name(generator: &Generator) -> &'static str {
    match generator {
        Generator::Blobs { .. } => "blobs",
        Generator::Moons { .. } => "moons",
        Generator::Circles { .. } => "circles",
        Generator::Spirals { .. } => "spirals",
        Generator::Xor { .. } => "xor",
        Generator::LinearRegression { .. } => "linear_regression",
        Generator::NonlinearRegression { .. } => "nonlinear_regression",
        Generator::SineRegression { .. } => "sine_regression",
        Generator::Waves { .. } => "waves",
        Generator::Bars { .. } => "bars",
        Generator::Shapes { .. } => "shapes",
        Generator::Adding { .. } => "adding",
        Generator::Parity { .. } => "parity",
        Generator::MajorityToken { .. } => "majority_token",
        Generator::PaddedTokens { .. } => "padded_tokens",
        Generator::MarkovChain { .. } => "markov_chain",
    }
}

/// Examples of classes that are called by their indices.
fn classification(inputs: Vec<f64>, labels: Vec<usize>, classes: usize, shape: Vec<usize>) -> Raw {
    Raw {
        inputs,
        targets: Targets::Classes(labels),
        classes: (0..classes).map(|class| class.to_string()).collect(),
        input: InputKind::Float,
        shape,
        rows: Rows::default(),
    }
}

fn regression(inputs: Vec<f64>, values: Vec<f64>, shape: Vec<usize>) -> Raw {
    Raw {
        inputs,
        targets: Targets::Values(values),
        classes: Vec::new(),
        input: InputKind::Float,
        shape,
        rows: Rows::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_generator() -> [Generator; 16] {
        [
            Generator::Blobs { examples: 50, classes: 3, features: 4, spread: 1.0 },
            Generator::Moons { examples: 50, noise: 0.1 },
            Generator::LinearRegression { examples: 50, features: 3, noise: 0.1 },
            Generator::NonlinearRegression { examples: 50, noise: 1.0 },
            Generator::Waves { examples: 50, classes: 3, length: 10, noise: 0.1 },
            Generator::MajorityToken { examples: 50, classes: 3, vocabulary: 9, length: 7 },
            Generator::Circles { examples: 50, factor: 0.5, noise: 0.1 },
            Generator::Spirals { examples: 50, classes: 3, turns: 1.5, noise: 0.1 },
            Generator::Xor { examples: 50, noise: 0.1 },
            Generator::SineRegression { examples: 50, periods: 2.0, noise: 0.1 },
            Generator::Bars { examples: 50, size: 6, noise: 0.1 },
            Generator::Shapes { examples: 50, size: 9, noise: 0.1 },
            Generator::Adding { examples: 50, length: 8 },
            Generator::Parity { examples: 50, length: 7 },
            Generator::PaddedTokens {
                examples: 50,
                classes: 3,
                vocabulary: 9,
                length: 7,
                shortest: 2,
            },
            Generator::MarkovChain { examples: 50, vocabulary: 4, length: 6, certainty: 0.8 },
        ]
    }

    #[test]
    fn inputs_and_targets_have_the_promised_sizes() {
        let shapes: [&[usize]; 16] = [
            &[4],
            &[2],
            &[3],
            &[5],
            &[10, 1],
            &[7],
            &[2],
            &[2],
            &[2],
            &[1],
            &[1, 6, 6],
            &[1, 9, 9],
            &[8, 2],
            &[7, 1],
            &[7],
            &[6],
        ];
        for (generator, shape) in every_generator().iter().zip(shapes) {
            let raw = generate(generator, 42).unwrap();
            assert_eq!(raw.shape, shape, "{generator:?}");
            assert_eq!(raw.inputs.len(), 50 * shape.iter().product::<usize>(), "{generator:?}");
            assert_eq!(raw.targets.len(), 50, "{generator:?}");
            assert!(raw.inputs.iter().all(|number| number.is_finite()), "{generator:?}");
        }
    }

    #[test]
    fn classes_are_balanced() {
        for generator in every_generator() {
            let raw = generate(&generator, 42).unwrap();
            let Targets::Classes(labels) = &raw.targets else { continue };
            let counts: Vec<usize> = (0..raw.classes.len())
                .map(|class| labels.iter().filter(|&&label| label == class).count())
                .collect();
            assert_eq!(counts.iter().sum::<usize>(), 50, "{generator:?}");
            let (fewest, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
            assert!(most - fewest <= 1, "{generator:?}: {counts:?}");
        }
    }

    #[test]
    fn the_seed_alone_decides() {
        for generator in every_generator() {
            assert_eq!(generate(&generator, 1), generate(&generator, 1), "{generator:?}");
            assert_ne!(generate(&generator, 1), generate(&generator, 2), "{generator:?}");
        }
    }

    /// A change here changes the snapshots of every spec on generated data. All but those of
    /// `blobs` have been checked with a second implementation of the formulas (in Python).
    #[test]
    fn the_numbers_are_pinned() {
        let sums: Vec<String> = every_generator()
            .iter()
            .map(|generator| {
                let inputs = generate(generator, 42).unwrap().inputs;
                let weighted = inputs.iter().enumerate().map(|(i, x)| x * (i % 7) as f64);
                format!("{} {:e}", name(generator), weighted.sum::<f64>())
            })
            .collect();
        assert_eq!(
            sums,
            [
                "blobs 1.3096645950895757e2",
                "moons 1.0369273434612214e2",
                "linear_regression 4.6619129772298606e1",
                "nonlinear_regression 3.557798437106254e2",
                "waves 6.3035089549476595e1",
                "majority_token 3.231e3",
                "circles -4.763532837457259e0",
                "spirals -2.0149220891444286e0",
                "xor 2.539822705777929e0",
                "sine_regression 7.31069842050945e1",
                "bars 8.956076908925018e2",
                "shapes 3.8450866405931324e3",
                "adding 8.562639470559384e2",
                "parity -1.12e2",
                "padded_tokens 1.359e3",
                "markov_chain 1.36e3",
            ]
        );
    }
}
