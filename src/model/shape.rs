//! Shape rules: what each kind of layer makes of an example's shape. Pure.

mod convolution;
mod image;
mod join;
mod node;
mod norm;
mod pool;
mod sequence;
mod window;

use crate::spec::{Activation, Code, LayerKind};

pub use join::joined;
pub use sequence::attending;

/// What flows between layers, for one example: no batch axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    Float(Vec<usize>),
    /// Token indices of this length.
    Tokens(usize),
}

impl Signal {
    /// Axes without the batch axis.
    pub fn dims(&self) -> &[usize] {
        match self {
            Self::Float(dims) => dims,
            Self::Tokens(length) => std::slice::from_ref(length),
        }
    }

    /// Numbers per example; what cannot be counted is as large as can be.
    pub fn elements(&self) -> usize {
        product(self.dims())
    }
}

impl std::fmt::Display for Signal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Float(dims) => write!(f, "{dims:?}"),
            Self::Tokens(length) => write!(f, "[{length}] tokens"),
        }
    }
}

/// Why a layer cannot take a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeError {
    pub code: Code,
    /// What the layer takes against what it gets, as the rest of a sentence that begins with its
    /// name.
    pub problem: String,
    pub mend: String,
}

impl ShapeError {
    fn new(code: Code, problem: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { code, problem: problem.into(), mend: mend.into() }
    }
}

/// The output of a layer that is no container.
///
/// # Errors
///
/// When the layer cannot take `input`.
pub fn output(kind: &LayerKind, input: &Signal) -> Result<Signal, ShapeError> {
    if let LayerKind::Embedding { dimension, .. } = kind {
        return match input {
            Signal::Tokens(length) => Ok(Signal::Float(vec![*length, *dimension])),
            Signal::Float(dims) => Err(ShapeError::new(
                Code::INPUT_KIND_MISMATCH,
                format!("takes token indices, but gets numbers of shape {dims:?}"),
                "put the embedding first: only data can be tokens",
            )),
        };
    }
    if let LayerKind::OneHot { classes } = kind {
        return match input {
            Signal::Tokens(length) => Ok(Signal::Float(vec![*length, *classes])),
            Signal::Float(dims) => Err(ShapeError::new(
                Code::INPUT_KIND_MISMATCH,
                format!("takes token indices, but gets numbers of shape {dims:?}"),
                "put it first, or let it read an input of tokens with `from`",
            )),
        };
    }
    let Signal::Float(dims) = input else {
        return Err(ShapeError::new(
            Code::INPUT_KIND_MISMATCH,
            format!("takes numbers, but gets {input}"),
            "put an `embedding` before it, or give it numeric data",
        ));
    };
    float_output(kind, dims).map(Signal::Float)
}

