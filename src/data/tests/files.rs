//! Files of every format, as they should be and damaged.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::support::*;
use crate::data::{Dataset, InputKind, Targets};
use crate::spec::{
    ArrayFormat, DataSource, ModelSpec, Spec, Symbols, TableFormat, Target, Task, TextSource,
};

/// An array as NumPy writes it, version 1.0.
fn npy(descr: &str, shape: &str, numbers: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    let padding = 63 - (10 + header.len()) % 64;
    header.extend(std::iter::repeat_n(' ', padding));
    header.push('\n');
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00".as_slice(), &length, header.as_bytes(), numbers].concat()
}

/// Twelve rows of two numbers, and their classes 0, 1 and 2.
fn inputs() -> Vec<f32> {
    (0..24).map(|number| number as f32 / 2.0).collect()
}

pub(super) fn x() -> Vec<u8> {
    npy("<f4", "(12, 2)", &inputs().into_iter().flat_map(f32::to_le_bytes).collect::<Vec<_>>())
}

pub(super) fn y() -> Vec<u8> {
    npy(">i8", "(12,)", &(0..12i64).flat_map(|row| (row % 3).to_be_bytes()).collect::<Vec<_>>())
}

pub(super) fn npz(arrays: &[(&str, &[u8])]) -> Vec<u8> {
    // A zip archive whose entries are stored as they are, as `numpy.savez` writes it.
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, array) in arrays {
        let name = format!("{name}.npy");
        let mut crc = flate2::Crc::new();
        crc.update(array);
        let size = (array.len() as u32).to_le_bytes();
        let shared = [
            &[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0][..],
            &crc.sum().to_le_bytes(),
            &size,
            &size,
            &(name.len() as u16).to_le_bytes(),
            &[0, 0],
        ]
        .concat();
        let offset = (bytes.len() as u32).to_le_bytes();
        bytes.extend([b"PK\x03\x04", &shared[..], name.as_bytes(), array].concat());
        let more = [&[0; 10][..], &offset, name.as_bytes()].concat();
        directory.extend([b"PK\x01\x02\x14\x00", &shared[..], &more].concat());
    }
    let count = (arrays.len() as u16).to_le_bytes();
    let (begin, size) = (bytes.len() as u32, directory.len() as u32);
    let end = [&count[..], &count, &size.to_le_bytes(), &begin.to_le_bytes(), &[0, 0]].concat();
    [bytes, directory, b"PK\x05\x06\0\0\0\0".to_vec(), end].concat()
}

pub(super) fn safetensors() -> Vec<u8> {
    let header = "{\"x\":{\"dtype\":\"F32\",\"shape\":[12,2],\"data_offsets\":[0,96]},\
                  \"y\":{\"dtype\":\"U8\",\"shape\":[12],\"data_offsets\":[96,108]}}";
    let numbers = inputs().into_iter().flat_map(f32::to_le_bytes);
    let classes = (0..12u8).map(|row| row % 3);
    let length = (header.len() as u64).to_le_bytes();
    length.into_iter().chain(header.bytes()).chain(numbers).chain(classes).collect()
}

