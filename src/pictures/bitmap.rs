//! Small pictures of numbers: pixels, palettes, and PNG inside of a text.

use std::io::Write;

use flate2::Compression;
use flate2::Crc;
use flate2::write::ZlibEncoder;

/// Pixels on a side at most: what is larger is made smaller, so that a page stays small.
pub const MOST: usize = 64;

/// How numbers become colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Palette {
    /// From black to white.
    Grey,
    /// From dark blue to yellow, evenly also without colours (after cividis: J. R. Nuñez, C. R. Anderton
    /// and R. S. Renslow, "Optimizing colormaps with consideration for color vision deficiency", 2018).
    Heat,
    /// From blue over white to orange: numbers on both sides of 0.
    Signed,
}

impl Palette {
    /// The colour of a share of the way from the lowest to the highest.
    pub fn color(self, share: f64) -> [u8; 3] {
        const GREY: [[f64; 3]; 2] = [[0.0; 3], [255.0; 3]];
        const HEAT: [[f64; 3]; 5] = [
            [0.0, 32.0, 76.0],
            [59.0, 73.0, 108.0],
            [124.0, 123.0, 120.0],
            [187.0, 172.0, 103.0],
            [255.0, 234.0, 70.0],
        ];
        const SIGNED: [[f64; 3]; 5] = [
            [5.0, 90.0, 160.0],
            [120.0, 175.0, 220.0],
            [247.0, 247.0, 247.0],
            [240.0, 165.0, 100.0],
            [179.0, 72.0, 0.0],
        ];
        let stops: &[[f64; 3]] = match self {
            Self::Grey => &GREY,
            Self::Heat => &HEAT,
            Self::Signed => &SIGNED,
        };
        if share.is_nan() {
            // Found in no palette.
            return [255, 0, 255];
        }
        let along = share.clamp(0.0, 1.0) * (stops.len() - 1) as f64;
        let below = (along as usize).min(stops.len() - 2);
        let part = along - below as f64;
        [0, 1, 2].map(|channel| {
            let (low, high) = (stops[below][channel], stops[below + 1][channel]);
            (low + part * (high - low)).round() as u8
        })
    }

    /// The numbers that the ends of the palette stand for: 0 in the middle of signed ones.
    pub fn range<'n>(self, numbers: impl IntoIterator<Item = &'n f64>) -> [f64; 2] {
        let finite = numbers.into_iter().copied().filter(|number| number.is_finite());
        let ends = finite.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], number| {
            [low.min(number), high.max(number)]
        });
        match (self, ends) {
            (_, [low, high]) if low > high => [0.0, 1.0],
            (Self::Signed, [low, high]) => {
                let size = low.abs().max(high.abs());
                [-size, size]
            }
            (Self::Heat, [low, high]) => [low.min(0.0), high],
            (Self::Grey, ends) => ends,
        }
    }
}

/// Where a number stands between two, from 0 to 1; in the middle where these are one.
pub fn share(number: f64, [low, high]: [f64; 2]) -> f64 {
    match high > low {
        true => (number - low) / (high - low),
        false if number.is_nan() => number,
        false => 0.5,
    }
}

/// Rows of coloured pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bitmap {
    pub width: usize,
    pub height: usize,
    /// Red, green and blue of each pixel, row by row.
    rgb: Vec<u8>,
}

impl Bitmap {
    /// Of one number for each pixel.
    pub fn of(numbers: &[f64], width: usize, palette: Palette, range: [f64; 2]) -> Self {
        let height = numbers.len() / width.max(1);
        let (numbers, width, height) = reduced(numbers, width, height);
        let rgb = numbers.iter().flat_map(|number| palette.color(share(*number, range))).collect();
        Self { width, height, rgb }
    }

    /// Of red, green and blue planes, one after the other.
    pub fn of_planes(numbers: &[f64], width: usize, range: [f64; 2]) -> Self {
        let area = numbers.len() / 3;
        let planes: Vec<_> = numbers
            .chunks(area.max(1))
            .map(|plane| reduced(plane, width, area / width.max(1)))
            .collect();
        let (_, width, height) = planes[0];
        let level = |number: f64| (share(number, range).clamp(0.0, 1.0) * 255.0).round() as u8;
        let pixels = (0..width * height).flat_map(|at| [0, 1, 2].map(|c| level(planes[c].0[at])));
        Self { width, height, rgb: pixels.collect() }
    }

