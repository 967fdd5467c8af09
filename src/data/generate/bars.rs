//! `bars`: images of one bar that lies or stands. The smallest task for a convolution.

use super::classification;
use crate::data::raw::Raw;
use crate::random::Random;

/// Pixels of 0 but for one whole row (class 0) or column (class 1) of 1, each equally likely; then
/// normal noise of this standard deviation on every pixel.
///
/// No single pixel tells the class: each is on a bar as often in either. After the bars of
/// P. Földiák, "Forming Sparse Representations by Local Anti-Hebbian Learning", Biological
/// Cybernetics 64 (1990), who shows several at once.
pub(super) fn generate(examples: usize, size: usize, noise: f64, random: &mut Random) -> Raw {
    let labels: Vec<usize> = (0..examples).map(|example| example % 2).collect();
    let mut inputs = Vec::with_capacity(examples * size * size);
    for &label in &labels {
        let place = random.below(size);
        for row in 0..size {
            for column in 0..size {
                let on_the_bar = if label == 0 { row == place } else { column == place };
                inputs.push(f64::from(u8::from(on_the_bar)) + noise * random.normal());
            }
        }
    }
    classification(inputs, labels, 2, vec![1, size, size])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_one_whole_row_or_column_and_every_place_comes_up() {
        let size = 5;
        let raw = generate(400, size, 0.0, &mut Random::new(1, "test"));
        let mut seen = [[0; 5]; 2];
        for (index, image) in raw.inputs.chunks(size * size).enumerate() {
            let sum = |line: usize| -> f64 {
                (0..size)
                    .map(|along| match index % 2 {
                        0 => image[line * size + along],
                        _ => image[along * size + line],
                    })
                    .sum()
            };
            let sums: Vec<f64> = (0..size).map(sum).collect();
            let place = sums.iter().position(|&sum| sum == 5.0).unwrap();
            assert_eq!(image.iter().sum::<f64>(), 5.0, "{sums:?}");
            seen[index % 2][place] += 1;
        }
        assert!(seen.iter().flatten().all(|&count| count > 0), "{seen:?}");
    }
}
