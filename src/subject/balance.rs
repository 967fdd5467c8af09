//! `weights: balanced` — class weights that are known once the data is.

use super::Source;
use crate::data::{Targets, statistics};
use crate::spec::{Code, Diagnostic, LossKind, LossSpec, LossTerm};

/// Puts the weights of the training part into the terms that ask for them.
///
/// # Errors
///
/// When a class has no training example: no weight balances it.
pub(super) fn fill(loss: &mut LossSpec, data: &Source) -> Result<(), Box<Diagnostic>> {
    let Source::Dataset(data) = data else { return Ok(()) };
    for term in &mut loss.terms {
        let (Some(place), Some(answers)) = (term.balanced, data.answers(&term.compared)) else {
            continue;
        };
        let padding = padding(term);
        let labels = labels(answers.train, &padding);
        let classes = answers.classes.len().max(2);
        let mut weights = statistics::balanced_weights(&labels, classes);
        let missing = |class: &usize| weights[*class].is_infinite() && !padding.contains(class);
        if let Some(class) = (0..classes).find(missing) {
            let name = answers.classes.get(class).map_or_else(|| class.to_string(), String::clone);
            let error = Diagnostic::new(
                Code::BAD_TARGETS,
                format!("class `{name}` has no training example, so that no weight balances it"),
                place,
                "asked for here",
            );
            let help = "hold out fewer examples, stratify the split, or write the weights";
            return Err(Box::new(error.help(help)));
        }
        // Padding does not count, whatever its weight.
        weights.iter_mut().filter(|weight| weight.is_infinite()).for_each(|weight| *weight = 1.0);
        match &mut term.kind.value {
            LossKind::CrossEntropy { weights: own, .. }
            | LossKind::BinaryCrossEntropy { weights: own, .. }
            | LossKind::Focal { weights: own, .. } => *own = Some(weights),
            _ => {}
        }
    }
    Ok(())
}

/// Classes whose answers do not count.
fn padding(term: &LossTerm) -> Vec<usize> {
    match &term.kind.value {
        LossKind::CrossEntropy { pad_tokens, .. } => pad_tokens.clone(),
        _ => Vec::new(),
    }
}

/// The classes of all answers that count.
fn labels(targets: &Targets, padding: &[usize]) -> Vec<usize> {
    let all: Vec<usize> = match targets {
        Targets::Classes(classes) => classes.clone(),
        Targets::Places { classes, .. } => classes.iter().flatten().copied().collect(),
        Targets::Labels { .. } | Targets::Values(_) | Targets::Arrays { .. } => Vec::new(),
    };
    all.into_iter().filter(|class| !padding.contains(class)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Subject;
    use crate::spec::{LossKind, Source, parse};

    fn prepared(task: &str, loss: &str, rows: &str) -> Result<Subject, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("data.csv"), format!("x,y\n{rows}")).unwrap();
        let outputs = if task == "classification" { 3 } else { 1 };
        let text = format!(
            "version: 1\nname: balanced\ntask: {task}\n\
             data: {{csv: data.csv, target: y, split: {{validation: 0}}}}\n\
             model: [linear: {outputs}]\nloss: {{{loss}: {{weights: balanced}}}}\n\
             training: {{batch_size: 1}}\n"
        );
        let path = folder.path().join("balanced.yaml");
        let spec = parse(Source::new(path, text)).map_err(|error| error.render(false))?;
        Subject::prepare(spec).map_err(|error| error.render(false))
    }

    #[test]
    fn balanced_weights_come_from_the_training_part() {
        let rows = "1,a\n2,a\n3,a\n4,b\n5,c\n6,c\n";
        for loss in ["cross_entropy", "focal"] {
            let subject = prepared("classification", loss, rows).unwrap();
            let kind = &subject.spec.loss.terms[0].kind.value;
            let (LossKind::CrossEntropy { weights, .. } | LossKind::Focal { weights, .. }) = kind
            else {
                panic!("{kind:?}")
            };
            assert_eq!(weights.as_deref(), Some([6.0 / 9.0, 2.0, 1.0].as_slice()), "{loss}");
        }
        let subject =
            prepared("binary_classification", "binary_cross_entropy", "1,0\n2,0\n3,0\n4,1\n")
                .unwrap();
        let kind = &subject.spec.loss.terms[0].kind.value;
        let LossKind::BinaryCrossEntropy { weights, .. } = kind else { panic!("{kind:?}") };
        assert_eq!(weights.as_deref(), Some([4.0 / 6.0, 2.0].as_slice()));
    }
}
