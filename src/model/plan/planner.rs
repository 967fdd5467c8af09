//! Walks through the layers in forward order, with what is computed so far.

use super::scope::{Flow, Scope, again};
use super::{Plan, PlannedInput, PlannedLayer, PlannedOutput, Sources};
use crate::model::parameters::parameter_count;
use crate::model::shape::{self, ShapeError, Signal};
use crate::spec::{
    Code, Diagnostic, LayerKind, LayerNames, LayerSpec, PaddingMask, Regularization, Span, Spanned,
    join, layer_paths,
};

/// More layers than this are a slip of the pen: `repeat` multiplies.
const MOST_LAYERS: usize = 10_000;

pub(super) type Refused = Box<Diagnostic>;

/// Plans the layers, then finds the outputs.
pub(super) fn plan(
    layers: &[LayerSpec],
    outputs: &[Spanned<String>],
    inputs: Vec<PlannedInput>,
) -> Result<Plan, Vec<Diagnostic>> {
    let one = |error: Refused| vec![*error];
    check_input_names(layers, &inputs).map_err(one)?;
    let flows =
        inputs.iter().map(|input| Flow { path: input.name.clone(), signal: input.signal.clone() });
    let flows: Vec<Flow> = flows.collect();
    let first = flows.first().cloned().expect("a model has at least one input");
    let scope = Scope::new(flows, layer_paths(layers, ""));
    let mut planner = Planner { scope, planned: Vec::new() };
    let inherited = Inherited::default();
    let (layers, last) = planner.row(layers, first.clone(), "", inherited).map_err(one)?;
    let outputs = planner.outputs(&layers, outputs, &last).map_err(one)?;
    let output = outputs.first().map_or(last.signal, |output| output.signal.clone());
    Ok(Plan { layers, inputs, outputs, input: first.signal, output })
}

/// An input and a layer of one name could not be told apart.
fn check_input_names(layers: &[LayerSpec], inputs: &[PlannedInput]) -> Result<(), Refused> {
    let named = layers.iter().filter_map(|layer| layer.name.as_ref());
    for name in named {
        if inputs.iter().any(|input| input.name == name.value) {
            return Err(Box::new(
                Diagnostic::new(
                    Code::DUPLICATE_NAME,
                    format!("a layer and an input are both called `{}`", name.value),
                    name.span,
                    "an input's name",
                )
                .help("give the layer another name"),
            ));
        }
    }
    Ok(())
}

/// What a container says for its contents.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Inherited {
    pub frozen: bool,
    pub regularization: Option<Regularization>,
}

pub(super) struct Planner {
    pub scope: Scope,
    /// Every layer that is planned so far, with its contents, for those that use its weights.
    planned: Vec<PlannedLayer>,
}

impl Planner {
    /// Layers in a row, inside the container of this path.
    pub fn row(
        &mut self,
        layers: &[LayerSpec],
        input: Flow,
        container: &str,
        inherited: Inherited,
    ) -> Result<(Vec<PlannedLayer>, Flow), Refused> {
        let mut names = LayerNames::new(layers);
        let mut planned = Vec::with_capacity(layers.len());
        let mut flow = input;
        for layer in layers {
            let name = names.next(layer);
            let layer = self.layer(layer, name, &flow, container, inherited)?;
            flow = Flow { path: layer.path.clone(), signal: layer.output.clone() };
            self.finish(&layer)?;
            planned.push(layer);
        }
        Ok((planned, flow))
    }

    /// Makes a layer's output known to those behind it.
    pub fn finish(&mut self, layer: &PlannedLayer) -> Result<(), Refused> {
        if self.scope.len() > MOST_LAYERS {
            let message = format!("the model has more than {MOST_LAYERS} layers");
            let label = format!("`{}` is one too many", layer.path);
            let error = Diagnostic::new(Code::MODEL_TOO_LARGE, message, layer.span, label);
            return Err(Box::new(error.help("repeat fewer layers: a spec tests a small copy")));
        }
        self.scope.add(&layer.path, &layer.output);
        self.planned.push(layer.clone());
        Ok(())
    }

