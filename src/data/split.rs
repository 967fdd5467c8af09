//! Which examples are trained on and which are held out.

use super::{DataError, Targets};
use crate::random::Random;

/// Indices of the examples of each part, in the order that the part keeps them.
#[derive(Debug, PartialEq, Eq, Default)]
pub(super) struct Parts {
    pub(super) train: Vec<usize>,
    pub(super) validation: Vec<usize>,
    pub(super) test: Vec<usize>,
}

/// The shares that are held out, each in `[0, 1)` and together below 1. A share of 0 holds out
/// nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shares {
    pub(super) validation: f64,
    pub(super) test: f64,
}

/// By which rule examples go into a part.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule<'a> {
    /// At random, each class by itself: the parts keep the classes' shares (a stratified split).
    Class,
    /// At random.
    Example,
    /// At random, examples of one group together; each example's group.
    Group(&'a [usize]),
    /// The last ones of this order.
    Order(&'a [usize]),
}

/// Chooses the examples of each part, and shuffles them where chance chooses.
///
/// Of n examples, n · share go into a held-out part, rounded, but at least one, and at least one
/// is left for each other part. With [`Rule::Class`] this holds for each class by itself where an example
/// has one class, with
/// [`Rule::Group`] for the groups instead of the examples. With [`Rule::Order`] the validation part
/// comes after the training part, and the test part after both.
///
/// # Errors
///
/// Shares out of their range, and fewer examples, of a class or at all, or fewer groups, than parts.
pub(super) fn split(
    targets: &Targets,
    classes: &[String],
    shares: Shares,
    rule: Rule<'_>,
    seed: u64,
) -> Result<Parts, DataError> {
    for share in [shares.validation, shares.test, shares.validation + shares.test] {
        if !(0.0..1.0).contains(&share) {
            return Err(DataError::Share { share });
        }
    }
    let random = &mut Random::new(seed, "split");
    let mut parts = Parts::default();
    match (rule, targets) {
        (Rule::Class, Targets::Classes(labels)) => {
            let mut members = by_class(labels, classes.len());
            check_classes(&members, classes, shares)?;
            for class in &mut members {
                random.shuffle(class);
                parts.deal(class, shares);
            }
        }
        (Rule::Class | Rule::Example, _) => {
            let mut all: Vec<usize> = (0..targets.len()).collect();
            check_examples(all.len(), shares)?;
            random.shuffle(&mut all);
            parts.deal(&all, shares);
        }
        (Rule::Group(groups), _) => parts = by_group(groups, shares, random)?,
        (Rule::Order(order), _) => {
            check_examples(order.len(), shares)?;
            parts.deal_last(order, shares);
            return Ok(parts);
        }
    }
    random.shuffle(&mut parts.train);
    random.shuffle(&mut parts.validation);
    random.shuffle(&mut parts.test);
    Ok(parts)
}

impl Shares {
    /// How many parts there are.
    fn parts(self) -> usize {
        1 + usize::from(self.validation > 0.0) + usize::from(self.test > 0.0)
    }

    /// How many of so many go into validation and test part.
    fn counts(self, all: usize) -> (usize, usize) {
        let held_out = |share: f64, most: usize| match share > 0.0 && most > 0 {
            true => ((all as f64 * share).round() as usize).clamp(1, most),
            false => 0,
        };
        let for_the_others = usize::from(self.test > 0.0) + 1;
        let validation = held_out(self.validation, all.saturating_sub(for_the_others));
        (validation, held_out(self.test, all.saturating_sub(validation + 1)))
    }
}

impl Parts {
    /// Deals shuffled examples: the first to the validation part, the next to the test part.
    fn deal(&mut self, examples: &[usize], shares: Shares) {
        let (validation, test) = shares.counts(examples.len());
        let (held_out, train) = examples.split_at(validation + test);
        self.validation.extend(&held_out[..validation]);
        self.test.extend(&held_out[validation..]);
        self.train.extend(train);
    }

    /// Deals ordered examples: the very last to the test part, those before to the validation part.
    fn deal_last(&mut self, examples: &[usize], shares: Shares) {
        let (validation, test) = shares.counts(examples.len());
        let (before, test) = examples.split_at(examples.len() - test);
        let (train, validation) = before.split_at(before.len() - validation);
        self.train.extend(train);
        self.validation.extend(validation);
        self.test.extend(test);
    }
}

fn by_class(labels: &[usize], classes: usize) -> Vec<Vec<usize>> {
    let mut members = vec![Vec::new(); classes];
    for (example, &label) in labels.iter().enumerate() {
        members[label].push(example);
    }
    members
}

/// Deals the groups as if they were examples, then puts each group's examples where it went.
fn by_group(groups: &[usize], shares: Shares, random: &mut Random) -> Result<Parts, DataError> {
    let count = groups.iter().max().map_or(0, |last| last + 1);
    if count < shares.parts() {
        return Err(DataError::TooFewGroups { groups: count, parts: shares.parts() });
    }
    let mut dealt = Parts::default();
    dealt.deal(&random.permutation(count), shares);
    let members = by_class(groups, count);
    let of = |dealt: &[usize]| dealt.iter().flat_map(|&group| members[group].clone()).collect();
    Ok(Parts { train: of(&dealt.train), validation: of(&dealt.validation), test: of(&dealt.test) })
}

fn check_classes(
    members: &[Vec<usize>],
    classes: &[String],
    shares: Shares,
) -> Result<(), DataError> {
    let parts = shares.parts();
    let lonely = members.iter().zip(classes).filter(|(class, _)| (1..parts).contains(&class.len()));
    let classes: Vec<String> = lonely.map(|(_, name)| name.clone()).collect();
    if classes.is_empty() { Ok(()) } else { Err(DataError::LonelyClasses { classes, parts }) }
}

fn check_examples(examples: usize, shares: Shares) -> Result<(), DataError> {
    let parts = shares.parts();
    if examples < parts { Err(DataError::TooFewForParts { examples, parts }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two parts, stratified.
    fn halves(
        targets: &Targets,
        classes: &[String],
        validation: f64,
        seed: u64,
    ) -> Result<Parts, DataError> {
        split(targets, classes, Shares { validation, test: 0.0 }, Rule::Class, seed)
    }

    /// Three parts, on targets that do not matter.
    fn thirds(examples: usize, validation: f64, test: f64, rule: Rule<'_>) -> Parts {
        let targets = Targets::Values(vec![0.0; examples]);
        split(&targets, &[], Shares { validation, test }, rule, 42).unwrap()
    }

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|class| class.to_string()).collect()
    }

    fn sorted(parts: &Parts) -> Vec<usize> {
        let mut all = [&parts.train[..], &parts.validation, &parts.test].concat();
        all.sort_unstable();
        all
    }

    #[test]
    fn every_example_is_in_one_part() {
        let targets = Targets::Values(vec![0.0; 101]);
        let parts = halves(&targets, &[], 0.2, 42).unwrap();
        assert_eq!((parts.train.len(), parts.validation.len()), (81, 20));
        assert_eq!(sorted(&parts), (0..101).collect::<Vec<_>>());
    }

    #[test]
    fn both_parts_keep_the_shares_of_the_classes() {
        let labels: Vec<usize> = (0..100).map(|example| usize::from(example >= 90)).collect();
        let parts = halves(&Targets::Classes(labels.clone()), &names(2), 0.3, 1).unwrap();
        let of_class_1 = |part: &[usize]| part.iter().filter(|&&i| labels[i] == 1).count();
        assert_eq!((parts.train.len(), of_class_1(&parts.train)), (70, 7));
        assert_eq!((parts.validation.len(), of_class_1(&parts.validation)), (30, 3));
    }

    #[test]
    fn a_rare_class_is_on_both_sides() {
        let labels: Vec<usize> = (0..50).map(|example| usize::from(example >= 48)).collect();
        for share in [0.01, 0.99] {
            let parts = halves(&Targets::Classes(labels.clone()), &names(2), share, 1).unwrap();
            for part in [&parts.train, &parts.validation] {
                assert_eq!(part.iter().filter(|&&i| labels[i] == 1).count(), 1, "{share}");
            }
        }
    }

    #[test]
    fn both_parts_are_in_random_order() {
        let labels: Vec<usize> = (0..100).map(|example| example / 50).collect();
        let parts = halves(&Targets::Classes(labels.clone()), &names(2), 0.5, 1).unwrap();
        for part in [&parts.train, &parts.validation] {
            let first_half = part[..25].iter().filter(|&&i| labels[i] == 0).count();
            assert!((5..=20).contains(&first_half), "the classes are not mixed: {first_half}");
        }
    }

    #[test]
    fn the_seed_decides() {
        let targets = Targets::Values(vec![0.0; 50]);
        let with = |seed| halves(&targets, &[], 0.2, seed).unwrap();
        assert_eq!(with(1), with(1));
        assert_ne!(with(1), with(2));
    }

    #[test]
    fn a_share_of_nothing_holds_out_nothing() {
        let parts = halves(&Targets::Classes(vec![0, 1, 1]), &names(2), 0.0, 1).unwrap();
        assert!(parts.validation.is_empty());
        assert_eq!(sorted(&parts), [0, 1, 2]);
    }

    #[test]
    fn what_would_have_to_be_on_both_sides_is_refused() {
        assert_eq!(
            halves(&Targets::Classes(vec![0, 1, 1, 2]), &names(3), 0.5, 1),
            Err(DataError::LonelyClasses { classes: vec!["0".into(), "2".into()], parts: 2 })
        );
        assert_eq!(
            halves(&Targets::Values(vec![1.0]), &[], 0.5, 1),
            Err(DataError::TooFewForParts { examples: 1, parts: 2 })
        );
    }

    #[test]
    fn a_share_outside_its_range_is_refused() {
        for share in [-0.1, 1.0, f64::NAN] {
            let error = halves(&Targets::Values(vec![1.0, 2.0]), &[], share, 1).unwrap_err();
            assert!(matches!(error, DataError::Share { .. }), "{error:?}");
        }
    }

    #[test]
    fn three_parts_have_their_shares_and_share_no_example() {
        let parts = thirds(100, 0.2, 0.1, Rule::Example);
        assert_eq!((parts.train.len(), parts.validation.len(), parts.test.len()), (70, 20, 10));
        assert_eq!(sorted(&parts), (0..100).collect::<Vec<_>>());
        let labels: Vec<usize> = (0..100).map(|example| usize::from(example >= 90)).collect();
        let shares = Shares { validation: 0.2, test: 0.1 };
        let parts =
            split(&Targets::Classes(labels.clone()), &names(2), shares, Rule::Class, 1).unwrap();
        let rare = |part: &[usize]| part.iter().filter(|&&i| labels[i] == 1).count();
        assert_eq!([rare(&parts.train), rare(&parts.validation), rare(&parts.test)], [7, 2, 1]);
    }

    #[test]
    fn a_test_part_does_not_move_the_validation_part() {
        let with = |test| {
            let mut validation = thirds(50, 0.2, test, Rule::Example).validation;
            validation.sort_unstable();
            validation
        };
        assert_eq!(with(0.0), with(0.3));
    }

    #[test]
    fn the_smallest_data_leaves_one_example_for_each_part() {
        for (validation, test) in [(0.01, 0.01), (0.98, 0.01), (0.01, 0.98), (0.5, 0.49)] {
            let parts = thirds(3, validation, test, Rule::Example);
            let lengths = [parts.train.len(), parts.validation.len(), parts.test.len()];
            assert_eq!(lengths, [1, 1, 1], "{validation} and {test}");
        }
    }

    #[test]
    fn a_group_is_never_on_two_sides() {
        let groups: Vec<usize> = (0..60).map(|example| (example * 7) % 10).collect();
        let parts = thirds(60, 0.3, 0.2, Rule::Group(&groups));
        assert_eq!(sorted(&parts), (0..60).collect::<Vec<_>>());
        let of = |part: &[usize]| {
            let mut of: Vec<usize> = part.iter().map(|&example| groups[example]).collect();
            of.sort_unstable();
            of.dedup();
            of
        };
        let (train, validation, test) = (of(&parts.train), of(&parts.validation), of(&parts.test));
        assert_eq!((train.len(), validation.len(), test.len()), (5, 3, 2));
        let mut all = [train, validation, test].concat();
        all.sort_unstable();
        assert_eq!(all, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn the_last_of_an_order_are_held_out_and_the_very_last_for_the_test() {
        let order: Vec<usize> = (0..10).rev().collect();
        let parts = thirds(10, 0.3, 0.2, Rule::Order(&order));
        assert_eq!(parts.train, [9, 8, 7, 6, 5]);
        assert_eq!(parts.validation, [4, 3, 2]);
        assert_eq!(parts.test, [1, 0]);
    }

    #[test]
    fn fewer_examples_or_groups_than_parts_are_refused() {
        let with = |rule, examples| {
            let targets = Targets::Values(vec![0.0; examples]);
            split(&targets, &[], Shares { validation: 0.3, test: 0.3 }, rule, 1).unwrap_err()
        };
        let few = DataError::TooFewForParts { examples: 2, parts: 3 };
        assert_eq!(with(Rule::Example, 2), few);
        assert_eq!(with(Rule::Order(&[1, 0]), 2), few);
        let groups = with(Rule::Group(&[0, 1, 0, 1]), 4);
        assert_eq!(groups, DataError::TooFewGroups { groups: 2, parts: 3 });
        let labels = Targets::Classes(vec![0, 0, 1, 1, 1]);
        let shares = Shares { validation: 0.3, test: 0.3 };
        assert_eq!(
            split(&labels, &names(2), shares, Rule::Class, 1),
            Err(DataError::LonelyClasses { classes: vec!["0".into()], parts: 3 })
        );
    }

    #[test]
    fn shares_that_are_the_whole_together_are_refused() {
        let targets = Targets::Values(vec![0.0; 9]);
        let shares = Shares { validation: 0.5, test: 0.5 };
        let error = split(&targets, &[], shares, Rule::Example, 1).unwrap_err();
        assert_eq!(error, DataError::Share { share: 1.0 });
    }
}
