//! The codes of errors in specs and configurations, each with a text of its own for `cargo nn-test explain`.
//!
//! NN01xx: the language. NN02xx: the data. NN03xx: the model. NN04xx: the configuration. A
//! code never changes its meaning; one that is no longer used is not given to another error.

pub use super::code_texts::CODES;

/// A stable code, with a text of its own in `cargo nn-test explain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code(pub &'static str);

/// What `cargo nn-test explain` says about a code.
#[derive(Debug)]
pub struct CodeMeta {
    pub code: Code,
    /// One line: what is wrong.
    pub title: &'static str,
    /// The rule and the mend.
    pub explanation: &'static str,
    /// A spec, or the part of one, that has the error.
    pub example: &'static str,
}

impl Code {
    pub const FILE_UNREADABLE: Self = Self("NN0101");
    pub const NOT_UTF8: Self = Self("NN0102");
    pub const EMPTY_FILE: Self = Self("NN0103");
    pub const YAML_SYNTAX: Self = Self("NN0104");
    pub const YAML_TOO_LARGE: Self = Self("NN0105");
    pub const YAML_UNSUPPORTED: Self = Self("NN0106");
    pub const DUPLICATE_KEY: Self = Self("NN0107");
    pub const WRONG_TYPE: Self = Self("NN0110");
    pub const MISSING_KEY: Self = Self("NN0111");
    pub const UNKNOWN_KEY: Self = Self("NN0112");
    pub const UNKNOWN_NAME: Self = Self("NN0113");
    pub const OUT_OF_RANGE: Self = Self("NN0114");
    pub const EMPTY_LIST: Self = Self("NN0115");
    pub const UNSUPPORTED_VERSION: Self = Self("NN0116");
    pub const BAD_NAME: Self = Self("NN0117");
    pub const DUPLICATE_NAME: Self = Self("NN0118");
    pub const DUPLICATE_EXPECTATION: Self = Self("NN0119");
    pub const TASK_MISMATCH: Self = Self("NN0120");
    pub const CONTRADICTION: Self = Self("NN0121");
    pub const UNKNOWN_LAYER_NAME: Self = Self("NN0122");
    pub const UNKNOWN_VARIABLE: Self = Self("NN0130");
    pub const UNUSED_VARIABLE: Self = Self("NN0131");
    pub const BAD_MATRIX: Self = Self("NN0132");
    pub const BAD_BASE: Self = Self("NN0133");
    pub const DUPLICATE_SPEC: Self = Self("NN0134");
    pub const UNKNOWN_GROUP: Self = Self("NN0135");

    pub const DATA_UNREADABLE: Self = Self("NN0201");
    pub const DATA_MALFORMED: Self = Self("NN0202");
    pub const BAD_COLUMN: Self = Self("NN0203");
    pub const NOT_A_NUMBER: Self = Self("NN0204");
    pub const NOT_FINITE: Self = Self("NN0205");
    pub const DATA_EMPTY: Self = Self("NN0206");
    pub const BAD_LABELS: Self = Self("NN0207");
    pub const TOO_FEW_EXAMPLES: Self = Self("NN0208");
    pub const DATA_SHAPE_MISMATCH: Self = Self("NN0209");
    pub const BAD_TOKENS: Self = Self("NN0210");
    pub const BATCH_TOO_LARGE: Self = Self("NN0211");
    pub const BAD_DATA_OPTION: Self = Self("NN0212");
    pub const DATA_TOO_LARGE: Self = Self("NN0213");
    pub const UNKNOWN_CATEGORY: Self = Self("NN0214");

    pub const SHAPE_MISMATCH: Self = Self("NN0301");
    pub const RANK_NOT_ACCEPTED: Self = Self("NN0302");
    pub const INPUT_KIND_MISMATCH: Self = Self("NN0303");
    pub const HEAD_MISMATCH: Self = Self("NN0304");
    pub const BAD_GROUPS: Self = Self("NN0305");
    pub const KERNEL_TOO_LARGE: Self = Self("NN0306");
    pub const MODEL_TOO_LARGE: Self = Self("NN0307");
    pub const LOSS_WEIGHTS_MISMATCH: Self = Self("NN0308");
    pub const UNKNOWN_RUST_MODEL: Self = Self("NN0309");
    pub const MODEL_KIND_MISMATCH: Self = Self("NN0310");
    pub const MODEL_INPUT_MISMATCH: Self = Self("NN0311");
    pub const BAD_MODEL_CONFIG: Self = Self("NN0312");
    pub const NOT_FOR_THIS_MODEL: Self = Self("NN0313");
    pub const UNKNOWN_OUTPUT: Self = Self("NN0314");
    pub const AMBIGUOUS_OUTPUT: Self = Self("NN0315");
    pub const NO_WEIGHTS: Self = Self("NN0316");
    pub const NOTHING_TO_TRAIN: Self = Self("NN0317");
    pub const BAD_TARGETS: Self = Self("NN0320");
    pub const FAULT_WITHOUT_EFFECT: Self = Self("NN0321");