    fn layer(
        &mut self,
        spec: &LayerSpec,
        name: String,
        before: &Flow,
        container: &str,
        inherited: Inherited,
    ) -> Result<PlannedLayer, Refused> {
        let path = join(container, &name);
        let flows = self.inputs(spec, before, container)?;
        let mut sources = Sources {
            inputs: flows.iter().map(|flow| flow.path.clone()).collect(),
            named: !spec.attributes.from.is_empty(),
            ..Sources::default()
        };
        let input = flows[0].clone();
        let own = Inherited {
            frozen: inherited.frozen || spec.attributes.frozen.is_some(),
            regularization: match &spec.attributes.regularization {
                Some(own) => Some(own.value),
                None => inherited.regularization,
            },
        };
        let mut context = None;
        let (inner, output) = match &spec.kind {
            LayerKind::Residual { .. }
            | LayerKind::Sequential { .. }
            | LayerKind::Repeat { .. }
            | LayerKind::Parallel { .. } => self.container(spec, input.clone(), &path, own)?,
            LayerKind::Shared { layer } => {
                let target = self.target(layer, container)?;
                sources.weights = Some(target.path.clone());
                shared(&target, &input, &path, spec.span)?
            }
            LayerKind::Join(merge) => {
                let signals: Vec<&Signal> = flows.iter().map(|flow| &flow.signal).collect();
                let output = shape::joined(*merge, &signals)
                    .map_err(|error| refused(&path, error, spec.span, &described(&flows)))?;
                (Vec::new(), output)
            }
            kind => {
                let mut output = shape::output(kind, &input.signal)
                    .map_err(|error| refused(&path, error, spec.span, &input.signal.to_string()))?;
                let attends = self.attended(kind, &input, &mut output, container, &mut sources);
                context = attends.map_err(|error| error.at(&path, spec.span))?;
                (Vec::new(), output)
            }
        };
        let parameters = match &spec.kind {
            LayerKind::Shared { .. } => 0,
            kind if spec.contents().is_empty() => parameter_count(kind, &input.signal),
            _ => inner.iter().fold(0usize, |sum, layer| sum.saturating_add(layer.parameters)),
        };
        check_attributes(spec, &path, parameters)?;
        Ok(PlannedLayer {
            name,
            path,
            kind: spec.kind.clone(),
            span: spec.span,
            input: input.signal,
            output,
            context,
            sources,
            parameters,
            frozen: own.frozen,
            regularization: own.regularization,
            inner,
        })
    }

    /// What a layer reads: what it names, or the output before it.
    fn inputs(
        &self,
        spec: &LayerSpec,
        before: &Flow,
        container: &str,
    ) -> Result<Vec<Flow>, Refused> {
        match spec.attributes.from.as_slice() {
            [] => Ok(vec![before.clone()]),
            names => names.iter().map(|name| self.scope.find(name, container)).collect(),
        }
    }

    /// What attention looks at beside its input, and the masks of both.
    fn attended(
        &self,
        kind: &LayerKind,
        input: &Flow,
        output: &mut Signal,
        container: &str,
        sources: &mut Sources,
    ) -> Result<Option<Signal>, AttendError> {
        let (context, own, of_context) = match kind {
            LayerKind::CrossAttention { attention, context } => {
                (Some(context), None, attention.padding.as_ref())
            }
            LayerKind::TransformerDecoder(decoder) => (
                Some(&decoder.memory),
                decoder.blocks.padding.as_ref(),
                decoder.memory_padding.as_ref(),
            ),
            LayerKind::MultiHeadAttention(attention) => (None, attention.padding.as_ref(), None),
            LayerKind::TransformerEncoder(encoder) => (None, encoder.padding.as_ref(), None),
            _ => return Ok(None),
        };
        let mask = |mask: Option<&PaddingMask>, of: &Signal| match mask {
            Some(mask) => self.mask(mask, of, container).map(Some),
            None => Ok(None),
        };
        sources.padding = mask(own, &input.signal)?;
        let Some(context) = context else { return Ok(None) };
        let flow = self.scope.find(context, container)?;
        *output = shape::attending(&input.signal, &flow.signal)?;
        sources.context_padding = mask(of_context, &flow.signal)?;
        sources.context = Some(flow.path);
        Ok(Some(flow.signal))
    }

    /// Tokens, as many as there are places to mask.
    fn mask(
        &self,
        mask: &PaddingMask,
        of: &Signal,
        container: &str,
    ) -> Result<String, AttendError> {
        let tokens = self.scope.find(&mask.tokens, container)?;
        match (&tokens.signal, of) {
            (Signal::Tokens(length), Signal::Float(dims)) if dims.first() == Some(length) => {
                Ok(tokens.path)
            }
            (Signal::Tokens(length), _) => Err(AttendError::Refused(Box::new(Diagnostic::new(
                Code::SHAPE_MISMATCH,
                format!("`{}` masks {length} places, but attention is on {of}", mask.tokens.value),
                mask.tokens.span,
                format!("[{length}] tokens"),
            )))),
            (Signal::Float(_), _) => Err(AttendError::Refused(Box::new(
                Diagnostic::new(
                    Code::INPUT_KIND_MISMATCH,
                    format!("`{}` holds numbers, and only tokens are padding", mask.tokens.value),
                    mask.tokens.span,
                    "no tokens",
                )
                .help("name the input of tokens that the sequence was made of"),
            ))),
        }
    }

