//! Names of outputs, and the places where layers read.
//!
//! A name is looked for among what is computed already: first beside the layer, then beside each of
//! its containers from the inside out, then, by its last part, anywhere inside other containers.

use super::PlannedLayer;
use crate::model::Signal;
use crate::spec::{Code, Diagnostic, Spanned, join, suggest};

/// A longer list of names would hide the error.
const SHOWN: usize = 15;

/// Where a layer reads: paths of layers' outputs, or names of inputs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sources {
    /// Its input, or in order what it joins.
    pub inputs: Vec<String>,
    /// Whether the spec names them; otherwise it is the output before it.
    pub named: bool,
    /// What attention looks at beside its input.
    pub context: Option<String>,
    /// The tokens that say which places are padding: of the input, and of the context.
    pub padding: Option<String>,
    pub context_padding: Option<String>,
    /// The path of the layer whose weights it uses.
    pub weights: Option<String>,
}

impl Sources {
    /// The paths that are looked up when the network runs.
    pub fn looked_up(&self) -> impl Iterator<Item = &String> {
        let inputs = if self.named { self.inputs.as_slice() } else { &[] };
        inputs.iter().chain(&self.context).chain(&self.padding).chain(&self.context_padding)
    }

    /// All that is read, looked up or not.
    pub fn all(&self) -> impl Iterator<Item = &String> {
        self.inputs.iter().chain(&self.context).chain(&self.padding).chain(&self.context_padding)
    }

    /// The same for a layer that is run again at another path.
    fn moved(&self, from: &str, to: &str) -> Self {
        let path = |path: &String| moved(path, from, to).unwrap_or_else(|| path.clone());
        Self {
            inputs: self.inputs.iter().map(path).collect(),
            named: self.named,
            context: self.context.as_ref().map(path),
            padding: self.padding.as_ref().map(path),
            context_padding: self.context_padding.as_ref().map(path),
            weights: self.weights.clone(),
        }
    }
}

/// A path at or inside `from`, as one at or inside `to`; `None` for other paths.
pub fn moved(path: &str, from: &str, to: &str) -> Option<String> {
    let rest = path.strip_prefix(from)?;
    (rest.is_empty() || rest.starts_with('.')).then(|| format!("{to}{rest}"))
}

/// A layer that uses its own weights once more, at another path: it owns nothing there.
pub(super) fn again(layer: &PlannedLayer, from: &str, to: &str) -> PlannedLayer {
    PlannedLayer {
        path: moved(&layer.path, from, to).unwrap_or_else(|| layer.path.clone()),
        sources: layer.sources.moved(from, to),
        parameters: 0,
        frozen: false,
        regularization: None,
        inner: layer.inner.iter().map(|inner| again(inner, from, to)).collect(),
        ..layer.clone()
    }
}

/// Something that is computed, or given.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    pub path: String,
    pub signal: Signal,
}

/// What is computed so far.
#[derive(Debug, Default)]
pub(super) struct Scope {
    known: Vec<Flow>,
    /// Paths of all layers of the model: those that come later have no output yet.
    all: Vec<String>,
}

impl Scope {
    pub fn new(inputs: Vec<Flow>, all: Vec<String>) -> Self {
        Self { known: inputs, all }
    }

    pub fn add(&mut self, path: &str, signal: &Signal) {
        self.known.push(Flow { path: path.to_owned(), signal: signal.clone() });
    }

    /// How many outputs there are.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// The output that a layer in `container` calls by a name.
    pub fn find(&self, name: &Spanned<String>, container: &str) -> Result<Flow, Box<Diagnostic>> {
        let mut scope = container;
        loop {
            let path = join(scope, name);
            if let Some(found) = self.known.iter().rev().find(|known| known.path == path) {
                return Ok(found.clone());
            }
            match scope.rsplit_once('.') {
                Some((outer, _)) => scope = outer,
                None if scope.is_empty() => break,
                None => scope = "",
            }
        }
        let end = format!(".{}", name.value);
        let inside: Vec<&Flow> =
            self.known.iter().filter(|known| known.path.ends_with(&end)).collect();
        match inside.as_slice() {
            [found] => Ok((*found).clone()),
            [] => Err(Box::new(self.unknown(name))),
            several => Err(Box::new(ambiguous(name, several))),
        }
    }

