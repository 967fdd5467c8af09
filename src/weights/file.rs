//! Reading a file of tensors: the one effect of this module, and the only place that names
//! burn-store.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use burn_store::{BurnpackStore, ModuleStore, PytorchStore, SafetensorsStore, bridge, burn_pack};

use crate::hash::Fnv1a;
use crate::model::Model;
use crate::spec::suggest;

/// A model's tensors, saved in Burn's own format and loaded into another module of the same type; with
/// the size of the file.
///
/// # Errors
///
/// What Burn says where tensors are missing or do not fit.
pub fn saved_and_loaded(model: &Model, mut into: Model) -> Result<(usize, Model), String> {
    let mut saved = BurnpackStore::from_bytes(None);
    saved.collect_from(model).map_err(|error| error.to_string())?;
    let bytes = saved.get_bytes().map_err(|error| error.to_string())?;
    let size = bytes.len();
    let mut file = BurnpackStore::from_bytes(Some(bytes));
    file.apply_to(&mut into).map_err(|error| error.to_string())?;
    Ok((size, into))
}

/// One tensor of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    pub name: String,
    pub shape: Vec<usize>,
    /// Row-major.
    pub values: Vec<f64>,
    /// Unit roundoff of the file's own numbers: 0 for whole ones.
    pub roundoff: f64,
    /// Whether the file holds whole numbers.
    pub whole: bool,
}

/// All tensors of a file, in the order of their names.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightFile {
    /// As the spec has it.
    pub written: PathBuf,
    pub tensors: Vec<Stored>,
    /// What a safetensors file says about itself.
    pub metadata: BTreeMap<String, String>,
    /// The hash of the file's bytes, the same on every machine.
    pub digest: u64,
    /// Whether Burn wrote it, so that names and layouts are Burn's.
    pub of_burn: bool,
}

/// Why there are no tensors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    #[error("there is no file `{}`", written.display())]
    Missing { written: PathBuf, resolved: PathBuf, suggestion: Option<PathBuf> },
    #[error("`{}` cannot be read: {reason}", written.display())]
    Unreadable { written: PathBuf, resolved: PathBuf, reason: String },
    #[error("`{}` is of no kind that holds weights", written.display())]
    UnknownKind { written: PathBuf },
    #[error("`{}` does not hold what its name promises: {reason}", written.display())]
    Malformed { written: PathBuf, reason: String },
    /// A golden file that lacks a part.
    #[error("`{}` is no golden file: {reason}", written.display())]
    NotGolden { written: PathBuf, reason: String },
}

impl FileError {
    /// What to do.
    pub fn help(&self) -> String {
        match self {
            Self::Missing { suggestion: Some(name), .. } => {
                format!("did you mean `{}`?", name.display())
            }
            Self::Missing { resolved, .. } | Self::Unreadable { resolved, .. } => {
                format!("paths start from the spec's folder: this is `{}`", resolved.display())
            }
            Self::UnknownKind { .. } => {
                "the end of the name tells the kind: `.safetensors`, `.pt` \
                                         or `.pth` of PyTorch, `.bpk` of Burn"
                    .to_owned()
            }
            Self::Malformed { .. } => "write the file again: `safetensors.torch.save_file`, \
                                       `torch.save(model.state_dict(), …)` or Burn's `save_file`"
                .to_owned(),
            Self::NotGolden { .. } => {
                "write it with `tools/golden.py`: see docs/golden.md".to_owned()
            }
        }
    }
}

/// The kinds of files, by the ends of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Safetensors,
    Pytorch,
    Burnpack,
}

impl WeightFile {
    /// Reads the file at `written`, which starts from `folder` unless it is absolute. `key` names
    /// the entry of a PyTorch checkpoint that holds the weights.
    ///
    /// # Errors
    ///
    /// When there is no such file, when it cannot be read, or when it is not what its name says.
    pub fn read(folder: &Path, written: &Path, key: Option<&str>) -> Result<Self, FileError> {
        let kind = kind(written)?;
        let path = folder.join(written);
        let bytes = bytes(&path, written)?;
        let malformed =
            |reason: String| FileError::Malformed { written: written.to_path_buf(), reason };
        let mut digest = Fnv1a::new();
        digest.write(&bytes);
        let metadata = match kind {
            Kind::Safetensors => metadata(&bytes).map_err(malformed)?,
            Kind::Pytorch | Kind::Burnpack => BTreeMap::new(),
        };
        let tensors = match kind {
            // Opened by the store itself, so that it may map the file into memory.
            Kind::Safetensors => tensors(SafetensorsStore::from_file(&path)),
            Kind::Burnpack => tensors(BurnpackStore::from_file(&path).auto_extension(false)),
            Kind::Pytorch => {
                let store = PytorchStore::from_file(&path).map_indices_contiguous(false);
                tensors(match key {
                    Some(key) => store.with_top_level_key(key),
                    None => store,
                })
            }
        };
        let written_by_burn = metadata.get("producer").is_some_and(|producer| producer == "burn");
        Ok(Self {
            written: written.to_path_buf(),
            tensors: tensors.map_err(malformed)?,
            metadata,
            digest: digest.finish(),
            of_burn: kind == Kind::Burnpack || written_by_burn,
        })
    }
}

