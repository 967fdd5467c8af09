//! Whether answers stand in the row of their inputs: rows that look alike agree in their answers, and
//! where answers are out of step, they agree in those of another row.
//!
//! No model is asked. Each row's nearest rows are found once; then all answers are moved by some rows
//! and compared anew. Moves that are so large that nothing can agree but by chance tell what chance
//! gives.

use super::dot::dot;
use super::{Moved, StepFacts};
use crate::data::{Dataset, InputKind, Targets};

/// Rows that are compared at most, in the order in which they were read.
const EXAMPLES: usize = 400;
/// With fewer, chance agrees too often.
const LEAST: usize = 64;
/// Rows near by that count.
const NEIGHBOURS: usize = 5;
/// Answers may be out of step by so many rows.
const FURTHEST: i64 = 3;
/// Moves that tell what chance gives begin behind twice of that, so that no answer is used twice.
const CHANCE: std::ops::RangeInclusive<i64> = 8..=57;
/// Numbers of a row that are looked at, spread evenly.
const WIDTH: usize = 64;
/// Classes that are told apart at most.
const CLASSES: usize = 64;

/// What answers do in the rows near by, or why nothing can be said.
pub(super) fn steps(data: &Dataset) -> Result<StepFacts, &'static str> {
    let answers = answers(data).ok_or("the answers are not one class or some numbers")?;
    let rows = Rows::new(data, &answers);
    if rows.places.len() < LEAST {
        return Err("there are too few examples to tell chance from a rule");
    }
    let (nearest, products) = (rows.nearest(), rows.products());
    let agreement = |by: i64| rows.agreement(&nearest, &products, by);
    let chance: Vec<f64> = CHANCE.flat_map(|by| [by, -by]).filter_map(agreement).collect();
    let here = agreement(0).ok_or("all answers are alike")?;
    let moves = (1..=FURTHEST).flat_map(|by| [by, -by]);
    let moved = moves.filter_map(|by| Some(Moved { by, agreement: agreement(by)? }));
    let best = moved.max_by(|one, two| one.agreement.total_cmp(&two.agreement));
    let (Some(best), true) = (best, chance.len() >= LEAST / 2) else {
        return Err("too few rows stand beside each other");
    };
    Ok(StepFacts {
        examples: rows.places.len(),
        agreement: here,
        best,
        chance: mean_and_deviation(&chance),
        order: rows.order(),
        carried: rows.carried(),
    })
}

/// Answers as numbers, so many for each example.
struct Answers {
    numbers: Vec<f64>,
    width: usize,
}

fn answers(data: &Dataset) -> Option<Answers> {
    let targets = &data.train.targets;
    match targets {
        Targets::Classes(classes) if (2..=CLASSES).contains(&data.classes.len()) => {
            let width = data.classes.len();
            let mut numbers = vec![0.0; width * classes.len()];
            for (example, class) in classes.iter().enumerate() {
                numbers[example * width + class] = 1.0;
            }
            Some(Answers { numbers, width })
        }
        Targets::Values(values) => Some(Answers { numbers: values.clone(), width: 1 }),
        Targets::Arrays { values, .. } if targets.width() <= CLASSES => {
            Some(Answers { numbers: values.clone(), width: targets.width() })
        }
        Targets::Labels { labels, .. } if targets.width() <= CLASSES => {
            let numbers = labels.iter().map(|label| *label as f64).collect();
            Some(Answers { numbers, width: targets.width() })
        }
        _ => None,
    }
}

/// Rows in the order in which they were read, each number of unit size.
struct Rows {
    /// Where each stands among all that were read; there are gaps where rows are held out.
    places: Vec<usize>,
    /// The row at each place.
    at: Vec<Option<usize>>,
    inputs: Vec<f64>,
    width: usize,
    answers: Vec<f64>,
    answer_width: usize,
}

