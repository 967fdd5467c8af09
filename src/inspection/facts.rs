//! What an inspection finds: plain data, without tensors.

use serde::Serialize;

use super::{Cost, Range};
use crate::data::Part;
use crate::spec::Task;

/// What is known of a subject without an experiment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    /// What each term of the loss gets, and what it compares that with.
    pub heads: Vec<Head>,
    /// The loss of the data's own targets; of the first term where no term compares them.
    pub loss: LossFacts,
    /// The weights that this loss gives the classes; empty where it gives none.
    pub class_weights: Vec<f64>,
    /// Paths of layers with a softmax over a single number.
    pub softmax_of_one: Vec<String>,
    /// What the inputs meet first; none for a Rust model.
    pub first_layer: Option<FirstLayer>,
    /// Whether no layer of a declared model adds a constant: its outputs are 0 where its inputs are.
    pub adds_nothing: bool,
    /// None where the model brings batches of its own.
    pub data: Option<DataFacts>,
    pub cost: Cost,
}

/// An output and the term of the loss that reads it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Head {
    pub task: Task,
    pub loss: LossFacts,
    pub outputs: Outputs,
    /// What the loss cannot fall below with outputs in their range, as a share of what guessing
    /// costs; none where that is not known.
    pub least_loss: Option<f64>,
    /// Real targets that the outputs cannot reach; none where outputs and targets are not the same
    /// numbers.
    pub unreachable: Option<Unreachable>,
    /// Whether the numbers of one answer lie along the last axis of the outputs: not in images of
    /// classes, where they lie along the first.
    pub classes_last: bool,
    /// What the outputs are compared with; none where that is not in the data.
    pub targets: Option<TargetFacts>,
}

/// What a loss asks of the outputs that it gets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LossFacts {
    /// The loss's name in the language.
    pub name: &'static str,
    pub takes: Takes,
    /// Whether it gives classes different weights, or less weight to what is easy.
    pub weighted: bool,
}

/// What outputs mean to a loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Takes {
    /// Any number: the loss makes probabilities of them itself.
    Logits,
    /// Any number: what counts is by how much one exceeds another, or zero.
    Scores,
    Probabilities,
    LogProbabilities,
    /// Mean counts.
    Rates,
    /// The targets themselves.
    Targets,
    /// What is not compared with targets number by number: embeddings, distances, a loss of the
    /// model's own.
    Other,
}

/// What is known of a model's outputs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outputs {
    /// From the layers of a declared model.
    Planned(Reach),
    /// From the first run of a Rust model.
    Seen(Seen),
    /// Of a Rust model that has not been run.
    Unknown,
}

/// How far outputs can reach, whatever the weights.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reach {
    /// Path and kind of the layer that decides it.
    pub place: String,
    pub kind: String,
    /// All outputs lie in it.
    pub range: Range,
    /// Whether weights can take the outputs near both ends; otherwise the range may be too wide.
    pub exact: bool,
    /// Whether the outputs are exactly 0 on a half-line of what they are made of.
    pub can_die: bool,
    pub rows: Rows,
}

/// What numbers that belong together add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rows {
    /// Not known.
    Unknown,
    /// Whatever the weights make it.
    Any,
    /// Over the last axis to 1.
    SumToOne,
    /// Over the last axis their exponentials add up to 1.
    ExponentialsSumToOne,
}

/// Outputs of a Rust model on a few examples, before any training.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Seen {
    pub examples: usize,
    pub numbers: usize,
    pub range: Range,
    /// How many are exactly 0.
    pub zeros: usize,
    /// The largest distance of a row's sum from 1, and of the sum of its exponentials.
    pub sum_error: f64,
    pub exponential_sum_error: f64,
    /// Numbers in a row.
    pub width: usize,
}

/// Real targets that outputs cannot reach.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Unreachable {
    /// Share of the training part's targets outside the range.
    pub share: f64,
    /// Range of the targets.
    pub targets: Range,
    /// The mean squared distance that is left at least, as a share of the targets' variance.
    pub misfit: f64,
}

/// What the inputs meet before the first layer with weights.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FirstLayer {
    /// What constant layers multiply them by.
    pub factor: f64,
    /// The path of the layer that normalizes them.
    pub normalized_by: Option<String>,
}

/// What the data is like.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DataFacts {
    pub training_examples: usize,
    pub held_out_examples: usize,
    /// Answers of the training part: one for each example, place, label or number.
    pub answers: usize,
    /// Whether the inputs are tokens, which have no scale.
    pub tokens: bool,
    /// The inputs of the training part, number by number; none for tokens.
    pub columns: Vec<ColumnFacts>,
    pub targets: TargetFacts,
    /// Whether the targets are the inputs.
    pub reconstructs: bool,
    /// Equal inputs of the training part with different answers; none where targets are numbers, and
    /// for tokens, whose answers may be open.
    pub contradictions: Option<Contradictions>,
    /// Columns that tell an answer alone; none where there are too few examples, for tokens, and where
    /// the inputs are to be given back.
    pub telling: Option<Vec<Telling>>,
    /// Held-out examples that the training part has, too.
    pub copies: Copies,
    /// How answers go with inputs, row by row; why that cannot be said, if so.
    pub steps: Result<StepFacts, &'static str>,
    /// Of tokens, where it is known which one fills sequences up.
    pub padding: Option<PaddingFacts>,
    /// Of images, how alike numbers are that stand next to each other.
    pub neighbours: Option<NeighbourFacts>,
}

/// How alike the numbers of images are that stand next to each other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NeighbourFacts {
    pub given: Reading,
    /// Height and width.
    pub axes: [AxisFacts; 2],
    /// Where those further apart are more alike: a shape in which neighbours are, and how much.
    pub better: Option<(Reading, f64)>,
}

