//! Numbers of an array in other places, or by a factor. Pure.

/// What is done to an array. Axes count the batch as axis 0.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Motion {
    /// Place i gets what stands at `order[i]`.
    Permute { axis: usize, order: Vec<usize> },
    /// In a circle: what falls out at the end comes in at the beginning.
    Shift { axes: Vec<usize>, by: usize },
    /// Backwards.
    Flip { axis: usize },
    /// By 90° in the plane of two axes of one size.
    Rotate { axes: [usize; 2] },
    /// Every number times a factor.
    Scale { factor: f64 },
}

impl Motion {
    /// The array after it, row-major.
    pub fn applied(&self, shape: &[usize], numbers: &[f64]) -> Vec<f64> {
        if let Self::Scale { factor } = self {
            return numbers.iter().map(|number| factor * number).collect();
        }
        let mut place = vec![0; shape.len()];
        let source = |index: usize| {
            let mut rest = index;
            for (axis, size) in shape.iter().enumerate().rev() {
                place[axis] = rest % size;
                rest /= size;
            }
            self.lead_back(shape, &mut place);
            place.iter().zip(shape).fold(0, |index, (place, size)| index * size + place)
        };
        (0..numbers.len()).map(source).map(|index| numbers[index]).collect()
    }

    /// Where what stands at a place comes from.
    fn lead_back(&self, shape: &[usize], place: &mut [usize]) {
        match self {
            Self::Permute { axis, order } => place[*axis] = order[place[*axis]],
            Self::Shift { axes, by } => {
                for &axis in axes {
                    place[axis] = (place[axis] + shape[axis] - by % shape[axis]) % shape[axis];
                }
            }
            Self::Flip { axis } => place[*axis] = shape[*axis] - 1 - place[*axis],
            &Self::Rotate { axes: [down, right] } => {
                let (row, column) = (place[down], place[right]);
                (place[down], place[right]) = (column, shape[down] - 1 - row);
            }
            Self::Scale { .. } => {}
        }
    }

    pub fn axes(&self) -> &[usize] {
        match self {
            Self::Permute { axis, .. } | Self::Flip { axis } => std::slice::from_ref(axis),
            Self::Shift { axes, .. } => axes,
            Self::Rotate { axes } => axes,
            Self::Scale { .. } => &[],
        }
    }

    /// The same motion of an array of another shape, along other axes; none where it does not fit.
    /// `from` is the shape that it was made for. A shift of an axis of which there are fewer places
    /// is by fewer.
    pub fn along(&self, axes: &[usize], shape: &[usize], from: &[usize]) -> Option<Self> {
        let own = self.axes();
        let sizes: Option<Vec<(usize, usize)>> = own
            .iter()
            .zip(axes)
            .map(|(own, axis)| Some((*from.get(*own)?, *shape.get(*axis)?)))
            .collect();
        let sizes = sizes?;
        let alike = sizes.iter().all(|(own, other)| own == other);
        match self {
            Self::Permute { order, .. } if alike => {
                Some(Self::Permute { axis: axes[0], order: order.clone() })
            }
            Self::Flip { .. } => Some(Self::Flip { axis: axes[0] }),
            // A pooled image turns, too.
            Self::Rotate { .. } => {
                let axes: [usize; 2] = axes.try_into().ok()?;
                (shape[axes[0]] == shape[axes[1]]).then_some(Self::Rotate { axes })
            }
            Self::Shift { by, .. } => {
                let mut steps = sizes.iter().map(|(own, other)| {
                    (by * other).is_multiple_of(*own).then(|| by * other / own)
                });
                let first = steps.next()??;
                let same = steps.all(|step| step == Some(first)) && first > 0;
                same.then(|| Self::Shift { axes: axes.to_vec(), by: first })
            }
            Self::Scale { factor } => Some(Self::Scale { factor: *factor }),
            Self::Permute { .. } => None,
        }
    }

