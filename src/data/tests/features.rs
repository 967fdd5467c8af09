//! Formats that the default build leaves out.

#[cfg(feature = "arrow")]
mod arrow {
    use std::fs::{self, File};
    use std::path::Path;
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Float64Array, Int32Array, RecordBatch, StringArray};
    use arrow_ipc::writer::{FileWriter, StreamWriter};
    use parquet::arrow::ArrowWriter;

    use super::super::support::*;
    use crate::spec::{DataSource, TableFormat, Target, Task};

    fn batch() -> RecordBatch {
        let a: Float64Array = (0..12).map(|row| Some(f64::from(row) / 10.0)).collect();
        let b: Int32Array = (0..12).map(Some).collect();
        let label: StringArray = (0..12).map(|row| Some(["x", "y"][row % 2])).collect();
        let columns: [(&str, ArrayRef); 3] =
            [("a", Arc::new(a)), ("b", Arc::new(b)), ("label", Arc::new(label))];
        RecordBatch::try_from_iter(columns).unwrap()
    }

    fn write(folder: &Path, batch: &RecordBatch) {
        let file = |name: &str| File::create(folder.join(name)).unwrap();
        let schema = batch.schema();
        let mut parquet = ArrowWriter::try_new(file("d.parquet"), schema.clone(), None).unwrap();
        parquet.write(batch).unwrap();
        parquet.close().unwrap();
        let mut arrow = FileWriter::try_new(file("d.arrow"), &schema).unwrap();
        arrow.write(batch).unwrap();
        arrow.finish().unwrap();
        let mut stream = StreamWriter::try_new(file("d.arrows"), &schema).unwrap();
        stream.write(batch).unwrap();
        stream.finish().unwrap();
    }

    fn sources() -> [DataSource; 3] {
        [
            (TableFormat::Parquet, "d.parquet"),
            (TableFormat::Arrow, "d.arrow"),
            (TableFormat::Arrow, "d.arrows"),
        ]
        .map(|(format, path)| DataSource::Table {
            format,
            path: at(path.into(), "table.csv"),
            target: Target::of_column(at("label".into(), "label"), None),
            features: None,
        })
    }

    #[test]
    fn columns_are_read_as_those_of_a_csv_file() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &batch());
        for source in sources() {
            let mut spec = spec(folder.path(), Task::Classification, source);
            spec.data.validation.value = 0.0;
            let data = told(&spec).unwrap();
            assert_eq!(
                (data.train.len(), data.classes.as_slice()),
                (12, &["x".into(), "y".into()][..])
            );
            for (input, class) in data.train.inputs.chunks(2).zip(labels(&data.train)) {
                assert_eq!(input[0], input[1] / 10.0);
                assert_eq!(input[1] as usize % 2, *class);
            }
        }
    }

    #[test]
    fn a_missing_value_is_told_with_its_row() {
        let folder = tempfile::tempdir().unwrap();
        let a: Float64Array = [Some(1.0), None, Some(3.0)].into_iter().collect();
        let label: StringArray = [Some("x"), Some("y"), Some("x")].into_iter().collect();
        let columns: [(&str, ArrayRef); 2] = [("a", Arc::new(a)), ("label", Arc::new(label))];
        write(folder.path(), &RecordBatch::try_from_iter(columns).unwrap());
        let [parquet, ..] = sources();
        let errors = told(&spec(folder.path(), Task::Classification, parquet)).unwrap_err();
        assert!(
            errors[0].starts_with("NN0204: d.parquet: row 2, column `a` is empty"),
            "{errors:?}"
        );
    }

    #[test]
    fn no_damage_to_a_table_is_a_panic() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &batch());
        for source in sources() {
            let path = folder.path().join(source.path().unwrap().as_path());
            let whole = fs::read(&path).unwrap();
            let spec = spec(folder.path(), Task::Classification, source);
            for cut in (0..whole.len()).step_by(7) {
                fs::write(&path, &whole[..cut]).unwrap();
                let _ = told(&spec);
            }
            for place in 0..whole.len() {
                let mut damaged = whole.clone();
                damaged[place] ^= 0xff;
                fs::write(&path, &damaged).unwrap();
                let _ = told(&spec);
            }
        }
    }
}

#[cfg(feature = "image")]
mod image {
    use std::fs;
    use std::path::Path;

    use ::image::{Rgb, RgbImage};

    use super::super::support::*;
    use crate::data::Targets;
    use crate::spec::{Color, DataSource, ImagesSource, OfInput, Task};

    /// Two pixels, of which the first is lit in the class `left`, the second in `right`.
    fn write(folder: &Path) {
        for (class, lit) in [("left", 0), ("right", 1)] {
            let within = folder.join("pets").join(class);
            fs::create_dir_all(&within).unwrap();
            for index in 0..3 {
                let mut image = RgbImage::new(2, 1);
                image.put_pixel(lit, 0, Rgb([255, 51, 0]));
                image.save(within.join(format!("{index}.png"))).unwrap();
            }
            fs::write(within.join("notes.txt"), "no image").unwrap();
        }
    }

    fn images(size: Option<[usize; 2]>, color: Color) -> DataSource {
        let path = at("pets".into(), "table.csv");
        DataSource::Images(ImagesSource { path, list: None, positive: None, size, color })
    }

    #[test]
    fn folders_are_classes_and_pixels_numbers_from_0_to_1() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path());
        let mut spec = spec(folder.path(), Task::Classification, images(None, Color::Rgb));
        spec.data.validation.value = 0.0;
        let data = told(&spec).unwrap();
        assert_eq!(data.classes, ["left", "right"]);
        assert_eq!((data.shape.as_slice(), data.train.len()), (&[3, 1, 2][..], 6));
        for (input, class) in data.train.inputs.chunks(6).zip(labels(&data.train)) {
            let expected = [[1.0, 0.0, 0.2, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.2, 0.0, 0.0]];
            assert_eq!(input, expected[*class]);
        }
        spec.data.source = images(Some([2, 4]), Color::Grey);
        assert_eq!(told(&spec).unwrap().shape, [1, 2, 4]);
    }

    #[test]
    fn images_are_given_back_whatever_their_folders_are() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path());
        let mut spec = spec(folder.path(), Task::Regression, images(None, Color::Rgb));
        spec.data.of_input = Some(at(OfInput::Input, "label"));
        let data = told(&spec).unwrap();
        assert!(data.classes.is_empty());
        let values = data.train.inputs.clone();
        assert_eq!(data.train.targets, Targets::Arrays { values, shape: vec![3, 1, 2] });
        assert!(!data.validation.is_empty());
        assert_eq!(data.validation.targets.values().unwrap(), data.validation.inputs);
    }

    #[test]
    fn images_that_cannot_be_used_are_told() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path());
        let spec = spec(folder.path(), Task::Classification, images(None, Color::Rgb));
        let path = folder.path().join("pets/right/1.png");
        let whole = fs::read(&path).unwrap();
        RgbImage::new(3, 1).save(&path).unwrap();
        let errors = told(&spec).unwrap_err();
        assert!(errors[0].contains("different sizes: `pets/left/0.png` has 2 × 1"), "{errors:?}");
        fs::write(&path, b"no image").unwrap();
        let errors = told(&spec).unwrap_err();
        assert!(errors[0].starts_with("NN0202: pets/right/1.png: not an image"), "{errors:?}");
        for place in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[place] ^= 0xff;
            fs::write(&path, &damaged).unwrap();
            let _ = told(&spec);
        }
    }
}
