//! Image files into numbers. The only module that names the `image` crate.

use std::path::{Path, PathBuf};

use image::imageops::FilterType;
use image::{DynamicImage, ImageReader, Limits};

use super::kept::{Keep, chosen};
use crate::data::DataError;
use crate::panics::caught;
use crate::spec::Color;

/// The most that one image may take while it is decoded: 256 MiB.
const LARGEST: u64 = 1 << 28;

/// Pixels of all images, and the shape of one: `[channels, height, width]`.
type Pixels = (Vec<f64>, Vec<usize>);

/// Reads images as numbers from 0 to 1. Where `size`, `[height, width]`, is given, each is resized
/// by a triangle filter (bilinear; averaging where it shrinks), whose arithmetic is the same on
/// every machine; else all must have the same size.
///
/// # Errors
///
/// Files that are no images, images of different sizes, and more than may be kept.
pub(in crate::data) fn read(
    folder: &Path,
    files: &[PathBuf],
    size: Option<[usize; 2]>,
    color: Color,
    keep: Keep,
) -> Result<Pixels, DataError> {
    let size = size.map(|size| size.map(|pixels| u32::try_from(pixels).unwrap_or(u32::MAX)));
    let channels = match color {
        Color::Rgb => 3,
        Color::Grey => 1,
    };
    let mut pixels = Vec::new();
    let mut first: Option<[u32; 2]> = None;
    for file in files {
        let image = decode(&folder.join(file)).map_err(|reason| DataError::Malformed {
            file: Some(file.clone()),
            reason,
            mend: "give PNG, JPEG, BMP or PNM files",
        })?;
        let found = size.map_or([image.width(), image.height()], |[height, width]| [width, height]);
        let [width, height] = *first.get_or_insert(found);
        if found != [width, height] {
            let first = (files[0].clone(), [width, height]);
            return Err(DataError::ImageSizes { first, other: (file.clone(), found) });
        }
        if pixels.is_empty() {
            let row = (width as usize).saturating_mul(height as usize).saturating_mul(channels);
            chosen(Keep { sample: None, ..keep }, files.len(), row.saturating_mul(8))?;
        }
        // Narrowing channels before the filter runs is as exact, and faster.
        let image = match color {
            Color::Rgb => DynamicImage::from(image.to_rgb8()),
            Color::Grey => DynamicImage::from(image.to_luma8()),
        };
        let image = match image.width() == width && image.height() == height {
            true => image,
            false => image.resize_exact(width, height, FilterType::Triangle),
        };
        let bytes = image.as_bytes();
        for channel in 0..channels {
            let values = bytes.iter().skip(channel).step_by(channels);
            pixels.extend(values.map(|value| f64::from(*value) / 255.0));
        }
    }
    let [width, height] = first.unwrap_or_default();
    Ok((pixels, vec![channels, height as usize, width as usize]))
}

fn decode(path: &Path) -> Result<DynamicImage, String> {
    let decoded = caught(|| {
        let mut reader = ImageReader::open(path)?.with_guessed_format()?;
        let mut limits = Limits::default();
        limits.max_alloc = Some(LARGEST);
        reader.limits(limits);
        reader.decode()
    });
    match decoded {
        Ok(Ok(image)) => Ok(image),
        Ok(Err(error)) => Err(format!("not an image that can be read: {error}")),
        Err(panic) => Err(format!("not an image that can be read: {}", first_line(&panic))),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