impl Rows {
    fn new(data: &Dataset, answers: &Answers) -> Self {
        let mut order: Vec<usize> = (0..data.train.len().min(data.origin.read_as.len())).collect();
        order.sort_by_key(|example| data.origin.read_as[*example]);
        order.truncate(EXAMPLES);
        let places: Vec<usize> =
            order.iter().map(|example| data.origin.read_as[*example]).collect();
        let mut at = vec![None; places.last().map_or(0, |last| last + 1)];
        places.iter().enumerate().for_each(|(row, place)| at[*place] = Some(row));
        let length = data.example_len();
        let features = |example: usize| features(data.train.input(example, length), data.input);
        let inputs: Vec<f64> = order.iter().flat_map(|example| features(*example)).collect();
        let width = inputs.len() / order.len().max(1);
        let of = |example: &usize| {
            answers.numbers[example * answers.width..][..answers.width].iter().copied()
        };
        let taken: Vec<f64> = order.iter().flat_map(of).collect();
        Self {
            places,
            at,
            inputs: standardized(inputs, width),
            width,
            answers: standardized(taken, answers.width),
            answer_width: answers.width,
        }
    }

    fn input(&self, row: usize) -> &[f64] {
        &self.inputs[row * self.width..][..self.width]
    }

    fn answer(&self, row: usize) -> &[f64] {
        &self.answers[row * self.answer_width..][..self.answer_width]
    }

    /// For each row the one that stands so many places further on, if that is a row here.
    fn moved(&self, by: i64) -> Vec<Option<usize>> {
        let moved = |place: &usize| {
            let place = i64::try_from(*place).ok()? + by;
            *self.at.get(usize::try_from(place).ok()?)?
        };
        self.places.iter().map(moved).collect()
    }

    /// The rows nearest to each, without those that stand beside it.
    fn nearest(&self) -> Vec<Vec<usize>> {
        let beside = usize::try_from(2 * FURTHEST).expect("a small number");
        let mut near: Vec<Vec<(f64, usize)>> = vec![Vec::new(); self.places.len()];
        for one in 0..self.places.len() {
            for two in 0..one {
                if self.places[one].abs_diff(self.places[two]) > beside {
                    let distance = distance(self.input(one), self.input(two));
                    keep_nearest(&mut near[one], (distance, two));
                    keep_nearest(&mut near[two], (distance, one));
                }
            }
        }
        near.into_iter().map(|near| near.into_iter().map(|(_, row)| row).collect()).collect()
    }

    /// The product of the answers of each two rows, [rows, rows].
    fn products(&self) -> Vec<f64> {
        let rows = self.places.len();
        let mut products = vec![0.0; rows * rows];
        for one in 0..rows {
            for two in 0..=one {
                let product = dot(self.answer(one), self.answer(two));
                products[one * rows + two] = product;
                products[two * rows + one] = product;
            }
        }
        products
    }

    /// How far the answers of rows agree with those of their nearest rows, all moved by so many places,
    /// relative to how far they agree with themselves.
    fn agreement(&self, nearest: &[Vec<usize>], products: &[f64], by: i64) -> Option<f64> {
        let rows = self.places.len();
        let moved = self.moved(by);
        let (mut together, mut alone) = (0.0, 0.0);
        for (row, near) in nearest.iter().enumerate() {
            let Some(own) = moved[row] else { continue };
            for other in near.iter().filter_map(|near| moved[*near]) {
                together += products[own * rows + other];
                alone += products[own * rows + own];
            }
        }
        (alone > 0.0).then(|| together / alone)
    }

    fn input_columns(&self) -> Vec<Vec<f64>> {
        columns(&self.inputs, self.width)
    }

    fn answer_columns(&self) -> Vec<Vec<f64>> {
        columns(&self.answers, self.answer_width)
    }

    /// Rows and those that stand so many places further on.
    fn pairs(&self, by: i64) -> Pairs {
        let moved = self.moved(by);
        Pairs(moved.iter().enumerate().filter_map(|(row, other)| Some((row, (*other)?))).collect())
    }