    fn unknown(&self, name: &Spanned<String>) -> Diagnostic {
        let end = format!(".{}", name.value);
        let later = |path: &&String| **path == name.value || path.ends_with(&end);
        if self.all.iter().any(|path| later(&path)) {
            return Diagnostic::new(
                Code::UNKNOWN_OUTPUT,
                format!("`{}` has no output yet", name.value),
                name.span,
                "comes later, or is not finished here",
            )
            .help("read what is computed before, or move the layer up");
        }
        let error = Diagnostic::new(
            Code::UNKNOWN_OUTPUT,
            format!("no output is called `{}`", name.value.escape_debug()),
            name.span,
            "no layer before it, and no input",
        );
        let known: Vec<&str> = self.known.iter().map(|known| known.path.as_str()).collect();
        let short = known.iter().map(|path| path.rsplit('.').next().unwrap_or(path));
        let names: Vec<&str> = known.iter().copied().chain(short).collect();
        match suggest(name, &names) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.note(format!("there are: {}", listed(&known))),
        }
    }
}

fn ambiguous(name: &Spanned<String>, found: &[&Flow]) -> Diagnostic {
    let paths: Vec<&str> = found.iter().map(|known| known.path.as_str()).collect();
    Diagnostic::new(
        Code::AMBIGUOUS_OUTPUT,
        format!("several outputs are called `{}`", name.value),
        name.span,
        "which of them?",
    )
    .note(format!("they are: {}", listed(&paths)))
    .help("name one by its whole path, or give it a `name` of its own")
}

/// The first names, and how many more there are.
fn listed(names: &[&str]) -> String {
    let shown = names[..names.len().min(SHOWN)].join(", ");
    match names.len() - names.len().min(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Span;

    fn found(paths: &[&str], name: &str, container: &str) -> Result<String, Code> {
        let mut scope = Scope::new(Vec::new(), vec!["late1".to_owned()]);
        for path in paths {
            scope.add(path, &Signal::Float(vec![1]));
        }
        let name = Spanned::new(name.to_owned(), Span::default());
        scope.find(&name, container).map(|flow| flow.path).map_err(|error| error.code)
    }

    #[test]
    fn the_nearest_name_counts_from_the_inside_out() {
        let paths = ["a", "block.a", "block.2.a"];
        assert_eq!(found(&paths, "a", "block.2"), Ok("block.2.a".to_owned()));
        assert_eq!(found(&paths, "a", "block.3"), Ok("block.a".to_owned()));
        assert_eq!(found(&paths, "a", "other"), Ok("a".to_owned()));
    }

    #[test]
    fn what_is_inside_another_container_is_found_where_it_is_the_only_one() {
        assert_eq!(found(&["encoder.1.a"], "a", ""), Ok("encoder.1.a".to_owned()));
        assert_eq!(found(&["encoder.1.a"], "1.a", "head"), Ok("encoder.1.a".to_owned()));
        let two = ["encoder.1.a", "encoder.2.a"];
        assert_eq!(found(&two, "a", ""), Err(Code::AMBIGUOUS_OUTPUT));
        assert_eq!(found(&two, "encoder.2.a", ""), Ok("encoder.2.a".to_owned()));
    }

    #[test]
    fn unknown_and_later_names_are_refused() {
        assert_eq!(found(&["a"], "b", ""), Err(Code::UNKNOWN_OUTPUT));
        assert_eq!(found(&["a"], "late1", ""), Err(Code::UNKNOWN_OUTPUT));
    }

    #[test]
    fn a_path_moves_with_its_container_alone() {
        assert_eq!(moved("a.b", "a", "c.a"), Some("c.a.b".to_owned()));
        assert_eq!(moved("a", "a", "c"), Some("c".to_owned()));
        assert_eq!(moved("ab", "a", "c"), None);
    }
}
