//! Files of named tensors. The only module of `data` that names `safetensors`.

use std::io::{self, Read, Seek, SeekFrom};

use ::safetensors::Dtype;
use ::safetensors::tensor::Metadata;

use super::array::{Array, Header};
use super::kept::Keep;
use super::npy::array_missing;
use super::number::{Kind, Number};
use crate::data::DataError;

/// No file of examples has a longer header: one of 100 000 tensors is shorter.
const LONGEST_HEADER: u64 = 1 << 24;

const MEND: &str = "write it with `safetensors`' `save_file`";

/// A file's header.
#[derive(Debug)]
pub(in crate::data) struct File<R> {
    source: R,
    metadata: Metadata,
    /// Where the numbers begin.
    begin: u64,
}

impl<R: Read + Seek> File<R> {
    /// Reads the header: its length in eight bytes, and a JSON object of that length.
    ///
    /// # Errors
    ///
    /// When the bytes are no such file.
    pub(in crate::data) fn open(mut source: R) -> Result<Self, DataError> {
        let mut length = [0; 8];
        source.read_exact(&mut length).map_err(|_| malformed("it is too short".into()))?;
        let length = u64::from_le_bytes(length);
        if length > LONGEST_HEADER {
            return Err(malformed(format!("its header of {length} bytes is too long")));
        }
        let mut header = Vec::new();
        let read = source.by_ref().take(length).read_to_end(&mut header);
        read.map_err(|error| malformed(error.to_string()))?;
        if (header.len() as u64) < length {
            return Err(malformed("it ends within its header".into()));
        }
        let metadata: Metadata =
            serde_json::from_slice(&header).map_err(|error| malformed(error.to_string()))?;
        Ok(Self { source, metadata, begin: 8 + length })
    }

    /// The names of the tensors, sorted.
    pub(in crate::data) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.metadata.tensors().into_keys().collect();
        names.sort();
        names
    }

    /// Reads the tensor of that name.
    ///
    /// # Errors
    ///
    /// When there is no such tensor, when it holds no numbers that f64 can hold, and those of
    /// [`Header::read`].
    pub(in crate::data) fn read(
        &mut self,
        name: &str,
        keep: Keep,
        target: bool,
    ) -> Result<Array, Vec<DataError>> {
        let Some(info) = self.metadata.info(name) else {
            return Err(vec![array_missing(name, target, self.names())]);
        };
        let array = name.to_owned();
        let Some(kind) = kind(info.dtype) else {
            let found = info.dtype.to_string();
            return Err(vec![DataError::ArrayOfOthers { array, found }]);
        };
        let header =
            Header { name: array, number: Number::little(kind), shape: info.shape.clone() };
        let begin = self.begin.saturating_add(info.data_offsets.0 as u64);
        let seek = self.source.seek(SeekFrom::Start(begin));
        seek.map_err(|error| vec![malformed(error.to_string())])?;
        header.read(io::BufReader::new(&mut self.source), keep, target)
    }
}

fn kind(dtype: Dtype) -> Option<Kind> {
    Some(match dtype {
        Dtype::BOOL => Kind::Bool,
        Dtype::U8 => Kind::U8,
        Dtype::U16 => Kind::U16,
        Dtype::U32 => Kind::U32,
        Dtype::U64 => Kind::U64,
        Dtype::I8 => Kind::I8,
        Dtype::I16 => Kind::I16,
        Dtype::I32 => Kind::I32,
        Dtype::I64 => Kind::I64,
        Dtype::F16 => Kind::F16,
        Dtype::BF16 => Kind::BF16,
        Dtype::F32 => Kind::F32,
        Dtype::F64 => Kind::F64,
        _ => return None,
    })
}

fn malformed(reason: String) -> DataError {
    DataError::Malformed {
        file: None,
        reason: format!("not a safetensors file: {reason}"),
        mend: MEND,
    }
}
