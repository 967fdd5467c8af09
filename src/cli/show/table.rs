//! A model as a table.

use super::model::{ShownKind, ShownLayer, ShownModel};
use crate::report::heading;
use crate::runner::size_text;

/// The columns; the first ones hold text and begin at the left, the others numbers.
const COLUMNS: [&str; 6] =
    ["layer", "kind", "output", "parameters", "multiply-adds", "activations"];
const TEXTS: usize = 3;

type Row = [String; COLUMNS.len()];

/// The whole table, with the totals in its last line.
pub(super) fn table(model: &ShownModel) -> String {
    let input = match &model.input {
        Some(input) => format!("input {input}"),
        None => "batches of the model's own".to_owned(),
    };
    let head = format!("{}: {}, {input}\n", heading(&model.name), model.task);
    match &model.model {
        ShownKind::Rust { name } => head + &of_rust(name, &model.name),
        ShownKind::Layers {
            inputs, layers, parameters, multiply_adds, activation_bytes, ..
        } => {
            let mut rows = vec![COLUMNS.map(str::to_owned)];
            collect(layers, &mut rows);
            let numbers = [*parameters, *multiply_adds, *activation_bytes];
            rows.push(row(["total", "", ""], numbers));
            let mut notes = String::new();
            for input in inputs {
                notes.push_str(&format!("  input {} {}\n", input.name, input.shape));
            }
            wires(layers, &mut notes);
            notes.push_str("  multiply-adds and activations (in f32) are those of one example\n");
            head + &aligned(&rows) + &notes
        }
    }
}

fn of_rust(name: &str, spec: &str) -> String {
    format!(
        "  Rust model `{name}`: its layers are known where it is registered;\n  \
         `cargo nn-test {spec}::shapes` runs it once and records them in the snapshot `shapes`\n"
    )
}

/// Containers before their contents.
fn collect(layers: &[ShownLayer], rows: &mut Vec<Row>) {
    for layer in layers {
        let numbers = [layer.parameters, layer.multiply_adds, layer.activation_bytes];
        rows.push(row([&layer.path, &layer.kind, &layer.output], numbers));
        collect(&layer.layers, rows);
    }
}

/// What the order of the rows does not show.
fn wires(layers: &[ShownLayer], notes: &mut String) {
    for layer in layers {
        if let Some(weights) = &layer.weights_of {
            notes.push_str(&format!("  {} uses the weights of {weights}\n", layer.path));
        }
        if !layer.from.is_empty() {
            notes.push_str(&format!("  {} reads {}\n", layer.path, layer.from.join(", ")));
        }
        if layer.frozen && layer.layers.is_empty() {
            notes.push_str(&format!("  {} is frozen\n", layer.path));
        }
        // What is run again reads as the layer does whose weights these are.
        if layer.weights_of.is_none() {
            wires(&layer.layers, notes);
        }
    }
}

/// What is 0 is left out, so that what counts is seen.
fn row(texts: [&str; TEXTS], [parameters, multiply_adds, bytes]: [usize; 3]) -> Row {
    let [name, kind, output] = texts.map(str::to_owned);
    let number = |number: usize| if number > 0 { number.to_string() } else { String::new() };
    [name, kind, output, number(parameters), number(multiply_adds), size_text(bytes as u64)]
}

fn aligned(rows: &[Row]) -> String {
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..COLUMNS.len()).map(width).collect();
    let line = |row: &Row| {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            if column < TEXTS { format!("{cell:width$}") } else { format!("{cell:>width$}") }
        });
        format!("  {}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;

    use super::super::model::tests::{declared, rust};
    use super::*;

    fn plain(model: &ShownModel) -> String {
        strip_str(&table(model)).to_string()
    }

    #[test]
    fn layers_stand_below_each_other_with_their_totals_in_the_last_line() {
        let model = declared("[linear: 300, residual: [linear: 300, relu], linear: 1]", &[4]);
        assert_eq!(
            plain(&model),
            "net: regression, input [4]
  layer              kind      output  parameters  multiply-adds  activations
  linear1            linear    [300]         1500           1200      1.1 KiB
  residual1          residual  [300]        90300          90000      1.1 KiB
  residual1.linear1  linear    [300]        90300          90000      1.1 KiB
  residual1.relu1    relu      [300]                                  1.1 KiB
  linear2            linear    [1]            301            300          4 B
  total                                     92101          91500      4.6 KiB
  multiply-adds and activations (in f32) are those of one example
"
        );
    }

    #[test]
    fn of_a_rust_model_is_said_how_to_see_more() {
        let text = plain(&rust());
        assert!(text.starts_with("net: objective, batches of the model's own\n"), "{text}");
        assert!(text.contains("Rust model `a \"b\"`") && text.contains("net::shapes"), "{text}");
    }
}
