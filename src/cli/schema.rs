//! `cargo nn-test schema`: the JSON Schema of specs.

use std::io::Write;

use super::Error;
use crate::schema;

pub(super) fn execute(output: &mut impl Write) -> Result<(), Error> {
    output.write_all(schema::text().as_bytes())?;
    Ok(())
}
