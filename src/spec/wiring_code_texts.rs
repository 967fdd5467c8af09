//! Texts of the codes of wired models.

use super::code::{Code, CodeMeta};

pub(super) const UNKNOWN_OUTPUT: CodeMeta = CodeMeta {
    code: Code::UNKNOWN_OUTPUT,
    title: "a layer reads an output that is not there",
    explanation: "`from`, `context`, `memory`, `shared` and `outputs` name what is computed before: an \
                  earlier layer, by its `name` or by kind and number (`linear2`), or an input of the \
                  model (`input`, where it names none). What is inside a container has the \
                  container's name before its own: `residual1.linear1`. Layers are computed in the \
                  order in which they are written.",
    example: "version: 1\ntask: regression\ndata: linear_regression\n\
              model: {layers: [linear: {out: 4, name: hidden}, linear: {out: 1, from: hiden}]}\n",
};

pub(super) const AMBIGUOUS_OUTPUT: CodeMeta = CodeMeta {
    code: Code::AMBIGUOUS_OUTPUT,
    title: "a layer reads an output that several layers could mean",
    explanation: "A name is looked for beside the layer, then beside each of its containers, and at \
                  last inside other containers, where only one may have it. Write the whole path, \
                  such as `repeat1.2.linear1`, or give the layer a `name` of its own.",
    example: "version: 1\ntask: regression\ndata: linear_regression\n\
              model: {layers: [repeat: {times: 2, layers: [linear: 4]}, \
              linear: {out: 1, from: linear1}]}\n",
};

pub(super) const NO_WEIGHTS: CodeMeta = CodeMeta {
    code: Code::NO_WEIGHTS,
    title: "a layer without weights is frozen or penalized",
    explanation: "`frozen` and `regularization` are of a layer's own weights. Activations, pools and \
                  shape nodes own none, and `shared` uses those of another layer: write them there.",
    example: "version: 1\ntask: regression\ndata: linear_regression\n\
              model: {layers: [linear: 4, relu: {frozen: true}, linear: 1]}\n",
};

pub(super) const NOTHING_TO_TRAIN: CodeMeta = CodeMeta {
    code: Code::NOTHING_TO_TRAIN,
    title: "all weights are frozen",
    explanation: "Nothing of the model would change in training. Leave at least one layer with weights \
                  unfrozen: mostly the head.",
    example: "version: 1\ntask: regression\ndata: linear_regression\n\
              model: {layers: [linear: {out: 1, frozen: true}]}\n",
};
