//! The files that a spec is made of: its own and those that it extends.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::node::{Node, Value};
use super::super::suggestion::suggest;
use super::super::{Code, Diagnostic, Source, Span, file, yaml};
use super::merge::merged;

/// Longer chains hide what a spec says from its reader.
const LONGEST: usize = 8;

/// All files read so far, the spec's own first.
pub(super) struct Library {
    source: Source,
    files: Vec<Loaded>,
}

struct Loaded {
    /// By which the file is known again: its real path.
    identity: PathBuf,
    documents: Vec<Node>,
}

/// A document: the numbers of its file and of itself in it.
type Address = (usize, usize);

impl Library {
    pub fn open(source: Source, errors: &mut Vec<Diagnostic>) -> Self {
        let documents = yaml::read(&source.text, errors);
        let identity = identity(&source.path);
        Self { source, files: vec![Loaded { identity, documents }] }
    }

    /// The documents of the spec's own file.
    pub fn roots(&self) -> Vec<Node> {
        self.files[0].documents.clone()
    }

    pub fn into_source(self) -> Source {
        self.source
    }

    /// A document of the spec's own file, over all that it extends. `None` where that cannot be
    /// found; then errors say why.
    pub fn completed(&mut self, document: usize, errors: &mut Vec<Diagnostic>) -> Option<Node> {
        self.over_its_base((0, document), &mut Vec::new(), errors)
    }

    fn over_its_base(
        &mut self,
        address: Address,
        chain: &mut Vec<Address>,
        errors: &mut Vec<Diagnostic>,
    ) -> Option<Node> {
        let root = self.files[address.0].documents[address.1].clone();
        let Some(target) = root.get("extends").cloned() else { return Some(root) };
        chain.push(address);
        let base = match self.target(&target, address) {
            Ok(base) if chain.contains(&base) => {
                errors.push(self.circle(&target, base));
                None
            }
            Ok(_) if chain.len() >= LONGEST => {
                errors.push(bad_base(
                    &target,
                    format!("a spec stands on more than {LONGEST} others"),
                    "one more here",
                ));
                None
            }
            Ok(base) => self.over_its_base(base, chain, errors),
            Err(error) => {
                errors.extend(error);
                None
            }
        };
        chain.pop();
        Some(merged(base?, root))
    }

    /// The document that an `extends` means: `FILE`, `FILE#NAME` or `#NAME`.
    fn target(&mut self, target: &Node, from: Address) -> Result<Address, Vec<Diagnostic>> {
        let Value::String(text) = &target.value else {
            let due = "`extends` must be the path of a file, `PATH#NAME` or `#NAME`";
            let found = super::super::reader::describe(target);
            return Err(vec![Diagnostic::new(Code::WRONG_TYPE, due, target.span, found)]);
        };
        let (path, name) = match text.split_once('#') {
            Some((path, name)) => (path, Some(name)),
            None => (text.as_str(), None),
        };
        let file = if path.is_empty() { from.0 } else { self.file(path, target)? };
        let document = self.document(file, name, target).map_err(|error| vec![*error])?;
        Ok((file, document))
    }

    /// The number of a file, which is read where it was not before.
    fn file(&mut self, path: &str, target: &Node) -> Result<usize, Vec<Diagnostic>> {
        let path = self.source.folder(target.span).join(path);
        let identity = identity(&path);
        if let Some(known) = self.files.iter().position(|file| file.identity == identity) {
            return Ok(known);
        }
        let read = file::read_source(&path).map_err(|found| {
            let inner = found.errors.into_iter().next();
            let (message, reason) =
                inner.map_or_else(Default::default, |error| (error.message, error.label.1));
            let error =
                bad_base(target, format!("`{}` cannot be extended", path.display()), reason);
            vec![error.note(message)]
        })?;
        let text = read.text.strip_prefix('\u{feff}').map_or(read.text.clone(), Into::into);
        let base = self.source.include(&path, text.clone());
        let mut errors = Vec::new();
        let documents = yaml::read(&text, &mut errors);
        if !errors.is_empty() {
            return Err(errors.into_iter().map(|error| error.moved(base)).collect());
        }
        let documents = documents.into_iter().map(|document| document.moved(base)).collect();
        self.files.push(Loaded { identity, documents });
        Ok(self.files.len() - 1)
    }

    /// The number of the document of that name; without a name that of the only one.
    fn document(
        &self,
        file: usize,
        name: Option<&str>,
        target: &Node,
    ) -> Result<usize, Box<Diagnostic>> {
        let documents = &self.files[file].documents;
        let own_name = |document: &Node| match document.get("name").map(|name| &name.value) {
            Some(Value::String(name)) => Some(name.clone()),
            _ => None,
        };
        let names: Vec<Option<String>> = documents.iter().map(own_name).collect();
        let known: Vec<&str> = names.iter().flatten().map(String::as_str).collect();
        let found = match name {
            Some(name) => names.iter().position(|known| known.as_deref() == Some(name)),
            None => (documents.len() == 1).then_some(0),
        };
        let Some(found) = found else {
            return Err(Box::new(no_document(target, name, &known)));
        };
        match documents[found].entries() {
            Some(_) => Ok(found),
            None => Err(Box::new(
                bad_base(target, "what is extended is no spec", "this one")
                    .also(documents[found].span, "a mapping of sections is due here"),
            )),
        }
    }

    fn circle(&self, target: &Node, base: Address) -> Diagnostic {
        let begin = self.files[base.0].documents[base.1].get("extends").map(|node| node.span);
        let error = bad_base(target, "specs extend each other in a circle", "closes the circle");
        let begin = begin.filter(|begin| *begin != target.span);
        begin.map_or(error.clone(), |begin| error.also(begin, "begins it"))
    }
}

fn no_document(target: &Node, name: Option<&str>, known: &[&str]) -> Diagnostic {
    let all = || format!("`{}`", known.join("`, `"));
    match name {
        None => bad_base(target, "the file holds several specs", "which one?").help(format!(
            "add `#` and the name of one, of {}",
            if known.is_empty() { "those that have a `name`".to_owned() } else { all() }
        )),
        Some(name) => {
            let error =
                bad_base(target, format!("there is no spec `{name}` to extend"), "named here");
            match suggest(name, known) {
                Some(meant) => error.help(format!("did you mean `#{meant}`?")),
                None if known.is_empty() => error.note("no document of the file has a `name`"),
                None => error.note(format!("the file has {}", all())),
            }
        }
    }
}

fn bad_base(target: &Node, message: impl Into<String>, label: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::BAD_BASE, message, target.span, label)
}

/// The real path; where there is no such file, the path as it is.
fn identity(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

impl Diagnostic {
    /// The same with all places moved by `base`: in a source with several files.
    fn moved(mut self, base: usize) -> Self {
        let moved = |span: Span| span.moved(base);
        self.label.0 = moved(self.label.0);
        for (span, _) in &mut self.secondary {
            *span = moved(*span);
        }
        self
    }
}
