//! Planted faults that leave layers out of a declared model.

use crate::spec::{
    Code, Diagnostic, Fault, LayerKind, LayerNames, LayerSpec, ModelSpec, Spanned, Spec, join,
};

/// Edits the spec's model. What then does not fit together is refused as any such model is.
///
/// # Errors
///
/// When no layer is left.
pub fn plant(spec: &mut Spec) -> Result<(), Box<Diagnostic>> {
    let ModelSpec::Declared(model) = &mut spec.model else { return Ok(()) };
    for fault in &spec.faults {
        let Fault::DropLayer(layer) = &fault.value else { continue };
        drop_layer(&mut model.layers, layer, "");
        if model.layers.is_empty() {
            let message = "without this layer nothing is left of the model";
            let code = Code::FAULT_WITHOUT_EFFECT;
            return Err(Box::new(Diagnostic::new(code, message, fault.span, "the only one")));
        }
    }
    Ok(())
}

/// Removes the layers of this name or path. All others keep the names that they had, and a container
/// that holds nothing any more goes with its contents.
fn drop_layer(layers: &mut Vec<LayerSpec>, wanted: &str, path: &str) {
    let names: Vec<String> = {
        let mut names = LayerNames::new(layers);
        layers.iter().map(|layer| names.next(layer)).collect()
    };
    let before = layers.len();
    let mut kept = Vec::new();
    let mut named = names.into_iter();
    layers.retain_mut(|layer| {
        let name = named.next().expect("every layer has a name");
        let own = join(path, &name);
        if name == wanted || own == wanted {
            return false;
        }
        let had_contents = !layer.contents().is_empty();
        for (contents, inside) in contents(&mut layer.kind, &own, wanted) {
            drop_layer(contents, wanted, &inside);
        }
        let stays = !had_contents || layer.contents().iter().all(|row| !row.is_empty());
        if stays {
            kept.push(name);
        }
        stays
    });
    if layers.len() < before {
        for (layer, name) in layers.iter_mut().zip(kept) {
            layer.name.get_or_insert_with(|| Spanned::new(name, layer.span));
        }
    }
}

/// The lists of layers inside a container with the paths in which their layers stand. What is repeated
/// is one list, which is meant by the number of any time.
fn contents<'a>(
    kind: &'a mut LayerKind,
    path: &str,
    wanted: &str,
) -> Vec<(&'a mut Vec<LayerSpec>, String)> {
    match kind {
        LayerKind::Residual { layers } | LayerKind::Sequential { layers } => {
            vec![(layers, path.to_owned())]
        }
        LayerKind::Repeat { layers, .. } => {
            let inside = wanted.strip_prefix(path).and_then(|rest| rest.strip_prefix('.'));
            let time = inside.and_then(|rest| rest.split('.').next()).unwrap_or("1");
            vec![(layers, join(path, time))]
        }
        LayerKind::Parallel { branches, .. } => {
            let numbered = branches.iter_mut().zip(1..);
            numbered.map(|(row, number)| (row, join(path, &number.to_string()))).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Source, layer_paths, parse};

    /// Paths of the layers that are left.
    fn left(layers: &str, dropped: &str) -> Vec<String> {
        let text = format!(
            "version: 1\nname: faulty\ntask: regression\ndata: linear_regression\n\
             model: {{layers: {layers}}}\nfaults: [drop_layer: {dropped}]\n"
        );
        let mut spec = parse(Source::new("faulty.yaml", text)).unwrap();
        plant(&mut spec).unwrap();
        layer_paths(spec.layers(), "")
    }

    #[test]
    fn a_layer_is_left_out_and_the_others_keep_their_names() {
        let layers = "[linear: 4, relu, linear: 4, relu, linear: 1]";
        assert_eq!(left(layers, "relu1"), ["linear1", "linear2", "relu2", "linear3"]);
        assert_eq!(left(layers, "linear2"), ["linear1", "relu1", "relu2", "linear3"]);
    }

    #[test]
    fn a_layer_inside_a_container_is_found_by_name_and_path() {
        let layers = "[residual: [linear: 4, tanh], repeat: {times: 2, layers: [linear: 4, relu]}]";
        let repeated = "[repeat: {times: 2, layers: [linear: 4, relu]}, linear: 1]";
        assert_eq!(
            left(layers, "residual1.tanh1")[..2],
            ["residual1".to_owned(), "residual1.linear1".to_owned()]
        );
        assert_eq!(
            left(repeated, "repeat1.1.relu1"),
            ["repeat1", "repeat1.1.linear1", "repeat1.2.linear1", "linear1"]
        );
        assert_eq!(left(repeated, "repeat1.2.relu1"), left(repeated, "relu1"));
        assert_eq!(left("[residual: [relu], linear: 1]", "relu1"), ["linear1"]);
    }
}