    /// The largest correlation of a column with itself some rows further on, in the standard deviations
    /// that it has where rows are independent.
    fn order(&self) -> f64 {
        let columns = [self.input_columns(), self.answer_columns()].concat();
        let found = (1..=2 * FURTHEST).flat_map(|by| {
            let pairs = self.pairs(by);
            let deviations = (pairs.0.len() as f64).sqrt();
            let of = |column: &Vec<f64>| pairs.correlation(column, column).abs() * deviations;
            columns.iter().map(of).collect::<Vec<_>>()
        });
        found.fold(0.0, f64::max)
    }

    /// The largest correlation of an input with the answer of a row before or behind.
    fn carried(&self) -> f64 {
        let (inputs, answers) = (self.input_columns(), self.answer_columns());
        let mut largest: f64 = 0.0;
        for by in (1..=FURTHEST).flat_map(|by| [by, -by]) {
            let pairs = self.pairs(by);
            for (input, answer) in
                inputs.iter().flat_map(|input| answers.iter().map(move |answer| (input, answer)))
            {
                largest = largest.max(pairs.correlation(input, answer).abs());
            }
        }
        largest
    }
}

/// Rows that stand a number of places apart.
struct Pairs(Vec<(usize, usize)>);

impl Pairs {
    /// Of one column in the first rows with another one in the second rows.
    fn correlation(&self, one: &[f64], two: &[f64]) -> f64 {
        let (mut sum, mut squares) = (0.0, [0.0; 2]);
        for &(row, other) in &self.0 {
            let (first, second) = (one[row], two[other]);
            sum += first * second;
            squares[0] += first * first;
            squares[1] += second * second;
        }
        let size = (squares[0] * squares[1]).sqrt();
        if size > 0.0 { sum / size } else { 0.0 }
    }
}

/// Squared. By index, as [`dot`] is.
fn distance(one: &[f64], two: &[f64]) -> f64 {
    let mut sum = 0.0;
    for at in 0..one.len().min(two.len()) {
        let apart = one[at] - two[at];
        sum += apart * apart;
    }
    sum
}

/// Of several at one distance those stay that came first.
fn keep_nearest(near: &mut Vec<(f64, usize)>, new: (f64, usize)) {
    let is_full = near.len() == NEIGHBOURS;
    if is_full && near.last().is_some_and(|last| last.0.total_cmp(&new.0).is_le()) {
        return;
    }
    let place = near.iter().position(|known| known.0.total_cmp(&new.0).is_gt());
    near.insert(place.unwrap_or(near.len()), new);
    near.truncate(NEIGHBOURS);
}

fn columns(numbers: &[f64], width: usize) -> Vec<Vec<f64>> {
    (0..width).map(|column| numbers.iter().skip(column).step_by(width).copied().collect()).collect()
}

/// What of an example is compared: some of its numbers, or how often each token comes.
fn features(input: &[f64], kind: InputKind) -> Vec<f64> {
    match kind {
        InputKind::Float => {
            input.iter().step_by(input.len().div_ceil(WIDTH).max(1)).copied().collect()
        }
        InputKind::Tokens { vocabulary } => {
            let mut counts = vec![0.0; vocabulary.min(WIDTH)];
            for token in input {
                // A token is a number from 0 on.
                let bin = *token as usize % counts.len().max(1);
                counts[bin] += 1.0;
            }
            counts
        }
    }
}

/// Each column of mean 0 and deviation 1; of 0 where it is constant.
fn standardized(mut numbers: Vec<f64>, width: usize) -> Vec<f64> {
    for column in 0..width {
        let of_column: Vec<f64> = numbers.iter().skip(column).step_by(width).copied().collect();
        let [mean, deviation] = mean_and_deviation(&of_column);
        for number in numbers.iter_mut().skip(column).step_by(width) {
            *number = if deviation > 0.0 { (*number - mean) / deviation } else { 0.0 };
        }
    }
    numbers
}

