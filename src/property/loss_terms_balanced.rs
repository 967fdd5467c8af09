//! `loss_terms_balanced`: no term of a loss drowns the others.

use serde_yaml::{Mapping, Value};

use super::text::{count, mapping, short};
use super::{Finding, Meta, OptionKind, OptionMeta, OptionValue, Options, Property, Verdict};
use crate::experiment::{Evidence, Experiment, TermEvidence};
use crate::spec::Severity;

pub static PROPERTY: Property = Property {
    meta: Meta {
        name: "loss_terms_balanced",
        summary: "The gradients of all terms of a loss are of one order.",
        checks: "With the initial weights and up to 128 examples: one backward pass for each term \
                 that the loss names (`terms` of `loss`, or what a Rust model's loss gives), with its \
                 weight, and the norm of its gradient over all trainable tensors.",
        why: "The optimizer sees only the sum. A term whose gradient is a hundredth of another's is \
              as good as left out, however large its value is, and the weight that it was given has \
              not the meaning that it was given for.",
        condition: "largest norm / norm of the term ≤ `ratio` for every term. A term with a gradient of \
                    zero depends on no weight.",
        mend: "Give the weak term a larger weight, or take means where sums are taken: a sum over \
               pixels outweighs a mean by their number.",
        source: "Kendall, Gal and Cipolla 2018, GradNorm (Chen et al. 2018): terms are balanced by \
                 their gradients' norms, not by their values.",
        severity: Severity::Warn,
        recommended: false,
        options: &[OptionMeta {
            name: "ratio",
            kind: OptionKind::Number,
            default: OptionValue::Number(10.0),
            doc: "largest ratio of two terms' gradient norms",
        }],
    },
    needs: &[Experiment::Initial],
    trains_further: None,
    judge,
    record,
};

fn judge(evidence: &Evidence, options: &Options) -> Verdict {
    let terms = &evidence.initial().terms;
    if terms.is_empty() {
        return Verdict::not_applicable("the loss has one term");
    }
    let bound = options.number("ratio").expect("it has a default");
    let broken = terms.iter().find(|term| !term.gradient_norm.is_finite());
    if let Some(term) = broken {
        let message = format!("the norm of its gradient is {}", short(term.gradient_norm));
        let mend = "see `finite_everywhere`: look for a division by zero or a logarithm of zero in \
                    this term";
        return Verdict::fail(describe(terms), vec![finding(term, message, None, bound, mend)]);
    }
    let norm = |term: &&TermEvidence| term.gradient_norm;
    let strongest = terms
        .iter()
        .max_by(|a, b| norm(a).total_cmp(&norm(b)))
        .expect("a loss of several terms has one");
    let weak = terms.iter().filter(|term| norm(&strongest) > bound * norm(term));
    let findings = weak.map(|term| match term.gradient_norm == 0.0 {
        true => {
            let message = "the term depends on no weight: its gradient is zero".to_owned();
            let mend = "give it a weight other than 0 and an output that depends on weights, without \
                        detaching it, or leave it out";
            finding(term, message, None, bound, mend)
        }
        false => {
            let ratio = norm(&strongest) / term.gradient_norm;
            let message =
                format!("the gradient of `{}` is {} times as large", strongest.name, short(ratio));
            let mend = "give this term a larger weight, or take means in both";
            finding(term, message, Some(ratio), bound, mend)
        }
    });
    let findings: Vec<Finding> = findings.collect();
    match findings.is_empty() {
        true => Verdict::pass(describe(terms)),
        false => Verdict::fail(describe(terms), findings),
    }
}

fn describe(terms: &[TermEvidence]) -> String {
    let parts = terms.iter().map(|term| {
        format!("{} {} (gradient {})", term.name, short(term.value), short(term.gradient_norm))
    });
    format!("{}: {}", count(terms.len(), "term"), parts.collect::<Vec<_>>().join(", "))
}

fn finding(
    term: &TermEvidence,
    message: String,
    measured: Option<f64>,
    bound: f64,
    mend: &str,
) -> Finding {
    Finding {
        place: term.name.clone(),
        message,
        measured,
        bound: Some(format!("ratio ≤ {}", short(bound))),
        mend: mend.to_owned(),
    }
}

fn record(evidence: &Evidence, _options: &Options) -> Mapping {
    let terms = evidence.initial().terms.iter().map(|term| {
        let row =
            mapping([("value", term.value.into()), ("gradient_norm", term.gradient_norm.into())]);
        (Value::from(term.name.as_str()), Value::Mapping(row))
    });
    terms.collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::property::Outcome;

    fn verdict(norms: &[f64]) -> Verdict {
        let mut evidence = testing::evidence();
        let term = |(index, norm): (usize, &f64)| TermEvidence {
            name: format!("term{index}"),
            value: 1.0,
            gradient_norm: *norm,
            loss: "own",
            guessing_loss: None,
        };
        evidence.initial.as_mut().unwrap().terms = norms.iter().enumerate().map(term).collect();
        judge(&evidence, &Options::defaults(&PROPERTY.meta))
    }

    #[test]
    fn terms_of_one_order_pass_and_one_term_is_no_balance() {
        assert_eq!(verdict(&[1.0, 9.9, 3.0]).outcome, Outcome::Pass);
        assert_eq!(verdict(&[]).outcome, Outcome::NotApplicable);
    }

    #[test]
    fn a_term_that_drowns_is_named() {
        let verdict = verdict(&[1.0, 10.5]);
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert_eq!((verdict.findings.len(), verdict.findings[0].place.as_str()), (1, "term0"));
        assert_eq!(verdict.findings[0].measured, Some(10.5));
    }

    #[test]
    fn a_term_without_gradient_is_told_apart() {
        let verdict = verdict(&[1.0, 0.0]);
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert!(verdict.findings[0].message.contains("depends on no weight"));
    }

    #[test]
    fn a_term_that_is_not_finite_fails() {
        assert_eq!(verdict(&[1.0, f64::NAN]).outcome, Outcome::Fail);
    }
}
