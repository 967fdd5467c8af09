//! A page: what is said on top, one section after the other, and what properties found beside their
//! pictures.

use std::fmt::Write;

use super::number::{count, tidy};
use super::sections;
use super::svg::{STYLE, escaped};
use crate::diagnosis::Diagnosis;
use crate::experiment::{Evidence, GalleryEvidence};
use crate::property::{Outcome, Verdict};

/// What a page is made of.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The spec's name, and its file as the user sees it.
    pub spec: &'a str,
    pub file: &'a str,
    pub seed: u64,
    /// The kind of device, by its name in specs.
    pub device: &'a str,
    pub evidence: &'a Evidence,
    pub gallery: &'a GalleryEvidence,
    pub found: &'a Found,
}

/// What properties found, all together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    pub told: Vec<Told>,
    /// The likely causes of what they complain of, the likeliest first.
    pub causes: Vec<Diagnosis>,
}

/// What a property said.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub property: String,
    pub verdict: Verdict,
}

impl Told {
    /// The word for it, and the class that colours it; none where the property holds or says nothing.
    fn complaint(&self) -> Option<(&'static str, &'static str)> {
        match self.verdict.outcome {
            Outcome::Fail => Some(("fails", "fail")),
            Outcome::Warn => Some(("warns", "warn")),
            Outcome::Inconclusive => Some(("is not decided", "warn")),
            Outcome::Pass | Outcome::NotApplicable => None,
        }
    }
}

/// A part of a page.
#[derive(Debug, Clone)]
pub struct Section {
    pub id: &'static str,
    pub title: &'static str,
    /// What it is about, in a sentence or two.
    pub lead: String,
    /// The properties that look at the same numbers.
    pub properties: &'static [&'static str],
    pub figures: Vec<Figure>,
}

/// Drawings that belong together, and how to read them.
#[derive(Debug, Clone)]
pub struct Figure {
    pub heading: String,
    /// SVG, or a table of HTML.
    pub drawings: Vec<String>,
    /// What a healthy one looks like, and what it means when it does not.
    pub healthy: &'static str,
    pub sick: &'static str,
    /// What is left out or made smaller, and what colours mean.
    pub note: String,
}

/// The whole page, as HTML that is XML as well.
pub fn page(page: &Page<'_>) -> String {
    let sections = sections::all(page);
    let mut text = String::new();
    let title = escaped(page.spec);
    write!(
        text,
        "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n\
         <meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n<title>{title} — pictures</title>\n\
         <style>{}{}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n",
        data_style(PAGE_STYLE),
        data_style(STYLE),
    )
    .expect("text takes all");
    text.push_str(&head(page));
    text.push_str("<nav>");
    for section in &sections {
        let bad = of_section(page, section).filter(|told| told.complaint().is_some()).count();
        let mark = if bad > 0 { format!(" <b class=\"count\">{bad}</b>") } else { String::new() };
        let _ = write!(text, "<a href=\"#{}\">{}{mark}</a>", section.id, escaped(section.title));
    }
    text.push_str("</nav>\n</header>\n<main>\n");
    for section in &sections {
        text.push_str(&section_text(page, section));
    }
    text.push_str("</main>\n</body>\n</html>\n");
    text
}

/// `>` is the one letter of a stylesheet that is written otherwise in text; it is not used.
fn data_style(style: &str) -> &str {
    debug_assert!(!style.contains(['<', '&', '>']), "a style is plain text");
    style
}

/// What the spec is, and how many of its properties hold.
fn head(page: &Page<'_>) -> String {
    let (facts, gallery) = (&page.evidence.subject, page.gallery);
    let facts = [
        ("spec", page.file.to_owned()),
        ("task", facts.task.term().replace('_', " ")),
        ("loss", facts.loss.to_owned()),
        ("parameters", count(facts.parameters)),
        ("optimizer", format!("{}, learning rate {}", facts.optimizer, tidy(facts.learning_rate))),
        ("batch size", count(facts.batch_size)),
        ("steps", format!("{} of {}", count(gallery.steps), count(gallery.declared_steps))),
        ("seed", page.seed.to_string()),
        ("device", page.device.to_owned()),
    ];
    let mut text = String::from("<dl class=\"facts\">");
    for (name, value) in facts {
        let _ = write!(text, "<div><dt>{name}</dt><dd>{}</dd></div>", escaped(&value));
    }
    text.push_str("</dl>\n");
    let holds = page.found.told.iter().filter(|told| told.verdict.outcome == Outcome::Pass).count();
    let bad: Vec<&Told> =
        page.found.told.iter().filter(|told| told.complaint().is_some()).collect();
    let judged = holds + bad.len();
    if judged > 0 {
        let sentence = match bad.len() {
            0 if judged == 1 => "The one property that applies holds.".to_owned(),
            0 => format!("All {judged} properties that apply hold."),
            _ => format!("{holds} of {judged} properties hold; what the others say stands below."),
        };
        let _ = writeln!(text, "<p>{sentence}</p>");
    }
    for cause in &page.found.causes {
        let [title, place, mend] = [&cause.title, &cause.place, &cause.mend].map(|t| escaped(t));
        let _ = writeln!(
            text,
            "<div class=\"note fail\"><p>Likely cause: <b>{title}</b> ({place})<br/><i>{mend}</i></p></div>"
        );
    }
    text
}

