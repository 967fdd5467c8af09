//! What a golden file holds: inputs and weights that another framework ran, and what came out.
//!
//! Names in the file, which `tools/golden.py` writes: `input` (or `input.0`, `input.1`, … of a model
//! with several), `target`, `output`, `loss`, `weights.…` and `gradients.…` by the names of the other
//! framework, `input_gradient` (with the input's number likewise), and `after.…`: running statistics
//! after the pass. The metadata say `format`, `framework` and `mode`.

use std::path::{Path, PathBuf};

use super::file::{FileError, Stored, WeightFile};

/// Which of a model's two behaviours was run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Normalizations use the batch; dropout is off.
    Train,
    /// Normalizations use their running statistics.
    Eval,
}

impl Mode {
    pub fn term(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Eval => "eval",
        }
    }

    pub fn other(self) -> Self {
        match self {
            Self::Train => Self::Eval,
            Self::Eval => Self::Train,
        }
    }
}

/// A golden file, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Golden {
    /// As the spec has it.
    pub written: PathBuf,
    /// Who made it: "PyTorch 2.9.1".
    pub framework: String,
    pub mode: Mode,
    pub digest: u64,
    /// One for each input of the model.
    pub inputs: Vec<Stored>,
    pub target: Option<Stored>,
    pub output: Stored,
    pub loss: Option<f64>,
    /// Named as in the other framework's own model.
    pub weights: Vec<Stored>,
    pub gradients: Vec<Stored>,
    pub input_gradients: Vec<Stored>,
    /// Running statistics after the pass.
    pub after: Vec<Stored>,
    /// Unit roundoff of the coarsest numbers in it.
    pub roundoff: f64,
}

/// What the metadata of a golden file must say.
const FORMAT: &str = "nn-test golden 1";

impl Golden {
    /// Reads the golden file at `written`, which starts from `folder` unless it is absolute.
    ///
    /// # Errors
    ///
    /// When there is no such file, when it cannot be read, or when it lacks a part.
    pub fn read(folder: &Path, written: &Path) -> Result<Self, FileError> {
        Self::of(WeightFile::read(folder, written, None)?)
    }

    fn of(file: WeightFile) -> Result<Self, FileError> {
        let lacking =
            |reason: String| FileError::NotGolden { written: file.written.clone(), reason };
        let said = |key: &str| file.metadata.get(key).map(String::as_str);
        match said("format") {
            Some(FORMAT) => {}
            Some(other) => {
                return Err(lacking(format!("its format is `{other}`, not `{FORMAT}`")));
            }
            None => return Err(lacking(format!("its metadata do not say `format: {FORMAT}`"))),
        }
        let mode = match said("mode") {
            Some("train") => Mode::Train,
            Some("eval") => Mode::Eval,
            other => {
                let found = other.unwrap_or("nothing");
                return Err(lacking(format!("its `mode` is {found}, neither train nor eval")));
            }
        };
        let one = |name: &str| file.tensors.iter().find(|tensor| tensor.name == name).cloned();
        let below = |prefix: &str| -> Vec<Stored> {
            let inside = file.tensors.iter().filter_map(|tensor| {
                let name = tensor.name.strip_prefix(prefix)?.strip_prefix('.')?;
                Some(Stored { name: name.to_owned(), ..tensor.clone() })
            });
            inside.collect()
        };
        let inputs = one("input").map_or_else(|| numbered(below("input")), |input| vec![input]);
        if inputs.is_empty() {
            return Err(lacking("it has no tensor `input`".to_owned()));
        }
        let rows = |tensor: &Stored| tensor.shape.first().copied().unwrap_or(0);
        let examples = rows(&inputs[0]);
        if examples == 0 || inputs.iter().any(|input| rows(input) != examples) {
            return Err(lacking("its inputs are not of one batch of examples".to_owned()));
        }
        let output =
            one("output").ok_or_else(|| lacking("it has no tensor `output`".to_owned()))?;
        let loss = one("loss").and_then(|loss| loss.values.first().copied());
        let gradient = one("input_gradient");
        let input_gradients =
            gradient.map_or_else(|| numbered(below("input_gradient")), |one| vec![one]);
        let roundoff = file.tensors.iter().map(|tensor| tensor.roundoff).fold(0.0, f64::max);
        Ok(Self {
            framework: said("framework").unwrap_or("another framework").to_owned(),
            mode,
            digest: file.digest,
            target: one("target"),
            output,
            loss,
            weights: below("weights"),
            gradients: below("gradients"),
            after: below("after"),
            input_gradients,
            inputs,
            roundoff,
            written: file.written,
        })
    }

