//! The tensors that a recipe's parameter groups mean, by name.

use burn::module::{Module, Param, ParamId};
use burn::tensor::Tensor;

use crate::model::{NamedTensor, TensorVisitor, Weights, belongs_to, visit_tensors};
use crate::spec::{Code, Diagnostic, ParameterGroup, Spanned, suggest};

/// A longer list of tensors would hide the error.
const SHOWN: usize = 15;

/// Whether a group's name means this tensor: its path, a layer around it, or a pattern of its path.
fn means(name: &str, tensor: &str) -> bool {
    match name.contains('*') {
        true => fits(name, tensor),
        false => tensor == name || belongs_to(tensor, name),
    }
}

/// Whether a text is as the pattern says, in which `*` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn holds(group: &ParameterGroup, tensor: &str) -> bool {
    group.layers.iter().any(|name| means(name, tensor))
}

/// The group that holds a tensor, if one does; no tensor is in two.
pub fn group_of<'a>(groups: &'a [ParameterGroup], tensor: &str) -> Option<&'a ParameterGroup> {
    groups.iter().find(|group| holds(group, tensor))
}

/// The tensors of a group in a module.
pub(super) fn ids<M: Module>(group: &ParameterGroup, module: &M) -> Vec<ParamId> {
    let held = |path: &str| holds(group, path);
    let mut found = Found { held, ids: Vec::new() };
    visit_tensors(module, &mut found);
    found.ids
}

struct Found<F> {
    held: F,
    ids: Vec<ParamId>,
}

impl<F: Fn(&str) -> bool> TensorVisitor for Found<F> {
    fn visit<const D: usize>(&mut self, path: &[String], param: &Param<Tensor<D>>) {
        if (self.held)(&path.join(".")) {
            self.ids.push(param.id);
        }
    }
}

/// Takes the tensors of frozen groups out of training.
pub fn freeze(groups: &[ParameterGroup], weights: &mut Weights) {
    let frozen: Vec<&ParameterGroup> = groups.iter().filter(|group| group.frozen).collect();
    for tensor in &mut weights.tensors {
        tensor.trainable &= !frozen.iter().any(|group| holds(group, &tensor.path));
    }
}

/// What is wrong with a recipe's groups, for a model with these weights, as they are after
/// [`freeze`]: names that mean no tensor, tensors of two groups, and nothing left to train.
pub fn errors(groups: &[ParameterGroup], weights: &Weights) -> Vec<Diagnostic> {
    let names = groups.iter().flat_map(|group| &group.layers);
    let unknown = names.filter(|name| !weights.tensors.iter().any(|t| means(name, &t.path)));
    let mut errors: Vec<Diagnostic> = unknown.map(|name| unknown_name(name, weights)).collect();
    errors.extend(weights.tensors.iter().find_map(|tensor| of_two_groups(groups, tensor)));
    let frozen = groups.iter().find(|group| group.frozen);
    if let (Some(group), false) = (frozen, weights.tensors.iter().any(|tensor| tensor.trainable)) {
        let error = Diagnostic::new(
            Code::CONTRADICTION,
            "nothing is left to train: every tensor is frozen",
            group.span,
            "freezes",
        );
        errors.push(error.help("let at least one layer be trained"));
    }
    errors
}

/// The same for names that no layer has, as far as the layers alone tell: those that own numbers, by
/// their paths. Patterns and names of tensors wait for the tensors.
pub fn unknown_layers(groups: &[ParameterGroup], layers: &[&str]) -> Vec<Diagnostic> {
    let known = |name: &str| {
        name.contains('*')
            || layers.iter().any(|layer| {
                // Whatever its tensors are called.
                means(name, &format!("{layer}.?")) || belongs_to(name, layer)
            })
    };
    let names = groups.iter().flat_map(|group| &group.layers).filter(|name| !known(name));
    names.map(|name| unknown(name, layers, &[], ("layers with weights", layers))).collect()
}

fn unknown_name(name: &Spanned<String>, weights: &Weights) -> Diagnostic {
    let paths: Vec<&str> = weights.tensors.iter().map(|tensor| tensor.path.as_str()).collect();
    let mut layers: Vec<&str> =
        paths.iter().filter_map(|path| Some(path.rsplit_once('.')?.0)).collect();
    layers.dedup();
    unknown(name, &layers, &paths, ("tensors", &paths))
}

fn unknown(
    name: &Spanned<String>,
    layers: &[&str],
    paths: &[&str],
    (what, all): (&str, &[&str]),
) -> Diagnostic {
    let error = Diagnostic::new(
        Code::UNKNOWN_LAYER_NAME,
        "a group names what the model does not have",
        name.span,
        "no layer or tensor with weights of this name",
    );
    let near = suggest(name, layers).or_else(|| suggest(name, paths));
    match near.filter(|_| !name.contains('*')) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => {
            let shown = all[..all.len().min(SHOWN)].join(", ");
            error.note(match all.len().saturating_sub(SHOWN) {
                0 => format!("its {what} are: {shown}"),
                more => format!("its {what} are: {shown} and {more} more"),
            })
        }
    }
}

fn of_two_groups(groups: &[ParameterGroup], tensor: &NamedTensor) -> Option<Diagnostic> {
    let mut holding = groups.iter().filter(|group| holds(group, &tensor.path));
    let (first, second) = (holding.next()?, holding.next()?);
    let message = format!("`{}` is in two groups", tensor.path);
    let error = Diagnostic::new(Code::CONTRADICTION, message, second.span, "the second one");
    Some(error.also(first.span, "the first one").help("name each tensor in one group"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_a_layer_a_tensor_or_a_pattern() {
        for (name, tensor, due) in [
            ("hidden", "hidden.weight", true),
            ("hidden", "hidden2.weight", false),
            ("hidden", "encoder.hidden.bias", true),
            ("encoder", "encoder.hidden.bias", true),
            ("hidden.weight", "hidden.weight", true),
            ("hidden.weight", "hidden.bias", false),
            ("*.bias", "encoder.hidden.bias", true),
            ("*.bias", "encoder.hidden.weight", false),
            ("residual1.*", "residual1.linear1.weight", true),
            ("residual1.*", "residual11.linear1.weight", false),
            ("en*.hi*.w*", "encoder.hidden.weight", true),
            ("*", "anything", true),
            ("aba*aba", "aba", false),
            ("weight", "hidden.weight", false),
        ] {
            assert_eq!(means(name, tensor), due, "{name} {tensor}");
        }
    }
}