fn mean_and_deviation(numbers: &[f64]) -> [f64; 2] {
    let count = numbers.len().max(1) as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let squares = numbers.iter().map(|number| (number - mean).powi(2)).sum::<f64>();
    [mean, (squares / count).sqrt()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::load;
    use crate::spec::{Source, parse};

    fn facts(data: &str, faults: &str) -> Result<StepFacts, &'static str> {
        let text = format!("version: 1\nname: net\n{data}model: [linear: 3]\n{faults}");
        steps(&load(&parse(Source::new("fixtures/net.yaml", text)).unwrap()).unwrap())
    }

    const DIAGNOSIS: &str = "task: binary_classification\n\
        data: {csv: breast_cancer.csv, target: diagnosis, scale: standardize}\n";
    const PROGRESSION: &str = "task: regression\n\
        data: {csv: diabetes.csv, target: progression, scale: standardize}\n";

    #[test]
    fn answers_in_the_row_of_their_inputs_agree_there_alone() {
        for data in [DIAGNOSIS, PROGRESSION] {
            let found = facts(data, "").unwrap();
            assert!(found.beyond_chance(found.agreement) > 6.0, "{found:?}");
            assert!(found.beyond_chance(found.best.agreement) < 5.0, "{found:?}");
            assert!(found.order < 5.0 && found.carried < 0.9, "{found:?}");
        }
    }

    #[test]
    fn answers_that_are_out_of_step_agree_in_the_row_that_they_belong_to() {
        for (data, by) in [(DIAGNOSIS, 1), (DIAGNOSIS, 2), (PROGRESSION, 1)] {
            let found = facts(data, &format!("faults: [shift_labels: {by}]\n")).unwrap();
            assert_eq!(found.best.by, by, "{found:?}");
            assert!(found.beyond_chance(found.best.agreement) > 6.0, "{found:?}");
            assert!(found.beyond_chance(found.agreement) < 4.0, "{found:?}");
        }
    }

    #[test]
    fn sorted_rows_and_classes_that_come_in_turn_are_told() {
        let iris = "task: classification\ndata: {csv: iris.csv, target: species}\n";
        assert!(facts(iris, "").unwrap().order > 8.0);
        let blobs = "task: classification\ndata: {blobs: {examples: 200, classes: 3}}\n";
        assert!(facts(blobs, "").unwrap().order > 8.0);
    }

    #[test]
    fn inputs_that_are_earlier_answers_are_told() {
        let rows = |from: usize| -> Vec<f64> {
            let random = &mut crate::random::Random::new(1, "test");
            let all: Vec<f64> = (0..201).map(|_| random.normal()).collect();
            all[from..from + 200].to_vec()
        };
        let mut data = load(
            &parse(Source::new(
                "fixtures/net.yaml",
                format!("version: 1\nname: net\n{PROGRESSION}model: [linear: 1]\n"),
            ))
            .unwrap(),
        )
        .unwrap();
        let width = data.example_len();
        data.train.inputs = rows(0).into_iter().flat_map(|number| vec![number; width]).collect();
        data.train.targets = Targets::Values(rows(1));
        data.origin.read_as = (0..200).collect();
        let found = steps(&data).unwrap();
        assert!(found.carried > 0.99, "{found:?}");
    }

    #[test]
    fn the_nearest_are_kept_in_their_order() {
        let distances = [5.0, 1.0, 3.0, 1.0, 9.0, 0.5, 3.0, 3.0];
        let mut near = Vec::new();
        let rows = distances.iter().enumerate();
        rows.for_each(|(row, distance)| keep_nearest(&mut near, (*distance, row)));
        let mut all: Vec<(f64, usize)> = distances.iter().copied().zip(0..).collect();
        all.sort_by(|one, two| one.0.total_cmp(&two.0));
        assert_eq!(near, all[..NEIGHBOURS]);
    }

    #[test]
    fn of_a_few_rows_nothing_is_said() {
        let few = "task: classification\ndata: {blobs: {examples: 60, classes: 3}}\n";
        assert!(facts(few, "").is_err());
    }
}
