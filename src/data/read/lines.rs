//! Text that is read in a stream: where its lines begin, and how long they may be.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

/// The longest row or line: 16 MiB. What is longer is a quote that is never closed, or another
/// format.
pub(in crate::data) const LONGEST: usize = 1 << 24;

/// Passes bytes on and remembers where lines begin, for a reader that knows only offsets.
#[derive(Debug)]
pub(in crate::data) struct Lines<R> {
    inner: R,
    /// A byte order mark is passed over.
    started: bool,
    begun: Rc<RefCell<Begun>>,
}

/// Where lines begin that hold something.
#[derive(Debug, Default)]
pub(in crate::data) struct Begun {
    /// Offset and number of each, as far as they have been read and not yet been asked for.
    lines: VecDeque<(u64, usize)>,
    /// How many bytes have been passed on.
    offset: u64,
    /// Of the next byte, counted from 0.
    line: usize,
    inside: bool,
    /// Where the row that is being read began.
    row: u64,
}

impl Begun {
    /// The number of the line in which a row begins that stands at `offset` or, after empty lines,
    /// behind it.
    pub(in crate::data) fn line_at(&mut self, offset: u64) -> usize {
        while self.lines.front().is_some_and(|(begin, _)| *begin < offset) {
            self.lines.pop_front();
        }
        self.row = self.offset;
        self.lines.front().map_or(self.line, |(_, line)| *line) + 1
    }

    fn pass(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let ends = matches!(byte, b'\r' | b'\n');
            if !ends && !self.inside {
                self.lines.push_back((self.offset, self.line));
            }
            self.inside = !ends;
            self.line += usize::from(*byte == b'\n');
            self.offset += 1;
        }
    }
}

impl<R: Read> Lines<R> {
    pub(in crate::data) fn new(inner: R) -> (Self, Rc<RefCell<Begun>>) {
        let begun = Rc::new(RefCell::new(Begun::default()));
        (Self { inner, started: false, begun: Rc::clone(&begun) }, begun)
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut count = self.inner.read(buffer)?;
        if !self.started && count > 0 {
            self.started = true;
            // Files give more than three bytes at once.
            if buffer[..count].starts_with(b"\xef\xbb\xbf") {
                buffer.copy_within(3..count, 0);
                count -= 3;
                if count == 0 {
                    count = self.inner.read(buffer)?;
                }
            }
        }
        let mut begun = self.begun.borrow_mut();
        begun.pass(&buffer[..count]);
        if begun.offset - begun.row > LONGEST as u64 {
            return Err(too_long());
        }
        Ok(count)
    }
}

/// The next line without its end, or `None` after the last one.
///
/// # Errors
///
/// Those of the reader, and a line longer than [`LONGEST`].
pub(in crate::data) fn next_line(
    reader: &mut impl BufRead,
    line: &mut Vec<u8>,
) -> io::Result<bool> {
    line.clear();
    let read = reader.by_ref().take(LONGEST as u64 + 1).read_until(b'\n', line)?;
    if line.len() > LONGEST {
        return Err(too_long());
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(read > 0)
}

fn too_long() -> io::Error {
    let mebibytes = LONGEST >> 20;
    io::Error::new(io::ErrorKind::InvalidData, format!("a row is longer than {mebibytes} MiB"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_end_is_refused_in_bounded_memory() {
        let mut reader = io::BufReader::new(io::repeat(b'x'));
        let mut line = Vec::new();
        let error = next_line(&mut reader, &mut line).unwrap_err();
        assert_eq!(error.to_string(), "a row is longer than 16 MiB");
        assert!(line.capacity() <= 4 * LONGEST);
    }

    #[test]
    fn ends_of_lines_are_taken_off() {
        let mut reader: &[u8] = b"a\r\n\nb";
        let mut lines = Vec::new();
        let mut line = Vec::new();
        while next_line(&mut reader, &mut line).unwrap() {
            lines.push(String::from_utf8(line.clone()).unwrap());
        }
        assert_eq!(lines, ["a", "", "b"]);
    }
}
