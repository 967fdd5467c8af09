//! A spec's data, as every experiment gets it.

use super::{Examples, Origin, OtherTargets, Targets};
use crate::hash::Fnv1a;
use crate::spec::Compared;

/// A spec's data, ready to be batched.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    pub train: Examples,
    /// Empty when the spec holds nothing out.
    pub validation: Examples,
    /// Held out for a last test: nothing is measured on it. Empty unless the spec asks for it.
    pub test: Examples,
    /// What one input is.
    pub input: InputKind,
    /// Shape of one input, without the batch axis.
    pub shape: Vec<usize>,
    /// Class names in the order of their indices; empty for regression.
    pub classes: Vec<String>,
    /// What columns and examples are called.
    pub origin: Origin,
    /// Targets beside those of the parts, by the names that terms of the loss give.
    pub others: Vec<OtherTargets>,
}

/// What the numbers of an input mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    Float,
    /// Whole numbers in `0..vocabulary`, for an embedding.
    Tokens {
        vocabulary: usize,
    },
}

/// What the data says about each example, under one name.
#[derive(Debug, Clone, Copy)]
pub struct Answers<'a> {
    pub train: &'a Targets,
    pub validation: &'a Targets,
    /// Class names in the order of their indices; empty for real targets.
    pub classes: &'a [String],
}

impl Dataset {
    /// What a term of the loss compares outputs with; none where that is none of the data's.
    pub fn answers(&self, compared: &Compared) -> Option<Answers<'_>> {
        match compared {
            Compared::Target => Some(Answers {
                train: &self.train.targets,
                validation: &self.validation.targets,
                classes: &self.classes,
            }),
            Compared::Named(name) => {
                let other = self.others.iter().find(|other| other.name == name.value)?;
                let OtherTargets { train, validation, classes, .. } = other;
                Some(Answers { train, validation, classes })
            }
            Compared::Constant(_) | Compared::Nothing => None,
        }
    }

    /// The count of numbers in one input.
    pub fn example_len(&self) -> usize {
        self.shape.iter().product()
    }

    /// A stable hash of all numbers, their order, shape and meaning, and of the class names:
    /// 16 hexadecimal digits. Equal data has equal digests on every platform; records of runs
    /// carry it, to tell whether two runs saw the same data.
    pub fn digest(&self) -> String {
        let mut hash = Fnv1a::new();
        match self.input {
            InputKind::Float => write_count(&mut hash, 0),
            InputKind::Tokens { vocabulary } => {
                write_count(&mut hash, 1);
                write_count(&mut hash, vocabulary);
            }
        }
        write_count(&mut hash, self.shape.len());
        self.shape.iter().for_each(|&size| write_count(&mut hash, size));
        write_count(&mut hash, self.classes.len());
        for class in &self.classes {
            write_count(&mut hash, class.len());
            hash.write(class.as_bytes());
        }
        // Without a test part the hash is what it was before there were any.
        let test = Some(&self.test).filter(|test| !test.is_empty());
        for part in [&self.train, &self.validation].into_iter().chain(test) {
            write_numbers(&mut hash, &part.inputs);
            write_targets(&mut hash, &part.targets);
        }
        for other in &self.others {
            hash.write(other.name.as_bytes());
            write_targets(&mut hash, &other.train);
            write_targets(&mut hash, &other.validation);
        }
        format!("{:016x}", hash.finish())
    }
}

/// Counts are written before what they count, so that no two datasets give the same bytes.
fn write_count(hash: &mut Fnv1a, count: usize) {
    hash.write(&(count as u64).to_le_bytes());
}

fn write_targets(hash: &mut Fnv1a, targets: &Targets) {
    // A shape comes first where there is one, so that kinds and shapes are told apart.
    const NONE: usize = usize::MAX;
    if !targets.shape().is_empty() {
        let kind = match targets {
            Targets::Arrays { .. } => "arrays",
            Targets::Labels { .. } => "labels",
            _ => "places",
        };
        hash.write(kind.as_bytes());
        write_count(hash, targets.shape().len());
        targets.shape().iter().for_each(|&size| write_count(hash, size));
    }
    match targets {
        Targets::Classes(classes) | Targets::Labels { labels: classes, .. } => {
            write_count(hash, classes.len());
            classes.iter().for_each(|&class| write_count(hash, class));
        }
        Targets::Values(values) | Targets::Arrays { values, .. } => write_numbers(hash, values),
        Targets::Places { classes, .. } => {
            write_count(hash, classes.len());
            classes.iter().for_each(|class| write_count(hash, class.unwrap_or(NONE)));
        }
    }
}

fn write_numbers(hash: &mut Fnv1a, numbers: &[f64]) {
    write_count(hash, numbers.len());
    numbers.iter().for_each(|number| hash.write(&number.to_bits().to_le_bytes()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dataset() -> Dataset {
        Dataset {
            train: Examples {
                inputs: vec![1.0, 2.0, 3.0, 4.0],
                targets: Targets::Classes(vec![0, 1]),
            },
            validation: Examples { inputs: vec![5.0, 6.0], targets: Targets::Classes(vec![1]) },
            test: Examples { inputs: Vec::new(), targets: Targets::Classes(Vec::new()) },
            input: InputKind::Float,
            shape: vec![2],
            classes: vec!["no".into(), "yes".into()],
            origin: Origin::default(),
            others: Vec::new(),
        }
    }

    #[test]
    fn the_digest_is_pinned() {
        assert_eq!(dataset().digest(), "4147be45d5eef7fd");
    }

    #[test]
    fn the_digest_sees_every_part() {
        let changes: [fn(&mut Dataset); 14] = [
            |data| data.train.inputs[3] = 4.000000000000001,
            |data| data.train.inputs.swap(0, 1),
            |data| data.train.targets = Targets::Classes(vec![1, 1]),
            |data| data.train.targets = Targets::Values(vec![0.0, 1.0]),
            |data| {
                data.train.targets = Targets::Arrays { values: vec![0.0, 1.0], shape: vec![1] };
            },
            |data| {
                data.train.targets = Targets::Labels { labels: vec![0, 1], shape: vec![1] };
            },
            |data| {
                data.train.targets =
                    Targets::Places { classes: vec![Some(0), Some(1)], shape: vec![1] };
            },
            |data| {
                data.train.targets =
                    Targets::Places { classes: vec![Some(0), None], shape: vec![1] };
            },
            |data| data.validation.inputs[0] = -5.0,
            |data| data.test = data.validation.clone(),
            |data| data.shape = vec![1, 2],
            |data| data.classes[0].push('n'),
            |data| data.input = InputKind::Tokens { vocabulary: 7 },
            |data| {
                let (train, validation) = (data.train.targets.clone(), Targets::Values(vec![]));
                let (name, classes) = ("size".to_owned(), Vec::new());
                data.others.push(OtherTargets { name, train, validation, classes });
            },
        ];
        let mut digests: Vec<String> = changes
            .iter()
            .map(|change| {
                let mut changed = dataset();
                change(&mut changed);
                changed.digest()
            })
            .collect();
        digests.push(dataset().digest());
        digests.sort();
        digests.dedup();
        assert_eq!(digests.len(), 15);
    }
}