/// What properties of a section say. The first section also has those that belong to none.
fn of_section<'p>(page: &Page<'p>, section: &Section) -> impl Iterator<Item = &'p Told> {
    let (properties, is_model) = (section.properties, section.id == "model");
    page.found.told.iter().filter(move |told| {
        let name = told.property.as_str();
        properties.contains(&name) || is_model && !sections::has_place(name)
    })
}

fn section_text(page: &Page<'_>, section: &Section) -> String {
    let mut text = format!(
        "<section id=\"{}\">\n<h2>{}</h2>\n<p>{}</p>\n",
        section.id,
        escaped(section.title),
        escaped(&section.lead)
    );
    for told in of_section(page, section) {
        text.push_str(&complaint_text(told));
    }
    for figure in &section.figures {
        text.push_str(&figure_text(figure));
    }
    text.push_str("</section>\n");
    text
}

fn complaint_text(told: &Told) -> String {
    let Some((word, class)) = told.complaint() else { return String::new() };
    let (name, summary) = (escaped(&told.property), escaped(&told.verdict.summary));
    let mut text = format!("<div class=\"note {class}\"><p><b>{name}</b> {word}: {summary}</p>");
    if !told.verdict.findings.is_empty() {
        text.push_str("<ul>");
        for finding in &told.verdict.findings {
            let [place, message, mend] =
                [&finding.place, &finding.message, &finding.mend].map(|text| escaped(text));
            let _ = write!(text, "<li><b>{place}</b>: {message}<br/><i>{mend}</i></li>");
        }
        text.push_str("</ul>");
    }
    text.push_str("</div>\n");
    text
}

fn figure_text(figure: &Figure) -> String {
    let mut text = format!("<figure>\n<h3>{}</h3>\n", escaped(&figure.heading));
    for drawing in &figure.drawings {
        text.push_str(drawing);
        text.push('\n');
    }
    text.push_str("<figcaption>");
    if !figure.note.is_empty() {
        let _ = write!(text, "<p>{}</p>", escaped(&figure.note));
    }
    for (word, sentence) in [("Healthy", figure.healthy), ("Sick", figure.sick)] {
        if !sentence.is_empty() {
            let _ = write!(text, "<p><b>{word}:</b> {}</p>", escaped(sentence));
        }
    }
    text.push_str("</figcaption>\n</figure>\n");
    text
}

const PAGE_STYLE: &str = "\
:root{color-scheme:light dark}\
body{margin:0 auto;padding:1.5rem 1rem 4rem;max-width:46rem;color:#24292f;background:#fff;\
font:15px/1.5 system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif}\
h1{margin:0 0 .5rem;font-size:1.6rem}h2{margin:2.5rem 0 .3rem;font-size:1.25rem;border-bottom:1px solid #d8dee4}\
h3{margin:0 0 .5rem;font-size:1rem}\
.facts{display:flex;flex-wrap:wrap;gap:.3rem 1.5rem;margin:0}.facts dt{color:#57606a;font-size:.8rem}.facts dd{margin:0}\
nav{display:flex;flex-wrap:wrap;gap:.2rem 1rem;margin-top:.5rem}a{color:#0060a8}\
.count{background:#d55e00;color:#fff;border-radius:.6em;padding:0 .45em;font-size:.8em}\
figure{margin:1.2rem 0 1.8rem}figcaption{color:#57606a;font-size:.9rem}figcaption p{margin:.25rem 0}figcaption b{color:#24292f}\
svg{display:block;max-width:100%;height:auto;margin:.3rem 0}\
.note{border-left:4px solid #d55e00;background:#fff3ec;padding:.4rem .8rem;margin:.6rem 0}\
.note.warn{border-color:#997700;background:#fdf7e3}.note p,.note ul{margin:.2rem 0}\
table{border-collapse:collapse;width:100%;font-size:.9rem}th{text-align:left;color:#57606a;font-weight:600}\
td,th{padding:.15rem .6rem .15rem 0;border-bottom:1px solid #d8dee4}td.n,th.n{text-align:right}\
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}h2,td,th{border-color:#30363d}\
.facts dt,figcaption,th{color:#9da7b3}figcaption b{color:#e6edf3}a{color:#6cb6ff}\
.note{background:#2b1a10}.note.warn{background:#26200d}}";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::property::Finding;

    #[test]
    fn what_a_property_complains_of_has_place_message_and_mend() {
        let finding = Finding {
            place: "head".to_owned(),
            message: "the gradient is < 1e-6".to_owned(),
            measured: None,
            bound: None,
            mend: "scale it".to_owned(),
        };
        let told = Told {
            property: "gradients_flow".to_owned(),
            verdict: Verdict::fail("it vanishes", vec![finding]),
        };
        assert_eq!(
            complaint_text(&told),
            "<div class=\"note fail\"><p><b>gradients_flow</b> fails: it vanishes</p><ul><li><b>head</b>: \
             the gradient is &lt; 1e-6<br/><i>scale it</i></li></ul></div>\n"
        );
        let holds = Told { verdict: Verdict::pass("it flows"), ..told };
        assert_eq!(complaint_text(&holds), "");
    }
}
