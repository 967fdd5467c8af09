//! Error codes as topics.

use super::{Kind, Section, Topic};
use crate::spec::CodeMeta;

pub(super) const KIND: Kind = Kind { name: "error code", title: "Error codes" };

pub(super) fn topic(code: &'static CodeMeta) -> Topic {
    let sections =
        [Section::prose("The rule", code.explanation), Section::set("An example", code.example)];
    Topic {
        kind: KIND,
        name: code.code.0,
        summary: code.title,
        sections: sections.into_iter().flatten().collect(),
    }
}
