//! The sections of a page, in the order in which somebody would look for a fault: data, model, start,
//! training, answers.

mod activations;
mod answers;
mod curves;
mod data;
mod filters;
mod gradients;
mod model;
mod saliency;

use super::page::{Page, Section};

/// All sections that have something to show.
pub fn all(page: &Page<'_>) -> Vec<Section> {
    let sections = [
        Some(model::section(page)),
        data::section(page),
        filters::section(page),
        Some(activations::section(page)),
        Some(gradients::section(page)),
        Some(curves::section(page)),
        saliency::section(page),
        answers::section(page),
    ];
    sections.into_iter().flatten().collect()
}

/// Of each section the properties that look at what it shows.
const PLACES: [&[&str]; 7] = [
    data::PROPERTIES,
    filters::PROPERTIES,
    activations::PROPERTIES,
    gradients::PROPERTIES,
    curves::PROPERTIES,
    saliency::PROPERTIES,
    answers::PROPERTIES,
];

/// Whether a section shows what a property of this name looks at. What has no place stands with the model.
pub fn has_place(property: &str) -> bool {
    PLACES.iter().any(|properties| properties.contains(&property))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::property;

    #[test]
    fn every_property_that_a_section_names_exists() {
        let mut names: Vec<&str> = PLACES.concat();
        for name in &names {
            assert!(property::find(name).is_some(), "{name}");
        }
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "a property has one place");
        assert!(!has_place("shapes"));
    }
}