    /// The layer of a name, with weights of its own.
    fn target(&self, name: &Spanned<String>, container: &str) -> Result<PlannedLayer, Refused> {
        let mut path = self.scope.find(name, container)?.path;
        loop {
            let found = self.planned.iter().rev().find(|layer| layer.path == path);
            let Some(layer) = found else {
                return Err(Box::new(
                    Diagnostic::new(
                        Code::UNKNOWN_OUTPUT,
                        format!("`{}` is an input, and has no weights to share", name.value),
                        name.span,
                        "no layer",
                    )
                    .help("name an earlier layer or block"),
                ));
            };
            match &layer.sources.weights {
                Some(weights) => path.clone_from(weights),
                None => return Ok(layer.clone()),
            }
        }
    }

    fn outputs(
        &self,
        layers: &[PlannedLayer],
        names: &[Spanned<String>],
        last: &Flow,
    ) -> Result<Vec<PlannedOutput>, Refused> {
        if names.is_empty() {
            let last_layer = layers.last();
            return Ok(vec![PlannedOutput {
                name: last_layer.map_or(&last.path, |layer| &layer.name).clone(),
                path: last.path.clone(),
                signal: last.signal.clone(),
                span: last_layer.map_or(Span::default(), |layer| layer.span),
            }]);
        }
        let output = |name: &Spanned<String>| {
            let Flow { path, signal } = self.scope.find(name, "")?;
            Ok(PlannedOutput { name: name.value.clone(), path, signal, span: name.span })
        };
        names.iter().map(output).collect()
    }
}

/// Why attention cannot look at something: a finished message, or one that lacks its place.
enum AttendError {
    Refused(Refused),
    Shape(ShapeError),
}

impl From<Refused> for AttendError {
    fn from(error: Refused) -> Self {
        Self::Refused(error)
    }
}

impl From<ShapeError> for AttendError {
    fn from(error: ShapeError) -> Self {
        Self::Shape(error)
    }
}

impl AttendError {
    fn at(self, path: &str, span: Span) -> Refused {
        match self {
            Self::Refused(error) => error,
            Self::Shape(error) => refused(path, error, span, "both sequences"),
        }
    }
}

/// A layer's error at its place.
pub(super) fn refused(path: &str, error: ShapeError, span: Span, gets: &str) -> Refused {
    let message = format!("`{path}` {}", error.problem);
    Box::new(Diagnostic::new(error.code, message, span, format!("gets {gets}")).help(error.mend))
}

fn described(flows: &[Flow]) -> String {
    let each: Vec<String> =
        flows.iter().map(|flow| format!("`{}` {}", flow.path, flow.signal)).collect();
    each.join(", ")
}

/// A layer run again on another input. Blocks have shapes of their own inside: they take the input
/// that they took first.
fn shared(
    target: &PlannedLayer,
    input: &Flow,
    path: &str,
    span: Span,
) -> Result<(Vec<PlannedLayer>, Signal), Refused> {
    let to = join(path, &target.name);
    let mut layer = again(target, &target.path, &to);
    layer.sources.inputs = vec![input.path.clone()];
    let fits = input.signal == target.input || {
        let flexible = matches!(target.kind, LayerKind::Linear { .. } | LayerKind::Conv(_));
        flexible
            && shape::output(&target.kind, &input.signal).is_ok_and(|output| {
                layer.output = output;
                parameter_count(&target.kind, &input.signal) == target.parameters
            })
    };
    if !fits {
        let message = format!(
            "`{path}` uses the weights of `{}`, which takes {}, but gets {}",
            target.path, target.input, input.signal
        );
        return Err(Box::new(
            Diagnostic::new(Code::SHAPE_MISMATCH, message, span, format!("gets {}", input.signal))
                .also(target.span, format!("takes {}", target.input))
                .help("give both the same shape"),
        ));
    }
    layer.input = input.signal.clone();
    let output = layer.output.clone();
    Ok((vec![layer], output))
}

/// A layer without weights of its own has nothing to freeze and nothing to penalize.
fn check_attributes(spec: &LayerSpec, path: &str, parameters: usize) -> Result<(), Refused> {
    let penalized = spec.attributes.regularization.as_ref().map(|own| (own.span, "regularization"));
    let frozen = spec.attributes.frozen.map(|span| (span, "frozen"));
    let Some((span, key)) = frozen.or(penalized).filter(|_| parameters == 0) else {
        return Ok(());
    };
    let error = Diagnostic::new(
        Code::NO_WEIGHTS,
        format!("`{key}` is of weights, and `{path}` owns none"),
        span,
        "has no effect here",
    );
    Err(Box::new(error.help(match &spec.kind {
        LayerKind::Shared { layer } => {
            format!("write it at `{}`, whose weights these are", layer.value)
        }
        _ => format!("remove `{key}`"),
    })))
}
