//! What a model is to answer: one entry per example, of whatever kind.

/// What a model is to answer, one entry per example. Several numbers of one example stand together,
/// row-major; the shapes are of one example, without the batch axis, and have no axis of size 0.
#[derive(Debug, Clone, PartialEq)]
pub enum Targets {
    /// Class indices; for binary classification 0 and 1.
    Classes(Vec<usize>),
    /// One real number per example.
    Values(Vec<f64>),
    /// Several real numbers per example: a vector, a signal, an image.
    Arrays { values: Vec<f64>, shape: Vec<usize> },
    /// Several answers per example that do not exclude each other, each 0 or 1.
    Labels { labels: Vec<usize>, shape: Vec<usize> },
    /// A class at each place of a sequence `[length]` or an image `[height, width]`; `None` where
    /// none is to be answered (padding). The classes that are there, in this order, are also what
    /// `ctc` takes as the sequence to find.
    Places { classes: Vec<Option<usize>>, shape: Vec<usize> },
}

impl Targets {
    /// The number of examples.
    pub fn len(&self) -> usize {
        match self {
            Targets::Classes(classes) => classes.len(),
            Targets::Values(values) => values.len(),
            Targets::Arrays { values, .. } => values.len() / self.width(),
            Targets::Labels { labels, .. } => labels.len() / self.width(),
            Targets::Places { classes, .. } => classes.len() / self.width(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The shape of one example's target; `[]` where it is a single number or class.
    pub fn shape(&self) -> &[usize] {
        match self {
            Targets::Classes(_) | Targets::Values(_) => &[],
            Targets::Arrays { shape, .. }
            | Targets::Labels { shape, .. }
            | Targets::Places { shape, .. } => shape,
        }
    }

    /// How many answers an example has, at least 1.
    pub fn width(&self) -> usize {
        self.shape().iter().product::<usize>().max(1)
    }

    /// Real targets of any shape, row-major.
    pub fn values(&self) -> Option<&[f64]> {
        match self {
            Targets::Values(values) | Targets::Arrays { values, .. } => Some(values),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub fn values_mut(&mut self) -> Option<&mut Vec<f64>> {
        match self {
            Targets::Values(values) | Targets::Arrays { values, .. } => Some(values),
            _ => None,
        }
    }

    /// The classes of examples or places, in order, without those that do not count; none where the
    /// targets are no classes.
    pub fn classes(&self) -> Option<Vec<usize>> {
        match self {
            Targets::Classes(classes) => Some(classes.clone()),
            Targets::Places { classes, .. } => Some(classes.iter().flatten().copied().collect()),
            _ => None,
        }
    }

    /// These targets, and behind them others of the same kind and shape; others of another kind are
    /// left out.
    pub fn followed_by(mut self, others: Targets) -> Targets {
        match (&mut self, others) {
            (Targets::Classes(these), Targets::Classes(others)) => these.extend(others),
            (Targets::Values(these), Targets::Values(others)) => these.extend(others),
            (Targets::Arrays { values, .. }, Targets::Arrays { values: others, .. }) => {
                values.extend(others);
            }
            (Targets::Labels { labels, .. }, Targets::Labels { labels: others, .. }) => {
                labels.extend(others);
            }
            (Targets::Places { classes, .. }, Targets::Places { classes: others, .. }) => {
                classes.extend(others);
            }
            _ => {}
        }
        self
    }

    /// The targets at these indices, in this order; an index may come more than once.
    ///
    /// # Panics
    ///
    /// When an index is not below [`Targets::len`].
    pub fn select(&self, indices: &[usize]) -> Targets {
        let width = self.width();
        match self {
            Targets::Classes(classes) => Targets::Classes(rows(classes, width, indices)),
            Targets::Values(values) => Targets::Values(rows(values, width, indices)),
            Targets::Arrays { values, shape } => {
                Targets::Arrays { values: rows(values, width, indices), shape: shape.clone() }
            }
            Targets::Labels { labels, shape } => {
                Targets::Labels { labels: rows(labels, width, indices), shape: shape.clone() }
            }
            Targets::Places { classes, shape } => {
                Targets::Places { classes: rows(classes, width, indices), shape: shape.clone() }
            }
        }
    }
}

fn rows<T: Clone>(numbers: &[T], width: usize, indices: &[usize]) -> Vec<T> {
    indices.iter().flat_map(|&row| &numbers[row * width..(row + 1) * width]).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three examples of each kind.
    fn kinds() -> Vec<Targets> {
        vec![
            Targets::Classes(vec![0, 1, 2]),
            Targets::Values(vec![0.5, 1.5, 2.5]),
            Targets::Arrays { values: vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0], shape: vec![2] },
            Targets::Labels { labels: vec![1, 0, 0, 0, 1, 1], shape: vec![2, 1] },
            Targets::Places {
                classes: vec![Some(3), None, Some(1), Some(0), None, None],
                shape: vec![2],
            },
        ]
    }

    #[test]
    fn every_kind_is_counted_and_selected_by_examples() {
        for targets in kinds() {
            assert_eq!(targets.len(), 3, "{targets:?}");
            assert_eq!(targets.select(&[0, 1, 2]), targets);
            assert_eq!(targets.select(&[2, 0, 2]).select(&[0, 1]), targets.select(&[2, 0]));
            assert!(targets.select(&[]).is_empty());
            assert_eq!(
                targets.select(&[1]).followed_by(targets.select(&[0])),
                targets.select(&[1, 0])
            );
        }
    }

    #[test]
    fn the_numbers_of_an_example_stay_together() {
        let arrays = &kinds()[2];
        assert_eq!(arrays.select(&[1]).values().unwrap(), [2.0, 3.0]);
        let places = &kinds()[4];
        assert_eq!(places.classes().unwrap(), [3, 1, 0]);
        assert_eq!(places.select(&[2]).classes().unwrap(), [0usize; 0]);
    }
}