/// Twelve images of one row and two pixels, and their classes.
fn idx() -> (Vec<u8>, Vec<u8>) {
    let images = [0, 0, 8, 3, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 2].into_iter().chain(0..24);
    let labels = [0, 0, 8, 1, 0, 0, 0, 12].into_iter().chain((0..12).map(|row| row % 3));
    (images.collect(), labels.collect())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn target(name: &str) -> Target {
    Target::of_column(at(name.to_owned(), "label"), None)
}

pub(super) fn arrays(format: ArrayFormat, path: &str, target_name: &str) -> DataSource {
    let inputs = (format == ArrayFormat::Npz).then(|| at("x".to_owned(), "first"));
    let path = at(path.into(), "table.csv");
    DataSource::Arrays { format, path, inputs, target: target(target_name) }
}

fn rows(format: TableFormat, path: &str) -> DataSource {
    let path = at(path.into(), "table.csv");
    DataSource::Table { format, path, target: target("label"), features: None }
}

fn write(folder: &Path, files: &[(&str, &[u8])]) {
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

pub(super) fn load_files(
    files: &[(&str, &[u8])],
    source: DataSource,
    change: impl FnOnce(&mut Spec),
) -> Result<Dataset, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    let mut spec = spec(folder.path(), Task::Classification, source);
    spec.data.validation.value = 0.0;
    change(&mut spec);
    told(&spec)
}

type Files = Vec<(&'static str, Vec<u8>)>;

/// All formats that hold the same twelve rows; pixels are twice the numbers.
fn same() -> Vec<(Files, DataSource, f64)> {
    use ArrayFormat::{Idx, Npy, Npz, Safetensors};
    let (images, classes) = idx();
    let both = npz(&[("x", &x()), ("y", &y())]);
    let json: String = (0..12)
        .map(|row| {
            let [a, b] = [row as f32, row as f32 + 0.5];
            format!("{{\"a\": {a}, \"b\": {b}, \"label\": \"{}\"}}\n", row % 3)
        })
        .collect();
    vec![
        (vec![("x.npy", x()), ("y.npy", y())], arrays(Npy, "x.npy", "y.npy"), 1.0),
        (vec![("d.npz", both)], arrays(Npz, "d.npz", "y"), 1.0),
        (vec![("d.safetensors", safetensors())], arrays(Safetensors, "d.safetensors", "y"), 1.0),
        (vec![("x", gzip(&images)), ("y", classes)], arrays(Idx, "x", "y"), 2.0),
        (vec![("d.jsonl", json.into_bytes())], rows(TableFormat::JsonLines, "d.jsonl"), 1.0),
    ]
}

fn borrowed<'a>(files: &'a [(&'a str, Vec<u8>)]) -> Vec<(&'a str, &'a [u8])> {
    files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect()
}

#[test]
fn the_same_rows_are_the_same_data_in_every_format() {
    for (files, source, factor) in same() {
        let data = load_files(&borrowed(&files), source, |_| {}).unwrap();
        assert_eq!(data.classes, ["0", "1", "2"], "{}", files[0].0);
        assert_eq!((data.train.len(), data.example_len()), (12, 2));
        for (input, class) in data.train.inputs.chunks(2).zip(labels(&data.train)) {
            assert_eq!(input[0] / factor % 3.0, *class as f64, "{}", files[0].0);
            assert_eq!(input[1] - input[0], 0.5 * factor);
        }
    }
}

#[test]
fn a_sample_draws_the_same_rows_of_inputs_and_targets() {
    for (files, source, factor) in same() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &borrowed(&files));
        let mut spec = spec(folder.path(), Task::Classification, source);
        spec.data.validation.value = 0.0;
        spec.data.sample = Some(at(7, "size"));
        let data = told(&spec).unwrap();
        assert_eq!(data.train.len(), 7, "{}", files[0].0);
        for (input, class) in data.train.inputs.chunks(2).zip(labels(&data.train)) {
            let name: f64 = data.classes[*class].parse().unwrap();
            assert_eq!(input[0] / factor % 3.0, name, "{}", files[0].0);
        }
        assert_eq!(told(&spec).unwrap(), data);
        spec.training.seed += 1;
        assert_ne!(told(&spec).unwrap().digest(), data.digest());
    }
}

#[test]
fn no_damage_to_a_file_is_a_panic() {
    for (mut files, source, _) in same() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &borrowed(&files));
        let spec = spec(folder.path(), Task::Classification, source);
        let (name, whole) = files.swap_remove(0);
        let path = folder.path().join(name);
        let mut refused = 0;
        for cut in 0..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            refused += usize::from(told(&spec).is_err());
        }
        // The last bytes may be a line end, or the other array's.
        assert!(refused + 30 > whole.len(), "{name}: {refused} of {}", whole.len());
        for place in 0..whole.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut damaged = whole.clone();
                damaged[place] ^= flip;
                fs::write(&path, &damaged).unwrap();
                let _ = told(&spec);
            }
        }
    }
}