    /// How many examples were run.
    pub fn examples(&self) -> usize {
        self.inputs[0].shape[0]
    }
}

/// In the order of their numbers: `10` comes after `9`.
fn numbered(mut tensors: Vec<Stored>) -> Vec<Stored> {
    tensors.retain(|tensor| tensor.name.parse::<usize>().is_ok());
    tensors.sort_by_key(|tensor| tensor.name.parse::<usize>().unwrap_or(usize::MAX));
    tensors
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn stored(name: &str, shape: &[usize]) -> Stored {
        let values = vec![0.5; shape.iter().product()];
        let roundoff = f64::from(f32::EPSILON) / 2.0;
        Stored { name: name.to_owned(), shape: shape.to_vec(), values, roundoff, whole: false }
    }

    fn file(tensors: &[(&str, &[usize])]) -> WeightFile {
        let said = [("format", FORMAT), ("framework", "PyTorch 2"), ("mode", "eval")];
        let said = said.map(|(key, value)| (key.to_owned(), value.to_owned()));
        WeightFile {
            written: PathBuf::from("a.safetensors"),
            tensors: tensors.iter().map(|(name, shape)| stored(name, shape)).collect(),
            metadata: BTreeMap::from(said),
            digest: 1,
            of_burn: false,
        }
    }

    #[test]
    fn names_say_what_a_tensor_is() {
        let tensors: &[(&str, &[usize])] = &[
            ("input", &[2, 3]),
            ("output", &[2, 1]),
            ("loss", &[]),
            ("weights.0.weight", &[1, 3]),
            ("gradients.0.weight", &[1, 3]),
        ];
        let golden = Golden::of(file(tensors)).unwrap();
        assert_eq!((golden.mode, golden.examples(), golden.loss), (Mode::Eval, 2, Some(0.5)));
        assert_eq!(golden.weights[0].name, "0.weight");
        assert_eq!(golden.gradients[0].name, "0.weight");
        assert_eq!(golden.roundoff, f64::from(f32::EPSILON) / 2.0);
    }

    #[test]
    fn several_inputs_stand_in_the_order_of_their_numbers() {
        let golden =
            Golden::of(file(&[("input.10", &[2, 1]), ("input.9", &[2, 3]), ("output", &[2, 1])]));
        let inputs: Vec<_> = golden.unwrap().inputs.into_iter().map(|input| input.name).collect();
        assert_eq!(inputs, ["9", "10"]);
    }

    #[test]
    fn a_file_that_lacks_a_part_says_which() {
        type Shapes<'a> = &'a [(&'a str, &'a [usize])];
        let wrong: [(Shapes<'_>, &str); 3] = [
            (&[("output", &[2])], "no tensor `input`"),
            (&[("input", &[2, 3])], "no tensor `output`"),
            (&[("input.0", &[2, 3]), ("input.1", &[3, 3]), ("output", &[2])], "one batch"),
        ];
        for (tensors, expected) in wrong {
            let error = Golden::of(file(tensors)).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        let whole = || file(&[("input", &[2, 3]), ("output", &[2])]);
        let mut plain = whole();
        plain.metadata.clear();
        assert!(Golden::of(plain).unwrap_err().to_string().contains("`format: nn-test golden 1`"));
        let said = [
            ("format", "golden 2", "its format is `golden 2`, not `nn-test golden 1`"),
            ("mode", "test", "its `mode` is test, neither train nor eval"),
        ];
        for (key, value, expected) in said {
            let mut other = whole();
            other.metadata.insert(key.to_owned(), value.to_owned());
            let error = Golden::of(other).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