    /// The same motion along whatever axes of an array of this shape it fits, in their order.
    pub fn candidates(&self, shape: &[usize], from: &[usize]) -> Vec<Self> {
        let choices: Vec<Vec<usize>> = match self.axes().len() {
            0 => vec![Vec::new()],
            1 => (1..shape.len()).map(|axis| vec![axis]).collect(),
            2 => {
                let pairs =
                    (1..shape.len()).flat_map(|a| (a + 1..shape.len()).map(move |b| (a, b)));
                pairs.map(|(a, b)| vec![a, b]).collect()
            }
            _ => vec![self.axes().to_vec()],
        };
        choices.iter().filter_map(|axes| self.along(axes, shape, from)).collect()
    }

    /// Whether a place is farther than `margin` from what the motion brings in from beyond an end.
    pub fn is_inside(&self, margin: usize, shape: &[usize], index: usize) -> bool {
        if margin == 0 {
            return true;
        }
        let by = if let Self::Shift { by, .. } = self { *by } else { 0 };
        self.axes().iter().all(|&axis| {
            let place = super::super::place_along(shape, axis, index);
            place >= margin + by && place + margin < shape[axis]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: [f64; 6] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];

    #[test]
    fn numbers_move_along_their_axis() {
        let shape = [1, 2, 3];
        let moved = |motion: Motion| motion.applied(&shape, &NUMBERS);
        assert_eq!(moved(Motion::Flip { axis: 2 }), [2.0, 1.0, 0.0, 5.0, 4.0, 3.0]);
        let shift = Motion::Shift { axes: vec![2], by: 1 };
        assert_eq!(moved(shift), [2.0, 0.0, 1.0, 5.0, 3.0, 4.0]);
        let order = vec![1, 0];
        let permute = Motion::Permute { axis: 1, order };
        assert_eq!(moved(permute), [3.0, 4.0, 5.0, 0.0, 1.0, 2.0]);
        assert_eq!(moved(Motion::Scale { factor: 2.0 })[5], 10.0);
    }

    #[test]
    fn four_quarter_turns_are_none() {
        let turn = Motion::Rotate { axes: [1, 2] };
        let image = [0.0, 1.0, 2.0, 3.0];
        let once = turn.applied(&[1, 2, 2], &image);
        assert_eq!(once, [1.0, 3.0, 0.0, 2.0]);
        let back = (0..3).fold(once, |image, _| turn.applied(&[1, 2, 2], &image));
        assert_eq!(back, image);
    }

    #[test]
    fn a_shift_of_an_image_is_smaller_where_the_image_is() {
        let shift = Motion::Shift { axes: vec![2, 3], by: 2 };
        let (from, half) = ([1, 1, 8, 8], [1, 4, 4, 4]);
        assert_eq!(
            shift.along(&[2, 3], &half, &from),
            Some(Motion::Shift { axes: vec![2, 3], by: 1 })
        );
        let odd = Motion::Shift { axes: vec![2, 3], by: 1 };
        assert_eq!(odd.along(&[2, 3], &half, &from), None);
        assert_eq!(odd.along(&[2, 3], &[1, 4], &from), None);
    }

    #[test]
    fn a_permutation_fits_axes_of_its_own_size() {
        let permute = Motion::Permute { axis: 1, order: vec![2, 0, 1] };
        let found = permute.candidates(&[1, 4, 3], &[1, 3, 2]);
        assert_eq!(found, [Motion::Permute { axis: 2, order: vec![2, 0, 1] }]);
    }

    #[test]
    fn the_border_is_as_wide_as_the_margin_and_what_the_shift_brings_in() {
        let shift = Motion::Shift { axes: vec![1], by: 2 };
        let inside = |index| shift.is_inside(1, &[1, 6], index);
        assert_eq!(
            (0..6).map(inside).collect::<Vec<_>>(),
            [false, false, false, true, true, false]
        );
    }
}
