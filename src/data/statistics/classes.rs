//! How often each class comes.

/// The number of examples of each class. Labels from `classes` on are not counted.
pub fn class_counts(labels: &[usize], classes: usize) -> Vec<usize> {
    let mut counts = vec![0; classes];
    for &label in labels {
        if let Some(count) = counts.get_mut(label) {
            *count += 1;
        }
    }
    counts
}

/// The share of each class. Of no labels, all shares are NaN.
pub fn class_priors(labels: &[usize], classes: usize) -> Vec<f64> {
    let counts = class_counts(labels, classes);
    let total = counts.iter().sum::<usize>() as f64;
    counts.iter().map(|&count| count as f64 / total).collect()
}

/// Class weights under which every class counts as much as any other: n / (k · n_c) for the n_c of
/// n labels in class c of k. Their mean over the examples is 1. Infinite for a class without
/// examples.
///
/// Source: scikit-learn's `class_weight="balanced"`, after G. King and L. Zeng, "Logistic
/// Regression in Rare Events Data" (2001).
pub fn balanced_weights(labels: &[usize], classes: usize) -> Vec<f64> {
    let counts = class_counts(labels, classes);
    let total = counts.iter().sum::<usize>() as f64;
    counts.iter().map(|&count| total / (classes as f64 * count as f64)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_counted_also_those_without_examples() {
        assert_eq!(class_counts(&[2, 0, 2, 2], 4), [1, 0, 3, 0]);
        assert_eq!(class_priors(&[2, 0, 2, 2], 4), [0.25, 0.0, 0.75, 0.0]);
    }

    #[test]
    fn a_label_beyond_the_classes_is_no_panic() {
        assert_eq!(class_counts(&[5], 2), [0, 0]);
    }

    #[test]
    fn balanced_weights_make_every_class_count_alike() {
        let labels = [0, 0, 0, 1, 2, 2];
        let weights = balanced_weights(&labels, 3);
        assert_eq!(weights, [6.0 / 9.0, 2.0, 1.0]);
        let total: f64 = labels.iter().map(|&label| weights[label]).sum();
        assert!((total - 6.0).abs() < 1e-12, "{total}");
        assert_eq!(balanced_weights(&[0], 2), [0.5, f64::INFINITY]);
    }
}
