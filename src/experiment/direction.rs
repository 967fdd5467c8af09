//! Directions along which a gradient is probed.

use super::measure;
use crate::random::Random;

/// Random directions, largest elements and random elements that are probed in each tensor, beside
/// the direction of its gradient.
const RANDOM_DIRECTIONS: usize = 2;
const LARGEST_ELEMENTS: usize = 2;
const RANDOM_ELEMENTS: usize = 1;

/// A direction of unit length.
#[derive(Debug, Clone, PartialEq)]
pub enum Direction {
    Element(usize),
    Dense(Vec<f64>),
}

impl Direction {
    /// The component of `numbers` along the direction.
    pub fn dot(&self, numbers: &[f64]) -> f64 {
        match self {
            Self::Element(index) => numbers[*index],
            Self::Dense(direction) => direction.iter().zip(numbers).map(|(d, g)| d * g).sum(),
        }
    }

    /// Moves `numbers` by `step` along the direction.
    pub fn add_to(&self, numbers: &mut [f64], step: f64) {
        match self {
            Self::Element(index) => numbers[*index] += step,
            Self::Dense(direction) => {
                for (number, d) in numbers.iter_mut().zip(direction) {
                    *number += step * d;
                }
            }
        }
    }
}

/// The gradient's own direction, random signed directions, the largest elements and random ones.
/// The claimed gradient alone would miss one that is claimed to be zero; random directions alone
/// would miss a single wrong element.
pub fn choose_directions(gradient: &[f64], norm: f64, random: &mut Random) -> Vec<Direction> {
    let count = gradient.len();
    if count == 1 {
        return vec![Direction::Element(0)];
    }
    let mut directions = Vec::new();
    if norm > 0.0 && norm.is_finite() {
        directions.push(Direction::Dense(gradient.iter().map(|g| g / norm).collect()));
    }
    for _ in 0..RANDOM_DIRECTIONS {
        let draws: Vec<f64> = (0..count).map(|_| random.normal()).collect();
        let length = measure::norm(&draws);
        directions.push(Direction::Dense(draws.iter().map(|draw| draw / length).collect()));
    }
    let mut order: Vec<usize> = (0..count).collect();
    let largest = LARGEST_ELEMENTS.min(count);
    order.select_nth_unstable_by(largest - 1, |a, b| {
        gradient[*b].abs().total_cmp(&gradient[*a].abs())
    });
    let mut elements: Vec<usize> = order[..largest].to_vec();
    elements.sort_unstable();
    for _ in 0..RANDOM_ELEMENTS {
        elements.push(random.below(count));
    }
    elements.dedup();
    directions.extend(elements.into_iter().map(Direction::Element));
    directions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_have_unit_length_and_hold_the_gradients_own() {
        let gradient = [3.0, 0.0, 4.0];
        let directions = choose_directions(&gradient, 5.0, &mut Random::new(1, "test"));
        assert_eq!(directions[0], Direction::Dense(vec![0.6, 0.0, 0.8]));
        for direction in &directions {
            let unit = match direction {
                Direction::Dense(numbers) => measure::norm(numbers),
                Direction::Element(_) => 1.0,
            };
            assert!((unit - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn the_largest_element_is_always_probed() {
        let gradient = [0.1, -9.0, 0.2, 0.3];
        let norm = measure::norm(&gradient);
        let directions = choose_directions(&gradient, norm, &mut Random::new(1, "test"));
        assert!(directions.contains(&Direction::Element(1)), "{directions:?}");
    }

    #[test]
    fn a_gradient_that_is_claimed_to_be_zero_is_probed_in_random_directions() {
        let directions = choose_directions(&[0.0; 5], 0.0, &mut Random::new(1, "test"));
        let dense = directions.iter().filter(|d| matches!(d, Direction::Dense(_))).count();
        assert_eq!(dense, RANDOM_DIRECTIONS);
    }

    #[test]
    fn a_single_number_is_moved_by_itself() {
        let directions = choose_directions(&[2.0], 2.0, &mut Random::new(1, "test"));
        assert_eq!(directions, [Direction::Element(0)]);
    }
}
