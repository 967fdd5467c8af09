//! A writer for reporters that outlives its reader.

use std::io::Write;

/// Writes lines until the reader is gone (`cargo nn-test | head`), then goes silent instead of
/// panicking, and says so.
#[derive(Debug)]
pub(super) struct Output<W> {
    writer: W,
    closed: bool,
}

impl<W: Write> Output<W> {
    pub(super) fn new(writer: W) -> Self {
        Self { writer, closed: false }
    }

    /// Writes `text` and a line end at once, so that lines of two streams never mix.
    pub(super) fn line(&mut self, text: &str) {
        if self.closed {
            return;
        }
        let written = self.writer.write_all(format!("{text}\n").as_bytes());
        self.closed = written.and_then(|()| self.writer.flush()).is_err();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    #[cfg(test)]
    pub(super) fn writer(&self) -> &W {
        &self.writer
    }
}

#[cfg(test)]
mod tests {
    use std::io;

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
