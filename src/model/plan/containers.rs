//! Containers: rows of layers as one layer.

use super::PlannedLayer;
use super::Sources;
use super::planner::{Inherited, Planner, Refused, refused};
use super::scope::Flow;
use crate::model::shape::{self, Signal};
use crate::spec::{Code, Diagnostic, LayerKind, LayerSpec, Span, join};

impl Planner {
    /// The contents of a container, and its output.
    pub(super) fn container(
        &mut self,
        spec: &LayerSpec,
        input: Flow,
        path: &str,
        inherited: Inherited,
    ) -> Result<(Vec<PlannedLayer>, Signal), Refused> {
        match &spec.kind {
            LayerKind::Residual { layers } => {
                let (inner, output) = self.row(layers, input.clone(), path, inherited)?;
                residual(inner, &input.signal, &output.signal, path, spec.span)
            }
            LayerKind::Repeat { times, layers } => {
                let mut flow = input;
                let mut inner = Vec::new();
                for time in 1..=*times {
                    let row = self.numbered(time, layers, flow, path, spec.span, inherited)?;
                    flow = Flow { path: row.path.clone(), signal: row.output.clone() };
                    inner.push(row);
                }
                Ok((inner, flow.signal))
            }
            LayerKind::Parallel { branches, merge } => {
                let mut inner = Vec::with_capacity(branches.len());
                for (row, number) in branches.iter().zip(1..) {
                    inner.push(self.numbered(
                        number,
                        row,
                        input.clone(),
                        path,
                        spec.span,
                        inherited,
                    )?);
                }
                let signals: Vec<&Signal> = inner.iter().map(|row| &row.output).collect();
                let output = shape::joined(*merge, &signals).map_err(|error| {
                    let given: Vec<String> = signals.iter().map(ToString::to_string).collect();
                    refused(path, error, spec.span, &given.join(", "))
                })?;
                Ok((inner, output))
            }
            _ => {
                let layers = spec.contents().into_iter().next().unwrap_or_default();
                let (inner, output) = self.row(layers, input, path, inherited)?;
                Ok((inner, output.signal))
            }
        }
    }

    /// A row that has a number for its name.
    fn numbered(
        &mut self,
        number: usize,
        layers: &[LayerSpec],
        input: Flow,
        container: &str,
        span: Span,
        inherited: Inherited,
    ) -> Result<PlannedLayer, Refused> {
        let name = number.to_string();
        let path = join(container, &name);
        let (inner, output) = self.row(layers, input.clone(), &path, inherited)?;
        let row = PlannedLayer {
            name,
            path,
            kind: LayerKind::Sequential { layers: layers.to_vec() },
            span,
            sources: Sources { inputs: vec![input.path], ..Sources::default() },
            input: input.signal,
            output: output.signal,
            context: None,
            parameters: inner.iter().fold(0, |sum, layer| sum.saturating_add(layer.parameters)),
            frozen: inherited.frozen,
            regularization: inherited.regularization,
            inner,
        };
        self.finish(&row)?;
        Ok(row)
    }
}

fn residual(
    inner: Vec<PlannedLayer>,
    input: &Signal,
    output: &Signal,
    path: &str,
    span: Span,
) -> Result<(Vec<PlannedLayer>, Signal), Refused> {
    if output == input && matches!(output, Signal::Float(_)) {
        return Ok((inner, output.clone()));
    }
    let message = format!("`{path}` adds its input to its output, but {input} is not {output}");
    let mut diagnostic =
        Diagnostic::new(Code::SHAPE_MISMATCH, message, span, format!("its input is {input}"))
            .help("let the last inner layer give the shape that the residual gets");
    if let Some(last) = inner.last() {
        diagnostic = diagnostic.also(last.span, format!("gives {output}"));
    }
    Err(Box::new(diagnostic))
}
