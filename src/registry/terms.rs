//! What a loss function may give: one loss, or several named terms.

use burn::tensor::Tensor;

use super::Term;

/// The loss over a batch: `Tensor<1>` of one element, or named terms of one element each, whose sum
/// is minimized: `[("reconstruction", a), ("divergence", b)]`, or a `Vec` of such pairs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no loss that nn-test can minimize",
    label = "neither `Tensor<1>` nor named terms",
    note = "a loss is a `Tensor<1>` of one element, as `.mean()` gives it, or pairs of a name and such \
            a tensor: `[(\"reconstruction\", a), (\"divergence\", b)]`"
)]
pub trait LossTerms {
    #[doc(hidden)]
    fn into_named(self) -> Vec<(String, Tensor<1>)>;
}

impl LossTerms for Tensor<1> {
    fn into_named(self) -> Vec<(String, Tensor<1>)> {
        vec![("loss".to_owned(), self)]
    }
}

impl<S: Into<String>, const N: usize> LossTerms for [(S, Tensor<1>); N] {
    fn into_named(self) -> Vec<(String, Tensor<1>)> {
        const { assert!(N > 0, "a loss has at least one term") };
        self.into_iter().map(|(name, value)| (name.into(), value)).collect()
    }
}

impl<S: Into<String>> LossTerms for Vec<(S, Tensor<1>)> {
    fn into_named(self) -> Vec<(String, Tensor<1>)> {
        self.into_iter().map(|(name, value)| (name.into(), value)).collect()
    }
}

/// The terms of a loss, checked.
///
/// # Panics
///
/// When there is none, or one has not exactly one element: a mean or a sum is missing.
pub(super) fn terms(loss: impl LossTerms) -> Vec<Term> {
    let named = loss.into_named();
    assert!(!named.is_empty(), "the loss has no term");
    let check = |(name, value): (String, Tensor<1>)| {
        let [count] = value.dims();
        assert!(
            count == 1,
            "the loss term `{name}` has {count} numbers; a loss is one number: reduce it with \
             `.mean()` or `.sum()`"
        );
        Term { name, value }
    };
    named.into_iter().map(check).collect()
}
