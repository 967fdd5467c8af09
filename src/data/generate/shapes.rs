//! `shapes`: images of a square, a disc or a cross, of several sizes and anywhere.

use super::classification;
use crate::data::raw::Raw;
use crate::random::Random;

/// The least radius at which the three shapes differ in more than a pixel or two.
const LEAST_RADIUS: usize = 2;

const SQUARE: usize = 0;
const DISC: usize = 1;

/// Pixels of 0 but for those of one shape, which are 1; then normal noise of this standard
/// deviation on every pixel. With the radius r uniform in 2..=max(2, ⌊size / 3⌋) and the centre
/// uniform among the places where the whole shape is in the image, at distances x and y from the
/// centre:
///
/// - class 0, a square: |x| ≤ r and |y| ≤ r;
/// - class 1, a disc: x² + y² ≤ r² + r, which is a distance of r + ½;
/// - class 2, a cross: x = 0 and |y| ≤ r, or y = 0 and |x| ≤ r.
///
/// Not from the literature: made for nn-test as a small task on images that place and size of
/// what is seen must not matter to.
pub(super) fn generate(examples: usize, size: usize, noise: f64, random: &mut Random) -> Raw {
    let labels: Vec<usize> = (0..examples).map(|example| example % 3).collect();
    let mut inputs = Vec::with_capacity(examples * size * size);
    let radii = (size / 3).max(LEAST_RADIUS) - LEAST_RADIUS + 1;
    for &label in &labels {
        let radius = LEAST_RADIUS + random.below(radii);
        let places = size - 2 * radius;
        let (top, left) = (radius + random.below(places), radius + random.below(places));
        for row in 0..size {
            for column in 0..size {
                let on = is_on(label, radius, row.abs_diff(top), column.abs_diff(left));
                inputs.push(f64::from(u8::from(on)) + noise * random.normal());
            }
        }
    }
    let raw = classification(inputs, labels, 3, vec![1, size, size]);
    Raw { classes: ["square", "disc", "cross"].map(str::to_owned).to_vec(), ..raw }
}

/// Whether the pixel at these distances from the centre belongs to the shape.
fn is_on(label: usize, radius: usize, x: usize, y: usize) -> bool {
    match label {
        SQUARE => x <= radius && y <= radius,
        DISC => x * x + y * y <= radius * radius + radius,
        _ => (x == 0 && y <= radius) || (y == 0 && x <= radius),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shape without noise, as rows of `#` and `.`, cut to where it is.
    fn drawn(label: usize, radius: usize) -> Vec<String> {
        let far = |place: usize| place.abs_diff(radius);
        let pixel =
            |row, column| if is_on(label, radius, far(row), far(column)) { '#' } else { '.' };
        let across = 2 * radius + 1;
        (0..across).map(|row| (0..across).map(|column| pixel(row, column)).collect()).collect()
    }

    #[test]
    fn the_smallest_shapes_look_like_their_names() {
        assert_eq!(drawn(0, 2), ["#####", "#####", "#####", "#####", "#####"]);
        assert_eq!(drawn(1, 2), [".###.", "#####", "#####", "#####", ".###."]);
        assert_eq!(drawn(2, 2), ["..#..", "..#..", "#####", "..#..", "..#.."]);
    }

    #[test]
    fn a_shape_is_whole_wherever_it_stands_and_comes_in_every_size() {
        for size in [5, 6, 9, 12] {
            let raw = generate(600, size, 0.0, &mut Random::new(1, "test"));
            let radii = 2..=(size / 3).max(2);
            let mut seen = vec![0; size];
            for (index, image) in raw.inputs.chunks(size * size).enumerate() {
                let pixels = image.iter().filter(|&&pixel| pixel == 1.0).count();
                let whole = |radius: &usize| {
                    let on = |row: &String| row.matches('#').count();
                    drawn(index % 3, *radius).iter().map(on).sum::<usize>() == pixels
                };
                let radius = radii.clone().find(whole).unwrap_or_else(|| {
                    panic!("{pixels} pixels of class {} in an image of {size}", index % 3)
                });
                seen[radius] += 1;
            }
            assert!(radii.clone().all(|radius| seen[radius] > 0), "{size}: {seen:?}");
        }
    }
}
