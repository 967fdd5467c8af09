//! What the experiment finds.

use serde::Serialize;

use super::augmented::AugmentedScale;
use super::padding::PaddingEvidence;
use super::symmetry::SymmetryEvidence;

/// What outputs depend on, at initialization.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RelationsEvidence {
    pub examples: usize,
    /// Unit roundoff of the place where the passes ran.
    pub roundoff: f64,
    /// The loss of the examples, and of the same examples twice, as the model is used. Not known
    /// where a training step of the model's own computes it.
    pub loss: f64,
    pub doubled_loss: Option<f64>,
    /// The loss once more, of the same examples made into a batch again.
    pub repeated_loss: Option<f64>,
    /// Of a model that brings its batches: the loss of one, and of the same examples made into a batch
    /// again; nothing where the same batch has another loss each time.
    pub remade_loss: Option<[f64; 2]>,
    /// The largest |difference| between the outputs of the same pass twice.
    pub unsteadiness: f64,
    /// Root of the mean square of all outputs.
    pub scale: f64,
    /// As the model is used, then as it is trained; none where there is an obstacle.
    pub mixing: Vec<MixingEvidence>,
    /// Whether a layer is meant to see the whole batch while it trains.
    pub normalizes_over_batch: bool,
    /// What later inputs do to earlier outputs, or why that cannot be asked.
    pub causality: Result<CausalityEvidence, String>,
    /// What padding does to outputs, or why that cannot be asked.
    pub padding: Result<PaddingEvidence, String>,
    /// One for each symmetry that the spec says the model has.
    pub symmetries: Vec<SymmetryEvidence>,
    /// Where numbers of augmented examples are held against the others; none where nothing is augmented.
    pub augmented: Vec<AugmentedScale>,
    /// Of tokens alone.
    pub positions: Option<PositionsEvidence>,
    /// Why outputs and examples cannot be held against each other, if so.
    pub obstacle: Option<&'static str>,
}

/// What the other examples of a batch do to an example's output.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MixingEvidence {
    /// Whether the model was as it is while it trains, with random layers off.
    pub training: bool,
    /// The strongest influence of one example on another one's output, if there is any.
    pub influence: Option<Influence>,
    /// The strongest influence of the order of the batch on an example's output, if there is any; nobody
    /// is changed. Looked for as the model is used, where no example has an influence on another one.
    pub order: Option<Influence>,
    /// Whether an example's own exchange changed its output at all.
    pub answers: bool,
}

/// One example's influence on another one's output.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Influence {
    /// The example that was exchanged; several where none alone has it.
    pub changed: Vec<usize>,
    /// The one whose output moved.
    pub seen: usize,
    /// The output's name.
    pub output: String,
    /// Its largest |difference|.
    pub difference: f64,
}

/// What later inputs do to earlier outputs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CausalityEvidence {
    /// Places in the sequence.
    pub length: usize,
    /// How many of them everything was changed from.
    pub boundaries: usize,
    /// The strongest influence on an earlier output, if there is any.
    pub leak: Option<TimeLeak>,
    /// Whether the changes moved any output at all.
    pub answers: bool,
}

/// An output that depends on what comes later.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimeLeak {
    /// Inputs from this place on were changed, from 0.
    pub changed_from: usize,
    /// The earlier place whose output moved.
    pub seen_at: usize,
    pub difference: f64,
}

/// Places of a sequence of tokens that no output depends on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PositionsEvidence {
    /// The places that were tried, out of so many.
    pub tried: Vec<usize>,
    pub length: usize,
    /// Those at which another token changes nothing, for no example.
    pub unused: Vec<usize>,
}
