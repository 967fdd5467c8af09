//! Which examples are trained on and which are held out.

use super::{DataError, Targets};
use crate::random::Random;

/// Indices of the examples of each part, in the order that the part keeps them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) train: Vec<usize>,
    pub(super) validation: Vec<usize>,
}

/// Draws a share of the examples for validation and shuffles both parts.
///
/// Of n examples, n · share are held out, rounded, but at least one, and at least one stays; with
/// one class per example this holds for each class by itself (a stratified split), so the parts keep the
/// classes' shares. A share of 0 holds out nothing.
///
/// # Errors
///
/// A share outside `[0, 1)`, and an example, or a class, that would have to be on both sides.
pub(super) fn split(
    targets: &Targets,
    classes: &[String],
    share: f64,
    seed: u64,
) -> Result<Parts, DataError> {
    if !(0.0..1.0).contains(&share) {
        return Err(DataError::Share { share });
    }
    let mut groups = match targets {
        Targets::Classes(labels) => by_class(labels, classes.len()),
        _ => vec![(0..targets.len()).collect()],
    };
    if share > 0.0 {
        let stratified = matches!(targets, Targets::Classes(_));
        check_sizes(&groups, if stratified { classes } else { &[] })?;
    }
    let mut random = Random::new(seed, "split");
    let mut parts = Parts { train: Vec::new(), validation: Vec::new() };
    for group in &mut groups {
        random.shuffle(group);
        let (validation, train) = group.split_at(held_out(group.len(), share));
        parts.validation.extend(validation);
        parts.train.extend(train);
    }
    random.shuffle(&mut parts.train);
    random.shuffle(&mut parts.validation);
    Ok(parts)
}

fn by_class(labels: &[usize], classes: usize) -> Vec<Vec<usize>> {
    let mut groups = vec![Vec::new(); classes];
    for (example, &label) in labels.iter().enumerate() {
        groups[label].push(example);
    }
    groups
}

fn check_sizes(groups: &[Vec<usize>], classes: &[String]) -> Result<(), DataError> {
    let lonely = groups.iter().enumerate().filter(|(_, group)| group.len() == 1);
    if classes.is_empty() {
        return if lonely.count() > 0 { Err(DataError::OneExample) } else { Ok(()) };
    }
    let lonely: Vec<String> = lonely.map(|(class, _)| classes[class].clone()).collect();
    if lonely.is_empty() { Ok(()) } else { Err(DataError::LonelyClasses { classes: lonely }) }
}

fn held_out(examples: usize, share: f64) -> usize {
    if share == 0.0 || examples < 2 {
        return 0;
    }
    ((examples as f64 * share).round() as usize).clamp(1, examples - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|class| class.to_string()).collect()
    }

    fn sorted(parts: &Parts) -> Vec<usize> {
        let mut all = [parts.train.as_slice(), parts.validation.as_slice()].concat();
        all.sort_unstable();
        all
    }

    #[test]
    fn every_example_is_in_one_part() {
        let targets = Targets::Values(vec![0.0; 101]);
        let parts = split(&targets, &[], 0.2, 42).unwrap();
        assert_eq!((parts.train.len(), parts.validation.len()), (81, 20));
        assert_eq!(sorted(&parts), (0..101).collect::<Vec<_>>());
    }

    #[test]
    fn both_parts_keep_the_shares_of_the_classes() {
        let labels: Vec<usize> = (0..100).map(|example| usize::from(example >= 90)).collect();
        let parts = split(&Targets::Classes(labels.clone()), &names(2), 0.3, 1).unwrap();
        let of_class_1 = |part: &[usize]| part.iter().filter(|&&i| labels[i] == 1).count();
        assert_eq!((parts.train.len(), of_class_1(&parts.train)), (70, 7));
        assert_eq!((parts.validation.len(), of_class_1(&parts.validation)), (30, 3));
    }

    #[test]
    fn a_rare_class_is_on_both_sides() {
        let labels: Vec<usize> = (0..50).map(|example| usize::from(example >= 48)).collect();
        for share in [0.01, 0.99] {
            let parts = split(&Targets::Classes(labels.clone()), &names(2), share, 1).unwrap();
            for part in [&parts.train, &parts.validation] {
                assert_eq!(part.iter().filter(|&&i| labels[i] == 1).count(), 1, "{share}");
            }
        }
    }

    #[test]
    fn both_parts_are_in_random_order() {
        let labels: Vec<usize> = (0..100).map(|example| example / 50).collect();
        let parts = split(&Targets::Classes(labels.clone()), &names(2), 0.5, 1).unwrap();
        for part in [&parts.train, &parts.validation] {
            let first_half = part[..25].iter().filter(|&&i| labels[i] == 0).count();
            assert!((5..=20).contains(&first_half), "the classes are not mixed: {first_half}");
        }
    }

    #[test]
    fn the_seed_decides() {
        let targets = Targets::Values(vec![0.0; 50]);
        let with = |seed| split(&targets, &[], 0.2, seed).unwrap();
        assert_eq!(with(1), with(1));
        assert_ne!(with(1), with(2));
    }

    #[test]
    fn a_share_of_nothing_holds_out_nothing() {
        let parts = split(&Targets::Classes(vec![0, 1, 1]), &names(2), 0.0, 1).unwrap();
        assert!(parts.validation.is_empty());
        assert_eq!(sorted(&parts), [0, 1, 2]);
    }

    #[test]
    fn what_would_have_to_be_on_both_sides_is_refused() {
        assert_eq!(
            split(&Targets::Classes(vec![0, 1, 1, 2]), &names(3), 0.5, 1),
            Err(DataError::LonelyClasses { classes: vec!["0".into(), "2".into()] })
        );
        assert_eq!(split(&Targets::Values(vec![1.0]), &[], 0.5, 1), Err(DataError::OneExample));
    }

    #[test]
    fn a_share_outside_its_range_is_refused() {
        for share in [-0.1, 1.0, f64::NAN] {
            let error = split(&Targets::Values(vec![1.0, 2.0]), &[], share, 1).unwrap_err();
            assert!(matches!(error, DataError::Share { .. }), "{error:?}");
        }
    }
}
