//! The terms of a loss lined up with the outputs of a model and the targets of the data.

use super::head;
use crate::data::Dataset;
use crate::model::{Plan, PlannedOutput};
use crate::spec::{Code, Diagnostic, LossTerm, Span, Spec, suggest};

/// The output that a term reads: the one that it names, or the only one.
pub fn read_by<'a>(term: &LossTerm, plan: &'a Plan) -> Option<&'a PlannedOutput> {
    match &term.output {
        Some(name) => plan.outputs.iter().find(|output| output.name == name.value),
        None => plan.outputs.first(),
    }
}

/// Everything that a term, its output and its target ask of each other. Without a plan, of a Rust
/// model, outputs are seen when it runs.
pub(super) fn check(spec: &Spec, data: &Dataset, plan: Option<&Plan>) -> Vec<Diagnostic> {
    let terms = spec.loss.terms.iter().flat_map(|term| of_term(spec, term, data, plan));
    terms.chain(plan.and_then(|plan| unread(spec, plan))).collect()
}

fn of_term(spec: &Spec, term: &LossTerm, data: &Dataset, plan: Option<&Plan>) -> Vec<Diagnostic> {
    let answers = data.answers(&term.compared);
    let output = match plan.map(|plan| output(spec, term, plan)) {
        Some(Ok(output)) => Some(output),
        Some(Err(error)) => return vec![*error],
        None => None,
    };
    let of_head = output.and_then(|output| match (&answers, &term.compared) {
        (Some(answers), _) => head::head(spec, term, *answers, output),
        (None, compared) => head::alone(term, compared, output),
    });
    let of_answers = answers.map(|answers| {
        let dims = output.map(|output| output.signal.dims());
        head::weights(term, answers).into_iter().chain(head::targets(spec, term, answers, dims))
    });
    of_head.into_iter().chain(of_answers.into_iter().flatten()).collect()
}

fn output<'a>(
    spec: &Spec,
    term: &LossTerm,
    plan: &'a Plan,
) -> Result<&'a PlannedOutput, Box<Diagnostic>> {
    let Some(name) = &term.output else {
        return match plan.outputs.as_slice() {
            [only] => Ok(only),
            outputs => Err(Box::new(which(spec, term, outputs))),
        };
    };
    let found = plan.outputs.iter().find(|output| output.name == name.value);
    found.ok_or_else(|| Box::new(unknown(&name.value, name.span, plan)))
}

/// A term that does not say which of several outputs it reads.
fn which(spec: &Spec, term: &LossTerm, outputs: &[PlannedOutput]) -> Diagnostic {
    let names: Vec<&str> = outputs.iter().map(|output| output.name.as_str()).collect();
    let count = names.len();
    if term.name.is_none() {
        let message = format!("the model gives {count} outputs, but the loss takes one");
        let span = outputs.get(1).map_or(spec.task.span, |second| second.span);
        let error = Diagnostic::new(Code::HEAD_MISMATCH, message, span, "one too many");
        return error.help(format!(
            "give each a term: `loss: {{terms: [{{name: {0}, output: {0}, loss: …}}, …]}}`; or name \
             one output, or join them with `concat` or `add`",
            names[0]
        ));
    }
    let message = format!("{} reads one of {count} outputs, and does not say which", term.title());
    let error = Diagnostic::new(Code::HEAD_MISMATCH, message, term.kind.span, "of which output?");
    error.help(format!("write `output: {}`", names.join("` or `output: ")))
}

fn unknown(name: &str, span: Span, plan: &Plan) -> Diagnostic {
    let names: Vec<&str> = plan.outputs.iter().map(|output| output.name.as_str()).collect();
    let error = Diagnostic::new(
        Code::UNKNOWN_OUTPUT,
        format!("the model has no output `{name}`"),
        span,
        "no such output",
    );
    let is_layer = plan.flat().iter().any(|layer| layer.path == name);
    let error = error.note(format!("its outputs are: {}", names.join(", ")));
    match suggest(name, &names) {
        _ if is_layer => error.help(format!(
            "name the layer's output below `model`: `outputs: [{}, {name}]`",
            names.join(", ")
        )),
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help("name the layer below `outputs` of `model`"),
    }
}

/// An output of several that no term reads: what it is for is not said.
fn unread(spec: &Spec, plan: &Plan) -> Option<Diagnostic> {
    let [_, _, ..] = plan.outputs.as_slice() else { return None };
    let named: Vec<&str> =
        spec.loss.terms.iter().filter_map(|term| Some(term.output.as_ref()?.as_str())).collect();
    // Where a term reads none by name, that is the mistake.
    if named.len() < spec.loss.terms.len() {
        return None;
    }
    let output = plan.outputs.iter().find(|output| !named.contains(&output.name.as_str()))?;
    let error = Diagnostic::new(
        Code::HEAD_MISMATCH,
        format!("no term of the loss reads the output `{}`", output.name),
        output.span,
        "never learned",
    );
    let first = spec.loss.terms.first()?;
    Some(
        error.also(first.kind.span, "the first term").help(format!(
            "give it a term with `output: {}`, or take it off `outputs`",
            output.name
        )),
    )
}