#[test]
fn targets_of_several_numbers_follow_the_task() {
    let load = |task, target: Vec<u8>| {
        let files: [(&str, &[u8]); 2] = [("x.npy", &x()), ("y.npy", &target)];
        load_files(&files, arrays(ArrayFormat::Npy, "x.npy", "y.npy"), |spec| {
            spec.task.value = task;
        })
    };
    let two = |row: &dyn Fn(u8) -> [u8; 2]| {
        npy("|u1", "(12, 2)", &(0..12).flat_map(row).collect::<Vec<_>>())
    };
    let shape = |task, target| load(task, target).map(|data| data.train.targets);
    let vectors = shape(Task::Regression, two(&|row| [row, 5])).unwrap();
    assert!(matches!(vectors, Targets::Arrays { shape, .. } if shape == [2]));
    let several = shape(Task::MultiLabelClassification, two(&|row| [row % 2, 1])).unwrap();
    assert!(matches!(several, Targets::Labels { shape, .. } if shape == [2]));
    let places = shape(Task::Classification, two(&|row| [row % 2, 7])).unwrap();
    assert!(matches!(places, Targets::Places { shape, .. } if shape == [2]));
    let errors = load(Task::MultiLabelClassification, two(&|row| [row, 1])).unwrap_err();
    assert!(errors[0].starts_with("NN0207: x.npy: 10 cells are neither 0 nor 1"), "{errors:?}");
    let errors = load(Task::BinaryClassification, two(&|row| [row, 1])).unwrap_err();
    assert!(errors[0].starts_with("NN0209: x.npy: `y.npy` has the shape [12, 2]"), "{errors:?}");
}

#[test]
fn arrays_that_are_not_there_or_do_not_fit_are_told() {
    let both = npz(&[("x", &x()), ("y", &y()), ("labels", &x())]);
    let read = |source: DataSource| load_files(&[("d.npz", &both)], source, |_| {});
    assert_told(
        read(arrays(ArrayFormat::Npz, "d.npz", "label")),
        &["NN0203: d.npz: there is no array `label`\n\
           at `label`: no such array\n\
           note: the arrays are `labels`, `x`, `y`\n\
           help: did you mean `labels`?"],
    );
    let unnamed = match arrays(ArrayFormat::Npz, "d.npz", "y") {
        DataSource::Arrays { format, path, target, .. } => {
            DataSource::Arrays { format, path, inputs: None, target }
        }
        other => other,
    };
    assert_told(
        read(unnamed),
        &["NN0203: d.npz: the file holds `labels`, `x`, `y`, and `inputs` names none\n\
           at `table.csv`: which one has the inputs?\n\
           help: name the inputs: `inputs: x`"],
    );
    let short = npy("|u1", "(2,)", &[0, 1]);
    assert_told(
        load_files(
            &[("x.npy", &x()), ("y.npy", &short)],
            arrays(ArrayFormat::Npy, "x.npy", "y.npy"),
            |_| {},
        ),
        &["NN0209: x.npy: `x.npy` has 12 rows, and `y.npy` has 2\n\
           at `label`: one row per example\n\
           help: give every input its target"],
    );
    assert_told(
        load_files(
            &[("x.npy", &x()), ("y.npy", b"0\n1\n")],
            arrays(ArrayFormat::Npy, "x.npy", "y.npy"),
            |_| {},
        ),
        &["NN0202: y.npy: `y.npy` is no NPY file: it is too short\n\
           at `label`: cannot be read\n\
           help: write it with `numpy.save`"],
    );
}

#[test]
fn an_array_larger_than_memory_is_told_with_the_sample_that_fits() {
    let huge = npy("<f8", "(1000000, 1000)", &[]);
    let read = |sample: Option<usize>| {
        load_files(
            &[("x.npy", &huge), ("y.npy", &y())],
            arrays(ArrayFormat::Npy, "x.npy", "y.npy"),
            |spec| spec.data.sample = sample.map(|rows| at(rows, "size")),
        )
    };
    assert_told(
        read(None),
        &["NN0213: x.npy: 1000000 rows take 7.5 GiB of memory, and at most 1 GiB are kept\n\
           at `table.csv`: more than is kept\n\
           help: draw some of the rows: `sample: 60000`"],
    );
    assert!(read(Some(500_000)).unwrap_err()[0].contains("at `size`: rows are drawn"));
    assert!(read(Some(60_000)).unwrap_err()[0].starts_with("NN0202: x.npy: the file ends within"));
}

fn text(symbols: Symbols, length: usize) -> TextSource {
    let path = at("text".into(), "table.csv");
    TextSource { path, symbols, length, minimum_count: 1, lines: false, labelled: None }
}

fn load_text(text_of: &str, source: TextSource) -> Result<Dataset, Vec<String>> {
    load_files(&[("text", text_of.as_bytes())], DataSource::Text(source), |_| {})
}