    /// As a data URI.
    pub fn data(&self) -> String {
        format!("data:image/png;base64,{}", base64(&self.png()))
    }

    /// ISO/IEC 15948: signature, header, pixels, end.
    fn png(&self) -> Vec<u8> {
        let mut png = vec![0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];
        let size = |number: usize| u32::try_from(number).expect("pictures are small").to_be_bytes();
        // 8 bits, red green blue, and the only methods that there are.
        let header = [&size(self.width)[..], &size(self.height), &[8, 2, 0, 0, 0]].concat();
        let rows: Vec<u8> = self
            .rgb
            .chunks((3 * self.width).max(1))
            .flat_map(|row| std::iter::once(0).chain(row.iter().copied()))
            .collect();
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&rows).expect("memory takes all");
        let pixels = encoder.finish().expect("memory takes all");
        for (name, content) in [(b"IHDR", header), (b"IDAT", pixels), (b"IEND", Vec::new())] {
            let mut crc = Crc::new();
            crc.update(name);
            crc.update(&content);
            png.extend(size(content.len()));
            png.extend(name);
            png.extend(content);
            png.extend(crc.sum().to_be_bytes());
        }
        png
    }
}

/// Every k-th pixel of every k-th row, where there are too many.
fn reduced(numbers: &[f64], width: usize, height: usize) -> (Vec<f64>, usize, usize) {
    let by = width.max(height).div_ceil(MOST).max(1);
    let rows = numbers.chunks(width.max(1)).step_by(by);
    let kept: Vec<f64> = rows.flat_map(|row| row.iter().step_by(by).copied()).collect();
    (kept, width.div_ceil(by), height.div_ceil(by))
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let all = chunk.iter().fold(0u32, |all, byte| (all << 8) | u32::from(*byte));
        let all = all << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = LETTERS[(all >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_letters_as_the_standard_says() {
        let texts = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|t| base64(t.as_bytes()));
        assert_eq!(texts, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
    }

    #[test]
    fn a_picture_reads_back_as_it_was() {
        let bitmap = Bitmap::of(&[0.0, 0.5, 1.0, f64::NAN], 2, Palette::Grey, [0.0, 1.0]);
        assert_eq!(bitmap.rgb, [0, 0, 0, 128, 128, 128, 255, 255, 255, 255, 0, 255]);
        let png = bitmap.png();
        assert_eq!(&png[12..16], b"IHDR");
        let end = png.len() - 12;
        let pixels = &png[8 + 25 + 8..end - 4];
        let mut read = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::ZlibDecoder::new(pixels), &mut read).unwrap();
        assert_eq!(read, [0, 0, 0, 0, 128, 128, 128, 0, 255, 255, 255, 255, 0, 255]);
        assert_eq!(&png[end..], [0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82]);
    }

    #[test]
    fn palettes_span_what_there_is_and_signed_ones_have_zero_in_the_middle() {
        assert_eq!(Palette::Signed.range(&[-1.0, 3.0]), [-3.0, 3.0]);
        assert_eq!(Palette::Heat.range(&[1.0, 3.0]), [0.0, 3.0]);
        assert_eq!(Palette::Grey.range(&[1.0, f64::NAN, 3.0]), [1.0, 3.0]);
        assert_eq!(Palette::Signed.color(share(0.0, [-3.0, 3.0])), [247, 247, 247]);
    }

    #[test]
    fn large_pictures_are_made_smaller() {
        let bitmap = Bitmap::of(&vec![0.0; 300 * 200], 300, Palette::Grey, [0.0, 1.0]);
        assert_eq!((bitmap.width, bitmap.height), (60, 40));
        assert_eq!(bitmap.rgb.len(), 3 * 60 * 40);
    }

    #[test]
    fn planes_are_colours_of_one_pixel() {
        let bitmap = Bitmap::of_planes(&[1.0, 0.0, 0.0, 1.0, 0.5, 0.0], 2, [0.0, 1.0]);
        assert_eq!(bitmap.rgb, [255, 0, 128, 0, 255, 0]);
    }
}