    pub const WEIGHTS_UNREADABLE: Self = Self("NN0330");
    pub const WEIGHTS_MISMATCH: Self = Self("NN0331");

    pub const CONFIG_SYNTAX: Self = Self("NN0401");
    pub const CONFIG_UNKNOWN_KEY: Self = Self("NN0402");
    pub const CONFIG_WRONG_VALUE: Self = Self("NN0403");
    pub const CONFIG_CONTRADICTION: Self = Self("NN0404");
    pub const FILTER_SYNTAX: Self = Self("NN0405");

    /// What this code means.
    pub fn meta(self) -> Option<&'static CodeMeta> {
        Self::find(self.0)
    }

    /// The code of that name, in any case.
    pub fn find(name: &str) -> Option<&'static CodeMeta> {
        CODES.iter().find(|meta| meta.code.0.eq_ignore_ascii_case(name))
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::registry::tests::registry;
    use crate::spec::{Source, parse};
    use crate::subject::Subject;

    #[test]
    fn codes_are_unique_and_sorted() {
        assert!(CODES.is_sorted_by(|before, after| before.code < after.code));
    }

    #[test]
    fn every_code_is_explained() {
        let text = include_str!("code.rs");
        let constants = text.lines().filter(|line| line.contains(": Self = Self(\"NN"));
        let names: Vec<_> = constants.filter_map(|line| line.split('"').nth(1)).collect();
        let explained: Vec<_> = CODES.iter().map(|meta| meta.code.0).collect();
        assert_eq!(names, explained);
    }

    #[test]
    fn every_code_is_used() {
        let mut sources = Vec::new();
        read_sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
        let constants = include_str!("code.rs").lines().filter_map(|line| {
            Some(line.trim().strip_prefix("pub const ")?.split_once(": Self = Self(")?.0)
        });
        let constants: Vec<_> = constants.collect();
        assert_eq!(constants.len(), CODES.len());
        for name in constants {
            // A comma, a bracket or a dot ends the name: `BAD_NAME` is not used by `BAD_NAMES`.
            let uses = |source: &String| {
                source.split(&format!("Code::{name}")).skip(1).any(|rest| {
                    !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_')
                })
            };
            assert!(sources.iter().any(uses), "{name}");
        }
    }

    /// The code that raises errors: all sources but this module's own, and without their tests.
    fn read_sources(folder: &Path, sources: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && name != "tests" {
                read_sources(&path, sources);
            } else if name.ends_with(".rs")
                && ![
                    "code.rs",
                    "code_texts.rs",
                    "config_code_texts.rs",
                    "reuse_code_texts.rs",
                    "weight_code_texts.rs",
                    "wiring_code_texts.rs",
                ]
                .contains(&name)
            {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                sources.push(code.to_owned());
            }
        }
    }

    #[test]
    fn every_code_of_language_and_model_is_raised_by_its_own_example() {
        // Those of the configuration are raised by its own tests.
        let elsewhere = |meta: &&CodeMeta| ["NN02", "NN04"].contains(&&meta.code.0[..4]);
        for meta in CODES.iter().filter(|meta| !elsewhere(meta)) {
            // Their examples are told in words: no short text can show them.
            let told = [Code::FILE_UNREADABLE, Code::NOT_UTF8, Code::YAML_TOO_LARGE];
            if told.contains(&meta.code) {
                continue;
            }
            let source = Source::new("example.yaml", meta.example);
            let prepare = |spec| Subject::prepare_with(spec, &registry());
            let raised: Vec<_> = match parse(source).and_then(prepare) {
                Ok(_) => Vec::new(),
                Err(diagnostics) => diagnostics.errors.iter().map(|error| error.code).collect(),
            };
            assert_eq!(raised, [meta.code], "{}", meta.example);
        }
    }
}