#[test]
fn the_class_at_each_place_of_a_text_is_the_next_token() {
    let data = load_text(&"abcä\u{feff}\r\n".repeat(4), text(Symbols::Char, 4)).unwrap();
    assert_eq!(data.classes, ["\\n", "a", "b", "c", "ä"]);
    assert_eq!((data.input, data.train.len()), (InputKind::Tokens { vocabulary: 5 }, 4));
    let Targets::Places { classes, shape } = &data.train.targets else { panic!("no places") };
    assert_eq!(
        (shape.as_slice(), &classes[..4]),
        (&[4][..], &[Some(2), Some(3), Some(4), Some(0)][..])
    );
    assert_eq!(data.train.inputs[..4], [1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn lines_are_padded_and_their_ends_count_no_more() {
    let lines = TextSource { lines: true, minimum_count: 2, ..text(Symbols::Word, 3) };
    let data = load_text("one two\n\none two one two one\none rare two\n", lines).unwrap();
    assert_eq!(data.classes, ["<padding>", "<unknown>", "one", "two"]);
    let Targets::Places { classes, .. } = &data.train.targets else { panic!("no places") };
    let mut examples: Vec<_> = data.train.inputs.chunks(3).zip(classes.chunks(3)).collect();
    examples.sort_by(|a, b| a.0.partial_cmp(b.0).unwrap());
    assert_eq!(
        examples,
        [
            (&[2.0, 0.0, 0.0][..], &[Some(3), None, None][..]),
            (&[2.0, 1.0, 0.0], &[Some(1), Some(3), None]),
            (&[2.0, 3.0, 2.0], &[Some(3), Some(2), Some(3)]),
        ]
    );
}

#[test]
fn a_table_of_texts_is_padded_and_cut() {
    let labelled = Some((at("words".to_owned(), "first"), target("label")));
    let source = TextSource { labelled, ..text(Symbols::Word, 2) };
    let table = "words,label\na b c,x\nb,y\n,x\n";
    let data = load_text(table, source).unwrap();
    assert_eq!(data.input, InputKind::Tokens { vocabulary: 4 });
    let mut inputs: Vec<&[f64]> = data.train.inputs.chunks(2).collect();
    inputs.sort_by(|a, b| a.partial_cmp(b).unwrap());
    assert_eq!(inputs, [[0.0, 0.0], [1.0, 2.0], [2.0, 0.0]]);
}

#[test]
fn text_that_cannot_be_cut_into_examples_is_told() {
    assert_told(
        load_text("abc", text(Symbols::Char, 3)),
        &["NN0206: text: the text has 3 characters, and an example needs 4\n\
           at `table.csv`: too short for an example\n\
           help: lower `length`, or give more text"],
    );
    let not_utf8 = [b"ab\ncd".as_slice(), &[0xc3, 0x28], b"x"].concat();
    let source = DataSource::Text(text(Symbols::Char, 1));
    let errors = load_files(&[("text", &not_utf8)], source, |_| {}).unwrap_err();
    assert!(errors[0].starts_with("NN0202: text: line 2 is not UTF-8 text"), "{errors:?}");
    // A character that is cut at the end of the file.
    let source = DataSource::Text(text(Symbols::Char, 1));
    assert!(load_files(&[("text", b"abcdef\xc3")], source, |_| {}).is_err());
    // The model knows fewer tokens than the text has.
    let errors =
        load_files(&[("text", b"abcdef")], DataSource::Text(text(Symbols::Char, 1)), |spec| {
            spec.model = ModelSpec::Declared((vec![embedding(3)]).into());
        });
    assert!(errors.unwrap_err()[0].starts_with("NN0210: the data has 6 tokens"));
}

#[cfg(not(feature = "arrow"))]
#[test]
fn a_build_without_a_feature_names_it() {
    assert_told(
        load_files(&[("d.parquet", b"PAR1")], rows(TableFormat::Parquet, "d.parquet"), |_| {}),
        &[
            "NN0201: this build of nn-test does not read Parquet files: it lacks the feature `arrow`\n\
           at `table.csv`: needs the feature `arrow`\n\
           help: install it with `cargo install nn-test --features arrow`; for `cargo test`, add \
           the feature to the dev-dependency",
        ],
    );
}
