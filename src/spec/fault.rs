//! `faults:` — faults planted on purpose, so that a spec can show what it catches.
//!
//! They stand for mistakes that a spec's own sections cannot express. `fixtures/faulty` uses them.

/// A planted fault.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// The optimizer never gets this layer's tensors.
    FreezeLayer(String),
    /// The layer's backward is wrong: gradients through its output are multiplied by `factor`.
    WrongGradient { layer: String, factor: f64 },
    /// Labels are permuted against their inputs, anew at every step.
    ShuffleLabels,
    /// The gradient's sign is turned: the optimizer climbs.
    NegateGradient,
}
