//! Files that examples come from, as far as they have options of their own.

use super::{DefaultValue as Default, TermKind, TermMeta, TermOption, ValueKind as Kind};

pub(super) static TERMS: &[TermMeta] = &[
    TermMeta {
        name: "images",
        kind: TermKind::Section,
        summary: "Images as numbers from 0 to 1, inputs `[channels, height, width]`: a folder with a \
                  folder per class in it, or a CSV file that lists them. PNG, JPEG, BMP and PNM; \
                  needs nn-test's feature `image`.",
        options: &[
            TermOption {
                name: "folder",
                kind: Kind::Text,
                default: Default::Derived("required without `list`"),
                doc: "the folder whose folders are the classes, relative to the spec file's folder",
            },
            TermOption {
                name: "list",
                kind: Kind::Text,
                default: Default::Derived("required without `folder`"),
                doc: "a CSV file with a column of paths, which start from its own folder, and the \
                      `target`",
            },
            TermOption {
                name: "file",
                kind: Kind::Text,
                default: Default::Derived("`file`"),
                doc: "the list's column of paths",
            },
            TermOption {
                name: "positive",
                kind: Kind::Text,
                default: Default::Derived("the second of the sorted folders"),
                doc: "the folder that counts as 1; binary classification only",
            },
            TermOption {
                name: "size",
                kind: Kind::Size2d { least: 1 },
                default: Default::Derived("that of the images, which is one for all"),
                doc: "resizes all images by a triangle filter, the same on every machine",
            },
            TermOption {
                name: "color",
                kind: Kind::Word(&["rgb", "grey"]),
                default: Default::Word("rgb"),
                doc: "three channels, or one",
            },
        ],
        main: Some("folder"),
        example: "{folder: pets, size: [32, 32], color: grey}",
        source: "the layout that torchvision's ImageFolder and Keras read",
    },
    TermMeta {
        name: "text",
        kind: TermKind::Section,
        summary: "Text as tokens, inputs `[length]`, for an embedding. A text file is cut into \
                  pieces, and the class at each place is the next token; a table of texts (CSV, or \
                  JSON lines in a file `*.jsonl`) has a `column` of texts and a `target`.",
        options: &[
            TermOption {
                name: "file",
                kind: Kind::Text,
                default: Default::Required,
                doc: "a file of UTF-8 text, or the table, relative to the spec file's folder",
            },
            TermOption {
                name: "vocabulary",
                kind: Kind::Word(&["char", "word"]),
                default: Default::Word("char"),
                doc: "what a token stands for: a character, or what stands between white space; \
                      numbered in the order of their code points",
            },
            TermOption {
                name: "length",
                kind: Kind::Count { least: 1 },
                default: Default::Count(32),
                doc: "tokens of an example; longer texts are cut, shorter ones padded with token 0",
            },
            TermOption {
                name: "minimum_count",
                kind: Kind::Count { least: 1 },
                default: Default::Count(1),
                doc: "symbols that come less often become one token, `<unknown>`",
            },
            TermOption {
                name: "lines",
                kind: Kind::Flag,
                default: Default::Flag(false),
                doc: "each line of the text file is an example, and is not continued by the next",
            },
            TermOption {
                name: "column",
                kind: Kind::Text,
                default: Default::Derived("none: a text file"),
                doc: "the column of texts, in a table with a `target`",
            },
        ],
        main: Some("file"),
        example: "{file: poems.txt, vocabulary: char, length: 32}",
        source: "nn-test",
    },
];