fn kind(written: &Path) -> Result<Kind, FileError> {
    let end = written.extension().and_then(|end| end.to_str()).map(str::to_ascii_lowercase);
    match end.as_deref() {
        Some("safetensors") => Ok(Kind::Safetensors),
        Some("pt" | "pth") => Ok(Kind::Pytorch),
        Some("bpk") => Ok(Kind::Burnpack),
        _ => Err(FileError::UnknownKind { written: written.to_path_buf() }),
    }
}

fn bytes(path: &Path, written: &Path) -> Result<Vec<u8>, FileError> {
    let unreadable = |reason: String| FileError::Unreadable {
        written: written.to_path_buf(),
        resolved: path.to_path_buf(),
        reason,
    };
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {
            fs::read(path).map_err(|error| unreadable(error.to_string()))
        }
        Ok(metadata) if metadata.is_dir() => Err(unreadable("it is a folder".to_owned())),
        // A pipe or a device may never end.
        Ok(_) => Err(unreadable("it is no regular file".to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(FileError::Missing {
            written: written.to_path_buf(),
            resolved: path.to_path_buf(),
            suggestion: neighbour(path).map(|name| written.with_file_name(name)),
        }),
        Err(error) => Err(unreadable(error.to_string())),
    }
}

/// The file in the same folder that was probably meant.
fn neighbour(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let mut names: Vec<String> = fs::read_dir(path.parent()?)
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    suggest(name, &names).map(str::to_owned)
}

/// What a safetensors file says about itself.
fn metadata(bytes: &[u8]) -> Result<BTreeMap<String, String>, String> {
    let (_, header) =
        safetensors::SafeTensors::read_metadata(bytes).map_err(|error| error.to_string())?;
    Ok(header.metadata().clone().unwrap_or_default().into_iter().collect())
}

fn tensors<S: ModuleStore>(mut store: S) -> Result<Vec<Stored>, String> {
    let all = store.get_all_tensors().map_err(|error| error.to_string())?;
    all.iter().map(|(name, tensor)| stored(name, tensor)).collect()
}

fn stored(name: &str, tensor: &burn_pack::Tensor) -> Result<Stored, String> {
    use burn::tensor::DType;
    let data = bridge::to_data(tensor).map_err(|error| format!("`{name}`: {error}"))?;
    let roundoff = match data.dtype() {
        DType::F64 => f64::EPSILON / 2.0,
        DType::F32 | DType::Flex32 => f64::from(f32::EPSILON) / 2.0,
        // Of 11 and of 8 binary digits.
        DType::F16 => 2.0f64.powi(-11),
        DType::BF16 => 2.0f64.powi(-8),
        _ => 0.0,
    };
    let shape: Vec<usize> = data.shape().iter().copied().collect();
    let values: Vec<f64> = data.iter::<f64>().collect();
    Ok(Stored { name: name.to_owned(), shape, values, roundoff, whole: roundoff == 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(folder: &Path, name: &str) -> Result<WeightFile, FileError> {
        WeightFile::read(folder, Path::new(name), None)
    }

    #[test]
    fn a_misspelt_file_finds_its_neighbour() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("weights.pt"), "").unwrap();
        let error = read(folder.path(), "weihgts.pt").unwrap_err();
        assert_eq!(error.help(), "did you mean `weights.pt`?");
    }

    #[test]
    fn a_file_of_another_kind_is_told_from_its_name() {
        let error = read(Path::new(""), "weights.onnx").unwrap_err();
        assert!(matches!(error, FileError::UnknownKind { .. }), "{error:?}");
        assert!(error.help().contains("`.safetensors`"), "{}", error.help());
    }

    #[test]
    fn bytes_that_are_no_tensors_are_an_error_in_every_kind() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.safetensors", "a.pt", "a.pth", "a.bpk"] {
            for bytes in [&b""[..], b"\x08", b"{}", b"these bytes are no tensors at all, not one"] {
                fs::write(folder.path().join(name), bytes).unwrap();
                let error = read(folder.path(), name).unwrap_err();
                assert!(matches!(error, FileError::Malformed { .. }), "{name}: {error:?}");
            }
        }
    }

    #[test]
    fn a_folder_holds_no_weights() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a.pt")).unwrap();
        let error = read(folder.path(), "a.pt").unwrap_err();
        assert!(error.to_string().contains("it is a folder"), "{error}");
    }
}
