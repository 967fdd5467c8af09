//! NumPy's files: `.npy`, one array, and `.npz`, a zip archive of them. The only module that names
//! `npyz`.

use std::io::{self, Cursor, Read, Seek};

use npyz::{DType, Endianness, NpyHeader, Order, TypeChar};

use super::array::{Array, Header};
use super::kept::Keep;
use super::number::{Kind, Number};
use crate::data::DataError;
use crate::panics::caught;
use crate::spec::suggest;

/// NumPy itself refuses longer headers.
const LONGEST_HEADER: usize = 10_000;
/// What a type of plain numbers never reaches; the parser of headers calls itself.
const DEEPEST: usize = 16;

const WRITE: &str = "write it with `numpy.save`";
const WRITE_ALL: &str = "write it with `numpy.savez`";

/// Reads the array of an `.npy` file; `name` stands for it in messages.
///
/// # Errors
///
/// Bytes that are no such file, arrays of other things than numbers, and those of [`Header::read`].
pub(in crate::data) fn npy(
    mut source: impl Read,
    name: &str,
    keep: Keep,
    target: bool,
) -> Result<Array, Vec<DataError>> {
    header(&mut source, name).map_err(|error| vec![error])?.read(source, keep, target)
}

/// The names of the arrays in an `.npz` file, sorted.
///
/// # Errors
///
/// When the bytes are no such file.
pub(in crate::data) fn names(source: impl Read + Seek) -> Result<Vec<String>, DataError> {
    let names = guarded(|| {
        let archive = npyz::npz::NpzArchive::new(source)?;
        let mut names: Vec<String> = archive.array_names().map(str::to_owned).collect();
        names.sort();
        Ok(names)
    });
    names.map_err(|reason| malformed(format!("not an NPZ file: {reason}"), WRITE_ALL))
}

/// Reads the array of that name in an `.npz` file.
///
/// # Errors
///
/// As [`npy`], and when there is no such array.
pub(in crate::data) fn npz(
    mut source: impl Read + Seek,
    name: &str,
    keep: Keep,
    target: bool,
) -> Result<Array, Vec<DataError>> {
    let names = names(&mut source).map_err(|error| vec![error])?;
    if !names.iter().any(|known| known == name) {
        return Err(vec![array_missing(name, target, names)]);
    }
    let read = guarded(|| {
        source.rewind()?;
        let mut archive = npyz::npz::NpzArchive::new(source)?;
        let file = npyz::npz::file_name_from_array_name(name);
        let entry = archive.zip_archive().by_name(&file).map_err(io::Error::other)?;
        Ok(npy(entry, name, keep, target))
    });
    read.unwrap_or_else(|reason| Err(vec![malformed(format!("`{name}`: {reason}"), WRITE_ALL)]))
}

/// The error for an array that a file lacks.
pub(super) fn array_missing(name: &str, target: bool, arrays: Vec<String>) -> DataError {
    let known: Vec<&str> = arrays.iter().map(String::as_str).collect();
    let suggestion = suggest(name, &known).map(str::to_owned);
    DataError::ArrayMissing { name: name.to_owned(), target, arrays, suggestion }
}

fn header(source: &mut impl Read, name: &str) -> Result<Header, DataError> {
    let no_file = |reason: &str| malformed(format!("`{name}` is no NPY file: {reason}"), WRITE);
    let bytes = header_bytes(source).map_err(|error| no_file(&error.to_string()))?;
    let header = guarded(|| NpyHeader::from_reader(Cursor::new(&bytes)))
        .map_err(|reason| no_file(&reason))?;
    let others = |found: String| DataError::ArrayOfOthers { array: name.to_owned(), found };
    let number = match header.dtype() {
        DType::Plain(plain) => {
            let big_endian = plain.endianness() == Endianness::Big;
            let kind = kind(plain.type_char(), plain.size_field());
            kind.map(|kind| Number { kind, big_endian }).ok_or_else(|| others(plain.to_string()))?
        }
        other => return Err(others(other.descr())),
    };
    // Columns before rows are rows before columns where there is one axis alone.
    let axes = header.shape().iter().filter(|size| **size > 1).count();
    if header.order() == Order::Fortran && axes > 1 {
        return Err(malformed(
            format!("`{name}` is stored column by column"),
            "write it row by row: `numpy.ascontiguousarray(x)`",
        ));
    }
    let shape = header.shape().iter().map(|size| usize::try_from(*size).unwrap_or(usize::MAX));
    Ok(Header { name: name.to_owned(), number, shape: shape.collect() })
}

/// The bytes before the numbers: marks, version, length and a Python literal of that length.
fn header_bytes(source: &mut impl Read) -> io::Result<Vec<u8>> {
    let invalid = |reason: &str| io::Error::new(io::ErrorKind::InvalidData, reason);
    let mut bytes = vec![0; 10];
    source.read_exact(&mut bytes).map_err(|_| invalid("it is too short"))?;
    if !bytes.starts_with(b"\x93NUMPY") {
        return Err(invalid("it does not begin with NumPy's marks"));
    }
    let mut length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    if bytes[6] >= 2 {
        let mut more = [0; 2];
        source.read_exact(&mut more).map_err(|_| invalid("it is too short"))?;
        length |= usize::from(u16::from_le_bytes(more)) << 16;
        bytes.extend(more);
    }
    if length > LONGEST_HEADER {
        return Err(invalid("its header is too long"));
    }
    let begin = bytes.len();
    bytes.resize(begin + length, 0);
    source.read_exact(&mut bytes[begin..]).map_err(|_| invalid("it ends within its header"))?;
    let opened = bytes[begin..].iter().filter(|byte| matches!(byte, b'(' | b'[' | b'{')).count();
    if opened > DEEPEST { Err(invalid("its header is too deep")) } else { Ok(bytes) }
}

fn kind(letter: TypeChar, size: u64) -> Option<Kind> {
    Some(match (letter, size) {
        (TypeChar::Bool, 1) => Kind::Bool,
        (TypeChar::Uint, 1) => Kind::U8,
        (TypeChar::Uint, 2) => Kind::U16,
        (TypeChar::Uint, 4) => Kind::U32,
        (TypeChar::Uint, 8) => Kind::U64,
        (TypeChar::Int, 1) => Kind::I8,
        (TypeChar::Int, 2) => Kind::I16,
        (TypeChar::Int, 4) => Kind::I32,
        (TypeChar::Int, 8) => Kind::I64,
        (TypeChar::Float, 2) => Kind::F16,
        (TypeChar::Float, 4) => Kind::F32,
        (TypeChar::Float, 8) => Kind::F64,
        _ => return None,
    })
}

/// What the crates below make of broken bytes is an error, also where they panic.
fn guarded<T>(read: impl FnOnce() -> io::Result<T>) -> Result<T, String> {
    match caught(read) {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(panic) => Err(panic.lines().next().unwrap_or_default().to_owned()),
    }
}

fn malformed(reason: String, mend: &'static str) -> DataError {
    DataError::Malformed { file: None, reason, mend }
}
