//! What `cargo nn-test explain` says about the codes of specs that share what they say.

use super::code::{Code, CodeMeta};

pub(super) const UNKNOWN_VARIABLE: CodeMeta = CodeMeta {
    code: Code::UNKNOWN_VARIABLE,
    title: "a variable that the spec does not have",
    explanation: "`${name}` is replaced by the value that `vars` or `matrix` gives for the name, in \
                  this document or in one that it extends. Variables are no part of other \
                  variables, and there are no expressions. `$${` stands for the text `${`.",
    example: "version: 1\ntask: regression\ndata: linear_regression\nvars: {hidden: 8}\n\
              model: {layers: [linear: \"${hidden}\", linear: \"${out}\"]}\n",
};

pub(super) const UNUSED_VARIABLE: CodeMeta = CodeMeta {
    code: Code::UNUSED_VARIABLE,
    title: "a variable that is not used",
    explanation: "A variable of `vars` or `matrix` stands nowhere in the spec: mostly one of the two \
                  names is misspelt. Variables of a base that is extended may be unused.",
    example: "version: 1\ntask: regression\ndata: linear_regression\nvars: {hidden: 8}\n\
              model: {layers: [linear: 1]}\n",
};

pub(super) const BAD_MATRIX: CodeMeta = CodeMeta {
    code: Code::BAD_MATRIX,
    title: "a matrix whose combinations cannot be told apart, or are none or too many",
    explanation: "Each combination of a matrix is a spec of its own, whose name has the values: \
                  `mlp-hidden=8`. So no value may be there twice. An entry of `exclude` has values \
                  of the matrix and takes away at least one combination. A matrix has at most 256.",
    example: "version: 1\ntask: regression\ndata: linear_regression\nmatrix: {hidden: [8, 8]}\n\
              model: {layers: [linear: \"${hidden}\", linear: 1]}\n",
};

pub(super) const BAD_BASE: CodeMeta = CodeMeta {
    code: Code::BAD_BASE,
    title: "a spec that cannot be extended",
    explanation: "`extends` names a file, relative to the folder of the file that it stands in; with \
                  `#name` one of several documents of the file, or of this file. The chain of specs \
                  ends after at most eight, and never comes back to one of them. A file that is only \
                  there to be extended has a name that begins with `_`, or says `template: true`.",
    example: "version: 1\nextends: no_such_base.yaml\nmodel: {layers: [linear: 1]}\n",
};

pub(super) const DUPLICATE_SPEC: CodeMeta = CodeMeta {
    code: Code::DUPLICATE_SPEC,
    title: "two specs of one file have the same name",
    explanation: "Test cases and snapshots are named after their spec, so that each needs a name of \
                  its own. The first document of a file may go by the file's name.",
    example: "version: 1\nname: a\ntask: regression\ndata: linear_regression\nmodel: [linear: 1]\n\
              ---\nversion: 1\nname: a\ntask: regression\ndata: linear_regression\nmodel: [linear: 1]\n",
};

pub(super) const UNKNOWN_GROUP: CodeMeta = CodeMeta {
    code: Code::UNKNOWN_GROUP,
    title: "a group of expectations that the spec does not have",
    explanation: "`- group: wiring` stands for the expectations that `groups` lists under this name, \
                  in the spec itself or in one that it extends.",
    example: "version: 1\ntask: regression\ndata: linear_regression\nmodel: [linear: 1]\n\
              groups: {wiring: [gradients_match]}\nexpect: [group: wirings]\n",
};
