//! Where an API key comes from: never from an argument, which every user of the machine could read.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::Error;

const VARIABLE: &str = "USAGE_API_KEY";
const FILE_VARIABLE: &str = "USAGE_API_KEY_FILE";

/// Longer than any key.
const KEY_BYTES_MAX: u64 = 4096;

/// `USAGE_API_KEY`, or what stands in the file that `USAGE_API_KEY_FILE` names; none when neither is set.
pub fn from_environment() -> Result<Option<String>, Error> {
    let key = std::env::var(VARIABLE).ok().filter(|key| !key.is_empty());
    let path = std::env::var_os(FILE_VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from);
    match (key, path) {
        (Some(_), Some(_)) => Err(Error::TwoApiKeys),
        (Some(key), None) => Ok(Some(key)),
        (None, Some(path)) => read(&path).map(Some).map_err(Error::file(path)),
        (None, None) => Ok(None),
    }
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(KEY_BYTES_MAX).read_to_string(&mut text)?;
    let key = text.trim();
    let fits = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| key.to_owned()).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "holds no API key"))
}
