//! Which images there are and what class each is of: a folder per class, or a list.

use std::fs;
use std::path::{Path, PathBuf};

use super::kept::{Keep, Kept};
use super::table::{Row, Table};
use super::{csv, file, images};
use crate::data::answers::Wanted;
use crate::data::error::Unit;
use crate::data::raw::Raw;
use crate::data::sources::split_rows;
use crate::data::{DataError, InputKind};
use crate::spec::{ImagesSource, Spanned, SplitBy, Target, Task};

/// The column that the folder of an image stands in, and the one of its path.
const CLASS: &str = "folder";
const FILE: &str = "file";

/// Reads the images and their classes.
///
/// # Errors
///
/// What is wrong with folders, list, labels and images.
pub(in crate::data) fn read(
    folder: &Path,
    source: &ImagesSource,
    by: &SplitBy,
    task: Task,
    keep: Keep,
) -> Result<Raw, Vec<DataError>> {
    let one = |error| vec![error];
    let listed;
    let (table, target, column) = match &source.list {
        None => {
            let table = classes_of_folders(folder, &source.path, keep).map_err(one)?;
            let column = Spanned::new(CLASS.to_owned(), source.path.span);
            listed = Target::of_column(column, source.positive.clone());
            (table, &listed, FILE)
        }
        Some((target, column)) => {
            let file = file::open(folder, &source.path).map_err(one)?;
            (csv::parse(file, keep)?, target, column.as_str())
        }
    };
    let answers = Wanted { target, task, reconstruct: false, besides: &[] };
    let columns = answers.select(&table.header, Some(&[column]), None)?;
    let rows = split_rows(&table, by)?;
    let (targets, classes) = answers.read(&table, &columns.targets)?;
    // Paths in a list start from the list's folder.
    let begin = match &source.list {
        None => source.path.value.as_path(),
        Some(_) => source.path.parent().unwrap_or(Path::new("")),
    };
    let files: Vec<PathBuf> =
        table.rows.iter().map(|row| begin.join(row.cell(columns.features[0]))).collect();
    let (inputs, shape) =
        images::read(folder, &files, source.size, source.color, keep).map_err(one)?;
    Ok(Raw { inputs, targets, classes, input: InputKind::Float, shape, rows })
}

/// The image files of a folder, with the folders that they are in, one per class. Files and folders
/// whose names begin with a dot are passed over.
fn classes_of_folders(folder: &Path, path: &Path, keep: Keep) -> Result<Table, DataError> {
    let mut kept = Kept::new(keep);
    let mut number = 0;
    for class in entries(folder, path)? {
        let within = path.join(&class);
        if !folder.join(&within).is_dir() {
            continue;
        }
        for file in entries(folder, &within)? {
            if !is_image(&file) {
                continue;
            }
            number += 1;
            kept.offer(|| {
                let row =
                    Row::new(number, [format!("{class}/{file}").as_str(), &class].into_iter());
                let bytes = row.bytes();
                Ok::<_, DataError>((row, bytes))
            })?;
        }
    }
    if number == 0 {
        return Err(DataError::Malformed {
            file: None,
            reason: "there is no folder with images in it".into(),
            mend: "put the images of each class into a folder of its own, whose name is the class",
        });
    }
    let header = [FILE, CLASS].map(str::to_owned).to_vec();
    Ok(Table { header, rows: kept.finish(), unit: Unit::Row })
}

fn is_image(file: &str) -> bool {
    let extension =
        Path::new(file).extension().unwrap_or_default().to_string_lossy().to_lowercase();
    ["png", "jpg", "jpeg", "bmp", "pbm", "pgm", "ppm", "pnm", "pam"].contains(&extension.as_str())
}

/// The names in a folder, sorted: their order differs between systems.
fn entries(folder: &Path, path: &Path) -> Result<Vec<String>, DataError> {
    let resolved = folder.join(path);
    let unreadable = |error: std::io::Error| DataError::FileUnreadable {
        written: path.to_path_buf(),
        resolved: resolved.clone(),
        reason: error.to_string(),
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(&resolved).map_err(|error| file::refusal(&resolved, path, &error))? {
        let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
