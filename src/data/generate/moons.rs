//! `moons`: two interleaved half circles. No straight line separates them.

use std::f64::consts::PI;

use super::classification;
use crate::data::raw::Raw;
use crate::random::Random;

/// Class 0: (cos πt, sin πt). Class 1: (1 − cos πt, ½ − sin πt). The t of a class are evenly spaced
/// over [0, 1]; both coordinates get normal noise of this standard deviation.
///
/// Source: scikit-learn's `make_moons`.
pub(super) fn generate(examples: usize, noise: f64, random: &mut Random) -> Raw {
    let labels: Vec<usize> = (0..examples).map(|example| example % 2).collect();
    let mut inputs = Vec::with_capacity(2 * examples);
    for (example, &label) in labels.iter().enumerate() {
        let of_class = (examples + 1 - label) / 2;
        let t = (example / 2) as f64 / of_class.saturating_sub(1).max(1) as f64;
        let (sine, cosine) = (libm::sin(PI * t), libm::cos(PI * t));
        let (x, y) = if label == 0 { (cosine, sine) } else { (1.0 - cosine, 0.5 - sine) };
        inputs.extend([x + noise * random.normal(), y + noise * random.normal()]);
    }
    classification(inputs, labels, 2, vec![2])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(raw: &Raw) -> Vec<[f64; 2]> {
        raw.inputs.chunks(2).map(|point| [point[0], point[1]]).collect()
    }

    #[test]
    fn without_noise_the_points_lie_on_the_half_circles_from_end_to_end() {
        let points = points(&generate(101, 0.0, &mut Random::new(1, "test")));
        for (index, [x, y]) in points.iter().enumerate() {
            let (x, y) = if index % 2 == 0 { (*x, *y) } else { (1.0 - x, 0.5 - y) };
            assert!((x * x + y * y - 1.0).abs() < 1e-12 && y > -1e-12, "{index}: {x} {y}");
        }
        assert_eq!(points[0], [1.0, 0.0]);
        assert!((points[100][0] + 1.0).abs() < 1e-12);
        assert!((points[99][0] - 2.0).abs() < 1e-12);
    }

    /// The share of points that the best line of 180 directions and all thresholds gets right.
    fn best_line(points: &[[f64; 2]]) -> f64 {
        let right_at = |direction: [f64; 2]| {
            let mut projected: Vec<(f64, usize)> = points
                .iter()
                .enumerate()
                .map(|(index, point)| {
                    (point[0] * direction[0] + point[1] * direction[1], index % 2)
                })
                .collect();
            projected.sort_by(|a, b| a.0.total_cmp(&b.0));
            // All on the upper side; then the threshold passes one point after another.
            let mut right = points.len() / 2;
            let mut best = right.max(points.len() - right);
            for (_, label) in projected {
                if label == 0 {
                    right += 1
                } else {
                    right -= 1
                }
                best = best.max(right).max(points.len() - right);
            }
            best
        };
        let best = (0..180)
            .map(|degree| f64::from(degree) * PI / 180.0)
            .map(|angle| right_at([angle.cos(), angle.sin()]))
            .max();
        best.unwrap() as f64 / points.len() as f64
    }

    /// The share of points whose nearest other point is of their class.
    fn nearest_neighbour(points: &[[f64; 2]]) -> f64 {
        let square = |i: usize, j: usize| {
            (points[i][0] - points[j][0]).powi(2) + (points[i][1] - points[j][1]).powi(2)
        };
        let right = (0..points.len())
            .filter(|&i| {
                let others = (0..points.len()).filter(|&j| j != i);
                let nearest = others.min_by(|&a, &b| square(i, a).total_cmp(&square(i, b)));
                nearest.unwrap() % 2 == i % 2
            })
            .count();
        right as f64 / points.len() as f64
    }

    #[test]
    fn no_line_separates_the_moons_but_neighbours_agree() {
        let points = points(&generate(400, 0.1, &mut Random::new(1, "test")));
        assert!(best_line(&points) < 0.93, "{}", best_line(&points));
        assert!(nearest_neighbour(&points) > 0.98, "{}", nearest_neighbour(&points));
    }
}
