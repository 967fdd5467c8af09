//! `only` and `skip` — where a spec, or one of its expectations, is judged at all.

use super::node::Node;
use super::options::OptionReader;
use super::reader::Reader;
use super::vocabulary::{TermKind, find_kind};
use super::{Code, Diagnostic, Span, Spanned};

/// The kinds of devices that tests run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceKind {
    Wgpu,
    Cpu,
}

impl DeviceKind {
    /// The name in specs.
    pub fn term(self) -> &'static str {
        match self {
            Self::Wgpu => "wgpu",
            Self::Cpu => "cpu",
        }
    }

    fn named(word: &str) -> Self {
        if word == "cpu" { Self::Cpu } else { Self::Wgpu }
    }
}

/// What must hold for something to be judged.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conditions {
    pub only: Option<Only>,
    pub skip: Option<Skip>,
}

/// The one kind of device that counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Only {
    pub device: DeviceKind,
    pub reason: Option<String>,
}

/// What is left out, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Skip {
    /// Without one, on all.
    pub device: Option<DeviceKind>,
    pub reason: String,
}

impl Conditions {
    /// Why it is not judged, whatever the device.
    pub fn skipped_everywhere(&self) -> Option<String> {
        self.skip.as_ref().filter(|skip| skip.device.is_none()).map(|skip| skip.reason.clone())
    }

    /// Whether the device decides.
    pub fn ask_for_the_device(&self) -> bool {
        self.only.is_some() || self.skip.as_ref().is_some_and(|skip| skip.device.is_some())
    }

    /// Why it is not judged on such a device.
    pub fn skipped_on(&self, device: DeviceKind) -> Option<String> {
        let because = |reason: &str| format!("on {}: {reason}", device.term());
        match (&self.only, &self.skip) {
            (Some(only), _) if only.device != device => Some(match &only.reason {
                Some(reason) => format!("only on {}: {reason}", only.device.term()),
                None => format!("only on {}, and this is {}", only.device.term(), device.term()),
            }),
            (_, Some(skip)) if skip.device == Some(device) => Some(because(&skip.reason)),
            (_, Some(skip)) if skip.device.is_none() => Some(skip.reason.clone()),
            _ => None,
        }
    }
}

/// Reads both keys of a spec.
pub(super) fn read(spec: &mut OptionReader<'_, '_, '_>) -> Conditions {
    let place = |key: &str, node: &Node| spec.key_span(key).unwrap_or(node.span);
    let only = spec.given("only").map(|node| (place("only", node), node));
    let skip = spec.given("skip").map(|node| (place("skip", node), node));
    let only = only.and_then(|(place, node)| self::only(spec.reader, place, node));
    let skip = skip.and_then(|(place, node)| self::skip(spec.reader, place, node));
    Conditions { only, skip }
}

pub(super) fn only(reader: &mut Reader<'_>, place: Span, node: &Node) -> Option<Only> {
    let before = reader.errors.len();
    let term = find_kind(TermKind::Section, "only");
    let options = &mut OptionReader::open(reader, term, place, Some(node));
    let device = DeviceKind::named(options.word("device"));
    let reason = options.given("reason").map(|_| options.text("reason").value);
    (options.reader.errors.len() == before).then_some(Only { device, reason })
}

pub(super) fn skip(reader: &mut Reader<'_>, place: Span, node: &Node) -> Option<Skip> {
    let before = reader.errors.len();
    let term = find_kind(TermKind::Section, "skip");
    let options = &mut OptionReader::open(reader, term, place, Some(node));
    let device = options.given("device").map(|_| DeviceKind::named(options.word("device")));
    let reason = options.text("reason").value;
    (options.reader.errors.len() == before).then_some(Skip { device, reason })
}

/// Reads `tags`: names to choose specs by.
pub(super) fn tags(spec: &mut OptionReader<'_, '_, '_>) -> Vec<Spanned<String>> {
    let Some(node) = spec.given("tags") else { return Vec::new() };
    let items = spec.reader.sequence("`tags`", node);
    let mut tags: Vec<Spanned<String>> = Vec::new();
    for item in items {
        let tag = spec.reader.text("each of `tags`", item);
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
        if tag.is_empty() || !tag.chars().all(fits) {
            // An item that is no text was reported as such.
            if !tag.is_empty() || item.value == super::node::Value::String(String::new()) {
                spec.reader.report(Diagnostic::new(
                    Code::BAD_NAME,
                    "a tag has lower-case letters, digits, `_` and `-` alone",
                    tag.span,
                    "has other characters, or none",
                ));
            }
        } else if !tags.iter().any(|known| known.value == tag.value) {
            tags.push(tag);
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_says_why_it_does_not_hold() {
        let only = |reason: Option<&str>| Conditions {
            only: Some(Only { device: DeviceKind::Wgpu, reason: reason.map(str::to_owned) }),
            skip: None,
        };
        assert_eq!(only(None).skipped_on(DeviceKind::Wgpu), None);
        let reason = only(None).skipped_on(DeviceKind::Cpu);
        assert_eq!(reason.as_deref(), Some("only on wgpu, and this is cpu"));
        let reason = only(Some("a shader")).skipped_on(DeviceKind::Cpu);
        assert_eq!(reason.as_deref(), Some("only on wgpu: a shader"));
        let skip = |device| Conditions {
            only: None,
            skip: Some(Skip { device, reason: "slow".to_owned() }),
        };
        let on_cpu = skip(Some(DeviceKind::Cpu));
        assert_eq!(on_cpu.skipped_on(DeviceKind::Cpu).as_deref(), Some("on cpu: slow"));
        assert_eq!(on_cpu.skipped_on(DeviceKind::Wgpu), None);
        assert_eq!(on_cpu.skipped_everywhere(), None);
        assert!(on_cpu.ask_for_the_device() && only(None).ask_for_the_device());
        assert_eq!(skip(None).skipped_everywhere().as_deref(), Some("slow"));
        assert!(!skip(None).ask_for_the_device());
    }
}