fn float_output(kind: &LayerKind, dims: &[usize]) -> Result<Vec<usize>, ShapeError> {
    match kind {
        LayerKind::Linear { out, .. } => Ok(with_last(dims, *out)),
        LayerKind::Conv(_) | LayerKind::ConvTranspose(_) | LayerKind::DeformConv2d(_) => {
            convolution::output(kind, dims)
        }
        LayerKind::MaxPool(_)
        | LayerKind::AvgPool(_)
        | LayerKind::AdaptiveAvgPool { .. }
        | LayerKind::Unfold4d(_)
        | LayerKind::Fold4d { .. } => pool::output(kind, dims),
        LayerKind::GroupNorm { .. }
        | LayerKind::InstanceNorm { .. }
        | LayerKind::LocalResponseNorm { .. } => norm::output(kind, dims),
        LayerKind::Flatten => Ok(vec![product(dims)]),
        LayerKind::Reshape { shape } => node::reshaped(dims, shape),
        LayerKind::Permute { axes } => node::permuted(dims, axes),
        LayerKind::Squeeze { axis } => node::squeezed(dims, *axis),
        LayerKind::Pad { axis, before, after, .. } => node::padded(dims, *axis, *before, *after),
        LayerKind::Mean { axis }
        | LayerKind::Max { axis }
        | LayerKind::Min { axis }
        | LayerKind::Sum { axis } => node::without(dims, *axis),
        LayerKind::Flip { axis } => node::flipped(dims, *axis),
        LayerKind::Slice { axis, start, end } => node::sliced(dims, *axis, *start, *end),
        LayerKind::PixelShuffle { factor } => image::shuffled(dims, *factor),
        LayerKind::PixelUnshuffle { factor } => image::unshuffled(dims, *factor),
        LayerKind::Interpolate(interpolation) => image::interpolated(dims, interpolation),
        LayerKind::Recurrent(_)
        | LayerKind::MultiHeadAttention(_)
        | LayerKind::CrossAttention { .. }
        | LayerKind::TransformerEncoder(_)
        | LayerKind::TransformerDecoder(_)
        | LayerKind::PositionalEncoding { .. }
        | LayerKind::RotaryEncoding { .. } => sequence::output(kind, dims),
        LayerKind::Activation(Activation::SwiGlu { out, .. }) => Ok(with_last(dims, *out)),
        LayerKind::Sampling => match last(dims) {
            last if last.is_multiple_of(2) => Ok(with_last(dims, last / 2)),
            last => Err(ShapeError::new(
                Code::SHAPE_MISMATCH,
                format!("takes means and as many logarithms of variances, but {last} is odd"),
                "give it an even number of features: twice those of the code",
            )),
        },
        LayerKind::Activation(Activation::Glu) => {
            let last = last(dims);
            if !last.is_multiple_of(2) {
                return Err(ShapeError::new(
                    Code::SHAPE_MISMATCH,
                    format!("halves the last axis, but {last} is odd"),
                    "give it an even number of features",
                ));
            }
            Ok(with_last(dims, last / 2))
        }
        LayerKind::Activation(Activation::Prelu { parameters, .. })
            if *parameters != 1 && *parameters != dims[0] =>
        {
            Err(ShapeError::new(
                Code::SHAPE_MISMATCH,
                format!("has {parameters} slopes, but its input has {} channels", dims[0]),
                format!("write `parameters: {}` or `parameters: 1`", dims[0]),
            ))
        }
        LayerKind::BatchNorm { .. }
        | LayerKind::LayerNorm { .. }
        | LayerKind::RmsNorm { .. }
        | LayerKind::Dropout { .. }
        | LayerKind::GaussianNoise { .. }
        | LayerKind::Scale { .. }
        | LayerKind::Activation(_) => Ok(dims.to_vec()),
        LayerKind::Residual { .. }
        | LayerKind::Sequential { .. }
        | LayerKind::Parallel { .. }
        | LayerKind::Repeat { .. }
        | LayerKind::Shared { .. }
        | LayerKind::Join(_)
        | LayerKind::Embedding { .. }
        | LayerKind::OneHot { .. } => {
            unreachable!("containers, joins and what takes tokens are planned by their own rules")
        }
    }
}

/// Sizes come from users: their product may be more than can be counted.
fn product(sizes: &[usize]) -> usize {
    sizes.iter().fold(1, |product: usize, size| product.saturating_mul(*size))
}

fn last(dims: &[usize]) -> usize {
    *dims.last().expect("a signal has at least one axis")
}

fn with_last(dims: &[usize], out: usize) -> Vec<usize> {
    let mut dims = dims.to_vec();
    *dims.last_mut().expect("a signal has at least one axis") = out;
    dims
}

fn axes<const N: usize>(dims: &[usize], takes: &str) -> Result<[usize; N], ShapeError> {
    dims.try_into().map_err(|_| {
        ShapeError::new(
            Code::RANK_NOT_ACCEPTED,
            format!("takes {takes}, but gets {dims:?}"),
            match (N, dims.len()) {
                (2.., 1) => "give the data a `shape`, or put a `reshape` before it",
                _ => "put a `reshape` or `flatten` before it",
            },
        )
    })
}

/// The sizes behind the channels, of which a layer takes so many.
fn places_of(dims: &[usize], count: usize) -> Result<&[usize], ShapeError> {
    match count {
        1 => axes::<2>(dims, "[channels, length]").map(drop)?,
        2 => axes::<3>(dims, "[channels, height, width]").map(drop)?,
        _ => axes::<4>(dims, "[channels, depth, height, width]").map(drop)?,
    }
    Ok(&dims[1..])
}

