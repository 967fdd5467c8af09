//! One of the terms that a loss is the sum of.

use super::super::{Span, Spanned, Task};
use super::{LossKind, LossReduction};

/// A loss with a name, a weight, and what it looks at.
#[derive(Debug, Clone)]
pub struct LossTerm {
    /// None where the loss has one term alone, which needs no name.
    pub name: Option<Spanned<String>>,
    pub kind: Spanned<LossKind>,
    pub reduction: LossReduction,
    /// The output that it reads; none where the spec names none, since the model has one.
    pub output: Option<Spanned<String>>,
    pub compared: Compared,
    /// What the target is: the spec's task for the data's own target.
    pub task: Task,
    /// By what its value is multiplied before it is added to the others.
    pub weight: Spanned<f64>,
    /// Where the spec says `weights: balanced`: they are known once the data is.
    pub balanced: Option<Span>,
}

/// What a term compares an output with.
#[derive(Debug, Clone, PartialEq)]
pub enum Compared {
    /// The data's `target`.
    Target,
    /// One of the data's other `targets`, or `input`.
    Named(Spanned<String>),
    /// The same number, or class 0 or 1, for all examples.
    Constant(Spanned<f64>),
    /// The loss looks at outputs alone.
    Nothing,
}

/// The target that is the input itself.
pub const INPUT: &str = "input";

impl LossTerm {
    /// The one term of a loss.
    pub(in crate::spec) fn alone(
        kind: Spanned<LossKind>,
        reduction: LossReduction,
        task: Task,
    ) -> Self {
        let weight = Spanned::new(1.0, kind.span);
        let compared = Compared::Target;
        Self { name: None, kind, reduction, output: None, compared, task, weight, balanced: None }
    }

    /// How messages speak of it: "`mse`" where it is alone, else "the term `reconstruction`".
    pub fn title(&self) -> String {
        match &self.name {
            Some(name) => format!("the term `{}`", name.value),
            None => format!("`{}`", self.kind.value.term()),
        }
    }

    /// Whether it compares outputs with what the data says about each example.
    pub fn is_of_data(&self) -> bool {
        matches!(self.compared, Compared::Target | Compared::Named(_))
    }
}
