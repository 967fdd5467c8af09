//! Text into tokens: characters or words, numbered in their own order.

use std::collections::BTreeMap;
use std::io::Read;

use super::kept::{Keep, Kept};
use super::lines::LONGEST;
use crate::data::raw::{Raw, Rows};
use crate::data::{DataError, InputKind, Targets};
use crate::spec::{Symbols, TextSource};

/// Stands behind the end of a text that is shorter than the others.
const PADDING: &str = "<padding>";
/// Stands for symbols that are too rare to learn.
const UNKNOWN: &str = "<unknown>";

/// Cuts text into pieces of `length + 1` symbols, in a stream: with `lines` the beginning of each
/// line, else one piece behind the other. What is left at the end, too short for a piece, is left
/// out. Words of a piece are separated by single spaces.
///
/// # Errors
///
/// Text that is not UTF-8, a word without end, and more than may be kept.
pub(in crate::data) fn pieces(
    mut source: impl Read,
    text: &TextSource,
    keep: Keep,
) -> Result<Vec<Box<str>>, DataError> {
    let mut cutter = Cutter::new(text, keep);
    let mut buffer = vec![0; 1 << 16];
    // Bytes of a character whose end has not been read yet.
    let mut left = 0;
    let mut line = 1;
    let malformed = |reason: String| DataError::Malformed {
        file: None,
        reason,
        mend: "give a file of UTF-8 text",
    };
    loop {
        let read =
            source.read(&mut buffer[left..]).map_err(|error| malformed(error.to_string()))?;
        let bytes = &buffer[..left + read];
        let valid = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) if error.error_len().is_some() || read == 0 => {
                let before = &bytes[..error.valid_up_to()];
                let line = line + before.iter().filter(|&&byte| byte == b'\n').count();
                return Err(DataError::NotUtf8 { line });
            }
            Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
        };
        for symbol in valid.chars() {
            line += usize::from(symbol == '\n');
            cutter.push(symbol)?;
        }
        let (from, to) = (valid.len(), left + read);
        buffer.copy_within(from..to, 0);
        left = to - from;
        if read == 0 {
            break;
        }
    }
    cutter.finish()
}

/// Cuts characters as they come.
struct Cutter {
    symbols: Symbols,
    lines: bool,
    needed: usize,
    kept: Kept<Box<str>>,
    piece: String,
    count: usize,
    word: String,
    /// Of the whole text.
    total: usize,
}

impl Cutter {
    fn new(text: &TextSource, keep: Keep) -> Self {
        Self {
            symbols: text.symbols,
            lines: text.lines,
            needed: text.length.saturating_add(1),
            kept: Kept::new(keep),
            piece: String::new(),
            count: 0,
            word: String::new(),
            total: 0,
        }
    }

    fn push(&mut self, character: char) -> Result<(), DataError> {
        // A byte order mark is no part of the text, and a carriage return is one of its line's end.
        if matches!(character, '\u{feff}' | '\r') {
            return Ok(());
        }
        let ends_line = self.lines && character == '\n';
        match self.symbols {
            Symbols::Char if ends_line => {}
            Symbols::Char => self.symbol(character.encode_utf8(&mut [0; 4]))?,
            Symbols::Word if character.is_whitespace() => self.end_word()?,
            Symbols::Word => self.word.push(character),
        }
        if self.word.len() > LONGEST {
            return Err(DataError::Malformed {
                file: None,
                reason: "a word is longer than 16 MiB".into(),
                mend: "write `vocabulary: char`, or separate the words by spaces",
            });
        }
        if ends_line { self.end_line() } else { Ok(()) }
    }

    fn end_word(&mut self) -> Result<(), DataError> {
        if self.word.is_empty() {
            return Ok(());
        }
        let word = std::mem::take(&mut self.word);
        self.symbol(&word)
    }

    fn symbol(&mut self, symbol: &str) -> Result<(), DataError> {
        self.total += 1;
        if self.count == self.needed {
            // The rest of a line that is longer than an example.
            return Ok(());
        }
        if self.count > 0 && self.symbols == Symbols::Word {
            self.piece.push(' ');
        }
        self.piece.push_str(symbol);
        self.count += 1;
        if self.count == self.needed && !self.lines { self.end_piece() } else { Ok(()) }
    }

    fn end_line(&mut self) -> Result<(), DataError> {
        // One symbol has none behind it to tell.
        if self.count > 1 {
            return self.end_piece();
        }
        self.piece.clear();
        self.count = 0;
        Ok(())
    }

