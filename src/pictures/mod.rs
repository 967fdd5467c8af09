//! Pictures: what experiments found as one page of a browser that explains itself.
//!
//! Pure: from evidence to text. It knows no device, no file and no clock, so that the same evidence is the
//! same page. Charts are SVG, small images are PNG inside of it; a page needs no script and no other file.
//! Colours are those of Okabe and Ito, and palettes that people with any kind of colour vision can read;
//! series also differ in their lines or marks.

mod bars;
mod bitmap;
mod input;
mod matrix;
mod number;
mod page;
mod plot;
mod ridges;
mod rows;
mod scale;
mod sections;
mod sheet;
mod svg;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use page::{Found, Page, Told, page};
