//! The shape of one input.

use super::DataError;

/// The spec's shape if it has one, else the source's own.
///
/// # Errors
///
/// When the spec's shape does not hold exactly as many numbers as an input has.
pub(super) fn resolve(wanted: Option<&[usize]>, own: &[usize]) -> Result<Vec<usize>, DataError> {
    let numbers: usize = own.iter().product();
    let Some(wanted) = wanted else { return Ok(own.to_vec()) };
    let product = wanted.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
    if product == Some(numbers) && !wanted.is_empty() {
        Ok(wanted.to_vec())
    } else {
        Err(DataError::Shape { shape: wanted.to_vec(), product, numbers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_wish_the_sources_shape_stands() {
        assert_eq!(resolve(None, &[8, 1]), Ok(vec![8, 1]));
    }

    #[test]
    fn a_wish_of_the_same_size_is_granted() {
        assert_eq!(resolve(Some(&[1, 8, 8]), &[64]), Ok(vec![1, 8, 8]));
    }

    #[test]
    fn a_wish_of_another_size_is_refused_with_both_numbers() {
        assert_eq!(
            resolve(Some(&[1, 8, 9]), &[64]),
            Err(DataError::Shape { shape: vec![1, 8, 9], product: Some(72), numbers: 64 })
        );
        assert_eq!(
            resolve(Some(&[usize::MAX, 2]), &[64]),
            Err(DataError::Shape { shape: vec![usize::MAX, 2], product: None, numbers: 64 })
        );
        assert!(resolve(Some(&[]), &[1]).is_err());
        assert!(resolve(Some(&[0]), &[1]).is_err());
    }
}
