//! Whole pages, read back as XML.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::svg::Svg;
use super::testing::gallery;
use super::{Found, Page, Told, page};
use crate::experiment::{
    Answers, Form, GalleryEvidence, Histogram, ShownAnswer, ShownExample, TargetSpread,
};
use crate::property::Verdict;
use crate::property::testing::evidence;
use crate::random::Random;

fn drawn(gallery: &GalleryEvidence, told: Vec<Told>) -> String {
    let found = Found { told, causes: Vec::new() };
    page(&Page {
        spec: "net <1>",
        file: "specs/net.yaml",
        seed: 42,
        device: "cpu",
        evidence: &evidence(),
        gallery,
        found: &found,
    })
}

/// Headings of sections and figures, and the titles of drawings, a line each. Fails where the page is no
/// XML, or needs anything outside of itself.
fn outline(text: &str) -> Vec<String> {
    let mut reader = Reader::from_str(text);
    let (mut open, mut lines) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().expect("the page is well-formed") {
            Event::Start(tag) => {
                for attribute in tag.attributes() {
                    let attribute = attribute.expect("attributes are well-formed");
                    let value = String::from_utf8(attribute.value.to_vec()).unwrap();
                    let is_own = value.starts_with('#') || value.starts_with("data:");
                    match attribute.key.as_ref() {
                        b"href" | b"src" => assert!(is_own, "{value}"),
                        _ => {}
                    }
                }
                open.push(String::from_utf8(tag.name().as_ref().to_vec()).unwrap());
            }
            Event::End(_) => {
                open.pop();
            }
            Event::Text(text) => {
                let mark = match open.last().map(String::as_str) {
                    Some("h2") => "#",
                    Some("h3") => "##",
                    Some("title") if open.contains(&"svg".to_owned()) => "-",
                    _ => continue,
                };
                lines.push(format!("{mark} {}", String::from_utf8(text.to_vec()).unwrap()));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(open.is_empty(), "{open:?}");
    assert!(!text.contains("<script"));
    lines
}

#[test]
fn a_page_goes_from_the_data_to_the_answers() {
    let lines = outline(&drawn(&gallery(), Vec::new()));
    insta::assert_snapshot!(lines.join("\n"), @r"
    # Model
    ## Layers
    # Data
    ## Examples with their targets
    - Examples
    ## The same examples as a step may see them
    - Augmented examples
    ## How inputs are spread
    - Histogram of inputs
    ## How targets are spread
    - Examples of each class
    # First weights
    ## Before and after training
    - First weights before training
    - First weights after training
    - Colours of weights
    # Activations
    ## Scale over depth
    - Standard deviation of each layer's output
    ## Zeros
    - Share of zeros in each layer's output
    ## Histograms
    - Outputs of each layer
    ## Activation maps of conv
    - conv, example 1 (cat), before training
    - conv, example 1 (cat), after training
    # Gradients
    ## Gradient flow
    - Norm of the gradient in each tensor
    ## Histograms of gradients
    - Gradients of each tensor
    ## Updates against weights
    - How far a step moves each tensor
    ## Updates over steps
    - How far each step moves weights
    # Learning curves
    ## The recipe
    - Loss over the recipe's steps
    ## A few examples by heart
    - Loss of learning a few examples by heart
    ## Learning rate
    - Learning rate over steps
    ## Other learning rates
    - Fall of the loss at multiples of the learning rate
    # What it looks at
    ## Saliency after training
    - Saliency
    ## Evidence for the right class
    - Class activation maps
    # Answers
    ## Confusion matrix
    - Confusion matrix
    ## Losses of single examples
    - Histogram of losses
    ## The worst
    - Worst predictions
    ");
}

#[test]
fn the_same_evidence_is_the_same_page() {
    assert_eq!(drawn(&gallery(), Vec::new()), drawn(&gallery(), Vec::new()));
}

#[test]
fn what_a_property_says_stands_in_its_section() {
    let told = |property: &str| Told {
        property: property.to_owned(),
        verdict: Verdict::warn(format!("{property} says so"), Vec::new()),
    };
    let text = drawn(&gallery(), vec![told("gradients_flow"), told("shapes"), told("learns")]);
    for (section, property) in
        [("gradients", "gradients_flow"), ("model", "shapes"), ("curves", "learns")]
    {
        let start = text.find(&format!("<section id=\"{section}\">")).unwrap();
        let end = start + text[start..].find("</section>").unwrap();
        assert!(text[start..end].contains(&format!("{property} says so")), "{section}");
    }
    assert!(
        text.contains("<a href=\"#gradients\">Gradients <b class=\"count\">1</b></a>"),
        "{text}"
    );
    outline(&text);
}

#[test]
fn a_page_is_whole_whatever_is_missing() {
    let mut bare = gallery();
    bare.data = None;
    bare.filters = None;
    bare.predictions = None;
    for look in [&mut bare.start, &mut bare.end] {
        look.layers.clear();
        look.saliency.clear();
        look.maps.clear();
        look.class_maps = None;
    }
    bare.losses = Vec::new();
    bare.updates = Vec::new();
    let lines = outline(&drawn(&bare, Vec::new()));
    assert!(!lines.iter().any(|line| line == "# Data" || line == "# Answers"), "{lines:?}");
    assert!(lines.iter().any(|line| line == "## Gradient flow"), "{lines:?}");
}

#[test]
fn numbers_that_are_none_do_no_harm() {
    let mut broken = gallery();
    broken.losses = vec![f64::NAN, f64::INFINITY];
    broken.start.layers[0].histogram = Histogram::of(&[f64::NAN]);
    broken.start.layers[0].numbers.deviation = f64::NAN;
    broken.start.tensors[0].gradient_norm = f64::INFINITY;
    broken.end.saliency = vec![vec![f64::NAN; 4]];
    broken.by_heart.losses = vec![f64::NAN; 3];
    broken.data.as_mut().unwrap().examples[0].inputs = vec![f64::NAN; 4];
    let text = drawn(&broken, Vec::new());
    outline(&text);
    // No coordinate is one of them.
    for name in ["\"NaN", "MNaN", "LNaN", "\"inf", "Linf", " inf", "-inf"] {
        assert!(!text.contains(name), "{name}");
    }
}

#[test]
fn every_form_of_input_has_its_pictures() {
    let forms = [
        (Form::Image { channels: 3, height: 2, width: 2 }, 12),
        (Form::Image { channels: 5, height: 2, width: 2 }, 20),
        (Form::Sequence { length: 4, features: 2 }, 8),
        (Form::Row { numbers: 4 }, 4),
        (Form::Row { numbers: 200 }, 200),
        (Form::Tokens { vocabulary: 50 }, 6),
    ];
    for (form, length) in forms {
        let mut other = gallery();
        let data = other.data.as_mut().unwrap();
        data.form = form;
        data.examples = vec![ShownExample {
            place: "example 1 of the training part".to_owned(),
            inputs: (0..length).map(f64::from).collect(),
            target: ShownAnswer::numbers(&[0.5]),
        }];
        data.augmented = Vec::new();
        data.targets = TargetSpread::Numbers(Histogram::of(&[0.5, 1.5]));
        let length = usize::try_from(length).unwrap();
        let predictions = other.predictions.as_mut().unwrap();
        predictions.answers = Some(Answers::Numbers(vec![(0.5, 0.4), (1.5, f64::NAN)]));
        predictions.worst[0].inputs = vec![1.0; length];
        for look in [&mut other.start, &mut other.end] {
            look.saliency = vec![vec![0.5; length]];
            look.class_maps = None;
            look.maps.clear();
        }
        let text = drawn(&other, Vec::new());
        let lines = outline(&text);
        assert!(lines.iter().any(|line| line == "- Examples"), "{form:?}: {lines:?}");
        assert!(lines.iter().any(|line| line == "- Answers against targets"), "{form:?}");
        assert!(text.len() < 200_000, "{form:?}: {}", text.len());
    }
}

/// What no compression makes smaller.
fn noise(count: usize) -> Vec<f64> {
    let mut random = Random::new(1, "noise");
    (0..count).map(|_| random.normal()).collect()
}

#[test]
fn a_large_model_is_sampled_and_the_page_stays_small() {
    let mut large = gallery();
    for look in [&mut large.start, &mut large.end] {
        let (layer, tensor) = (look.layers[0].clone(), look.tensors[0].clone());
        look.layers = vec![layer; 500];
        look.tensors = vec![tensor; 500];
        look.maps[0].examples = vec![vec![noise(256 * 256); 16]; 2];
        (look.maps[0].width, look.maps[0].height) = (256, 256);
    }
    let data = large.data.as_mut().unwrap();
    data.form = Form::Image { channels: 3, height: 256, width: 256 };
    data.examples[0].inputs = noise(3 * 256 * 256);
    data.examples = vec![data.examples[0].clone(); 12];
    data.augmented = Vec::new();
    large.predictions.as_mut().unwrap().worst.clear();
    let text = drawn(&large, Vec::new());
    outline(&text);
    assert!(text.contains("40 of 500 layers, evenly chosen."), "the note is missing");
    assert!(text.len() < 2_000_000, "{}", text.len());
}

#[test]
fn a_drawing_of_a_page_stands_alone_with_its_style() {
    let text = drawn(&gallery(), Vec::new());
    let (start, end) = (text.find("<svg ").unwrap(), text.find("</svg>").unwrap() + 6);
    let alone = Svg::alone(&text[start..end]);
    assert!(alone.starts_with("<svg xmlns="), "{alone}");
    outline(&alone);
}
