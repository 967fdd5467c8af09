//! IDX, the format of MNIST: two zero bytes, the type of the numbers, the count of axes, their sizes
//! as big-endian u32, and the numbers. Mostly compressed by gzip, which the bytes themselves tell.
//!
//! Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".

use std::io::{BufReader, Read};

use flate2::read::MultiGzDecoder;

use super::array::{Array, Header};
use super::kept::Keep;
use super::number::{Kind, Number};
use crate::data::DataError;

/// Reads the array of an IDX file; `name` stands for it in messages.
///
/// # Errors
///
/// Bytes that are no such file, and those of [`Header::read`].
pub(in crate::data) fn idx(
    source: impl Read,
    name: &str,
    keep: Keep,
    target: bool,
) -> Result<Array, Vec<DataError>> {
    let mut source = BufReader::new(source);
    let mut begin = [0; 2];
    let too_short = |_| vec![malformed("it is too short")];
    source.read_exact(&mut begin).map_err(too_short)?;
    let whole = begin.as_slice().chain(source);
    if begin == [0x1f, 0x8b] {
        let source = BufReader::new(MultiGzDecoder::new(whole));
        read(source, name, keep, target)
    } else {
        read(whole, name, keep, target)
    }
}

fn read(
    mut source: impl Read,
    name: &str,
    keep: Keep,
    target: bool,
) -> Result<Array, Vec<DataError>> {
    let too_short = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => vec![malformed("it is too short")],
        _ => vec![malformed(&error.to_string())],
    };
    let mut magic = [0; 4];
    source.read_exact(&mut magic).map_err(too_short)?;
    let [0, 0, kind, axes] = magic else {
        return Err(vec![malformed("it does not begin with two zero bytes")]);
    };
    let kind = match kind {
        0x08 => Kind::U8,
        0x09 => Kind::I8,
        0x0b => Kind::I16,
        0x0c => Kind::I32,
        0x0d => Kind::F32,
        0x0e => Kind::F64,
        other => {
            return Err(vec![malformed(&format!("its type of numbers, {other:#04x}, is unknown"))]);
        }
    };
    let mut shape = Vec::new();
    for _ in 0..axes {
        let mut size = [0; 4];
        source.read_exact(&mut size).map_err(too_short)?;
        shape.push(u32::from_be_bytes(size) as usize);
    }
    let number = Number { kind, big_endian: true };
    Header { name: name.to_owned(), number, shape }.read(source, keep, target)
}

fn malformed(reason: &str) -> DataError {
    DataError::Malformed {
        file: None,
        reason: format!("not an IDX file: {reason}"),
        mend: "give the file as it was published, compressed by gzip or not",
    }
}
