//! What keeps a file and a model apart: each problem names both sides, and the nearest name.

/// One thing that does not fit. Shapes of the file are as the file has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// A tensor of the model that the file does not hold.
    Missing {
        path: String,
        shape: Vec<usize>,
        /// The name and the shape that it would have in the file.
        due: (String, Vec<usize>),
        /// A tensor of the file that may be meant: of that shape, and of none of ours.
        nearest: Option<String>,
    },
    /// A tensor of the file that the model has no place for.
    Superfluous {
        name: String,
        shape: Vec<usize>,
        /// The name after renaming, where that is another.
        renamed: Option<String>,
        /// A tensor of the model that may be meant.
        nearest: Option<String>,
    },
    Misshapen {
        path: String,
        /// Of ours.
        shape: Vec<usize>,
        name: String,
        stored: Vec<usize>,
        due: Vec<usize>,
    },
    /// Two tensors of the file that renaming gives one name.
    Clash { first: String, second: String, renamed: String },
}

impl Problem {
    /// The tensor that it is about: of the model, or of the file where the model has none.
    pub fn place(&self) -> &str {
        match self {
            Self::Missing { path, .. } | Self::Misshapen { path, .. } => path,
            Self::Superfluous { name, .. } | Self::Clash { second: name, .. } => name,
        }
    }

    pub fn message(&self) -> String {
        match self {
            Self::Missing { path, shape, due: (name, stored), .. } => format!(
                "`{path}` {shape:?} is not in the file: it would be `{name}` {stored:?} there"
            ),
            Self::Superfluous { name, shape, renamed: None, .. } => {
                format!("`{name}` {shape:?} of the file is none of the model's")
            }
            Self::Superfluous { name, shape, renamed: Some(renamed), .. } => format!(
                "`{name}` {shape:?} of the file, renamed `{renamed}`, is none of the model's"
            ),
            Self::Misshapen { path, shape, name, stored, due } => format!(
                "`{path}` {shape:?} needs {due:?} in the file, but `{name}` is {stored:?} there"
            ),
            Self::Clash { first, second, renamed } => {
                format!("`{first}` and `{second}` of the file are both `{renamed}`")
            }
        }
    }

    /// What to do. `map` is how renaming is written where the problem shows.
    pub fn mend(&self) -> String {
        match self {
            Self::Missing { path, due: (name, _), nearest: Some(nearest), .. } => {
                match module(name) {
                    Some(ours) if module(nearest) != Some(ours) => format!(
                        "if `{nearest}` is meant: `map: {{\"{}\": {ours}}}`",
                        module(nearest).unwrap_or(nearest)
                    ),
                    _ => format!(
                        "if `{nearest}` is meant: `map: {{\"{nearest}\": {name}}}` for `{path}`"
                    ),
                }
            }
            Self::Missing { .. } => {
                "`partial: true` lets what the file lacks start as its initializer says".to_owned()
            }
            Self::Superfluous { name, nearest: Some(nearest), .. } => {
                format!(
                    "if `{nearest}` is meant, rename it with `map`; else `ignore: [\"{name}\"]`"
                )
            }
            Self::Superfluous { name, .. } => {
                let around = module(name).unwrap_or(name);
                format!("`ignore: [\"{around}\"]` leaves it out")
            }
            Self::Misshapen { stored, due, .. } => {
                let turned: Vec<usize> = due.iter().rev().copied().collect();
                match turned == *stored && due.len() == 2 {
                    true => "it is transposed: `convention: burn` reads [in, out], `convention: \
                             pytorch` [out, in]"
                        .to_owned(),
                    false => "give the layer the size that the file has, or name another tensor \
                              with `map`"
                        .to_owned(),
                }
            }
            Self::Clash { .. } => "let each rule of `map` make a name of its own".to_owned(),
        }
    }
}

/// The names around a tensor's own.
fn module(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(around, _)| around)
}
