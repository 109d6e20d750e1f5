//! Why a file was refused: one row a reason.

use super::Out;
use super::table::{Grid, left, words};
use crate::client::Reason;
use crate::error::Error;

/// Prints the reasons as `CODE  PLACE  FIELD  MESSAGE`, place as `path:line`.
pub fn print(out: Out<'_>, reasons: &[Reason]) -> Result<(), Error> {
    let mut grid = Grid::new(&[left("CODE"), left("PLACE"), left("FIELD"), words("MESSAGE")]);
    for reason in reasons {
        let place = reason.place();
        grid.row([&reason.code, &place, reason.field.as_deref().unwrap_or_default(), &reason.message]);
    }
    grid.print(out, "no reason given")
}
