//! Pages of shipped specs, as somebody gets them: whole, self-contained, small, the same each time.

#![cfg(feature = "cli")]

use std::fs;
use std::path::Path;
use std::process::Command;

use quick_xml::Reader;
use quick_xml::events::Event;

/// The pages of some shipped specs.
fn drawn(specs: &[&str], folder: &Path) -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-nn-test"))
        .args(["nn-test", "pictures", "--device", "cpu", "--output"])
        .arg(folder)
        .args(specs.iter().map(|spec| format!("specs/{spec}.yaml")))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("INSTA_UPDATE", "no")
        .output()
        .expect("the binary runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let page = |spec: &&str| fs::read_to_string(folder.join(format!("{spec}.html"))).unwrap();
    specs.iter().map(page).collect()
}

/// Headings of sections and figures. Fails where the page is no XML or names anything outside of itself.
fn outline(text: &str) -> Vec<String> {
    let mut reader = Reader::from_str(text);
    let (mut open, mut lines) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().expect("the page is well-formed") {
            Event::Start(tag) => open.push(tag.name().as_ref().to_vec()),
            Event::End(_) => drop(open.pop()),
            Event::Text(text) => {
                let mark = match open.last().map(Vec::as_slice) {
                    Some(b"h2") => "#",
                    Some(b"h3") => "##",
                    _ => continue,
                };
                lines.push(format!("{mark} {}", String::from_utf8(text.to_vec()).unwrap()));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(open.is_empty());
    let outside = text.replace("http://www.w3.org/1999/xhtml", "");
    for word in ["http:", "https:", "<script", "<link", "@import"] {
        assert!(!outside.contains(word), "{word}");
    }
    assert!(text.len() < 2_000_000, "{} bytes", text.len());
    lines
}

#[test]
fn images_sequences_and_tables_have_what_there_is_to_see() {
    let folder = tempfile::tempdir().unwrap();
    let specs = ["digits_cnn", "waves_lstm", "iris_mlp", "diabetes"];
    let pages = drawn(&specs, folder.path());
    let outlines = pages.iter().zip(specs).map(|(page, spec)| {
        let lines = outline(page);
        format!("{spec}\n{}\n", lines.join("\n"))
    });
    insta::assert_snapshot!(outlines.collect::<String>());
    // Convolutions are pictures: 8 of the stem before training and 8 after.
    let start = pages[0].find("<section id=\"filters\">").unwrap();
    let end = start + pages[0][start..].find("</section>").unwrap();
    assert_eq!(pages[0][start..end].matches("<image ").count(), 17);
    assert!(pages[3].contains("<title>Answers against targets</title>"));
    write_figures(&pages[0]);
}

#[test]
fn the_same_spec_is_the_same_page_byte_by_byte() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    assert_eq!(drawn(&["iris_mlp"], &one), drawn(&["iris_mlp"], &two));
}

/// With `UPDATE_DOCS=1` the drawings that `docs/pictures.md` shows.
fn write_figures(page: &str) {
    if std::env::var_os("UPDATE_DOCS").is_none() {
        return;
    }
    let style = page.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    let style = &style[style.find("svg{font").unwrap()..];
    let titles = [
        ("filters", "First weights after training"),
        ("histograms", "Outputs of each layer"),
        ("saliency", "Saliency"),
        ("confusion", "Confusion matrix"),
        ("updates", "How far each step moves weights"),
    ];
    for (name, title) in titles {
        let at = page.find(&format!("aria-label=\"{title}\"")).expect("the drawing is there");
        let start = page[..at].rfind("<svg ").unwrap();
        let end = start + page[start..].find("</svg>").unwrap() + 6;
        let drawing =
            page[start..end].replacen("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 1);
        let body = drawing.find('>').unwrap() + 1;
        let text = format!("{}<style>{style}</style>{}\n", &drawing[..body], &drawing[body..]);
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{name}.svg")), text).unwrap();
    }
}
