//! What `cargo nn-test explain` says about the error codes of files of weights.

use super::code::{Code, CodeMeta};

pub(super) const UNREADABLE: CodeMeta = CodeMeta {
    code: Code::WEIGHTS_UNREADABLE,
    title: "a file of weights that cannot be read",
    explanation: "`weights` of a model and `matches_golden` name files, relative to the folder of the \
                  spec file. The end of the name tells the kind: `.safetensors`, `.pt` or `.pth` of \
                  PyTorch, `.bpk` of Burn. A golden file is safetensors with named parts, as \
                  `tools/golden.py` writes it.",
    example: "version: 1\ntask: classification\ndata: moons\n\
              model: {layers: [linear: 2], weights: no_such_file.safetensors}\n",
};

pub(super) const MISMATCH: CodeMeta = CodeMeta {
    code: Code::WEIGHTS_MISMATCH,
    title: "weights that do not fit the model",
    explanation: "Each tensor of the model must be in the file, in its shape, and each tensor of the \
                  file in the model. The notes name both sides. `map` gives names of the file those \
                  of the spec, `ignore` leaves tensors of the file out, and with `partial: true` \
                  layers that the file lacks start as their initializers say. Linear weights are \
                  [in, out] in Burn and [out, in] in PyTorch: `convention` says which the file has.",
    example: "version: 1\ntask: classification\ndata: moons\n\
              model: {layers: [linear: 2], weights: fixtures/weights/mlp.safetensors}\n",
};