/// Correlations along an axis of images.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AxisFacts {
    /// Of numbers next to each other.
    pub next: f64,
    /// Of numbers further apart that are most alike, and how far they are apart.
    pub apart: usize,
    pub further: f64,
}

/// An order in which the numbers of an example make an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// Channels, height and width.
    pub shape: [usize; 3],
    /// Whether the channels of a pixel stand together.
    pub channels_last: bool,
}

impl NeighbourFacts {
    /// So alike are numbers of images that belong together. Of handwritten digits neighbours are 0.27 alike
    /// along one axis and 0.49 along the other, and those further apart at most 0.05.
    const ALIKE: f64 = 0.2;
    /// So many times as alike, that it is no matter of degree.
    const TIMES: f64 = 3.0;

    /// Whether along an axis numbers further apart are alike, and those next to each other are not.
    pub fn is_out_of_place(&self) -> bool {
        let apart = |axis: &AxisFacts| {
            axis.further >= Self::ALIKE && axis.further > Self::TIMES * axis.next
        };
        self.axes.iter().any(apart)
    }

    /// How alike neighbours are along the axis where they are less so.
    pub fn least(&self) -> f64 {
        self.axes.iter().map(|axis| axis.next).fold(f64::INFINITY, f64::min)
    }

    /// A shape in which neighbours are alike along both axes, where they are not in the given one.
    pub fn mistaken_for(&self) -> Option<(Reading, f64)> {
        let least = self.least();
        self.better
            .filter(|(_, better)| *better >= Self::ALIKE && *better > Self::TIMES * least)
            .filter(|_| self.is_out_of_place())
    }
}

/// How much of the training part's tokens is padding.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PaddingFacts {
    /// The token that fills sequences up.
    pub token: usize,
    /// All tokens, and how many an example has.
    pub tokens: usize,
    pub length: usize,
    /// The share of padding among all of them.
    pub share: f64,
    /// How many examples are padding alone, and where the first of them stands.
    pub empty: usize,
    pub first_empty: Option<String>,
}

/// How well the answers of rows that look alike agree, with the answers as they stand and with all of
/// them moved by some rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepFacts {
    /// Rows that were compared.
    pub examples: usize,
    /// With the answers where they stand: 1 where rows that look alike have the same one, about 0 where
    /// answers have nothing to do with inputs.
    pub agreement: f64,
    /// With each row's answer taken from so many rows further on, where these agree best.
    pub best: Moved,
    /// Mean and deviation over moves so large that nothing but chance agrees.
    pub chance: [f64; 2],
    /// How far beyond chance rows are like the rows near to them, in standard deviations: 5 and more in
    /// data that is sorted, or that follows a clock.
    pub order: f64,
    /// The largest correlation of an input with the answer of a row near by: 1 where inputs are earlier
    /// answers.
    pub carried: f64,
}

/// Answers that are moved.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Moved {
    /// Rows further on; negative: before.
    pub by: i64,
    pub agreement: f64,
}

impl StepFacts {
    /// How far an agreement is beyond chance, in standard deviations.
    pub fn beyond_chance(&self, agreement: f64) -> f64 {
        let [mean, deviation] = self.chance;
        (agreement - mean) / deviation
    }
}

/// A column that is an answer under another name or scale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Telling {
    pub column: String,
    /// Which of several answers.
    pub target: usize,
}

/// One number of all examples of the training part.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnFacts {
    /// Its name in the file, or its place in an example: `[3, 0]`.
    pub name: String,
    pub mean: f64,
    /// Root of the mean squared deviation.
    pub deviation: f64,
    pub range: Range,
    /// The least number before the spec's scaling.
    pub least: f64,
}

impl ColumnFacts {
    /// √(mean² + deviation²): the root of the mean square.
    pub fn size(&self) -> f64 {
        self.mean.hypot(self.deviation)
    }

    /// The largest absolute value.
    pub fn largest(&self) -> f64 {
        self.range.low.abs().max(self.range.high.abs())
    }

    /// Whether all examples have the same number.
    pub fn is_constant(&self) -> bool {
        self.range.low == self.range.high
    }
}

/// What the answers are like.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetFacts {
    /// One class per example or place.
    Classes(Vec<ClassCount>),
    /// Several answers of 0 or 1, and whether exactly one of each example's is 1.
    Labels { labels: Vec<LabelCount>, exclusive: bool },
    /// Real numbers of the training part, and how many different ones there are where they are as
    /// evenly spaced as numbered classes.
    Values { columns: Vec<ColumnFacts>, steps: Option<usize> },
}

/// How often a class comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClassCount {
    pub name: String,
    pub training: usize,
    pub held_out: usize,
}

/// How often a label is 1 in the training part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LabelCount {
    pub name: String,
    pub ones: usize,
    pub examples: usize,
}

/// An example by its place in its file, or in its part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    pub part: Part,
    /// "line 17", or "example 3 of the training part".
    pub place: String,
}

/// Examples of the training part that no function of the inputs answers all right.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contradictions {
    /// How many are answered wrong at least.
    pub examples: usize,
    /// The first of them: equal inputs, different answers.
    pub first: Option<(Example, Example)>,
}

/// Held-out examples whose inputs the training part has, too.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Copies {
    pub examples: usize,
    /// The first few of them.
    pub first: Vec<Copy>,
    /// The share that chance alone would give: how likely equal inputs are when each of their numbers
    /// is drawn by itself, or each token by the one before it.
    pub by_chance: f64,
    /// Training examples that have a twin in the training part. Where the parts are drawn by lot, as
    /// large a share of it as of what is held out has one there.
    pub within: usize,
}

/// A held-out example and the one in the training part that is like it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Copy {
    pub held_out: Example,
    pub training: Example,
}
