//! Which faults can be planted into the tensors of a Rust model: its layers are not declared, and a run of
//! it as it is shows what they own.

use crate::report::event::SeenTensor;
use crate::spec::{Fault, Spec};

/// The faults of single tensors and of the modules that own them, in the model's own order.
pub fn faults_of_tensors(spec: &Spec, tensors: &[SeenTensor]) -> Vec<Fault> {
    let trained: Vec<&SeenTensor> = tensors.iter().filter(|tensor| tensor.trained).collect();
    let modules: Vec<&[&SeenTensor]> =
        trained.chunk_by(|one, other| module(one) == module(other)).collect();
    let clips = spec.training.clipping.is_some();
    let of_module = |(number, tensors): (usize, &&[&SeenTensor])| {
        of_module(tensors, number + 1 == modules.len(), clips)
    };
    modules.iter().enumerate().flat_map(of_module).collect()
}

/// The path of what owns a tensor; none for a tensor of the model itself.
fn module(tensor: &SeenTensor) -> Option<&str> {
    tensor.path.rsplit_once('.').map(|(module, _)| module)
}

fn of_module(tensors: &[&SeenTensor], is_last: bool, clips: bool) -> Vec<Fault> {
    let weight = tensors.iter().rev().max_by_key(|tensor| tensor.axes);
    let gradient =
        weight.map(|tensor| Fault::ScaleGradient { tensor: tensor.path.clone(), factor: 0.5 });
    let Some(path) = tensors.first().and_then(|tensor| module(tensor)) else {
        return gradient.into_iter().collect();
    };
    let (layer, mut faults) = (|| path.to_owned(), Vec::new());
    // Units that start alike are copies of each other; heads of one output may.
    if !is_last && weight.is_some_and(|tensor| tensor.axes > 1) {
        faults.push(Fault::ConstantWeights { layer: layer(), value: 0.01 });
    }
    if tensors.iter().any(|tensor| ["bias", "beta"].contains(&name(tensor))) {
        faults.push(Fault::DropBias(layer()));
    }
    faults.push(Fault::FreezeLayer(layer()));
    faults.extend(gradient);
    faults.push(Fault::ScaleStep { layer: layer(), factor: 0.5 });
    faults.extend(clips.then(|| Fault::SkipClipping(layer())));
    faults
}

fn name(tensor: &SeenTensor) -> &str {
    tensor.path.rsplit('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::title;
    use super::*;
    use crate::spec::{Source, parse};

    fn titles(clipping: &str) -> Vec<String> {
        let text = format!(
            "version: 1\nname: net\ntask: objective\nmodel: {{rust: net}}\n\
             training: {{optimizer: sgd{clipping}}}\n"
        );
        let spec = parse(Source::new("net.yaml", text)).unwrap();
        let tensor =
            |path: &str, axes, trained| SeenTensor { path: path.to_owned(), axes, trained };
        let tensors = [
            tensor("scale", 1, true),
            tensor("norm.gamma", 1, true),
            tensor("norm.beta", 1, true),
            tensor("norm.running_mean", 1, false),
            tensor("blocks.0.query.weight", 2, true),
            tensor("blocks.0.query.bias", 1, true),
            tensor("table.weight", 2, false),
            tensor("head.weight", 2, true),
        ];
        faults_of_tensors(&spec, &tensors).iter().map(title).collect()
    }

    #[test]
    fn what_owns_trained_tensors_has_faults_and_what_is_held_has_none() {
        let due = [
            "scale_gradient=scale:0.5",
            "drop_bias=norm",
            "freeze_layer=norm",
            "scale_gradient=norm.gamma:0.5",
            "scale_step=norm:0.5",
            "constant_weights=blocks.0.query:0.01",
            "drop_bias=blocks.0.query",
            "freeze_layer=blocks.0.query",
            "scale_gradient=blocks.0.query.weight:0.5",
            "scale_step=blocks.0.query:0.5",
            "freeze_layer=head",
            "scale_gradient=head.weight:0.5",
            "scale_step=head:0.5",
        ];
        assert_eq!(titles(""), due);
        let clipped = titles(", clipping: {global_norm: 1}");
        assert!(clipped.contains(&"skip_clipping=head".to_owned()), "{clipped:?}");
        assert_eq!(clipped.len(), due.len() + 3);
    }
}
