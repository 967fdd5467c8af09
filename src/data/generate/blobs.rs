//! `blobs`: Gaussian clusters, one per class. A linear model separates them.

use super::classification;
use crate::data::raw::Raw;
use crate::random::Random;

/// Distance of the two closest centres. At `spread` 1 the best classifier mistakes one of two such
/// clusters for the other with probability Φ(−3) = 0.13 %.
const CLOSEST_CENTRES: f64 = 6.0;

/// Directions to choose each next centre from.
const CANDIDATES: usize = 32;

/// x = r · d_c + spread · ε, with ε normal and d_c the unit direction of class c.
///
/// Each direction is, of 32 random ones, the one farthest from those before it (D. P. Mitchell,
/// "Spectrally Optimal Sampling for Distribution Ray Tracing", SIGGRAPH 1991). The radius r puts
/// the two closest centres 6 apart. On a line there are but two directions: with one feature the
/// centres stand in a row, 6 apart, around 0.
///
/// After scikit-learn's `make_blobs`, whose centres are uniform in a box and may coincide.
pub(super) fn generate(
    examples: usize,
    classes: usize,
    features: usize,
    spread: f64,
    random: &mut Random,
) -> Raw {
    let centres = if features == 1 {
        let middle = (classes - 1) as f64 / 2.0;
        (0..classes).map(|class| vec![CLOSEST_CENTRES * (class as f64 - middle)]).collect()
    } else {
        on_a_sphere(classes, features, random)
    };
    let mut inputs = Vec::with_capacity(examples * features);
    let labels: Vec<usize> = (0..examples).map(|example| example % classes).collect();
    for &label in &labels {
        inputs.extend(centres[label].iter().map(|&centre| centre + spread * random.normal()));
    }
    classification(inputs, labels, classes, vec![features])
}

fn on_a_sphere(classes: usize, features: usize, random: &mut Random) -> Vec<Vec<f64>> {
    let mut directions: Vec<Vec<f64>> = vec![direction(features, random)];
    let mut closest = f64::INFINITY;
    while directions.len() < classes {
        let mut best = (0.0, Vec::new());
        for _ in 0..CANDIDATES {
            let candidate = direction(features, random);
            let nearest = directions
                .iter()
                .map(|direction| distance(direction, &candidate))
                .fold(f64::INFINITY, f64::min);
            if nearest > best.0 || best.1.is_empty() {
                best = (nearest, candidate);
            }
        }
        closest = closest.min(best.0);
        directions.push(best.1);
    }
    let radius = CLOSEST_CENTRES / closest;
    for coordinate in directions.iter_mut().flatten() {
        *coordinate *= radius;
    }
    directions
}

/// A unit vector, all directions equally likely: normal numbers divided by their length.
fn direction(features: usize, random: &mut Random) -> Vec<f64> {
    let numbers: Vec<f64> = (0..features).map(|_| random.normal()).collect();
    let length = libm::sqrt(numbers.iter().map(|x| x * x).sum());
    numbers.iter().map(|x| x / length).collect()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    libm::sqrt(a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Targets;

    fn labels(raw: &Raw) -> &[usize] {
        match &raw.targets {
            Targets::Classes(labels) => labels,
            _ => panic!("blobs have classes"),
        }
    }

    fn class_means(raw: &Raw, features: usize) -> Vec<Vec<f64>> {
        let mut sums = vec![(vec![0.0; features], 0.0); raw.classes.len()];
        for (x, &label) in raw.inputs.chunks(features).zip(labels(raw)) {
            sums[label].0.iter_mut().zip(x).for_each(|(sum, x)| *sum += x);
            sums[label].1 += 1.0;
        }
        sums.iter().map(|(sum, count)| sum.iter().map(|s| s / count).collect()).collect()
    }

    #[test]
    fn the_closest_centres_are_six_apart() {
        for (classes, features) in [(2, 1), (5, 1), (2, 2), (7, 2), (3, 10), (26, 3)] {
            let raw = generate(classes, classes, features, 0.0, &mut Random::new(3, "test"));
            let centres: Vec<&[f64]> = raw.inputs.chunks(features).collect();
            let closest = (0..classes)
                .flat_map(|i| (0..i).map(move |j| (i, j)))
                .map(|(i, j)| distance(centres[i], centres[j]))
                .fold(f64::INFINITY, f64::min);
            assert!(
                (closest - 6.0).abs() < 1e-9,
                "{classes} classes, {features} features: {closest}"
            );
        }
    }

    #[test]
    fn the_nearest_class_mean_is_nearly_always_the_right_one() {
        let raw = generate(3000, 4, 3, 1.0, &mut Random::new(1, "test"));
        let means = class_means(&raw, 3);
        let right = raw
            .inputs
            .chunks(3)
            .zip(labels(&raw))
            .filter(|(x, label)| {
                let nearest = (0..4)
                    .min_by(|&a, &b| distance(&means[a], x).total_cmp(&distance(&means[b], x)));
                nearest == Some(**label)
            })
            .count();
        assert!(right >= 2970, "{right} of 3000");
    }

    #[test]
    fn the_spread_is_the_standard_deviation() {
        let raw = generate(4000, 2, 2, 0.5, &mut Random::new(1, "test"));
        let means = class_means(&raw, 2);
        let squares: f64 = raw
            .inputs
            .chunks(2)
            .zip(labels(&raw))
            .map(|(x, &label)| distance(x, &means[label]).powi(2))
            .sum();
        let deviation = (squares / 8000.0).sqrt();
        // Five standard errors of 8000 deviations.
        assert!((deviation - 0.5).abs() < 5.0 * 0.5 / 16000f64.sqrt(), "{deviation}");
    }
}
