//! A writer for reporters that outlives its reader.

use std::io::{self, Write};

/// Writes lines until the reader is gone (`cargo nn-test | head`), then goes silent instead of
/// panicking, and says so.
#[derive(Debug)]
pub(super) struct Output<W> {
    writer: W,
    /// Why nothing more is written.
    error: Option<io::Error>,
}

impl<W: Write> Output<W> {
    pub(super) fn new(writer: W) -> Self {
        Self { writer, error: None }
    }

    /// Writes `text` and a line end at once, so that lines of two streams never mix.
    pub(super) fn line(&mut self, text: &str) {
        if self.is_closed() {
            return;
        }
        let written = self.writer.write_all(format!("{text}\n").as_bytes());
        self.error = written.and_then(|()| self.writer.flush()).err();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.error.is_some()
    }

    /// What went wrong, at the end.
    pub(super) fn into_error(self) -> Option<io::Error> {
        self.error
    }

    #[cfg(test)]
    pub(super) fn writer(&self) -> &W {
        &self.writer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct ClosedPipe;

    impl Write for ClosedPipe {
        fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_is_noticed_and_does_not_panic() {
        let mut output = Output::new(ClosedPipe);
        assert!(!output.is_closed());
        output.line("first");
        output.line("second");
        assert!(output.is_closed());
        assert_eq!(output.into_error().unwrap().kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn an_open_writer_gets_every_line() {
        let mut output = Output::new(Vec::new());
        output.line("first");
        output.line("second");
        assert_eq!(output.writer(), b"first\nsecond\n");
        assert!(!output.is_closed());
    }
}
