//! Whether the examples of a batch are independent of each other.
//!
//! Examples are exchanged by the bits of their numbers: those with a 0 at some bit, then those with a
//! one. Any two of n examples are told apart by a bit, so that 2 · log₂ n passes show every influence of
//! one on another. Only where there is one, single examples are exchanged to name it.

use super::evidence::{Influence, MixingEvidence};
use super::{Difference, EXAMPLES, Outputs, Stage, place_along};
use crate::device::DeviceFailure;
use crate::subject::Subject;

/// Looks at a model in one mode.
pub(super) fn run(stage: &Stage<'_>, training: bool) -> Result<MixingEvidence, DeviceFailure> {
    let examples = stage.subject.training_examples().min(EXAMPLES);
    let donors: Vec<Option<usize>> =
        (0..examples).map(|row| donor(stage.subject, row, examples)).collect();
    let plain = stage.outputs(&stage.subject.batch(&(0..examples).collect::<Vec<_>>()))?;
    let mut found: Option<(Vec<usize>, Difference)> = None;
    let mut answers = false;
    for exchanged in halves(examples) {
        let other = exchange(stage, &donors, &exchanged)?;
        let is_exchanged =
            |shape: &[usize], index| exchanged.contains(&place_along(shape, 0, index));
        answers |= plain.largest_difference(&other, is_exchanged).is_some();
        let moved = plain.largest_difference(&other, |shape, index| !is_exchanged(shape, index));
        let stronger = |moved: &Difference| {
            found.as_ref().is_none_or(|(_, largest)| moved.size > largest.size)
        };
        if let Some(moved) = moved.filter(stronger) {
            found = Some((exchanged, moved));
        }
    }
    let influence = match found {
        Some((exchanged, moved)) => Some(named(stage, &donors, &plain, exchanged, moved)?),
        None => None,
    };
    let order = match training || influence.is_some() {
        true => None,
        false => order(stage, &plain)?,
    };
    Ok(MixingEvidence { training, influence, order, answers })
}

/// The one example among those exchanged that moves the output most, if one alone does.
fn named(
    stage: &Stage<'_>,
    donors: &[Option<usize>],
    plain: &Outputs,
    exchanged: Vec<usize>,
    moved: Difference,
) -> Result<Influence, DeviceFailure> {
    let row = |moved: Difference| place_along(&plain.0[moved.array].shape, 0, moved.index);
    let name = |moved: Difference| plain.0[moved.array].name.clone();
    let mut influence = Influence {
        seen: row(moved),
        output: name(moved),
        difference: moved.size,
        changed: exchanged.clone(),
    };
    let mut strongest = 0.0;
    for single in exchanged {
        let other = exchange(stage, donors, &[single])?;
        let alone =
            plain.largest_difference(&other, |shape, index| place_along(shape, 0, index) != single);
        if let Some(moved) = alone.filter(|moved| moved.size > strongest) {
            strongest = moved.size;
            influence = Influence {
                changed: vec![single],
                seen: row(moved),
                output: name(moved),
                difference: moved.size,
            };
        }
    }
    Ok(influence)
}

/// What the batch the other way round does to an example's output.
fn order(stage: &Stage<'_>, plain: &Outputs) -> Result<Option<Influence>, DeviceFailure> {
    let examples = stage.subject.training_examples().min(EXAMPLES);
    let turned = stage.outputs(&stage.subject.batch(&(0..examples).rev().collect::<Vec<_>>()))?;
    let moved = plain.largest_difference(&turned.turned(), |_, _| true);
    Ok(moved.map(|moved| Influence {
        changed: Vec::new(),
        seen: place_along(&plain.0[moved.array].shape, 0, moved.index),
        output: plain.0[moved.array].name.clone(),
        difference: moved.size,
    }))
}

/// The outputs with some examples exchanged for their donors.
fn exchange(
    stage: &Stage<'_>,
    donors: &[Option<usize>],
    exchanged: &[usize],
) -> Result<Outputs, DeviceFailure> {
    let pick = |(row, donor): (usize, &Option<usize>)| match donor {
        Some(donor) if exchanged.contains(&row) => *donor,
        _ => row,
    };
    let indices: Vec<usize> = donors.iter().enumerate().map(pick).collect();
    stage.outputs(&stage.subject.batch(&indices))
}

/// Another example with other inputs: rather one that is not in the batch.
fn donor(subject: &Subject, row: usize, examples: usize) -> Option<usize> {
    let all = subject.training_examples();
    let data = subject.dataset()?;
    let input = |index| data.train.input(index, data.example_len());
    let candidates = (examples..all).cycle().skip(row).take(all - examples).chain(0..examples);
    candidates.into_iter().find(|&candidate| input(candidate) != input(row))
}

/// For each bit of a row's number, the rows that have it and those that do not.
fn halves(examples: usize) -> Vec<Vec<usize>> {
    let bits = (0..).take_while(|bit| 1 << bit < examples);
    let sides = bits.flat_map(|bit| [0, 1].map(|side| (bit, side)));
    sides.map(|(bit, side)| (0..examples).filter(|row| row >> bit & 1 == side).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_two_examples_are_told_apart() {
        for examples in 2..=EXAMPLES {
            let halves = halves(examples);
            for (one, other) in
                (0..examples).flat_map(|one| (0..examples).map(move |two| (one, two)))
            {
                let apart = |half: &&Vec<usize>| half.contains(&one) && !half.contains(&other);
                assert_eq!(halves.iter().any(|half| apart(&half)), one != other, "{one} {other}");
            }
        }
    }
}
