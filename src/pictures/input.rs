//! An input, or numbers of its shape, as a small picture.

use super::bitmap::{Bitmap, Palette};
use super::number::tidy;
use super::sheet::Content;
use crate::experiment::{Form, ShownAnswer};

/// Lines of a sequence that can be told apart.
pub const LINES: usize = 6;
/// Letters on a line of tokens, and lines.
const LETTERS: usize = 20;
const WORDS: usize = 6;

/// An input; its colours or heights go from the lowest to the highest of all inputs, so that pictures can
/// be compared.
pub fn content(form: Form, numbers: &[f64], range: [f64; 2]) -> Content {
    match form {
        Form::Image { channels: 3, width, .. } => {
            Content::Pixels(Bitmap::of_planes(numbers, width, range))
        }
        Form::Image { height, width, .. } => {
            let first = &numbers[..(height * width).min(numbers.len())];
            Content::Pixels(Bitmap::of(first, width, Palette::Grey, range))
        }
        Form::Sequence { features, .. } => {
            let line = |feature| numbers.iter().skip(feature).step_by(features).copied().collect();
            Content::Lines((0..features.min(LINES)).map(line).collect(), range)
        }
        Form::Row { .. } => Content::Lines(vec![numbers.to_vec()], range),
        Form::Tokens { .. } => Content::Words(words(numbers)),
    }
}

/// Sizes of the numbers of an input, place by place: the largest of the channels of a pixel (K. Simonyan,
/// A. Vedaldi and A. Zisserman, "Deep Inside Convolutional Networks", 2014).
pub fn sizes(form: Form, numbers: &[f64]) -> Content {
    let (values, width) = match form {
        Form::Image { height, width, .. } => {
            let area = (height * width).max(1);
            let largest =
                |at: usize| numbers.iter().skip(at).step_by(area).copied().fold(0.0, f64::max);
            ((0..area).map(largest).collect(), width)
        }
        Form::Sequence { length, features } => {
            // Features below each other, time to the right.
            let at = |row: usize, step: usize| numbers.get(step * features + row).copied();
            let rows = (0..features).flat_map(|row| (0..length).map(move |step| (row, step)));
            (rows.filter_map(|(row, step)| at(row, step)).collect(), length)
        }
        Form::Row { .. } | Form::Tokens { .. } => (numbers.to_vec(), numbers.len()),
    };
    let range = Palette::Heat.range(&values);
    Content::Pixels(Bitmap::of(&values, width, Palette::Heat, range))
}

fn words(tokens: &[f64]) -> Vec<String> {
    let mut lines = vec![String::new()];
    for token in tokens {
        let token = format!("{token:.0}");
        let line = lines.last_mut().expect("there is a line");
        if line.len() + token.len() < LETTERS {
            line.push_str(&token);
            line.push(' ');
        } else if lines.len() == WORDS {
            lines[WORDS - 1].push('…');
            break;
        } else {
            lines.push(format!("{token} "));
        }
    }
    lines
}

/// What a target or an answer is in one line.
pub fn said(answer: &ShownAnswer) -> String {
    match answer {
        ShownAnswer::Names(names) if names.is_empty() => "none".to_owned(),
        ShownAnswer::Names(names) => names.join(" "),
        ShownAnswer::Numbers { first, count } => {
            let numbers: Vec<String> = first.iter().copied().map(tidy).collect();
            let more = if *count > first.len() { " …" } else { "" };
            format!("{}{more}", numbers.join(" "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_has_a_line_for_each_feature() {
        let form = Form::Sequence { length: 3, features: 2 };
        let content = content(form, &[1.0, 10.0, 2.0, 20.0, 3.0, 30.0], [0.0, 30.0]);
        let Content::Lines(lines, _) = content else { panic!("{content:?}") };
        assert_eq!(lines, [[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]);
    }

    #[test]
    fn answers_are_one_line() {
        assert_eq!(said(&ShownAnswer::numbers(&[0.5, 2.0])), "0.5 2");
        assert_eq!(said(&ShownAnswer::numbers(&[1.0, 2.0, 3.0, 4.0, 5.0])), "1 2 3 4 …");
        assert_eq!(said(&ShownAnswer::Names(Vec::new())), "none");
    }

    #[test]
    fn tokens_are_words_of_a_few_lines() {
        let lines = words(&(0..200).map(f64::from).collect::<Vec<_>>());
        assert_eq!(lines.len(), WORDS);
        assert!(lines[0].starts_with("0 1 2") && lines[WORDS - 1].ends_with('…'), "{lines:?}");
    }
}
