//! Examples as the model gets them: some of each class, and how all inputs and targets are spread.

use super::histogram::Histogram;
use crate::data::{Dataset, InputKind, Part, Targets};
use crate::experiment::overfit;
use crate::subject::Subject;

/// Examples that are shown: two of each class where that is not too many to look at.
const LEAST: usize = 8;
const MOST: usize = 12;

/// Numbers of a target that are shown.
const NUMBERS: usize = 4;

/// What an input is to somebody who looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `[channels, height, width]`.
    Image { channels: usize, height: usize, width: usize },
    /// `[length, features]`, a line for each feature.
    Sequence { length: usize, features: usize },
    /// Numbers beside each other: columns of a table.
    Row { numbers: usize },
    /// Whole numbers below `vocabulary`.
    Tokens { vocabulary: usize },
}

/// The data of a spec.
#[derive(Debug, Clone, PartialEq)]
pub struct DataGallery {
    pub form: Form,
    /// Names of the numbers of an input, where they have some.
    pub columns: Vec<String>,
    pub training: usize,
    pub validation: usize,
    pub examples: Vec<ShownExample>,
    /// The inputs of the same examples as a step may see them; empty without augmentation.
    pub augmented: Vec<Vec<f64>>,
    /// All input numbers of the training part.
    pub inputs: Histogram,
    pub targets: TargetSpread,
}

/// One example.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownExample {
    /// "line 17".
    pub place: String,
    pub inputs: Vec<f64>,
    pub target: ShownAnswer,
}

/// A target, or what a model answers.
#[derive(Debug, Clone, PartialEq)]
pub enum ShownAnswer {
    /// Classes, labels that hold, or classes of places in their order.
    Names(Vec<String>),
    /// The first numbers, and how many there are.
    Numbers { first: Vec<f64>, count: usize },
}

/// How targets are spread.
#[derive(Debug, Clone, PartialEq)]
pub enum TargetSpread {
    Classes(Vec<(String, usize)>),
    Numbers(Histogram),
}

/// The examples that are shown, of the training part.
pub fn choose(subject: &Subject) -> Vec<usize> {
    match subject.dataset() {
        Some(data) => {
            let classes = data.classes.len();
            overfit::choose(&data.train.targets, (2 * classes).clamp(LEAST, MOST))
        }
        None => (0..subject.training_examples().min(LEAST)).collect(),
    }
}

pub fn gallery(subject: &Subject, data: &Dataset, shown: &[usize]) -> DataGallery {
    let length = data.example_len();
    let augmented = subject.augmenter().map_or_else(Vec::new, |mut augmenter| {
        let mut inputs = data.train.select(shown, length).inputs;
        augmenter.change(&mut inputs);
        inputs.chunks(length.max(1)).map(<[f64]>::to_vec).collect()
    });
    let example = |&index: &usize| ShownExample {
        place: data.origin.place(Part::Training, index),
        inputs: data.train.input(index, length).to_vec(),
        target: target(&data.train.targets, &data.classes, index),
    };
    DataGallery {
        form: form(&data.shape, data.input),
        columns: data.origin.columns.clone(),
        training: data.train.len(),
        validation: data.validation.len(),
        examples: shown.iter().map(example).collect(),
        augmented,
        inputs: Histogram::of(&data.train.inputs),
        targets: spread(&data.train.targets, &data.classes),
    }
}

/// What inputs of this shape look like.
pub fn form(shape: &[usize], input: InputKind) -> Form {
    if let InputKind::Tokens { vocabulary } = input {
        return Form::Tokens { vocabulary };
    }
    match *shape {
        [channels, height, width] => Form::Image { channels, height, width },
        [length, features] => Form::Sequence { length, features },
        _ => Form::Row { numbers: shape.iter().product() },
    }
}

/// The target of one example.
pub fn target(targets: &Targets, classes: &[String], example: usize) -> ShownAnswer {
    let width = targets.width();
    let own = example * width..(example + 1) * width;
    let named = |class: usize| name(classes, class);
    match targets {
        Targets::Classes(of) => ShownAnswer::Names(vec![named(of[example])]),
        Targets::Values(values) => ShownAnswer::numbers(&values[own]),
        Targets::Arrays { values, .. } => ShownAnswer::numbers(&values[own]),
        Targets::Labels { labels, .. } => {
            let holding = labels[own].iter().enumerate().filter(|(_, label)| **label == 1);
            ShownAnswer::Names(holding.map(|(label, _)| named(label)).collect())
        }
        Targets::Places { classes: of, .. } => {
            let places = of[own].iter().take(MOST);
            ShownAnswer::Names(
                places.map(|class| class.map_or_else(|| "·".to_owned(), named)).collect(),
            )
        }
    }
}

impl ShownAnswer {
    pub fn numbers(numbers: &[f64]) -> Self {
        let first = numbers.iter().take(NUMBERS).copied().collect();
        Self::Numbers { first, count: numbers.len() }
    }
}

/// The name of a class, or its number.
pub fn name(classes: &[String], class: usize) -> String {
    classes.get(class).cloned().unwrap_or_else(|| class.to_string())
}

fn spread(targets: &Targets, classes: &[String]) -> TargetSpread {
    let counted = |answers: &mut dyn Iterator<Item = usize>| {
        let mut counts = vec![0; classes.len()];
        for class in answers {
            if class >= counts.len() {
                counts.resize(class + 1, 0);
            }
            counts[class] += 1;
        }
        let named = counts.into_iter().enumerate();
        TargetSpread::Classes(named.map(|(class, count)| (name(classes, class), count)).collect())
    };
    match targets {
        Targets::Values(values) | Targets::Arrays { values, .. } => {
            TargetSpread::Numbers(Histogram::of(values))
        }
        Targets::Classes(of) => counted(&mut of.iter().copied()),
        Targets::Places { classes: of, .. } => counted(&mut of.iter().flatten().copied()),
        Targets::Labels { labels, .. } => {
            let width = targets.width();
            let holding = labels.iter().enumerate().filter(|(_, label)| **label == 1);
            counted(&mut holding.map(|(index, _)| index % width))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_says_what_there_is_to_look_at() {
        let float = |shape: &[usize]| form(shape, InputKind::Float);
        assert_eq!(float(&[3, 8, 9]), Form::Image { channels: 3, height: 8, width: 9 });
        assert_eq!(float(&[5, 2]), Form::Sequence { length: 5, features: 2 });
        assert_eq!(float(&[4]), Form::Row { numbers: 4 });
        let tokens = form(&[7], InputKind::Tokens { vocabulary: 9 });
        assert_eq!(tokens, Form::Tokens { vocabulary: 9 });
    }

    #[test]
    fn answers_have_names_where_the_data_has_some() {
        let names = ["cat".to_owned(), "dog".to_owned()];
        let labels = Targets::Labels { labels: vec![0, 1, 1, 1, 0, 0], shape: vec![3] };
        let said = |example| target(&labels, &names, example);
        assert_eq!(said(0), ShownAnswer::Names(vec!["dog".to_owned(), "2".to_owned()]));
        let counts = [("cat".to_owned(), 1), ("dog".to_owned(), 1), ("2".to_owned(), 1)];
        assert_eq!(spread(&labels, &names), TargetSpread::Classes(counts.to_vec()));
    }
}