    fn end_piece(&mut self) -> Result<(), DataError> {
        let piece: Box<str> = std::mem::take(&mut self.piece).into();
        self.count = 0;
        self.kept.offer(|| {
            let bytes = piece.len();
            Ok((piece, bytes))
        })
    }

    fn finish(mut self) -> Result<Vec<Box<str>>, DataError> {
        self.end_word()?;
        if self.lines {
            self.end_line()?;
        }
        let unit = match self.symbols {
            Symbols::Char => "characters",
            Symbols::Word => "words",
        };
        let (symbols, needed) = (self.total, if self.lines { 2 } else { self.needed });
        let pieces = self.kept.finish();
        if pieces.is_empty() {
            return Err(DataError::TextTooShort { symbols, needed, unit });
        }
        Ok(pieces)
    }
}

/// Numbers for symbols.
#[derive(Debug)]
pub(in crate::data) struct Vocabulary {
    symbols: Symbols,
    tokens: BTreeMap<String, usize>,
    /// In the order of their numbers.
    names: Vec<String>,
    unknown: Option<usize>,
}

impl Vocabulary {
    /// Numbers the symbols of these texts in the order of their code points, behind one token for
    /// padding, where some is needed, and one for all symbols that come fewer than
    /// `minimum_count` times, where that is more than 1.
    fn new<'a>(
        texts: impl Iterator<Item = &'a str>,
        symbols: Symbols,
        minimum_count: usize,
        padding: bool,
    ) -> Self {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for text in texts {
            for symbol in split(text, symbols) {
                match counts.get_mut(symbol) {
                    Some(count) => *count += 1,
                    None => drop(counts.insert(symbol.to_owned(), 1)),
                }
            }
        }
        let mut names: Vec<String> = padding.then(|| PADDING.to_owned()).into_iter().collect();
        let unknown = (minimum_count > 1).then_some(names.len());
        names.extend(unknown.map(|_| UNKNOWN.to_owned()));
        let first = names.len();
        counts.retain(|_, count| *count >= minimum_count);
        let tokens: BTreeMap<String, usize> =
            counts.into_keys().enumerate().map(|(index, symbol)| (symbol, first + index)).collect();
        names.extend(tokens.keys().map(|symbol| symbol.escape_debug().to_string()));
        Self { symbols, tokens, names, unknown }
    }

    /// The tokens of a text; a symbol that is too rare is the unknown one.
    fn tokens<'a>(&'a self, text: &'a str) -> impl Iterator<Item = usize> + 'a {
        split(text, self.symbols)
            .filter_map(|symbol| self.tokens.get(symbol).copied().or(self.unknown))
    }
}

fn split(text: &str, symbols: Symbols) -> Box<dyn Iterator<Item = &str> + '_> {
    match symbols {
        Symbols::Word => Box::new(text.split_whitespace()),
        Symbols::Char => Box::new(
            text.char_indices()
                .map(|(begin, character)| &text[begin..begin + character.len_utf8()]),
        ),
    }
}

/// Examples of which every token is followed by the one to tell: inputs are the first `length`
/// tokens of a piece, the class at each place is the token behind it. Behind the end of a line
/// there is none.
pub(in crate::data) fn next_tokens(pieces: &[Box<str>], text: &TextSource) -> Raw {
    let texts = pieces.iter().map(|piece| &**piece);
    let vocabulary = Vocabulary::new(texts, text.symbols, text.minimum_count, text.lines);
    let mut inputs = Vec::new();
    let mut classes = Vec::new();
    for piece in pieces {
        let tokens: Vec<usize> = vocabulary.tokens(piece).collect();
        for place in 0..text.length {
            // Padding is token 0, and is only there with lines.
            let token = if place + 1 < tokens.len() { tokens[place] } else { 0 };
            inputs.push(token as f64);
            classes.push(tokens.get(place + 1).copied());
        }
    }
    Raw {
        inputs,
        targets: Targets::Places { classes, shape: vec![text.length] },
        input: InputKind::Tokens { vocabulary: vocabulary.names.len() },
        classes: vocabulary.names,
        shape: vec![text.length],
        rows: Rows::default(),
    }
}

/// The first `length` tokens of each text, padded behind; and how many different tokens there are.
pub(in crate::data) fn padded<'a>(
    texts: impl Iterator<Item = &'a str> + Clone,
    text: &TextSource,
) -> (Vec<f64>, usize) {
    let vocabulary = Vocabulary::new(texts.clone(), text.symbols, text.minimum_count, true);
    let padding = std::iter::repeat(0);
    let tokens =
        texts.flat_map(|one| vocabulary.tokens(one).chain(padding.clone()).take(text.length));
    (tokens.map(|token| token as f64).collect(), vocabulary.names.len())
}
