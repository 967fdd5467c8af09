//! How many of the answers that a model has learned by heart must be right.
//!
//! Of a loss, 5 % of the way from its floor up to the constant predictor may be left; of answers the same
//! share of the way from what a constant gets right up to what can be right. Of a few answers that is none,
//! and of the many of a picture or a text some: a model whose loss counts as learned may have so many wrong.

use serde::Serialize;

use crate::data::statistics::RightAnswers;

/// What is asked of answers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Due {
    /// The share of right ones that the spec asks for.
    pub accuracy: Option<f64>,
    /// What may be left of the way from the floor up to the constant predictor, over all examples.
    pub left: f64,
}

/// What a product of a share and a number may be short of the whole number that it is.
const ROUNDING: f64 = 1e-9;

impl Due {
    /// How many of the answers must be right.
    pub fn right(self, answers: RightAnswers) -> usize {
        let RightAnswers { constant, best, all } = answers;
        let of = |share: f64, number: usize| (share * number as f64 + ROUNDING) as usize;
        match self.accuracy {
            Some(accuracy) => all.saturating_sub(of(1.0 - accuracy, all)).min(best),
            None => best - of(self.left.clamp(0.0, 1.0), best.saturating_sub(constant)),
        }
    }

    /// How many may be wrong of those that can be right.
    pub fn wrong(self, answers: RightAnswers) -> usize {
        answers.best - self.right(answers)
    }

    /// The share of right ones that is due.
    pub fn share(self, answers: RightAnswers) -> f64 {
        self.right(answers) as f64 / answers.all.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNSAID: Due = Due { accuracy: None, left: 0.05 };

    #[test]
    fn of_few_answers_all_are_due_and_of_many_nearly_all() {
        let few = RightAnswers { constant: 2, best: 16, all: 16 };
        assert_eq!(UNSAID.right(few), 16);
        assert_eq!(UNSAID.share(few), 1.0);
        // 100 answers between a constant's and what can be right: five of them.
        let many = RightAnswers { constant: 20, best: 120, all: 128 };
        assert_eq!((UNSAID.right(many), UNSAID.wrong(many)), (115, 5));
        // What a constant nearly reaches has little way to go.
        let rare = RightAnswers { constant: 990, best: 1000, all: 1000 };
        assert_eq!(UNSAID.wrong(rare), 0);
    }

    #[test]
    fn what_a_spec_asks_for_is_asked_as_far_as_it_can_be() {
        let asked = |accuracy| Due { accuracy: Some(accuracy), left: 0.05 };
        let answers = RightAnswers { constant: 20, best: 90, all: 100 };
        assert_eq!(asked(1.0).right(answers), 90);
        assert_eq!((asked(0.8).right(answers), asked(0.8).wrong(answers)), (80, 10));
        assert_eq!(asked(0.0).right(answers), 0);
    }
}