fn divisible(count: usize, by: usize, what: &str) -> Result<(), ShapeError> {
    if by > 0 && count.is_multiple_of(by) {
        return Ok(());
    }
    Err(ShapeError::new(
        Code::BAD_GROUPS,
        format!("cannot divide {count} {what} into {by} groups"),
        format!("choose a divisor of {count}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Convolution, Padding};

    fn conv(kernel: usize, padding: Padding) -> LayerKind {
        LayerKind::Conv(Convolution {
            out: 4,
            kernel: vec![kernel; 2],
            stride: vec![1, 1],
            dilation: vec![1, 1],
            groups: 1,
            padding,
            bias: true,
            initializer: None,
            bias_initializer: None,
        })
    }

    #[test]
    fn same_padding_keeps_height_and_width() {
        let shape = output(&conv(3, Padding::Same), &Signal::Float(vec![1, 8, 8]));
        assert_eq!(shape, Ok(Signal::Float(vec![4, 8, 8])));
    }

    #[test]
    fn a_valid_window_shrinks_by_its_reach() {
        let shape = output(&conv(3, Padding::Valid), &Signal::Float(vec![1, 8, 7]));
        assert_eq!(shape, Ok(Signal::Float(vec![4, 6, 5])));
    }

    #[test]
    fn a_window_larger_than_its_input_is_refused_with_both_sizes() {
        let error = output(&conv(9, Padding::Valid), &Signal::Float(vec![1, 8, 8])).unwrap_err();
        assert!(error.problem.contains('9') && error.problem.contains('8'), "{error:?}");
    }

    #[test]
    fn a_convolution_refuses_a_flat_input() {
        let error = output(&conv(3, Padding::Same), &Signal::Float(vec![64])).unwrap_err();
        assert!(error.problem.contains("[channels, height, width]"), "{error:?}");
    }

    #[test]
    fn reshape_fills_one_open_axis() {
        let kind = LayerKind::Reshape { shape: vec![4, -1] };
        assert_eq!(output(&kind, &Signal::Float(vec![2, 8])), Ok(Signal::Float(vec![4, 4])));
    }

    #[test]
    fn reshape_refuses_other_element_counts() {
        let kind = LayerKind::Reshape { shape: vec![5, 3] };
        assert!(output(&kind, &Signal::Float(vec![16])).is_err());
    }

    #[test]
    fn sizes_beyond_counting_are_no_overflow() {
        let huge = Signal::Float(vec![usize::MAX, usize::MAX, usize::MAX]);
        assert_eq!(huge.elements(), usize::MAX);
        assert_eq!(output(&LayerKind::Flatten, &huge), Ok(Signal::Float(vec![usize::MAX])));
        let kind = LayerKind::Reshape { shape: vec![i64::MAX, i64::MAX, -1] };
        assert!(output(&kind, &Signal::Float(vec![16])).is_err());
        let most = Padding::Explicit(vec![[usize::MAX; 2]; 2]);
        for padding in [Padding::Same, Padding::Valid, most] {
            let conv = |kernel| conv(kernel, padding.clone());
            let _fits_or_not = output(&conv(usize::MAX), &Signal::Float(vec![1, 8, 8]));
            let shape = output(&conv(3), &huge);
            assert!(shape.is_ok(), "{padding:?}: {shape:?}");
        }
    }

    #[test]
    fn glu_halves_the_last_axis_and_refuses_odd_ones() {
        let kind = LayerKind::Activation(Activation::Glu);
        assert_eq!(output(&kind, &Signal::Float(vec![6])), Ok(Signal::Float(vec![3])));
        assert!(output(&kind, &Signal::Float(vec![5])).is_err());
    }

    #[test]
    fn only_an_embedding_takes_tokens() {
        let embedding = LayerKind::Embedding { vocabulary: 9, dimension: 4, initializer: None };
        assert_eq!(output(&embedding, &Signal::Tokens(5)), Ok(Signal::Float(vec![5, 4])));
        assert!(output(&embedding, &Signal::Float(vec![5])).is_err());
        assert!(output(&LayerKind::Flatten, &Signal::Tokens(5)).is_err());
    }
}
