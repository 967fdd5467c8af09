//! Reads containers, joins and what every layer may say about its wiring.

use super::read_list;
use crate::spec::loss::regularization;
use crate::spec::options::OptionReader;
use crate::spec::vocabulary::{TermKind, find_kind};
use crate::spec::yaml::Node;
use crate::spec::{
    Attributes, Code, Diagnostic, LayerKind, LayerSpec, Merge, PaddingMask, Span, Spanned,
};

/// The container or join that the options belong to, if it is one.
pub(super) fn read(options: &mut OptionReader<'_, '_, '_>) -> Option<LayerKind> {
    Some(match options.term().name {
        "residual" => LayerKind::Residual { layers: layers(options) },
        "sequential" => LayerKind::Sequential { layers: layers(options) },
        "repeat" => LayerKind::Repeat { times: options.count("times"), layers: layers(options) },
        "parallel" => LayerKind::Parallel { branches: branches(options), merge: merge(options) },
        "shared" => LayerKind::Shared { layer: options.text("layer") },
        "add" => LayerKind::Join(Merge::Add),
        "multiply" => LayerKind::Join(Merge::Multiply),
        "concat" => LayerKind::Join(Merge::Concat { axis: options.count("axis") }),
        "cosine_similarity" => {
            LayerKind::Join(Merge::CosineSimilarity { eps: options.number("eps") })
        }
        "pairwise_distance" => LayerKind::Join(Merge::PairwiseDistance {
            p: options.number("p"),
            eps: options.number("eps"),
        }),
        _ => return None,
    })
}

fn layers(options: &mut OptionReader<'_, '_, '_>) -> Vec<LayerSpec> {
    match options.node("layers") {
        Some(node) => read_list(options, "layers", node),
        None => Vec::new(),
    }
}

fn branches(options: &mut OptionReader<'_, '_, '_>) -> Vec<Vec<LayerSpec>> {
    let Some(node) = options.node("branches") else { return Vec::new() };
    let what = options.what("branches");
    let items = options.reader.sequence(&what, node);
    if let [only] = items {
        options.reader.report(
            Diagnostic::new(
                Code::CONTRADICTION,
                "one branch alone has nothing to be merged with",
                only.span,
                "the only branch",
            )
            .help("write it as `sequential`, or add a branch"),
        );
    }
    items.iter().map(|item| read_list(options, "branches", item)).collect()
}

/// `axis` belongs to `concat` alone.
fn merge(options: &mut OptionReader<'_, '_, '_>) -> Merge {
    let merge = match options.word("merge") {
        "add" => Merge::Add,
        "multiply" => Merge::Multiply,
        _ => return Merge::Concat { axis: options.count("axis") },
    };
    if let Some(span) = options.key_span("axis") {
        options.reader.report(
            Diagnostic::new(
                Code::CONTRADICTION,
                format!("`merge: {}` has no axis", merge.term()),
                span,
                "an axis of `concat`",
            )
            .help("remove `axis`, or write `merge: concat`"),
        );
    }
    merge
}

/// The keys that every layer takes.
pub(super) fn attributes(options: &mut OptionReader<'_, '_, '_>) -> Attributes {
    Attributes {
        from: from(options),
        frozen: frozen(options),
        regularization: options.given("regularization").map(|node| {
            let term = find_kind(TermKind::Section, "regularization");
            let place = options.key_span("regularization").unwrap_or(node.span);
            let reader = &mut *options.reader;
            let own = &mut OptionReader::open(reader, term, place, Some(node));
            Spanned::new(regularization(own), place)
        }),
    }
}

/// Several names for a join, one for every other layer.
fn from(options: &mut OptionReader<'_, '_, '_>) -> Vec<Spanned<String>> {
    let joins = options.term().option("from").is_some();
    let node = if joins { options.node("from") } else { options.given("from") };
    let Some(node) = node else { return Vec::new() };
    let what = options.what("from");
    if !joins {
        let before = options.reader.errors.len();
        let name = options.reader.text(&what, node);
        return if options.reader.errors.len() == before { vec![name] } else { Vec::new() };
    }
    let names = names(options, &what, node);
    if let [only] = names.as_slice() {
        options.reader.report(
            Diagnostic::new(
                Code::CONTRADICTION,
                format!("`{}` joins several outputs", options.term().name),
                only.span,
                "one alone",
            )
            .help("name at least two outputs: `from: [a, b]`"),
        );
    }
    names
}

fn names(options: &mut OptionReader<'_, '_, '_>, what: &str, node: &Node) -> Vec<Spanned<String>> {
    let each = format!("each of {what}");
    let items = options.reader.sequence(what, node);
    items.iter().map(|item| options.reader.text(&each, item)).collect()
}

/// The place of `frozen: true`.
fn frozen(options: &mut OptionReader<'_, '_, '_>) -> Option<Span> {
    let node = options.given("frozen")?;
    let what = options.what("frozen");
    let frozen = options.reader.flag(&what, node);
    if frozen { options.key_span("frozen") } else { None }
}

/// The padding mask that these options say: the name of tokens, and the token that fills.
pub(super) fn padding_mask(
    options: &mut OptionReader<'_, '_, '_>,
    tokens: &str,
    token: &str,
) -> Option<PaddingMask> {
    // A wrong token is told even where it masks nothing.
    let token = options.count(token);
    options.given(tokens)?;
    Some(PaddingMask { tokens: options.text(tokens), token })
}
